// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a step of a script did that it must not do.
struct Illegal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws unless `condition` holds. In loops over many scripts this is what `#expect` would take minutes for.
func demand(_ condition: Bool, _ what: @autoclosure () -> String) throws(Illegal) {
    guard condition else { throw Illegal(what()) }
}

/// Calls `run` with every sequence of exactly `length` letters; shorter scripts are the beginnings of these, so `run`
/// has to check after each step. The first script that fails is in the error. Answers how many ran.
@discardableResult
func everyScript<Letter>(of letters: [Letter], length: Int, _ run: ([Letter]) throws -> Void) throws -> Int {
    guard let first = letters.first else { return 0 }
    var count = 0
    var places = Array(repeating: 0, count: length)
    var script = Array(repeating: first, count: length)
    while true {
        do {
            try run(script)
            count += 1
        } catch {
            throw Illegal("\(script): \(error)")
        }
        var place = length - 1
        while place >= 0, places[place] == letters.count - 1 {
            places[place] = 0
            script[place] = first
            place -= 1
        }
        guard place >= 0 else { return count }
        places[place] += 1
        script[place] = letters[places[place]]
    }
}
