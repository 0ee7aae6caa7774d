// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceWire
import Testing

@Suite struct CivilTimeTests {
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func writesTheDateOfAHeader(_ seconds: Int64, _ expected: String) {
        #expect(CivilTime(secondsSinceEpoch: seconds).httpDate == expected)
    }

    @Test func writesTheFormOfLogs() {
        #expect(CivilTime.logTime(millisecondsSinceEpoch: 1_584_039_838_009) == "2020-03-12T19:03:58.009Z")
        #expect(CivilTime.logTime(millisecondsSinceEpoch: 1_584_039_838_999) == "2020-03-12T19:03:58.999Z")
        #expect(CivilTime.logTime(millisecondsSinceEpoch: -1) == "1969-12-31T23:59:59.999Z")
    }

    @Test func writesTheTimeOfAnEvent() {
        #expect(CivilTime(millisecondsSinceEpoch: 1_584_039_838_999).eventTime == "12/Mar/2020:19:03:58 +0000")
        #expect(CivilTime(millisecondsSinceEpoch: 1_649_597_405_529).eventTime == "10/Apr/2022:13:30:05 +0000")
    }

    @Test func agreesWithTheSystemOnEveryDayOfTwelveCenturies() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        // From 1600, where Foundation's calendar is Gregorian, in steps of 13 days and some.
        for seconds in stride(from: Int64(-11_676_096_000), to: 26_000_000_000, by: 13 * 86_400 + 7_919) {
            let time = CivilTime(secondsSinceEpoch: seconds)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: TimeInterval(seconds))
            )
            let agrees =
                parts.year == Int(time.year) && parts.month == time.month && parts.day == time.day
                && parts.hour == time.hour && parts.minute == time.minute && parts.second == time.second
                && parts.weekday == time.weekday + 1
            guard agrees else {
                Issue.record("\(seconds): \(time), and Foundation says \(parts)")
                return
            }
        }
    }

    @Test func survivesTheEndsOfTime() {
        for moment in [Int64.min, .max] {
            #expect(!CivilTime(secondsSinceEpoch: moment).httpDate.isEmpty)
            #expect(!CivilTime(millisecondsSinceEpoch: moment).eventTime.isEmpty)
        }
    }
}
