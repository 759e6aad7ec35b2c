//! `${key}`, `{{key}}` and `$key`, replaced before the text is parsed, as Databricks does it.
//!
//! The value is what the caller gives, or else that of the last `SET key = value` before it in the file; keys within
//! the value are replaced as well. Positions in the resulting text are mapped back to the original, because a note has
//! to point at the file that the user sees.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use lakeflow::ast::StatementKind;
use lakeflow::{Attempt, parse_each, tokens};
use sqlparser::tokenizer::Token;

use super::Settings;

/// A value that is longer, or that is put together of more values one in the other, is none that anybody meant.
const LONGEST: usize = 1 << 16;
const DEEPEST: usize = 8;

/// A text with its keys filled in.
pub(super) struct Filled {
    /// The text that is parsed.
    pub(super) text: String,
    /// What was put where, in order: bytes of the filled text, bytes of the original.
    replaced: Vec<(Range<usize>, Range<usize>)>,
    /// Why a key can't be filled in, with its bytes in the filled text, in order.
    pub(super) missing: Vec<(String, Range<usize>)>,
    /// What the caller gave and was put somewhere.
    pub(super) used: BTreeSet<String>,
}

impl Filled {
    pub(super) fn new(original: &str, given: &Settings) -> Self {
        let found = keys(original);
        let set = if found.is_empty() { vec![] } else { set_statements(original) };
        let mut set = set.into_iter().peekable();
        let mut values = KeyValues { given, set: BTreeMap::new(), used: BTreeSet::new() };
        let mut text = String::with_capacity(original.len());
        let (mut replaced, mut missing, mut end) = (vec![], vec![], 0);
        for key in found {
            while let Some((name, _, value)) = set.next_if(|(_, at, _)| *at < key.range.start) {
                let value = values.fill(&value, &[]);
                values.set.insert(name, value);
            }
            text.push_str(original.get(end..key.range.start).unwrap_or(""));
            end = key.range.end;
            let start = text.len();
            match values.of(&key, &[]) {
                Ok(value) => text.push_str(&value),
                Err(why) => {
                    text.push_str(key.written);
                    missing.push((why, start..text.len()));
                }
            }
            replaced.push((start..text.len(), key.range));
        }
        text.push_str(original.get(end..).unwrap_or(""));
        Filled { text, replaced, missing, used: values.used }
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

/// What keys stand for at one place of a text.
struct KeyValues<'a> {
    given: &'a Settings,
    /// What `SET` said so far, or why that can't be had.
    set: BTreeMap<String, Result<String, String>>,
    used: BTreeSet<String>,
}

impl KeyValues<'_> {
    /// The value of a key that stands in the values of `outer`; an error says why it has none.
    fn of(&mut self, key: &Key<'_>, outer: &[&str]) -> Result<String, String> {
        let Key { name, written, .. } = key;
        if outer.contains(name) || outer.len() >= DEEPEST {
            return Err(format!("`{written}` is part of its own value, or nested too deeply"));
        }
        match (self.given.get(*name), self.set.get(*name)) {
            (Some(value), _) => {
                self.used.insert((*name).to_owned());
                self.fill(value, &[outer, &[name]].concat())
            }
            (None, Some(value)) => value.clone(),
            (None, None) => Err(format!("`{written}` has no value: give --set {name}=VALUE")),
        }
    }

    /// A value with the keys in it filled in.
    fn fill(&mut self, value: &str, outer: &[&str]) -> Result<String, String> {
        let (mut filled, mut end) = (String::new(), 0);
        for key in keys(value) {
            filled.push_str(value.get(end..key.range.start).unwrap_or(""));
            filled.push_str(&self.of(&key, outer)?);
            if filled.len() > LONGEST {
                return Err(format!("the value with `{}` in it is longer than {LONGEST} bytes", key.written));
            }
            end = key.range.end;
        }
        filled.push_str(value.get(end..).unwrap_or(""));
        Ok(filled)
    }
}

/// A place where a value belongs.
struct Key<'a> {
    name: &'a str,
    written: &'a str,
    range: Range<usize>,
}

/// Keys in order: `${key}` and `{{key}}` outside of comments, `$key` where a name may stand.
fn keys(text: &str) -> Vec<Key<'_>> {
    let mut found = vec![];
    if !text.contains('$') && !text.contains("{{") {
        return found;
    }
    let tokens = tokens(text);
    let mut comments = tokens.comments.iter().peekable();
    let is_bare =
        |token: &Token| matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.starts_with('$'));
    let mut words =
        tokens.pieces.iter().filter(|piece| is_bare(&piece.token)).map(|piece| piece.range.start).peekable();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['$', '{'])).map(|offset| at + offset) {
        at = start + 1;
        while comments.next_if(|comment| comment.end <= start).is_some() {}
        while words.next_if(|word| *word < start).is_some() {}
        let in_comment = comments.peek().is_some_and(|comment| comment.start <= start);
        let rest = text.get(start..).unwrap_or("");
        let key = if words.peek() == Some(&start) { braced(rest).or_else(|| bare(rest)) } else { braced(rest) };
        let Some((name, length)) = key else { continue };
        at = start + length;
        if !in_comment {
            let range = start..at;
            found.push(Key { name, written: text.get(range.clone()).unwrap_or(""), range });
        }
    }
    found
}

/// The key that `text` begins with, and the length of it with its braces.
fn braced(text: &str) -> Option<(&str, usize)> {
    let (open, close) = if text.starts_with("${") { ("${", "}") } else { ("{{", "}}") };
    let (inner, _) = text.strip_prefix(open)?.split_once(close)?;
    let key = inner.trim();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_.-:".contains(c));
    is_key.then_some((key, open.len() + inner.len() + close.len()))
}

/// The same without braces: how notebooks once named a widget.
fn bare(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('$')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let key = rest.get(..end).filter(|key| !key.is_empty())?;
    Some((key, 1 + end))
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

    fn given(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn places_lead_back_to_what_was_written() {
        let text = "-- ${a}\nSET b = 'x y';\nSELECT ${a}, ${b}, {{ c }} FROM t";
        let filled = Filled::new(text, &given(&[("a", "1234567890")]));
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

    #[test]
    fn values_that_go_round_or_grow_without_end_are_none() {
        let filled = Filled::new("SELECT ${a}", &given(&[("a", "${b}"), ("b", "${a}")]));
        assert_eq!(filled.missing[0].0, "`${a}` is part of its own value, or nested too deeply");
        let doubled: String = (1..60).map(|n| format!("SET a{n} = ${{a{}}}${{a{}}};\n", n - 1, n - 1)).collect();
        let filled = Filled::new(&format!("SET a0 = xx;\n{doubled}SELECT ${{a59}};"), &Settings::new());
        assert!(filled.text.len() < 64 * LONGEST && !filled.missing.is_empty(), "{}", filled.text.len());
        assert!(filled.missing[0].0.contains("longer"), "{}", filled.missing[0].0);
    }
}
