//! Functions of regular expressions: Java's patterns by [`lakeflow::pattern`], Java's way from match to match.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};
use lakeflow::pattern::{End, PatternFault, translate};
use regex::{Captures, Regex};

use super::super::native::NativeParam::{Int, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::gathered;

pub(super) const FUNCTIONS: &[Native] = &[
    native("regexp_like", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("rlike", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("regexp", &[Text, Text], |g| typed(g, DataType::Boolean), like),
    native("regexp_count", &[Text, Text], |g| typed(g, DataType::Int32), count),
    native("regexp_instr", &[Text, Text, Int], |g| typed(g, DataType::Int32), instr).optional(1),
    native("regexp_substr", &[Text, Text], |g| typed(g, DataType::Utf8), substr),
    native("regexp_replace", &[Text, Text, Text, Int], |g| typed(g, DataType::Utf8), replace).optional(1),
    native("regexp_extract", &[Text, Text, Int], |g| typed(g, DataType::Utf8), extract).optional(1),
    native("regexp_extract_all", &[Text, Text, Int], |g| typed(g, types::array(DataType::Utf8)), extract_all)
        .optional(1),
    native("split", &[Text, Text, Int], |g| typed(g, types::array(DataType::Utf8)), split).optional(1),
];

/// A literal pattern is checked when the query is planned.
fn typed(given: &GivenArguments, returns: DataType) -> Result<DataType> {
    match given.text(1) {
        Some(pattern) => CompiledRegex::new(pattern).map(|_| returns),
        None => Ok(returns),
    }
}

/// A pattern, and what has to be watched when it is matched.
pub(super) struct CompiledRegex {
    regex: Regex,
    end: End,
    has_word_border: bool,
}

impl CompiledRegex {
    pub fn new(pattern: &str) -> Result<Self> {
        let translated = match translate(pattern) {
            Ok(translated) => translated,
            Err(PatternFault::Invalid(why)) => return plan_err!("`{pattern}` is not a valid pattern: {why}"),
            Err(PatternFault::Apart(what)) => return not_impl_err!("{what} in the pattern `{pattern}`"),
        };
        match Regex::new(&translated.regex) {
            Ok(regex) => Ok(CompiledRegex { regex, end: translated.end, has_word_border: translated.has_word_border }),
            Err(_) => not_impl_err!("a pattern as large as `{pattern}`"),
        }
    }

    /// Refuses a text on which the pattern may mean something else than in Java; `whole` if all that counts is whether
    /// the text matches.
    fn guard(&self, text: &str, whole: bool) -> Result<()> {
        if self.has_word_border && !text.is_ascii() {
            return not_impl_err!(
                "`\\b` in a pattern on a text with letters beyond ASCII: versions of Java differ on it"
            );
        }
        let ends = self.end == End::Inside || (self.end == End::Last && !whole);
        if ends && text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            return not_impl_err!("`$` in a pattern on a text that ends with a line end");
        }
        Ok(())
    }

    /// All matches, in Java's way: behind a match an empty one may follow at once, behind an empty one the search goes on
    /// at the next character.
    fn matches<'t>(&self, text: &'t str) -> Result<Vec<Captures<'t>>> {
        let (mut from, mut found) = (0, vec![]);
        while let Some(captures) = self.regex.captures_at(text, from) {
            let Some(whole) = captures.get(0) else { break };
            let (start, end) = (whole.start(), whole.end());
            found.push(captures);
            from = end;
            if start == end {
                let Some(next) = text.get(end..).and_then(|rest| rest.chars().next()) else { break };
                if next > '\u{ffff}' {
                    return not_impl_err!("empty matches of a pattern on a text with characters beyond U+FFFF");
                }
                from += next.len_utf8();
            }
        }
        Ok(found)
    }
}

impl CompiledRegex {
    /// What stands between the matches, at most `limit` parts. An empty match at the start gives no empty part.
    pub fn parts(&self, text: &str, limit: usize) -> Result<Vec<String>> {
        self.guard(text, false)?;
        let (mut parts, mut from) = (vec![], 0);
        for found in self.matches(text)? {
            let Some(found) = found.get(0) else { continue };
            if parts.len() + 1 >= limit {
                break;
            }
            if found.end() == 0 {
                continue;
            }
            parts.push(text.get(from..found.start()).unwrap_or_default().to_owned());
            from = found.end();
        }
        parts.push(text.get(from..).unwrap_or_default().to_owned());
        Ok(parts)
    }
}

/// Applies a function to each text and its pattern; a pattern is compiled once while it stays the same. `whole`: see
/// [`CompiledRegex::guard`].
fn each<T>(
    call: &NativeCall,
    whole: bool,
    mut apply: impl FnMut(usize, &str, &CompiledRegex) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let mut compiled: Option<(String, CompiledRegex)> = None;
    let mut results = Vec::with_capacity(call.rows);
    for (row, (text, pattern)) in call.text(0)?.iter().zip(call.text(1)?.iter()).enumerate() {
        let (Some(text), Some(pattern)) = (text, pattern) else {
            results.push(None);
            continue;
        };
        if compiled.as_ref().is_none_or(|(known, _)| known != pattern) {
            compiled = Some((pattern.to_owned(), CompiledRegex::new(pattern)?));
        }
        let Some((_, regex)) = &compiled else { return exec_err!("a pattern was not compiled") };
        regex.guard(text, whole)?;
        results.push(Some(apply(row, text, regex)?));
    }
    Ok(results)
}

fn like(call: &NativeCall) -> Result<ArrayRef> {
    let found = each(call, true, |_, text, pattern| Ok(pattern.regex.is_match(text)))?;
    Ok(Arc::new(found.into_iter().collect::<BooleanArray>()))
}

fn count(call: &NativeCall) -> Result<ArrayRef> {
    let counts = each(call, false, |_, text, pattern| Ok(pattern.matches(text)?.len() as i32))?;
    Ok(Arc::new(counts.into_iter().collect::<Int32Array>()))
}

/// The place of the first match, in units of UTF-16 as Java counts; 0 when there is none.
fn instr(call: &NativeCall) -> Result<ArrayRef> {
    let groups = if call.len() > 2 { Some(call.values::<Int32Type>(2)?) } else { None };
    let places = each(call, false, |row, text, pattern| {
        if groups.is_some_and(|groups| groups.is_null(row)) {
            return Ok(None);
        }
        let before = pattern.regex.find(text).and_then(|found| text.get(..found.start()));
        Ok(Some(before.map_or(0, |before| before.encode_utf16().count() as i32 + 1)))
    })?;
    Ok(Arc::new(places.into_iter().map(Option::flatten).collect::<Int32Array>()))
}

/// The first match; NULL when there is none or an empty one.
fn substr(call: &NativeCall) -> Result<ArrayRef> {
    let found = each(call, false, |_, text, pattern| {
        Ok(pattern.regex.find(text).map(|m| m.as_str().to_owned()).filter(|text| !text.is_empty()))
    })?;
    Ok(Arc::new(found.into_iter().map(Option::flatten).collect::<StringArray>()))
}

fn replace(call: &NativeCall) -> Result<ArrayRef> {
    let first = Int32Array::from(vec![1; call.rows]);
    let positions = if call.len() > 3 { call.values::<Int32Type>(3)? } else { &first };
    let replacements = call.text(2)?;
    let replaced = each(call, false, |row, text, pattern| {
        if replacements.is_null(row) || positions.is_null(row) {
            return Ok(None);
        }
        let position = positions.value(row);
        let Some(skipped) = usize::try_from(position).ok().and_then(|n| n.checked_sub(1)) else {
            return exec_err!("the position of `regexp_replace` must be at least 1");
        };
        let template = template(replacements.value(row), pattern.regex.captures_len())?;
        let Some((at, _)) = text.char_indices().nth(skipped).or((skipped == 0).then_some((0, ' '))) else {
            return Ok(Some(text.to_owned()));
        };
        let (before, rest) = text.split_at(at);
        let (mut out, mut end) = (before.to_owned(), 0);
        for found in pattern.matches(rest)? {
            let Some(whole) = found.get(0) else { continue };
            out.push_str(rest.get(end..whole.start()).unwrap_or_default());
            template.iter().for_each(|piece| piece.fill(&found, &mut out));
            end = whole.end();
        }
        out.push_str(rest.get(end..).unwrap_or_default());
        Ok(Some(out))
    })?;
    Ok(Arc::new(replaced.into_iter().map(Option::flatten).collect::<StringArray>()))
}

enum RegexPiece {
    Text(String),
    Group(usize),
}

impl RegexPiece {
    fn fill(&self, found: &Captures, out: &mut String) {
        match self {
            RegexPiece::Text(text) => out.push_str(text),
            RegexPiece::Group(group) => out.push_str(found.get(*group).map_or("", |m| m.as_str())),
        }
    }
}

/// Java's replacement text: `$n` for a group, a backslash before a character that stands for itself.
fn template(text: &str, groups: usize) -> Result<Vec<RegexPiece>> {
    let mut pieces = vec![];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) => pieces.push(RegexPiece::Text(c.to_string())),
                None => return exec_err!("a replacement ends with a backslash"),
            },
            '$' if chars.peek() == Some(&'{') => return not_impl_err!("a group by its name in a replacement"),
            '$' => {
                let Some(mut group) = chars.next().and_then(|c| c.to_digit(10)).map(|d| d as usize) else {
                    return exec_err!("`$` in a replacement must be followed by a group number");
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
                pieces.push(RegexPiece::Group(group));
            }
            other => pieces.push(RegexPiece::Text(other.to_string())),
        }
    }
    Ok(pieces)
}

/// The group that a call asks for.
fn group(groups: &Int32Array, row: usize, pattern: &CompiledRegex) -> Result<usize> {
    match usize::try_from(groups.value(row)) {
        Ok(group) if group < pattern.regex.captures_len() => Ok(group),
        _ => exec_err!("the pattern has no group {}", groups.value(row)),
    }
}

fn text_of(found: &Captures, group: usize) -> String {
    found.get(group).map_or_else(String::new, |m| m.as_str().to_owned())
}

/// What `of` makes of each text and the group that is asked for, by default the first.
fn of_group<R>(
    call: &NativeCall,
    of: impl Fn(&CompiledRegex, &str, usize) -> Result<R>,
) -> Result<impl Iterator<Item = Option<R>>> {
    let first = Int32Array::from(vec![1; call.rows]);
    let groups = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &first };
    let found = each(call, false, |row, text, pattern| {
        if groups.is_null(row) {
            return Ok(None);
        }
        of(pattern, text, group(groups, row, pattern)?).map(Some)
    })?;
    Ok(found.into_iter().map(Option::flatten))
}

/// The group's text in the first match; empty when there is no match or the group took no part.
fn extract(call: &NativeCall) -> Result<ArrayRef> {
    let found = of_group(call, |pattern, text, group| {
        Ok(pattern.regex.captures(text).map_or_else(String::new, |found| text_of(&found, group)))
    })?;
    Ok(Arc::new(found.collect::<StringArray>()))
}

fn extract_all(call: &NativeCall) -> Result<ArrayRef> {
    listed(of_group(call, |pattern, text, group| {
        Ok(pattern.matches(text)?.iter().map(|found| text_of(found, group)).collect::<Vec<_>>())
    })?)
}

fn listed(rows: impl Iterator<Item = Option<Vec<String>>>) -> Result<ArrayRef> {
    let mut values: Vec<String> = vec![];
    let mut lists = vec![];
    for row in rows {
        lists.push(row.map(|parts| {
            let begin = values.len();
            values.extend(parts);
            (begin..values.len()).map(|i| u32::try_from(i).ok()).collect()
        }));
    }
    let values: ArrayRef = Arc::new(StringArray::from(values));
    gathered(&values, lists)
}

/// Parts between matches; a limit above 0 bounds their number. An empty match at the start gives no empty part.
fn split(call: &NativeCall) -> Result<ArrayRef> {
    let unlimited = Int32Array::from(vec![-1; call.rows]);
    let limits = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &unlimited };
    let patterns = call.text(1)?;
    let rows = each(call, false, |row, text, pattern| {
        if limits.is_null(row) {
            return Ok(None);
        }
        let limit = usize::try_from(limits.value(row)).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
        if patterns.value(row).is_empty() && !text.is_empty() {
            return Ok(Some(characters(text, limit)));
        }
        Ok(Some(pattern.parts(text, limit)?))
    })?;
    listed(rows.into_iter().map(Option::flatten))
}

/// Split by the empty pattern: the characters, the last part with all that is left.
fn characters(text: &str, limit: usize) -> Vec<String> {
    let count = limit.min(text.chars().count());
    let ends = text.char_indices().map(|(at, _)| at).skip(1).take(count.saturating_sub(1));
    let mut parts = vec![];
    let mut from = 0;
    for end in ends {
        parts.push(text.get(from..end).unwrap_or_default().to_owned());
        from = end;
    }
    parts.push(text.get(from..).unwrap_or_default().to_owned());
    parts
}
