//! Intervals and dates that no engine could read.

use sqlparser::ast::{DataType, DateTimeField, Expr, Interval, Spanned, TypedString, Value, ValueWithSpan};

use super::{Flow, GO_ON, Strict};
use crate::diag::did_you_mean;

/// Units of intervals; each may also end in `S`.
const UNITS: &[&str] = &["YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];

/// Units that may stand before and behind `TO`, from the longest to the shortest.
const RANGES: &[&[&str]] = &[&["YEAR", "MONTH"], &["DAY", "HOUR", "MINUTE", "SECOND"]];

/// Words that are a date.
const DATES: &[&str] = &["epoch", "now", "today", "tomorrow", "yesterday"];

fn singular(unit: &str) -> String {
    let unit = unit.to_ascii_uppercase();
    unit.strip_suffix('S').map_or(unit.clone(), str::to_owned)
}

fn is_unit(word: &str) -> bool {
    UNITS.contains(&singular(word).as_str())
}

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
        let position =
            |range: &[&str], field: &DateTimeField| range.iter().position(|unit| *unit == singular(&field.to_string()));
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
        if is_unit(&written) || written.contains(['$', '{']) {
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
        let text = text.trim();
        let words = text.get(..8).filter(|head| head.eq_ignore_ascii_case("interval")).map_or(text, |_| &text[8..]);
        let words: Vec<&str> = words.split_whitespace().collect();
        if !words.iter().any(|word| word.contains(char::is_alphabetic)) {
            return self.refuse(value, "an interval needs a unit", Some("write `INTERVAL 7 DAYS`".to_owned()));
        }
        if let Some(unit) = words.iter().find(|word| word.starts_with(char::is_alphabetic) && !is_unit(word)) {
            let message = format!("`{unit}` is no unit of an interval");
            return self.refuse(value, message, did_you_mean(unit, UNITS.iter().copied()));
        }
        let numbers = words.iter().step_by(2).all(|word| word.trim_start_matches(['+', '-']).parse::<f64>().is_ok());
        let units = words.iter().skip(1).step_by(2).all(|word| is_unit(word));
        if numbers && units && words.len().is_multiple_of(2) {
            return GO_ON;
        }
        let hint = Some("write `INTERVAL '1 day 2 hours'`".to_owned());
        self.refuse(value, "expected numbers, each with its unit behind it", hint)
    }

    pub(super) fn typed_string(&self, literal: &TypedString, node: &impl Spanned) -> Flow {
        let name = literal.data_type.to_string();
        match name.as_str() {
            "DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" => self.date(literal),
            _ => self.refuse(
                node,
                format!("there are no literals of type `{name}`"),
                Some(format!("write `CAST(.. AS {name})`")),
            ),
        }
    }

    /// The year, month and day of a literal; the time behind them is not looked at.
    fn date(&self, literal: &TypedString) -> Flow {
        let Value::SingleQuotedString(text) = &literal.value.value else { return GO_ON };
        let text = text.trim();
        if text.contains(['$', '{']) || DATES.iter().any(|word| text.to_ascii_lowercase().starts_with(word)) {
            return GO_ON;
        }
        let day = text.split(['T', ' ']).next().unwrap_or("");
        // A timestamp may be a time alone.
        let timed = day.contains(':') && literal.data_type != DataType::Date;
        if timed || is_date(day) {
            return GO_ON;
        }
        let hint = Some("write `YYYY-MM-DD`".to_owned());
        self.refuse(&literal.value, format!("`{text}` is no date"), hint)
    }
}

/// `2024`, `2024-2` or `2024-02-29`.
fn is_date(text: &str) -> bool {
    let mut parts = text.trim_start_matches(['+', '-']).split('-');
    let number = |part: &str, most: usize| {
        let short = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        short.then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = parts.next().filter(|part| part.len() >= 4).and_then(|part| number(part, 7));
    let month = parts.next().map(|part| number(part, 2).is_some_and(|n| (1..=12).contains(&n)));
    let day = parts.next().map(|part| number(part, 2).is_some_and(|n| (1..=31).contains(&n)));
    year.is_some() && month.unwrap_or(true) && day.unwrap_or(true) && parts.next().is_none()
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
