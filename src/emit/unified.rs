//! Unified diffs of changed files, as `git diff` prints them.

use std::fmt::Write as _;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{ChangeTag, DiffOp, group_diff_ops};

use super::FileChange;

/// Lines of context around a hunk.
const CONTEXT: usize = 3;

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const CYAN: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

/// The diff of one file, headed by `path`; empty when both sides are equal.
pub fn diff(path: &str, change: &FileChange, colour: bool) -> String {
    let before = change.before.as_deref().map(String::from_utf8_lossy);
    unified(path, before.as_deref(), change.after.as_deref(), colour)
}

/// The diff of a text that is there before and after.
pub fn text_diff(path: &str, before: &str, after: &str, colour: bool) -> String {
    unified(path, Some(before), Some(after), colour)
}

/// What turns some lines into others. The algorithm is named here, because all those that can be chosen at run time would be
/// compiled for each kind of text.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut hook = Compact::new(Replace::new(Capture::new()), old, new);
    match myers::diff(&mut hook, old, 0..old.len(), new, 0..new.len()) {
        Ok(()) => hook.into_inner().into_inner().into_ops(),
    }
}

fn unified(path: &str, before: Option<&str>, after: Option<&str>, colour: bool) -> String {
    let from = before.map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
    let to = after.map_or("/dev/null".to_owned(), |_| format!("b/{path}"));
    let old: Vec<&str> = before.unwrap_or_default().split_inclusive('\n').collect();
    let new: Vec<&str> = after.unwrap_or_default().split_inclusive('\n').collect();
    let mut out = String::new();
    let mut line = |colour_code: &str, text: &str| {
        // Writing to a string can't fail.
        let _ = if colour && !colour_code.is_empty() {
            writeln!(out, "{colour_code}{text}{RESET}")
        } else {
            writeln!(out, "{text}")
        };
    };
    for (index, hunk) in group_diff_ops(operations(&old, &new), CONTEXT).iter().enumerate() {
        if index == 0 {
            line(BOLD, &format!("--- {from}"));
            line(BOLD, &format!("+++ {to}"));
        }
        line(CYAN, &UnifiedHunkHeader::new(hunk).to_string());
        for change in hunk.iter().flat_map(|operation| operation.iter_changes(&old, &new)) {
            let (sign, code) = match change.tag() {
                ChangeTag::Equal => (' ', ""),
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
            };
            let value = change.value().trim_end_matches('\n');
            line(code, &format!("{sign}{value}"));
            if !change.value().ends_with('\n') {
                line("", "\\ No newline at end of file");
            }
        }
    }
    out
}
