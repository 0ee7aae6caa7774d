// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Why a preflight was refused, for the log: a browser shows a page's author that it was, and no reason.
package struct CORSRefusal: Hashable, Sendable {
    /// The list in which something was looked for.
    package let member: CORSMember
    package let asked: String
    package let allowed: [String]
}

extension CORSRefusal: CustomStringConvertible {
    package var description: String {
        let what =
            switch self.member {
            case .allowMethods: "its method"
            case .allowHeaders: "its header"
            default: "its origin"
            }
        let list = self.allowed.isEmpty ? ", which is empty" : " (\(Self.cut(self.allowed.joined(separator: ", "))))"
        return
            "refused the preflight of a page: \(what) \(Self.cut(self.asked)) is not in \(self.member.rawValue)\(list)"
    }

    /// Callers choose what they ask for.
    private static func cut(_ text: String) -> String {
        let beginning = text.prefix(Limits.maximumShownCORSCharacters)
        return beginning.endIndex == text.endIndex ? text : beginning + " …"
    }
}
