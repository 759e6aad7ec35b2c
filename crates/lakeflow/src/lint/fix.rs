//! Applies fixes: edits that do not overlap, repeatedly until none are left, as long as the text still parses.

use std::collections::BTreeMap;

use super::{Edit, Lint, lint};
use crate::parse;
use crate::source::SourceMap;

/// What came of fixing one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The whole text, with all fixes applied.
    pub text: String,
    /// How many findings were put right.
    pub count: usize,
}

/// A fix can bring to light what another one hid; no text needs more rounds than this.
const ROUNDS: usize = 8;

/// Puts right in `text` what has a fix; `None` when nothing has, or when the result would parse less well than the text:
/// a text that parses must parse afterwards, one that does not may have no more faults than before.
pub fn fix(text: &str, chosen: &[&Lint]) -> Option<Fixed> {
    let mut fixed = Fixed { text: text.to_owned(), count: 0 };
    for _ in 0..ROUNDS {
        let mut sources = SourceMap::default();
        let file = sources.add("", fixed.text.as_str());
        let fixes = lint(&[file], &sources, chosen).into_iter().map(|report| report.fix).filter(|fix| !fix.is_empty());
        let (next, count) = apply(&fixed.text, fixes);
        if count == 0 || faults(&next) > faults(&fixed.text) {
            break;
        }
        fixed = Fixed { text: next, count: fixed.count + count };
    }
    (fixed.count > 0).then_some(fixed)
}

fn faults(text: &str) -> usize {
    parse(text).map_or_else(|faults| faults.len(), |_| 0)
}

/// Applies each group of edits that touches no byte of one before it, whole; gives the text and how many groups that were.
fn apply(text: &str, groups: impl Iterator<Item = Vec<Edit>>) -> (String, usize) {
    let (mut edits, mut count): (BTreeMap<(usize, usize), Edit>, usize) = (BTreeMap::new(), 0);
    for group in groups {
        // Of edits that touch no other, the last that begins before an end reaches furthest.
        let meets = |edit: &Edit| {
            let before = edits.range(..=(edit.end, usize::MAX)).next_back();
            before.is_some_and(|(_, other)| edit.start <= other.end)
        };
        if !group.iter().any(meets) {
            edits.extend(group.into_iter().map(|edit| ((edit.start, edit.end), edit)));
            count += 1;
        }
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits.into_values() {
        out.push_str(text.get(at..edit.start).unwrap_or(""));
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    (out, count)
}
