//! Allowances: a comment `-- gen: allow <rule> <reason>` suppresses a finding in its own line or in the line below.
//!
//! A reason is required, and an allowance that suppresses nothing is itself a finding, because it would hide the next
//! mistake.

use std::collections::HashMap;
use std::ops::Range;

use super::finding::Finding;
use super::{Report, by_id, report};
use crate::diag::did_you_mean;
use crate::source::FileId;
use crate::tokens;

const MARK: &str = "gen: allow";

/// One allowance.
struct AllowComment<'a> {
    range: Range<usize>,
    rule: &'a str,
    reason: &'a str,
    /// The line it covers, from 0.
    line: usize,
    used: bool,
}

/// Takes away what is allowed, and adds what is wrong with the allowances.
pub(super) fn apply(file: FileId, text: &str, found: Vec<Report>) -> Vec<Report> {
    let mut allowances = read(text);
    if allowances.is_empty() {
        return found;
    }
    let mut by_place: HashMap<(&str, usize), usize> = HashMap::new();
    for (index, allowance) in allowances.iter().enumerate() {
        by_place.entry((allowance.rule, allowance.line)).or_insert(index);
    }
    let lines = LineEnds::of(text);
    let mut kept: Vec<Report> = vec![];
    for finding in found {
        let line = finding.diagnostic.primary.as_ref().map(|label| lines.at(label.span.range().start));
        let covering = line.and_then(|line| by_place.get(&(finding.diagnostic.code.number(), line)));
        match covering.and_then(|index| allowances.get_mut(*index)) {
            Some(allowance) => allowance.used = true,
            None => kept.push(finding),
        }
    }
    let faults = allowances.iter().filter_map(judge);
    kept.extend(faults.filter_map(|(id, finding)| by_id(id).map(|lint| report(lint, file, finding))));
    kept
}

/// The rule that an allowance breaks, if any.
fn judge(allowance: &AllowComment<'_>) -> Option<(&'static str, Finding)> {
    let range = allowance.range.clone();
    if by_id(allowance.rule).is_none() {
        let ids = super::ALL.iter().map(|lint| lint.id());
        let hint =
            did_you_mean(allowance.rule, ids).unwrap_or_else(|| "`gen sql lint --list` lists all rules".to_owned());
        return Some((
            "unused-allowance",
            Finding::new(range, format!("unknown rule `{}`", allowance.rule)).hint(hint),
        ));
    }
    if allowance.reason.is_empty() {
        let message = format!("the comment that allows `{}` has no reason", allowance.rule);
        let hint = format!("write `-- gen: allow {} because ..`", allowance.rule);
        return Some(("allowance-without-reason", Finding::new(range, message).hint(hint)));
    }
    let message = format!("unused allow comment: nothing here violates `{}`", allowance.rule);
    (!allowance.used).then(|| ("unused-allowance", Finding::new(range, message).hint("remove the comment")))
}

fn read(text: &str) -> Vec<AllowComment<'_>> {
    if !text.contains(MARK) {
        return vec![];
    }
    let tokens = tokens(text);
    let lines = LineEnds::of(text);
    let occupied: Vec<usize> = tokens.pieces.iter().map(|piece| lines.at(piece.range.start)).collect();
    let read = |range: Range<usize>| {
        let comment = text.get(range.clone())?.trim_start_matches('-').trim();
        let said = comment.strip_prefix(MARK)?.trim();
        let (rule, reason) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        let own = lines.at(range.start);
        // Behind code it speaks of that line, alone on a line of the next one that holds code.
        let next = occupied.get(occupied.partition_point(|line| *line < own)).copied().unwrap_or(own);
        Some(AllowComment { range, rule, reason: reason.trim(), line: next, used: false })
    };
    tokens.comments.into_iter().filter_map(read).collect()
}

/// Where the lines of a text end.
struct LineEnds(Vec<usize>);

impl LineEnds {
    fn of(text: &str) -> Self {
        LineEnds(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 0.
    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset)
    }
}
