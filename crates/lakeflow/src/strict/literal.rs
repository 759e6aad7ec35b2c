//! Intervals and dates that no engine could read.

use sqlparser::ast::{DateTimeField, Expr, Interval, Spanned, TypedString, Value, ValueWithSpan};

use super::{Flow, GO_ON, Strict};
use crate::cast;
use crate::diag::did_you_mean;
use crate::types::DataType;
use crate::unit::{UNITS, is_interval_unit, unit};

/// Units that may stand before and behind `TO`, from the longest to the shortest.
const RANGES: &[&[&str]] = &[&["YEAR", "MONTH"], &["DAY", "HOUR", "MINUTE", "SECOND"]];

impl Strict<'_> {
    pub(super) fn interval(&self, interval: &Interval, node: &impl Spanned) -> Flow {
        let Some(leading) = &interval.leading_field else {
            return match text_of(&interval.value) {
                Some((text, value)) => self.interval_text(text, value),
                None => self.refuse(node, "missing unit of the interval", Some("write `INTERVAL 7 DAYS`".to_owned())),
            };
        };
        self.interval_unit(leading, node)?;
        let Some(last) = &interval.last_field else { return self.interval_amount(leading, &interval.value) };
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
        let hint = "write the longer unit first: `YEAR TO MONTH`, or two of `DAY`, `HOUR`, `MINUTE`, `SECOND`";
        self.refuse(node, format!("invalid interval: `{leading} TO {last}`"), Some(hint.to_owned()))
    }

    /// `'7'` before a unit.
    fn interval_amount(&self, unit: &DateTimeField, value: &Expr) -> Flow {
        let Some((text, value)) = text_of(value).filter(|(text, _)| !text.contains(['$', '{'])) else { return GO_ON };
        let unit = unit.to_string();
        let words: Vec<&str> = text.split_whitespace().chain([unit.as_str()]).collect();
        if words.len() > 1 && are_amounts(&words) {
            return GO_ON;
        }
        let hint = Some(
            "only seconds can have a fraction; write `INTERVAL '1 day 2 hours'` for more than one unit".to_owned(),
        );
        self.refuse(value, format!("`{text}` is not a valid number of `{unit}`"), hint)
    }

    fn interval_unit(&self, unit: &DateTimeField, node: &impl Spanned) -> Flow {
        let written = unit.to_string();
        if is_interval_unit(&written) || written.contains(['$', '{']) {
            return GO_ON;
        }
        let message = format!("`{written}` is not a valid interval unit");
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
            return self.refuse(value, "missing unit of the interval", Some("write `INTERVAL 7 DAYS`".to_owned()));
        }
        if let Some(unit) = words.iter().find(|word| word.starts_with(char::is_alphabetic) && !is_interval_unit(word)) {
            let message = format!("`{unit}` is not a valid interval unit");
            return self.refuse(value, message, did_you_mean(unit, UNITS.iter().copied()));
        }
        if are_amounts(words) {
            return GO_ON;
        }
        let hint = Some("write `INTERVAL '1 day 2.5 seconds'`".to_owned());
        self.refuse(value, "expected integers, each followed by its unit; seconds can have a fraction", hint)
    }

    pub(super) fn typed_string(&self, literal: &TypedString, node: &impl Spanned) -> Flow {
        let name = literal.data_type.to_string();
        match name.as_str() {
            "DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" => self.date(literal, &name),
            _ => self.refuse(
                node,
                format!("there are no `{name}` literals"),
                Some(format!("write `CAST(.. AS {name})`")),
            ),
        }
    }

    fn date(&self, literal: &TypedString, name: &str) -> Flow {
        let Value::SingleQuotedString(text) = &literal.value.value else { return GO_ON };
        let (ty, noun, form) = match name {
            "DATE" => (DataType::Date, "date", "YYYY-MM-DD"),
            "TIMESTAMP_NTZ" => (DataType::TimestampNtz, "timestamp", "YYYY-MM-DD hh:mm:ss"),
            _ => (DataType::Timestamp, "timestamp", "YYYY-MM-DD hh:mm:ss"),
        };
        if text.contains(['$', '{']) || cast::reading(text, &ty) != cast::CastReading::Fails {
            return GO_ON;
        }
        self.refuse(&literal.value, format!("`{text}` is not a valid {noun}"), Some(format!("write `{form}`")))
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

fn text_of(expr: &Expr) -> Option<(&str, &ValueWithSpan)> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some((text, value)),
            _ => None,
        },
        _ => None,
    }
}
