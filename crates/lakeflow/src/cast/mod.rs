//! Which texts Spark accepts as values of a type: in casts, in typed literals, and next to a value of that type.
//!
//! The rules are those of ANSI mode with UTC as the session time zone. They are far more lenient than the rules for
//! reading files (`2024-1-5` is a date here). Both the analyser and the local engine use them.

mod calendar;
mod number;
mod time;
mod zone;

pub use calendar::{date_of, days_of};
pub use number::{decimal, double, integer};
pub use time::{Moment, date, local_timestamp, moment, timestamp};

use super::types::DataType;

/// What becomes of a text that is cast to a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastReading {
    /// It has always the same value.
    Value,
    /// Its value depends on the day it is read on: `today`, `12:30`.
    ByClock,
    /// It is no value: the cast fails.
    Fails,
}

impl CastReading {
    fn of<T>(value: Option<T>) -> CastReading {
        if value.is_some() { CastReading::Value } else { CastReading::Fails }
    }
}

/// What becomes of `text` where a value of type `ty` is wanted. Types that are not read from text take any.
pub fn reading(text: &str, ty: &DataType) -> CastReading {
    let bare = trimmed(text);
    match ty {
        DataType::TinyInt => CastReading::of(integer(bare).and_then(|n| i8::try_from(n).ok())),
        DataType::SmallInt => CastReading::of(integer(bare).and_then(|n| i16::try_from(n).ok())),
        DataType::Int => CastReading::of(integer(bare).and_then(|n| i32::try_from(n).ok())),
        DataType::BigInt => CastReading::of(integer(bare)),
        DataType::Decimal { precision, scale } => CastReading::of(decimal(bare, *precision, *scale)),
        // Java also reads hexadecimal floats; what they give is left to it.
        DataType::Float | DataType::Double if number::is_hexadecimal(bare) => CastReading::Value,
        DataType::Float | DataType::Double => CastReading::of(double(bare)),
        DataType::Boolean => CastReading::of(boolean(bare)),
        DataType::Date | DataType::Timestamp | DataType::TimestampNtz => match time::named(bare) {
            Some(time::EPOCH) => CastReading::Value,
            Some(_) => CastReading::ByClock,
            None => time_reading(bare, ty),
        },
        _ => CastReading::Value,
    }
}

fn time_reading(text: &str, ty: &DataType) -> CastReading {
    match ty {
        DataType::Date => CastReading::of(date(text)),
        _ => match moment(text) {
            Some(Moment::At(_)) => CastReading::Value,
            // A TIMESTAMP_NTZ needs its date.
            Some(Moment::Today) if *ty == DataType::Timestamp => CastReading::ByClock,
            _ => CastReading::Fails,
        },
    }
}

/// A text without the blanks and control characters around it, which no cast minds.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ' || c == '\u{7f}')
}

/// A text without blanks around it as a truth value.
pub fn boolean(text: &str) -> Option<bool> {
    let is_among = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_among(&["t", "true", "y", "yes", "1"]) {
        Some(true)
    } else if is_among(&["f", "false", "n", "no", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// The word in `text` that names a day or moment, such as `today` or `now`, and `epoch`; it may have a zone behind it.
pub fn named_time(text: &str) -> Option<&'static str> {
    time::named(trimmed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Spark 4.3 said of each.
    #[test]
    fn texts_are_judged_as_spark_judges_them() {
        let cases = [
            (
                "date",
                CastReading::Value,
                "2024-1-5|2024|2024-02|2024-01-01 garbage|2024-01-01T| 2024-01-01 |0000-01-01",
            ),
            ("date", CastReading::Value, "-0001-01-01|+2024-01-01|12024-01-01|5881580-07-11|epoch|epoch UTC"),
            (
                "date",
                CastReading::Fails,
                "2024-02-30|2024-01-01garbage|5881580-07-12||now Europe/Berlin|24-01-01|2024-",
            ),
            ("date", CastReading::ByClock, "today|Today UTC|now|yesterday Europe/Berlin|tomorrow"),
            (
                "timestamp",
                CastReading::Value,
                "2025-04-29 18|2025-04-29T18:47|2025-04-29 18:47:18.|2025-04-29 |2025-04",
            ),
            ("timestamp", CastReading::Value, "2025-04-29 18:47:18Europe/Berlin|2025-04-29 18:47:18 PST|epoch"),
            (
                "timestamp",
                CastReading::Fails,
                "2025-04-29 18.47.18|2025-04-29 24:00:00|2025-04-29 18:|2025-04-29 18:47Z",
            ),
            ("timestamp", CastReading::Fails, "2025-04-29 18:47:18 z|2025-04-29t18:47:18|2025-04-29  18:47:18|18"),
            (
                "timestamp",
                CastReading::Fails,
                "2025-04-29T|2025-04 10:00:00|2025-04-29 18:60:00|1234567-01-01 00:00:00",
            ),
            ("timestamp", CastReading::ByClock, "18:47|T18:47|now|today"),
            ("timestamp_ntz", CastReading::Value, "2025-04-29 18:47:18|2025-04-29 18:47:18Z|2025-04-29"),
            ("timestamp_ntz", CastReading::Fails, "18:47:18|x"),
            ("int", CastReading::Value, "1 |+7|-2147483648|000000000000000000000007"),
            ("int", CastReading::Fails, "1.5|x|2147483648|1e2||1_0"),
            ("tinyint", CastReading::Fails, "128|300"),
            ("bigint", CastReading::Value, "9223372036854775807|-9223372036854775808"),
            ("bigint", CastReading::Fails, "9223372036854775808|-9223372036854775809"),
            ("decimal(5,2)", CastReading::Value, "1.005|1e2|.5|5.|+5"),
            ("decimal(5,2)", CastReading::Fails, "1000|NaN|1.5f|999.995|x"),
            ("double", CastReading::Value, "NaN|inf|1e400|1.5d|0x1p3|-Infinity"),
            ("double", CastReading::Fails, "x|1,5|--1|"),
            ("boolean", CastReading::Value, "yes|T|0|FALSE"),
            ("boolean", CastReading::Fails, "maybe|on|2"),
            ("string", CastReading::Value, "anything|"),
        ];
        for (ty, expected, texts) in cases {
            let ty = DataType::parse(ty).unwrap_or(DataType::Unknown);
            for text in texts.split('|') {
                assert_eq!(reading(text, &ty), expected, "{ty} {text:?}");
            }
        }
    }
}
