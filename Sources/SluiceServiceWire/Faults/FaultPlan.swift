// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What is to go wrong, for all requests or for one: `kill=1000, slow=2048`.
///
/// | fault | what happens |
/// |---|---|
/// | `kill=BYTES` | the function's processes are killed when its caller has so many bytes of the response |
/// | `freeze=BYTES`, `freeze=BYTES/MS` | they are stopped there, until the time-out or for so many milliseconds |
/// | `drop=BYTES` | the caller's connection ends there; the function runs on |
/// | `truncate=BYTES` | the same, in the middle of a chunk |
/// | `error=BYTES` | the service fails there: the runtime is answered with 500, upon which it has to exit |
/// | `slow=BYTES` | the caller takes so many bytes a second |
/// | `stall=BYTES`, `stall=BYTES/MS` | the caller takes so many bytes, and then none: ever, or for so many milliseconds |
/// | `throttle`, `throttle=N` | each request is answered with 429, or every Nth |
/// | `init-crash` | the process of a cold start ends before it asks for an invocation |
///
/// Bytes are those that a caller gets: of a body behind status and headers, through a Function URL; of all that the
/// function sends, prelude included, through the invoke calls.
package struct FaultPlan: Hashable, Sendable {
    package var atByte: ByteFault?
    /// How fast the caller reads.
    package var reading: Bandwidth?
    /// Every so-many-th request is throttled.
    package var throttlesEvery: Int?
    package var crashesInit = false

    package init() {}

    package static let none = Self()
    package var isEmpty: Bool { self == .none }

    /// - Parameter text: faults, separated by commas.
    package init(parsing text: String) throws(FaultPlanError) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            try self.add(Self.trimmed(part))
        }
    }

    private mutating func add(_ text: Substring) throws(FaultPlanError) {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(halves.first ?? "")
        let value = halves.count > 1 ? halves[1] : nil
        switch name {
        case "slow":
            guard self.reading == nil else { throw .twoOfAKind(name) }
            let bytes = try Self.number(value, of: name)
            guard bytes > 0 else { throw .noNumber(name, value.map { String($0) }) }
            self.reading = .slow(bytesPerSecond: bytes)
        case "stall":
            guard self.reading == nil else { throw .twoOfAKind(name) }
            let (bytes, milliseconds) = try Self.byteAndTime(value, of: name)
            self.reading = .stalled(afterBytes: bytes, milliseconds: milliseconds)
        case "throttle":
            let every = value == nil ? 1 : try Self.number(value, of: name)
            guard every > 0 else { throw .noNumber(name, value.map { String($0) }) }
            self.throttlesEvery = every
        case "init-crash":
            guard value == nil else { throw .takesNoValue(name) }
            self.crashesInit = true
        default:
            guard let kind = ByteFault.Kind(rawValue: name) else { throw .unknown(name) }
            guard self.atByte == nil else { throw .twoOfAKind(name) }
            let (bytes, milliseconds) = try Self.byteAndTime(value, of: name)
            guard milliseconds == nil || kind == .freeze else { throw .noNumber(name, value.map { String($0) }) }
            self.atByte = ByteFault(kind, atByte: bytes, milliseconds: milliseconds)
        }
    }

    /// `BYTES` or `BYTES/MS`.
    private static func byteAndTime(_ text: Substring?, of name: String) throws(FaultPlanError) -> (Int, Int?) {
        let numbers = (text ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bytes = try Self.number(numbers.first, of: name)
        return (bytes, numbers.count > 1 ? try Self.number(numbers[1], of: name) : nil)
    }

    private static func number(_ text: Substring?, of name: String) throws(FaultPlanError) -> Int {
        guard let text, !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(text), number <= Self.largestNumber
        else { throw .noNumber(name, text.map { String($0) }) }
        return number
    }

    /// More than any response or any time-out has.
    private static let largestNumber = 1_000_000_000_000

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    /// Both, where one request's own word counts more than what was said for all.
    package func overridden(by other: Self) -> Self {
        var plan = self
        if let fault = other.atByte { plan.atByte = fault }
        if let reading = other.reading { plan.reading = reading }
        if let every = other.throttlesEvery { plan.throttlesEvery = every }
        plan.crashesInit = self.crashesInit || other.crashesInit
        return plan
    }
}

/// Why a text names no faults.
package enum FaultPlanError: Error, Hashable {
    case unknown(String)
    case noNumber(String, String?)
    case takesNoValue(String)
    case twoOfAKind(String)
}

extension FaultPlanError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown(let name):
            "there is no fault \(InvokeError.quoted(name)); those that exist: kill=BYTES, freeze=BYTES[/MS], "
                + "drop=BYTES, truncate=BYTES, error=BYTES, slow=BYTES, stall=BYTES[/MS], throttle[=N], init-crash"
        case .noNumber(let name, let value):
            "the fault \(name) needs a number"
                + (value.map { ", which \(InvokeError.quoted($0)) is not for it" } ?? ": \(name)=NUMBER")
        case .takesNoValue(let name):
            "the fault \(name) takes no value"
        case .twoOfAKind(let name):
            "\(name) cannot be together with another fault of its kind: one of kill, freeze, drop, truncate and error, "
                + "and one of slow and stall"
        }
    }
}
