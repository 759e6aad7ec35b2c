//! Intervals and dates that no engine could read.

use chrono_tz::Tz;
use sqlparser::ast::{DateTimeField, Expr, Interval, Spanned, TypedString, Value, ValueWithSpan};

use super::{Flow, GO_ON, Strict};
use crate::diag::did_you_mean;
use crate::lakeflow::unit::{UNITS, is_interval_unit, unit};

/// Units that may stand before and behind `TO`, from the longest to the shortest.
const RANGES: &[&[&str]] = &[&["YEAR", "MONTH"], &["DAY", "HOUR", "MINUTE", "SECOND"]];

/// Words that are a date.
const DATES: &[&str] = &["epoch", "now", "today", "tomorrow", "yesterday"];

impl Strict<'_> {
    pub(super) fn interval(&self, interval: &Interval, node: &impl Spanned) -> Flow {
        let Some(leading) = &interval.leading_field else {
            return match text_of(&interval.value) {
                Some((text, value)) => self.interval_text(text, value),
                None => self.refuse(node, "an interval needs a unit", Some("write `INTERVAL 7 DAYS`".to_owned())),
            };
        };
        self.interval_unit(leading, node)?;
        let Some(last) = &interval.last_field else { return GO_ON };
        let position = |range: &[&str], field: &DateTimeField| {
            let unit = unit(&field.to_string())?;
            range.iter().position(|known| *known == unit)
        };
        let fits = RANGES
            .iter()
            .any(|range| matches!((position(range, leading), position(range, last)), (Some(a), Some(b)) if a < b));
        if fits {
            return GO_ON;
        }
        let hint = "from longer to shorter: `YEAR TO MONTH`, or two of `DAY`, `HOUR`, `MINUTE`, `SECOND`";
        self.refuse(node, format!("there are no intervals from `{leading}` to `{last}`"), Some(hint.to_owned()))
    }

    fn interval_unit(&self, unit: &DateTimeField, node: &impl Spanned) -> Flow {
        let written = unit.to_string();
        if is_interval_unit(&written) || written.contains(['$', '{']) {
            return GO_ON;
        }
        let message = format!("`{written}` is no unit of an interval");
        self.refuse_word(&written, node, message, did_you_mean(&written, UNITS.iter().copied()))
    }

    /// `'1 day 2 hours'`.
    fn interval_text(&self, text: &str, value: &ValueWithSpan) -> Flow {
        if text.contains(['$', '{']) {
            return GO_ON;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let words = match words.split_first() {
            Some((first, rest)) if first.eq_ignore_ascii_case("interval") => rest,
            _ => &words,
        };
        if !words.iter().any(|word| word.contains(char::is_alphabetic)) {
            return self.refuse(value, "an interval needs a unit", Some("write `INTERVAL 7 DAYS`".to_owned()));
        }
        if let Some(unit) = words.iter().find(|word| word.starts_with(char::is_alphabetic) && !is_interval_unit(word)) {
            let message = format!("`{unit}` is no unit of an interval");
            return self.refuse(value, message, did_you_mean(unit, UNITS.iter().copied()));
        }
        if are_amounts(words) {
            return GO_ON;
        }
        let hint = Some("write `INTERVAL '1 day 2.5 seconds'`".to_owned());
        self.refuse(value, "expected whole numbers, each with its unit behind it; seconds may have a fraction", hint)
    }

    pub(super) fn typed_string(&self, literal: &TypedString, node: &impl Spanned) -> Flow {
        let name = literal.data_type.to_string();
        match name.as_str() {
            "DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" => self.date(literal, &name),
            _ => self.refuse(
                node,
                format!("there are no literals of type `{name}`"),
                Some(format!("write `CAST(.. AS {name})`")),
            ),
        }
    }

    /// The year, month and day of a literal; the time behind them is not looked at.
    fn date(&self, literal: &TypedString, name: &str) -> Flow {
        let Value::SingleQuotedString(text) = &literal.value.value else { return GO_ON };
        let text = text.trim();
        let is_time = matches!(name, "TIMESTAMP" | "TIMESTAMP_LTZ") && is_time(text);
        if text.contains(['$', '{']) || is_named_date(text) || is_time || is_date(text) {
            return GO_ON;
        }
        let hint = Some("write `YYYY-MM-DD`".to_owned());
        self.refuse(&literal.value, format!("`{text}` is no date"), hint)
    }
}

/// `1 day - 2 hours 0.5 seconds`.
fn are_amounts(words: &[&str]) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        // A sign may stand apart.
        let number = match *word {
            "+" | "-" => words.next().copied(),
            word => Some(word.strip_prefix(['+', '-']).unwrap_or(word)),
        };
        let (Some(number), Some(unit)) = (number, words.next().and_then(|word| unit(word))) else { return false };
        let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_whole = fraction.is_none() && !whole.is_empty();
        let is_fraction = unit == "SECOND" && fraction.is_some_and(|digits| !digits.is_empty() && are_digits(digits));
        if !are_digits(whole) || !(is_whole || is_fraction) {
            return false;
        }
    }
    true
}

/// `today`, `yesterday Europe/Berlin`.
fn is_named_date(text: &str) -> bool {
    let (word, zone) = text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let zone = zone.trim();
    // Java knows zones by their distance too: `UTC+1`, `+01:00`.
    let is_zone =
        || zone.parse::<Tz>().is_ok() || ["+", "-", "UTC", "GMT", "UT"].iter().any(|zero| zone.starts_with(zero));
    DATES.iter().any(|known| known.eq_ignore_ascii_case(word))
        && (zone.is_empty() || !word.eq_ignore_ascii_case("now") && is_zone())
}

/// A time without a date: `12:30`, `T12:30:00`.
fn is_time(text: &str) -> bool {
    let time = text.strip_prefix('T').unwrap_or(text);
    time.split_once(':')
        .is_some_and(|(hour, _)| (1..=2).contains(&hour.len()) && hour.bytes().all(|b| b.is_ascii_digit()))
}

/// `2024`, `2024-2`, or `2024-02-29` with anything behind it.
fn is_date(text: &str) -> bool {
    let (day, rest) = text.split_once(['T', ' ']).map_or((text, None), |(day, rest)| (day, Some(rest)));
    let mut parts = day.strip_prefix(['+', '-']).unwrap_or(day).split('-');
    let number = |part: &str, most: usize| {
        let short = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        short.then(|| part.parse::<u32>().ok()).flatten()
    };
    let Some(year) = parts.next().filter(|part| part.len() >= 4).and_then(|part| number(part, 7)) else { return false };
    let Some(month) = parts.next() else { return rest.is_none() };
    let Some(days) = number(month, 2).and_then(|month| days_of(year, month)) else { return false };
    let Some(day) = parts.next() else { return rest.is_none() };
    number(day, 2).is_some_and(|day| (1..=days).contains(&day)) && parts.next().is_none()
}

fn days_of(year: u32, month: u32) -> Option<u32> {
    let leaps = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => Some(if leaps { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

fn text_of(expr: &Expr) -> Option<(&str, &ValueWithSpan)> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some((text, value)),
            _ => None,
        },
        _ => None,
    }
}
