// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension CivilTime {
    /// Reads the date of a header field as seconds since 1970, in any of its three forms (RFC 9110, section 5.6.7):
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    ///
    /// The name of the weekday is not compared with the date. Of the years that two digits can mean, the one in
    /// 1970 … 2069 is taken.
    package static func secondsSinceEpoch(httpDate text: String) -> Int64? {
        let isSeparator = { (byte: UInt8) in
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ",")
        }
        let words = text.utf8.split(whereSeparator: isSeparator)
        switch words.count {
        case 6 where words[5].elementsEqual("GMT".utf8):
            return self.seconds(year: words[3], month: words[2], day: words[1], time: words[4])
        case 5:
            return self.seconds(year: words[4], month: words[1], day: words[2], time: words[3])
        default:
            return nil
        }
    }

    private typealias Word = Substring.UTF8View

    private static func seconds(year: Word, month: Word, day: Word, time: Word) -> Int64? {
        let clock = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard clock.count == 3, clock.allSatisfy({ $0.count == 2 }), day.count <= 2,
            let month = self.months.firstIndex(where: { month.elementsEqual($0.utf8) }),
            let year = self.year(year), let day = self.number(day),
            let hour = self.number(clock[0]), let minute = self.number(clock[1]), let second = self.number(clock[2]),
            // A leap second is the next minute's first.
            hour < 24, minute < 60, second <= 60,
            let days = self.days(year: year, month: Int64(month + 1), day: day)
        else { return nil }
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func year(_ digits: Word) -> Int64? {
        guard let year = self.number(digits) else { return nil }
        switch digits.count {
        case 4: return year
        case 2: return year + (year < 70 ? 2_000 : 1_900)
        default: return nil
        }
    }

    /// Days since 1970, of a date that there is. (Hinnant, "chrono-compatible low-level date algorithms",
    /// days_from_civil.)
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        let yearFromMarch = month <= 2 ? year - 1 : year
        // No date of a field is before the year 0, but for its first two months, where the era is the one before.
        let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        // The 31st of April is a date of May.
        let civil = CivilTime(secondsSinceEpoch: days * 86_400)
        return civil.month == Int(month) ? days : nil
    }

    private static func number(_ digits: Word) -> Int64? {
        guard !digits.isEmpty, digits.count <= 4 else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
