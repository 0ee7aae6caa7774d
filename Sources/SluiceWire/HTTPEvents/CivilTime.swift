// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A moment as UTC date and time of day, and the ways in which HTTP, Lambda events and logs write it.
package struct CivilTime: Hashable, Sendable {
    package let year: Int64
    /// 1 … 12
    package let month: Int
    /// 1 … 31
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    /// 0 is Sunday.
    package let weekday: Int

    /// Any `Int64` is a moment; leap seconds do not exist, as everywhere in Unix time.
    package init(secondsSinceEpoch seconds: Int64) {
        let (days, secondOfDay) = Self.floorDivide(seconds, by: 86_400)
        self.hour = Int(secondOfDay / 3_600)
        self.minute = Int(secondOfDay / 60 % 60)
        self.second = Int(secondOfDay % 60)
        self.weekday = Int(Self.floorDivide(days + 4, by: 7).remainder)

        // Years are counted from the 1st of March, so that the leap day is a year's last; an era is 400 of them
        // (Hinnant, "chrono-compatible low-level date algorithms", civil_from_days).
        let (era, dayOfEra) = Self.floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        self.month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    package init(millisecondsSinceEpoch milliseconds: Int64) {
        self.init(secondsSinceEpoch: Self.floorDivide(milliseconds, by: 1_000).quotient)
    }

    /// The form of the `Date` header (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        "\(Self.weekdays[self.weekday]), \(Self.twoDigits(self.day)) \(Self.months[self.month - 1]) "
            + "\(self.fourDigitYear) \(self.timeOfDay) GMT"
    }

    /// The form of `requestContext.time` in events: `12/Mar/2020:19:03:58 +0000`.
    package var eventTime: String {
        "\(Self.twoDigits(self.day))/\(Self.months[self.month - 1])/\(self.fourDigitYear):\(self.timeOfDay) +0000"
    }

    /// The form of log lines (RFC 3339, in UTC): `2026-11-24T09:05:03.042Z`.
    package static func logTime(millisecondsSinceEpoch milliseconds: Int64) -> String {
        let time = Self(millisecondsSinceEpoch: milliseconds)
        let fraction = String(Self.floorDivide(milliseconds, by: 1_000).remainder)
        return "\(time.fourDigitYear)-\(Self.twoDigits(time.month))-\(Self.twoDigits(time.day))T\(time.timeOfDay)."
            + String(repeating: "0", count: max(0, 3 - fraction.utf8.count)) + fraction + "Z"
    }

    private var timeOfDay: String {
        "\(Self.twoDigits(self.hour)):\(Self.twoDigits(self.minute)):\(Self.twoDigits(self.second))"
    }

    private var fourDigitYear: String {
        let digits = String(self.year)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func floorDivide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
