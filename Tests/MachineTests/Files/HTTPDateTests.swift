// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ]
    )
    func readsAllThreeForms(text: String) {
        #expect(CivilTime.secondsSinceEpoch(httpDate: text) == 784_111_777)
    }

    @Test func readsWhatItWrites() {
        for seconds in stride(from: Int64(-62_000_000_000), to: 253_402_300_799, by: 11 * 86_400 + 4_711) {
            let text = CivilTime(secondsSinceEpoch: seconds).httpDate
            guard CivilTime.secondsSinceEpoch(httpDate: text) == seconds else {
                Issue.record("\(seconds) is written \(text)")
                return
            }
        }
    }

    @Test func takesTwoDigitsForAYearBefore2070() {
        let newYear = { (year: String) in CivilTime.secondsSinceEpoch(httpDate: "Sunday, 01-Jan-\(year) 00:00:00 GMT") }
        #expect(newYear("70") == 0)
        #expect(newYear("69") == 3_124_224_000)
    }

    @Test(
        arguments: [
            "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Apr 2024 00:00:00 GMT",
            "Sun, 29 Feb 2023 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 006 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 994 08:49:37 GMT", "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        ]
    )
    func refusesWhatIsNoDate(text: String) {
        #expect(CivilTime.secondsSinceEpoch(httpDate: text) == nil)
    }
}
