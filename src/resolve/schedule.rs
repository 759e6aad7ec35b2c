//! Cron expressions and time zones of schedules.

use std::str::FromStr;

use lakeflow::diag::{Diagnostic, did_you_mean};

use super::quartz;
use crate::codes;

/// The fault of a Quartz cron expression, if it has one.
///
/// Quartz has six or seven fields, begins with seconds, counts the days of the week from Sunday = 1, and wants a `?` in
/// one of the two day fields.
pub fn check_cron(cron: &str) -> Option<Diagnostic> {
    let fault = |why: String| {
        Diagnostic::error(codes::BAD_CRON, format!("`{cron}` is not a valid Quartz cron expression: {why}"))
    };
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() == 5 {
        let [minute, hour, day, month, weekday] = [fields[0], fields[1], fields[2], fields[3], fields[4]];
        let weekday = quartz_weekday(weekday);
        let (day, weekday) = if weekday == "*" { (day, "?") } else { ("?", weekday.as_str()) };
        let hint = format!("add the seconds as the first field: `0 {minute} {hour} {day} {month} {weekday}`");
        return Some(fault("it has 5 fields, expected 6 or 7".into()).hint(hint));
    }
    if !(6..=7).contains(&fields.len()) {
        let count = match fields.len() {
            1 => "1 field".to_owned(),
            n => format!("{n} fields"),
        };
        return Some(
            fault(format!("it has {count}, expected 6 or 7")).hint("for every day at 5:00, write `0 0 5 * * ?`"),
        );
    }
    let (day, weekday) = (fields[3], fields[5]);
    if (day == "?") == (weekday == "?") {
        let hint = "write `?` for the one that is not restricted";
        return Some(fault("exactly one of day of month and day of week must be `?`".into()).hint(hint));
    }
    quartz::judge(&fields).err().map(fault)
}

/// Days 0 to 7 of Unix cron, where 0 and 7 are Sunday, as days 1 to 7 from Sunday.
fn quartz_weekday(field: &str) -> String {
    let (days, step) = field.split_at(field.find('/').unwrap_or(field.len()));
    let shifted = days.chars().map(|c| match c.to_digit(10) {
        Some(day @ 0..=7) => char::from_digit(day % 7 + 1, 10).unwrap_or(c),
        _ => c,
    });
    shifted.collect::<String>() + step
}

/// The fault of an IANA time zone, if it has one.
pub fn check_timezone(name: &str) -> Option<Diagnostic> {
    if chrono_tz::Tz::from_str(name).is_ok() {
        return None;
    }
    let known = chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name());
    Some(
        Diagnostic::error(codes::BAD_TIMEZONE, format!("unknown time zone `{name}`"))
            .maybe_hint(did_you_mean(name, known)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartz_expressions_are_accepted() {
        for cron in [
            "0 0 5 * * ?",
            "0 0 4 ? * MON",
            "0 15 10 ? * 2-6",
            "0 0/5 14 * * ?",
            "0 0 12 1/5 * ?",
            "0 0 12 L * ?",
            "0 0 5 * * ? 2030",
        ] {
            assert_eq!(check_cron(cron), None, "{cron}");
        }
    }

    #[test]
    fn others_are_refused() {
        for cron in [
            "",
            "daily",
            "0 5 * * *",
            "0 0 5 * * *",
            "0 0 5 ? * ?",
            "0 0 25 * * ?",
            "0 0 5 * * ? 2030 1",
            "0 61 5 * * ?",
        ] {
            assert!(check_cron(cron).is_some(), "{cron}");
        }
    }

    #[test]
    fn five_fields_get_the_remedy() {
        let fault = check_cron("30 5 * * 1").map(|d| d.hints);
        assert_eq!(fault, Some(vec!["add the seconds as the first field: `0 30 5 ? * 2`".to_owned()]));
    }
}
