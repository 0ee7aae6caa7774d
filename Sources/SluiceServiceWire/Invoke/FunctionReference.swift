// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Which function a call of the Lambda API means: what its path and its query say together.
///
/// Source: Lambda API Reference, `Invoke`, "FunctionName" (a name, `name:qualifier`, a partial ARN
/// `123456789012:function:name` or a full ARN) and "Qualifier".
package struct FunctionReference: Hashable, Sendable {
    /// The name alone.
    package let name: String
    /// A version, an alias, `$LATEST` or `$LATEST.PUBLISHED`, if one was asked for.
    package let qualifier: String?
    /// From an ARN; nothing is decided by them on one machine.
    package let region: String?
    package let accountID: String?

    package init(name: String, qualifier: String? = nil, region: String? = nil, accountID: String? = nil) {
        self.name = name
        self.qualifier = qualifier
        self.region = region
        self.accountID = accountID
    }

    /// - Parameters:
    ///   - text: The path's segment, decoded.
    ///   - qualifier: The query's `Qualifier`, decoded.
    package init(parsing text: String, qualifier: String?) throws(InvokeError) {
        guard text.utf8.count <= Limits.maximumFunctionNameCharacters else {
            throw .invalidParameterValue(
                "The function name has \(text.utf8.count) characters; "
                    + "the limit is \(Limits.maximumFunctionNameCharacters)."
            )
        }
        guard let parts = Parts(text) else { throw .invalidFunctionName(text) }
        if let qualifier, !Self.isQualifier(qualifier) {
            throw .invalidParameterValue("The qualifier \(InvokeError.quoted(qualifier)) is not valid.")
        }
        if let qualifier, let derived = parts.qualifier, qualifier != derived {
            throw .invalidParameterValue(
                "The derived qualifier from the function name does not match the specified qualifier."
            )
        }
        self.init(
            name: parts.name,
            qualifier: qualifier ?? parts.qualifier,
            region: parts.region,
            accountID: parts.accountID
        )
    }

    private static func isQualifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isNameCharacter || $0 == UInt8(ascii: "$") }
            || text == "$LATEST.PUBLISHED"
    }
}

/// The pieces between the colons, taken from the left as the API's pattern does: whatever can be a region, an account
/// or the word `function` is one, as long as something follows it.
private struct Parts {
    var region: String?
    var accountID: String?
    var name = ""
    var qualifier: String?

    init?(_ text: String) {
        var rest = text.split(separator: ":", omittingEmptySubsequences: false)[...]
        let isARN = rest.first == "arn"
        if isARN {
            guard rest.count >= 7, Self.isPartition(rest[1]), rest[2] == "lambda" else { return nil }
            rest = rest.dropFirst(3)
        }
        self.region = Self.take(&rest, if: Self.isRegion)
        self.accountID = Self.take(&rest) { $0.utf8.count == 12 && $0.utf8.allSatisfy(\.isDigit) }
        let word = Self.take(&rest) { $0 == "function" }
        if isARN {
            guard self.region != nil, self.accountID != nil, word != nil else { return nil }
        }
        guard let name = rest.popFirst(), !name.isEmpty,
            name.utf8.allSatisfy({ $0.isNameCharacter || $0 == UInt8(ascii: ".") })
        else { return nil }
        self.name = String(name)
        if let qualifier = rest.popFirst() {
            guard qualifier == "$LATEST" || qualifier == "$LATEST.PUBLISHED" || Self.isPlain(qualifier) else {
                return nil
            }
            self.qualifier = String(qualifier)
        }
        guard rest.isEmpty else { return nil }
    }

    private static func take(_ rest: inout ArraySlice<Substring>, if matches: (Substring) -> Bool) -> String? {
        guard rest.count > 1, let first = rest.first, matches(first) else { return nil }
        rest = rest.dropFirst()
        return String(first)
    }

    private static func isPlain(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(\.isNameCharacter)
    }

    private static func isPartition(_ text: Substring) -> Bool {
        text.isEmpty || text.hasPrefix("aws") && text.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "-") }
    }

    /// Such as `eu-central-1` or `us-gov-west-1`.
    private static func isRegion(_ text: Substring) -> Bool {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (3...4).contains(words.count), let number = words.last, number.utf8.count == 1 else { return false }
        let isNamed = words.dropLast().allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { $0.isLetter && $0 > UInt8(ascii: "Z") }
        }
        return isNamed && words.first?.utf8.count == 2 && number.utf8.allSatisfy(\.isDigit)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    fileprivate var isNameCharacter: Bool {
        self.isDigit || self.isLetter || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }
}
