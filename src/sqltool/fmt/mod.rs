//! The formatter for people: one layout for all Lakeflow SQL, comments kept.
//!
//! Text goes `token` (tokens with their comments) → `words` (which are keywords) → `spaces` → `tree` (brackets)
//! → `layout` (lines). No syntax tree is printed, so what the parser does not know can be laid out too, and nothing
//! that was written is lost. That the meaning is the same is not left to those steps but proven afterwards, statement
//! by statement: see `proof`. A statement for which the proof fails stays as it was written.

mod layout;
mod proof;
mod spaces;
mod token;
mod tree;
mod words;
mod writer;

use std::ops::Range;

use crate::lakeflow::{Fault, parse_each};
use token::{Comment, Script, Statement, Token};
use writer::Writer;

/// A text in the layout for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text, ended by a line end unless it is empty.
    pub text: String,
    /// Bytes of the statements of the source that were left as written, because their layout could not be proven.
    pub as_written: Vec<Range<usize>>,
}

/// Formats all statements of a text.
///
/// # Errors
/// What the lexer refuses, by place: such a text has no layout.
pub fn format(text: &str) -> Result<Formatted, Vec<Fault>> {
    let script = token::script(text)?;
    let mut as_written = scripts(text, &script);
    if !as_written.is_empty() {
        return Ok(Formatted { text: text.to_owned(), as_written });
    }
    let mut blocks = vec![];
    for statement in &script.statements {
        let source = range(statement);
        let source_text = text.get(source.clone()).unwrap_or("");
        match proven(statement, source_text) {
            Some(block) => blocks.push(block),
            None => {
                blocks.push(source_text.to_owned());
                as_written.push(source);
            }
        }
    }
    Ok(Formatted { text: join(&script, &blocks), as_written })
}

/// Statements that hold others (`BEGIN .. END`). Their inside has no layout of its own yet, and taken to pieces at each `;`
/// it would lose the one that it has, so a text with such a statement stays as it is.
fn scripts(text: &str, script: &Script<'_>) -> Vec<Range<usize>> {
    let starts: Vec<usize> = script.statements.iter().map(|statement| range(statement).start).collect();
    let before = |end: usize| starts.partition_point(|start| *start < end);
    let read = parse_each(text).into_iter().filter(|attempt| attempt.statement.is_ok()).map(|attempt| attempt.range);
    read.filter(|range| before(range.end) > before(range.start) + 1).collect()
}

/// From the first token of a statement to the last, comments behind them left out.
fn range(statement: &Statement<'_>) -> Range<usize> {
    let end = |token: &Token<'_>| token.start + token.text.len();
    let last = statement.semicolon.as_ref().or(statement.tokens.last());
    let start = statement.first().map_or(0, |token| token.start);
    start..last.map_or(start, end)
}

/// The layout of a statement whose meaning is that of its source: with keywords in capitals, or at least with the letters
/// that it had.
fn proven(statement: &Statement<'_>, source: &str) -> Option<String> {
    let first = statement.first()?;
    if first.is_word("SET") && statement.tokens.get(1).is_some_and(|token| !token.is_word("TAG")) {
        // Spark takes the value of a setting as it stands, blanks and letter case included.
        return Some(source.to_owned());
    }
    let original = proof::meaning(source);
    [true, false].into_iter().find_map(|capitals| {
        let text = laid_out(statement, capitals);
        proof::is_same(source, &original, &text, capitals).then_some(text)
    })
}

/// One statement in lines, without the comments before it and behind it.
fn laid_out(statement: &Statement<'_>, capitals: bool) -> String {
    let mut tokens = statement.tokens.clone();
    words::mark(&mut tokens);
    spaces::set(&mut tokens);
    if !capitals {
        tokens.iter_mut().for_each(|token| token.as_written = true);
    }
    if let Some(first) = tokens.first_mut() {
        first.before.clear();
    }
    if statement.semicolon.is_none()
        && let Some(last) = tokens.last_mut()
    {
        last.behind.clear();
    }
    let mut out = Writer::default();
    layout::statement(&mut out, &tree::tree(tokens));
    if let Some(semicolon) = &statement.semicolon {
        let mut semicolon = Token { behind: vec![], space: false, ..semicolon.clone() };
        if statement.tokens.is_empty() {
            semicolon.before.clear();
        }
        out.token(&semicolon);
    }
    out.finish()
}

/// Puts the statements together again, with the comments between them.
fn join(script: &Script<'_>, blocks: &[String]) -> String {
    let mut out = String::new();
    let mut was_long = false;
    for (statement, block) in script.statements.iter().zip(blocks) {
        let Some(first) = statement.first() else { continue };
        let is_long = block.contains('\n');
        let apart =
            first.before.first().map_or(first.after_blank, |comment| comment.after_blank) || is_long || was_long;
        if !out.is_empty() && apart {
            out.push('\n');
        }
        comments(&mut out, &first.before, true);
        if first.after_blank && !first.before.is_empty() {
            out.push('\n');
        }
        out.push_str(block);
        let last = statement.semicolon.as_ref().or(statement.tokens.last());
        for comment in last.iter().flat_map(|last| &last.behind) {
            out.push(' ');
            out.push_str(comment);
        }
        out.push('\n');
        was_long = is_long;
    }
    comments(&mut out, &script.rest, false);
    out
}

/// Writes comments on lines of their own; `placed` when the empty line before the first was seen to.
fn comments(out: &mut String, comments: &[Comment<'_>], placed: bool) {
    for (index, comment) in comments.iter().enumerate() {
        if comment.after_blank && !out.is_empty() && !(placed && index == 0) {
            out.push('\n');
        }
        out.push_str(comment.text);
        out.push('\n');
    }
}
