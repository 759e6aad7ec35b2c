//! From sqlparser's lines and columns to bytes.
//!
//! sqlparser counts lines and columns in characters from 1; everything of ours counts bytes from 0. Only the lexer and
//! this file know both.

use std::ops::Range;

use sqlparser::ast::Spanned;
use sqlparser::tokenizer::{Location, Span};

/// Byte offset of `location` in `text`. A place past the end of a line or of the text is clamped to it; the empty
/// location (line 0), which sqlparser uses for "nowhere" and for the end, is the end of the text.
pub fn offset_of(text: &str, location: Location) -> usize {
    let Some(line) = location.line.checked_sub(1) else { return text.len() };
    let mut start = 0;
    for _ in 0..line {
        match text.get(start..).and_then(|rest| rest.find('\n')) {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let rest = text.get(start..).unwrap_or("");
    let rest = rest.split('\n').next().unwrap_or("");
    let column = usize::try_from(location.column.saturating_sub(1)).unwrap_or(usize::MAX);
    start + rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset)
}

/// The bytes under `span`; `None` for the empty span, which nodes have that sqlparser gives no place.
pub fn range_of(text: &str, span: Span) -> Option<Range<usize>> {
    if span == Span::empty() {
        return None;
    }
    let start = offset_of(text, span.start);
    Some(start..offset_of(text, span.end).max(start))
}

/// The bytes of a node: an expression, a query. An identifier carries its span itself: see [`range_of`].
pub fn range_of_node(text: &str, node: &impl Spanned) -> Option<Range<usize>> {
    range_of(text, node.span())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_of_several_bytes() {
        let text = "SELECT 'ä',\n  'öö' AS ü";
        assert_eq!(offset_of(text, Location::new(1, 11)), text.find(',').expect("a comma"));
        assert_eq!(offset_of(text, Location::new(2, 8)), text.find("AS").expect("an alias"));
    }

    #[test]
    fn clamps_what_lies_outside() {
        assert_eq!(offset_of("ab\nc", Location::new(1, 9)), 2);
        assert_eq!(offset_of("ab\nc", Location::new(9, 1)), 4);
        assert_eq!(offset_of("ab\nc", Location::empty()), 4);
        assert_eq!(range_of("ab", Span::empty()), None);
    }
}
