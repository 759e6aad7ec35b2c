//! Regular expressions as Java reads them, run by an engine without backtracking.
//!
//! A pattern is translated where the two dialects write the same thing differently; what only Java has (look-around,
//! back references, possessive quantifiers) is refused.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_err, plan_err};
use regex::{Captures, Regex};

use super::super::native::Param::{Int, Text};
use super::super::native::{Call, Given, Native, native};
use super::super::types;
use super::arrays::gathered;

pub(super) const FUNCTIONS: &[Native] = &[
    native("regexp_like", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("rlike", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("regexp", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("regexp_count", &[Text, Text], |g| typed(g, DataType::Int32), count),
    native("regexp_replace", &[Text, Text, Text], |g| typed(g, DataType::Utf8), replace),
    native("regexp_extract", &[Text, Text, Int], |g| typed(g, DataType::Utf8), extract).optional(1),
    native("split", &[Text, Text, Int], |g| typed(g, types::array(DataType::Utf8)), split).optional(1),
];

/// A literal pattern is checked when the query is planned.
fn typed(given: &Given, returns: DataType) -> Result<DataType> {
    match given.text(1) {
        Some(pattern) => compile(pattern).map(|_| returns),
        None => Ok(returns),
    }
}

fn compile(pattern: &str) -> Result<Regex> {
    match Regex::new(&translate(pattern)?) {
        Ok(regex) => Ok(regex),
        Err(_) => plan_err!("the pattern `{pattern}` is not valid, or not supported by the local engine"),
    }
}

const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// The pattern in the syntax of the `regex` crate.
fn translate(pattern: &str) -> Result<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut depth = 0_usize;
    let mut quantified = false;
    while let Some(c) = chars.next() {
        let in_class = depth > 0;
        let quantifier = !in_class && matches!(c, '*' | '+' | '?' | '}');
        if quantifier && quantified && c == '+' {
            return plan_err!("possessive quantifiers in a pattern are not supported by the local engine");
        }
        quantified = quantifier;
        match c {
            '\\' => match chars.next() {
                Some(escaped) => escape(escaped, in_class, &mut out)?,
                None => return plan_err!("a pattern ends with a backslash"),
            },
            '[' => {
                depth += 1;
                out.push('[');
            }
            ']' if in_class => {
                depth -= 1;
                out.push(']');
            }
            '.' if !in_class => out.push_str(&format!("[^{LINE_ENDS}]")),
            // Before the line end that closes the text, if there is one.
            '$' if !in_class => out.push_str(&format!(r"(?:\r\n|[{LINE_ENDS}])?\z")),
            '~' if in_class => out.push_str(r"\~"),
            '-' if in_class && chars.peek() == Some(&'-') => out.push_str(r"\-"),
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Classes and boundaries are ASCII in Java.
fn escape(c: char, in_class: bool, out: &mut String) -> Result<()> {
    let class = match c {
        'd' => Some(("0-9", false)),
        'D' => Some(("0-9", true)),
        'w' => Some(("A-Za-z0-9_", false)),
        'W' => Some(("A-Za-z0-9_", true)),
        's' => Some((r" \t\n\x0B\f\r", false)),
        'S' => Some((r" \t\n\x0B\f\r", true)),
        _ => None,
    };
    match (class, c) {
        (Some((set, false)), _) if in_class => out.push_str(set),
        (Some((set, negated)), _) => out.push_str(&format!("[{}{set}]", if negated { "^" } else { "" })),
        (None, 'b') => out.push_str(r"(?-u:\b)"),
        (None, 'B') => out.push_str(r"(?-u:\B)"),
        (None, 'Z') => out.push_str(&format!(r"(?:\r\n|[{LINE_ENDS}])?\z")),
        (None, 'A' | 'z' | 't' | 'n' | 'r' | 'f' | 'x') => out.extend(['\\', c]),
        (
            None,
            'p' | 'P' | 'Q' | 'E' | 'G' | 'R' | 'X' | 'h' | 'H' | 'v' | 'V' | 'k' | 'u' | 'c' | 'e' | 'a' | '0'..='9',
        ) => {
            return plan_err!("`\\{c}` in a pattern is not supported by the local engine");
        }
        (None, c) if c.is_ascii_alphabetic() => return plan_err!("`\\{c}` in a pattern is not valid"),
        (None, c) => out.push_str(&regex::escape(&c.to_string())),
    }
    Ok(())
}

/// Applies a function to each text and its pattern; a pattern is compiled once while it stays the same.
fn each<T>(call: &Call, mut apply: impl FnMut(usize, &str, &Regex) -> Result<T>) -> Result<Vec<Option<T>>> {
    let mut compiled: Option<(String, Regex)> = None;
    let mut results = Vec::with_capacity(call.rows);
    for (row, (text, pattern)) in call.text(0)?.iter().zip(call.text(1)?.iter()).enumerate() {
        let (Some(text), Some(pattern)) = (text, pattern) else {
            results.push(None);
            continue;
        };
        if compiled.as_ref().is_none_or(|(known, _)| known != pattern) {
            compiled = Some((pattern.to_owned(), compile(pattern)?));
        }
        let Some((_, regex)) = &compiled else { return exec_err!("a pattern was not compiled") };
        results.push(Some(apply(row, text, regex)?));
    }
    Ok(results)
}

/// Our form of `$` takes a closing line end into the match, which only matters when the match itself is used.
fn exact_ends(text: &str, pattern: &str) -> Result<()> {
    if pattern.contains(['$', 'Z']) && text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return exec_err!("`$` in a pattern on a text that ends with a line end is not supported by the local engine");
    }
    Ok(())
}

fn like(call: &Call) -> Result<ArrayRef> {
    let found = each(call, |_, text, regex| Ok(regex.is_match(text)))?;
    Ok(Arc::new(found.into_iter().collect::<BooleanArray>()))
}

fn count(call: &Call) -> Result<ArrayRef> {
    let counts = each(call, |_, text, regex| Ok(regex.find_iter(text).count() as i32))?;
    Ok(Arc::new(counts.into_iter().collect::<Int32Array>()))
}

fn replace(call: &Call) -> Result<ArrayRef> {
    let replacements = call.text(2)?;
    let patterns = call.text(1)?;
    let replaced = each(call, |row, text, regex| {
        if replacements.is_null(row) {
            return Ok(None);
        }
        exact_ends(text, patterns.value(row))?;
        let template = template(replacements.value(row), regex.captures_len())?;
        Ok(Some(regex.replace_all(text, |found: &Captures| filled(&template, found)).into_owned()))
    })?;
    Ok(Arc::new(replaced.into_iter().map(Option::flatten).collect::<StringArray>()))
}

enum Piece {
    Text(String),
    Group(usize),
}

/// Java's replacement text: `$n` for a group, a backslash before a character that stands for itself.
fn template(text: &str, groups: usize) -> Result<Vec<Piece>> {
    let mut pieces = vec![];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => pieces.push(Piece::Text(chars.next().map(String::from).unwrap_or_default())),
            '$' => {
                let Some(mut group) = chars.next().and_then(|c| c.to_digit(10)).map(|d| d as usize) else {
                    return exec_err!("`$` in a replacement has to be followed by a group's number");
                };
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    if group * 10 + digit as usize >= groups {
                        break;
                    }
                    group = group * 10 + digit as usize;
                    chars.next();
                }
                if group >= groups {
                    return exec_err!("the pattern has no group {group}");
                }
                pieces.push(Piece::Group(group));
            }
            other => pieces.push(Piece::Text(other.to_string())),
        }
    }
    Ok(pieces)
}

fn filled(template: &[Piece], found: &Captures) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Group(group) => found.get(*group).map(|m| m.as_str().to_owned()).unwrap_or_default(),
    };
    template.iter().map(piece).collect()
}

/// The group's text in the first match; empty when there is no match or the group took no part.
fn extract(call: &Call) -> Result<ArrayRef> {
    let first = Int32Array::from(vec![1; call.rows]);
    let groups = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &first };
    let patterns = call.text(1)?;
    let found = each(call, |row, text, regex| {
        exact_ends(text, patterns.value(row))?;
        let group = usize::try_from(groups.value(row)).unwrap_or(usize::MAX);
        if group >= regex.captures_len() {
            return exec_err!("the pattern has no group {}", groups.value(row));
        }
        let matched = regex.captures(text).and_then(|c| c.get(group).map(|m| m.as_str().to_owned()));
        Ok(matched.unwrap_or_default())
    })?;
    Ok(Arc::new(found.into_iter().collect::<StringArray>()))
}

/// Parts between matches; a limit above 0 bounds their number. An empty match at the start gives no empty part.
fn split(call: &Call) -> Result<ArrayRef> {
    let unlimited = Int32Array::from(vec![-1; call.rows]);
    let limits = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &unlimited };
    let mut parts: Vec<String> = vec![];
    let rows = each(call, |row, text, regex| {
        let limit = usize::try_from(limits.value(row)).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
        let begin = parts.len();
        let mut from = 0;
        for found in regex.find_iter(text) {
            if parts.len() - begin + 1 >= limit {
                break;
            }
            if found.is_empty() && (found.start() == 0 || found.start() == text.len()) {
                continue;
            }
            parts.push(text.get(from..found.start()).unwrap_or_default().to_owned());
            from = found.end();
        }
        parts.push(text.get(from..).unwrap_or_default().to_owned());
        Ok((begin..parts.len()).map(|i| u32::try_from(i).ok()).collect::<Vec<_>>())
    })?;
    let values: ArrayRef = Arc::new(StringArray::from(parts));
    gathered(&values, rows)
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn patterns_mean_what_they_mean_in_java() {
        let like = |text: &str, pattern: &str| compile(pattern).is_ok_and(|r| r.is_match(text));
        assert!(like("2024-01-05", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"));
        assert!(!like("2024-01-05\n", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"), "\\z is the very end");
        assert!(like("a\n", "^a$"), "$ allows a closing line end");
        assert!(!like("a\nb", "^a$"));
        assert!(!like("\u{0661}", r"^\d$"), "digits are ASCII");
        assert!(!like("a\rb", "^a.b$"), "a dot is no line end");
        assert!(like("a.b", r"^a\.b$") && !like("axb", r"^a\.b$"));
        assert!(like("x@y.z", "^[^@ ]+@[^@ ]+[.][^@ ]+$"));
        for refused in ["(?=a)", r"(a)\1", "a++", r"\p{Alpha}", "a)", r"\q"] {
            assert!(compile(refused).is_err(), "{refused}");
        }
    }
}
