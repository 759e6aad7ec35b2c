//! Unified diffs of changed files, as `git diff` prints them.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

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

fn unified(path: &str, before: Option<&str>, after: Option<&str>, colour: bool) -> String {
    let from = before.map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
    let to = after.map_or("/dev/null".to_owned(), |_| format!("b/{path}"));
    let text = TextDiff::from_lines(before.unwrap_or_default(), after.unwrap_or_default());
    let mut out = String::new();
    let mut line = |colour_code: &str, text: &str| {
        // Writing to a string can't fail.
        let _ = if colour && !colour_code.is_empty() {
            writeln!(out, "{colour_code}{text}{RESET}")
        } else {
            writeln!(out, "{text}")
        };
    };
    for (index, hunk) in text.unified_diff().context_radius(CONTEXT).iter_hunks().enumerate() {
        if index == 0 {
            line(BOLD, &format!("--- {from}"));
            line(BOLD, &format!("+++ {to}"));
        }
        line(CYAN, &hunk.header().to_string());
        for change in hunk.iter_changes() {
            let (sign, code) = match change.tag() {
                ChangeTag::Equal => (' ', ""),
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
            };
            let value = change.value().trim_end_matches('\n');
            line(code, &format!("{sign}{value}"));
            if change.missing_newline() {
                line("", "\\ No newline at end of file");
            }
        }
    }
    out
}
