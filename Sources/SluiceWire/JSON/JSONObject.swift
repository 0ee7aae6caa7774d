// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The members of a JSON object, in order, each name once.
///
/// Of a name that comes twice the last value counts and stands where the first did, as in Python's and JavaScript's
/// readers. Names are the same when their bytes are (RFC 8259, section 8.3); Swift's own `==` would also unite the
/// composed and the decomposed spelling of a letter.
package struct JSONObject: Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package var value: JSONValue
    }

    package private(set) var members: [Member] = []

    /// Where each name stands; filled from `indexedFrom` members on, so that a hostile object with many members costs
    /// no more than linear time, while the usual small one is searched directly.
    private var positions: [Name: Int] = [:]
    private static let indexedFrom = 16

    package init() {}

    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (name, value) in members { self[name] = value }
    }

    package var isEmpty: Bool { self.members.isEmpty }
    package var count: Int { self.members.count }

    /// Setting `nil` removes the member; to write a JSON null, set `.some(.null)`.
    package subscript(name: String) -> JSONValue? {
        get {
            guard let position = self.position(of: name) else { return nil }
            return self.members[position].value
        }
        set {
            switch (self.position(of: name), newValue) {
            case (let position?, let value?): self.members[position].value = value
            case (let position?, nil): self.remove(at: position)
            case (nil, let value?): self.append(name, value)
            case (nil, nil): break
            }
        }
    }

    private func position(of name: String) -> Int? {
        if self.members.count >= Self.indexedFrom { return self.positions[Name(name)] }
        let name = Name(name)
        return self.members.firstIndex { Name($0.name) == name }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        self.members.append(Member(name: name, value: value))
        if self.members.count > Self.indexedFrom {
            self.positions[Name(name)] = self.members.count - 1
        } else if self.members.count == Self.indexedFrom {
            self.index()
        }
    }

    private mutating func remove(at position: Int) {
        self.members.remove(at: position)
        self.positions = [:]
        if self.members.count >= Self.indexedFrom { self.index() }
    }

    private mutating func index() {
        for (position, member) in self.members.enumerated() { self.positions[Name(member.name)] = position }
    }

    /// A member's name compared by its bytes.
    private struct Name: Hashable {
        let text: String

        init(_ text: String) { self.text = text }

        static func == (left: Self, right: Self) -> Bool {
            left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = self.text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}

/// The order of members has no meaning, so it makes no difference here.
extension JSONObject: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.members.reduce(0) { $0 ^ $1.hashValue })
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
