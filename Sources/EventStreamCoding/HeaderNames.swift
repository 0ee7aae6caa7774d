// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The names seen in one message, to find a second one of the same bytes.
///
/// A message has a handful of headers, so they are compared one by one; a peer that sends tens of thousands of tiny
/// ones must not make that quadratic, so beyond sixteen they are hashed.
struct HeaderNames {
    private var few: [String] = []
    private var many: Set<[UInt8]> = []

    mutating func insert(_ name: String) throws(EventStreamError) {
        let isNew: Bool
        if self.few.count < 16 {
            // Bytes decide: `==` on strings would also call two spellings of one letter the same.
            isNew = !self.few.contains { $0.utf8.elementsEqual(name.utf8) }
            self.few.append(name)
        } else {
            if self.many.isEmpty {
                self.many = Set(self.few.map { Array($0.utf8) })
            }
            isNew = self.many.insert(Array(name.utf8)).inserted
        }
        guard isNew else {
            throw EventStreamError(.duplicateHeader, "the header \(name) is there twice")
        }
    }
}
