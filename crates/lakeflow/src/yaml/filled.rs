//! Places in a text of which parts were replaced after it was read.
//!
//! Passes find faults in the text as it is now; a person has to see the word that is in the file. What stands between the
//! replaced parts is the same in both, and a place within a replaced part is the whole of what was written for it.

use std::ops::Range;

/// A part of a text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledPart {
    /// Its bytes in the text as it is now.
    pub now: Range<usize>,
    /// The bytes of what was written for it, in the text as it was read.
    pub written: Range<usize>,
}

/// The bytes of what was written for a range of the text as it is now; `parts` are in order.
pub(super) fn written(parts: &[FilledPart], range: Range<usize>) -> Range<usize> {
    let start = parts.iter().find(|part| part.now.contains(&range.start)).map(|part| part.written.start);
    let is_end_of = |part: &&FilledPart| part.now.start < range.end && range.end <= part.now.end;
    let end = parts.iter().find(is_end_of).map(|part| part.written.end);
    let start = start.unwrap_or_else(|| outside(parts, range.start));
    let end = end.unwrap_or_else(|| outside(parts, range.end));
    start..end.max(start)
}

/// The offset that was written for one between two parts.
fn outside(parts: &[FilledPart], offset: usize) -> usize {
    match parts.iter().rev().find(|part| part.now.end <= offset) {
        Some(last) => offset - last.now.end + last.written.end,
        None => offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the template for a word of the text.
    fn shown(word: &str) -> &'static str {
        let (template, text) = ("a <= $(b) or c = $(d) + 1", "a <= 0.25 or c = 'x' + 1");
        let part = |now: &str, mark: &str| {
            let (now_at, at) = (text.find(now).unwrap_or(0), template.find(mark).unwrap_or(0));
            FilledPart { now: now_at..now_at + now.len(), written: at..at + mark.len() }
        };
        let parts = [part("0.25", "$(b)"), part("'x'", "$(d)")];
        let start = text.find(word).unwrap_or(0);
        template.get(written(&parts, start..start + word.len())).unwrap_or("?")
    }

    #[test]
    fn what_was_replaced_is_found_as_it_was_written() {
        assert_eq!(shown("a"), "a");
        assert_eq!(shown("<="), "<=");
        assert_eq!(shown("0.25"), "$(b)");
        assert_eq!(shown("25"), "$(b)");
        assert_eq!(shown("<= 0.25 or"), "<= $(b) or");
        assert_eq!(shown("or c = "), "or c = ");
        assert_eq!(shown("'x' + 1"), "$(d) + 1");
        assert_eq!(shown("1"), "1");
        assert_eq!(shown("a <= 0.25 or c = 'x' + 1"), "a <= $(b) or c = $(d) + 1");
    }
}
