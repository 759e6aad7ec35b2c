//! Mistakes that YAML silently accepts as something else: a comma within an unquoted value in brackets, and
//! typographic quotes.

use std::ops::Range;

/// Whether a comma was met inside a bracket of a value: `coalesce(a` of `{ sql: coalesce(a, 0) }`.
pub(super) fn is_cut(written: &str) -> bool {
    written.matches('(').count() > written.matches(')').count()
}

/// A value in quotes, of the kind that the value does not hold.
pub(super) fn quoted(written: &str) -> String {
    if written.contains('"') { format!("'{}'", written.replace('\'', "''")) } else { format!("\"{written}\"") }
}

/// The colon of `type:string`, which YAML reads as a key without a value.
pub(super) fn colon_without_space(key: &str) -> Option<usize> {
    let (word, rest) = key.split_once(':')?;
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_word && !rest.is_empty() && !rest.contains(':')).then_some(word.len())
}

/// The text between typographic quotes, if a value is one.
pub(super) fn between_typographic_quotes(written: &str) -> Option<&str> {
    let inner = written.strip_prefix(['\u{201c}', '\u{201e}', '\u{2018}', '\u{201a}', '\u{201d}', '\u{2019}'])?;
    inner.strip_suffix(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'])
}

/// `price { type: int }`: a word right before a bracket, on a line that should have a colon between them. The place is that
/// of the word.
pub(super) fn missing_colon(line: &str) -> Option<Range<usize>> {
    let start = line.len() - line.trim_start().len();
    let word = line[start..].find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let behind = line[start + word..].trim_start();
    (word > 0 && behind.starts_with(['{', '['])).then_some(start..start + word)
}

/// The second `: ` of an entry between brackets, by its key and its offset: `{ description: Name: of it }`.
pub(super) fn second_colon(line: &str) -> Option<(&str, usize)> {
    let (mut depth, mut quote) = (0usize, None);
    let (mut start, mut colon) = (0, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if line[..at].trim_end().ends_with([':', ',', '[', '{']) => quote = Some(c),
            (None, '{' | '[') => (depth, start, colon) = (depth + 1, at + 1, None),
            (None, '}' | ']') => (depth, start, colon) = (depth.saturating_sub(1), at + 1, None),
            (None, ',') => (start, colon) = (at + 1, None),
            (None, ':') if depth > 0 && line[at + 1..].starts_with(' ') => match colon {
                None => colon = Some(at),
                Some(first) => return Some((line[start..first].trim(), at)),
            },
            _ => {}
        }
    }
    None
}
