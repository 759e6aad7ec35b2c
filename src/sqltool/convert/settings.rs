//! `${key}` and `{{key}}`, filled in before the text is parsed, as Databricks does it.
//!
//! The value is what the caller gives or else what the last `SET key = value` before it in the file says. Places in the
//! filled text lead back to the original: a note has to point at what the reader has in front of them.

use std::ops::Range;

use super::Settings;
use crate::lakeflow::ast::StatementKind;
use crate::lakeflow::{Attempt, parse_each, tokens};

/// A text with its keys filled in.
pub(super) struct Filled {
    /// The text that is parsed.
    pub(super) text: String,
    /// What was put where, in order: bytes of the filled text, bytes of the original.
    replaced: Vec<(Range<usize>, Range<usize>)>,
    /// Keys as written for which there is no value, with their bytes in the filled text.
    pub(super) missing: Vec<(String, Range<usize>)>,
}

impl Filled {
    pub(super) fn new(original: &str, given: &Settings) -> Self {
        let found = keys(original);
        let mut filled = Filled { text: String::with_capacity(original.len()), replaced: vec![], missing: vec![] };
        let set = if found.is_empty() { vec![] } else { set_statements(original) };
        let mut end = 0;
        for (key, range) in found {
            filled.text.push_str(original.get(end..range.start).unwrap_or(""));
            end = range.end;
            let start = filled.text.len();
            let set = set.iter().rev().find(|(other, at, _)| *other == key && *at < range.start);
            match given.get(&key).or(set.map(|(_, _, value)| value)) {
                Some(value) => filled.text.push_str(value),
                None => {
                    let written = original.get(range.clone()).unwrap_or("");
                    filled.text.push_str(written);
                    filled.missing.push((written.to_owned(), start..filled.text.len()));
                }
            }
            filled.replaced.push((start..filled.text.len(), range));
        }
        filled.text.push_str(original.get(end..).unwrap_or(""));
        filled
    }

    /// The bytes of the original under a range of the filled text; what was filled in leads to the key it stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.offset(range.start, |original| original.start);
        start..self.offset(range.end, |original| original.end).max(start)
    }

    fn offset(&self, at: usize, inside: impl Fn(&Range<usize>) -> usize) -> usize {
        let before = self.replaced.partition_point(|(new, _)| new.start < at);
        match before.checked_sub(1).and_then(|last| self.replaced.get(last)) {
            Some((new, original)) if at <= new.end => inside(original),
            Some((new, original)) => original.end + (at - new.end),
            None => at,
        }
    }
}

/// Keys and the bytes of their `${key}` or `{{key}}`, outside of comments.
fn keys(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = vec![];
    if !text.contains("${") && !text.contains("{{") {
        return found;
    }
    let comments = tokens(text).comments;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['$', '{'])).map(|offset| at + offset) {
        at = start + 1;
        let Some((key, length)) = text.get(start..).and_then(key) else { continue };
        let in_comment = comments.iter().any(|comment| comment.contains(&start));
        if !in_comment {
            found.push((key.to_owned(), start..start + length));
        }
        at = start + length;
    }
    found
}

/// The key that `text` begins with, and the length of it with its braces.
fn key(text: &str) -> Option<(&str, usize)> {
    let (open, close) = if text.starts_with("${") { ("${", "}") } else { ("{{", "}}") };
    let (inner, _) = text.strip_prefix(open)?.split_once(close)?;
    let key = inner.trim();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_.-:".contains(c));
    is_key.then_some((key, open.len() + inner.len() + close.len()))
}

/// Key, place and value of each `SET key = value`.
fn set_statements(text: &str) -> Vec<(String, usize, String)> {
    let set = |attempt: Attempt| match attempt.statement.ok()?.kind {
        StatementKind::Set { key, value } => Some((key, attempt.range.end, value)),
        _ => None,
    };
    parse_each(text).into_iter().filter_map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_what_was_written() {
        let text = "-- ${a}\nSET b = 'x y';\nSELECT ${a}, ${b}, {{ c }} FROM t";
        let given = Settings::from([("a".to_owned(), "1234567890".to_owned())]);
        let filled = Filled::new(text, &given);
        assert_eq!(filled.text, "-- ${a}\nSET b = 'x y';\nSELECT 1234567890, 'x y', {{ c }} FROM t");
        let back = |word: &str| {
            let at = filled.text.rfind(word).expect("a word");
            &text[filled.original(&(at..at + word.len()))]
        };
        assert_eq!(
            [back("SELECT"), back("3456"), back("'x y'"), back("{{ c }}"), back("FROM")],
            ["SELECT", "${a}", "${b}", "{{ c }}", "FROM"]
        );
        assert_eq!(filled.missing.len(), 1);
    }
}
