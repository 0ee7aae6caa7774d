// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Testing

@testable import SluiceEmulator

@Suite struct IdentifiersTests {
    @Test func anIDIsARandomUUIDInLowerCase() {
        let identifiers = (0..<1_000).map { _ in Identifiers.uuid() }
        for identifier in identifiers {
            #expect(UUID(uuidString: identifier)?.uuidString.lowercased() == identifier)
            let characters = Array(identifier)
            // Version 4, variant 1 (RFC 9562, sections 4.1 and 4.2).
            #expect(characters[14] == "4" && "89ab".contains(characters[19]), "\(identifier)")
        }
        #expect(Set(identifiers).count == identifiers.count)
    }

    @Test func aTraceHasTimeAndParentInAllTheirDigits() throws {
        let trace = Identifiers.traceID(epochSeconds: 0x0123_4567)
        #expect(trace.wholeMatch(of: /Root=1-01234567-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/) != nil, "\(trace)")
    }
}
