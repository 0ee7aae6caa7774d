// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceWire

extension RuntimeAPIRoute {
    /// `nil` for every path that is none of these. A query is no part of any of them.
    package init?(path: String) { self.init(path: path[...]) }

    /// By its bytes: every request of a runtime comes here, and characters cost five times as much.
    package init?(path: Substring) {
        let bytes = path.utf8
        guard bytes.starts(with: Self.root.utf8) else {
            guard bytes.elementsEqual("/2018-06-01/ping".utf8) else { return nil }
            self = .ping
            return
        }
        let rest = bytes.dropFirst(Self.root.utf8.count)
        if rest.elementsEqual("invocation/next".utf8) {
            self = .next
        } else if rest.elementsEqual("init/error".utf8) {
            self = .initError
        } else if let (requestID, last) = Self.partsOfInvocation(rest) {
            if last.elementsEqual("response".utf8) {
                self = .response(requestID: requestID)
            } else if last.elementsEqual("error".utf8) {
                self = .error(requestID: requestID)
            } else {
                return nil
            }
        } else {
            return nil
        }
    }

    /// What stands in the places of `invocation/{id}/{last}`.
    private static func partsOfInvocation(_ path: Substring.UTF8View) -> (String, Substring.UTF8View)? {
        let first = "invocation/"
        guard path.starts(with: first.utf8) else { return nil }
        let rest = path.dropFirst(first.utf8.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), slash != rest.startIndex else { return nil }
        return (String(Substring(rest[..<slash])), rest[rest.index(after: slash)...])
    }
}
