//! Days since 1970-01-01 as dates, by the proleptic Gregorian calendar.
//!
//! Sample data needs two conversions and no clock; more than that belongs elsewhere.

/// Seconds of a day.
pub const DAY: u64 = 86_400;

/// A day as `yyyy-MM-dd`.
pub fn date(days: i64) -> String {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day of a date `yyyy-MM-dd`, if it looks like one; days beyond the end of a month run into the next one.
pub fn day_of(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(|p| p.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = if month <= 2 { year - 1 } else { year };
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(year.div_euclid(400) * 146_097 + day_of_era - 719_468)
}

/// Seconds since 1970 as an RFC 3339 time in UTC.
pub fn rfc3339(seconds: u64) -> String {
    let of_day = seconds % DAY;
    let day = i64::try_from(seconds / DAY).unwrap_or(i64::MAX / 2);
    format!("{}T{:02}:{:02}:{:02}Z", date(day), of_day / 3600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for text in ["1970-01-01", "1969-12-31", "2000-02-29", "2024-02-29", "2024-12-31", "1900-03-01", "2100-02-28"] {
            assert_eq!(day_of(text).map(date).as_deref(), Some(text));
        }
        assert_eq!(day_of("2024-01-01"), Some(19_723));
    }

    #[test]
    fn other_texts_are_no_dates() {
        assert_eq!([day_of("now"), day_of("2024-01"), day_of("2024-1-x")], [None, None, None]);
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(rfc3339(1_704_067_200 + 3_661), "2024-01-01T01:01:01Z");
    }
}
