//! The formatter for people: one layout for all Lakeflow SQL, comments kept.
//!
//! Text goes `token` (tokens with their comments) → `words` (which are keywords) → `spaces` → `tree` (brackets)
//! → `layout` (lines). No syntax tree is printed, so what the parser does not know can be laid out too, and nothing
//! that was written is lost. That the meaning is the same is not left to those steps but proven afterwards, statement
//! by statement: see `proof`. A statement for which the proof fails stays as it was written.

mod layout;
mod notebook;
mod proof;
mod spaces;
mod token;
mod tree;
mod words;
mod writer;

use std::ops::Range;

use rayon::prelude::*;

use crate::lakeflow::ast::StatementKind;
use crate::lakeflow::{Attempt, Fault, Piece, PieceKind, Tokens, parse_each, tokens, visit_each};
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

/// Formats all statements of a text; of a notebook the cells that hold SQL. A byte-order mark goes, line ends stay what
/// they are.
///
/// # Errors
/// What the lexer refuses, by place: such a text has no layout.
pub fn format(text: &str) -> Result<Formatted, Vec<Fault>> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - plain.len();
    let mut formatted = notebook::format(plain).unwrap_or_else(|| statements(plain)).map_err(|faults| {
        let moved = |fault: Fault| Fault { range: fault.range.start + shift..fault.range.end + shift, ..fault };
        faults.into_iter().map(moved).collect::<Vec<_>>()
    })?;
    for range in &mut formatted.as_written {
        *range = range.start + shift..range.end + shift;
    }
    if plain.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) {
        formatted.text = with_carriage_returns(&formatted.text);
    }
    Ok(formatted)
}

/// Formats a text that is no notebook.
fn statements(text: &str) -> Result<Formatted, Vec<Fault>> {
    let tokens = tokens(text);
    if !tokens.faults.is_empty() {
        return Err(tokens.faults);
    }
    let script = token::script(text, &tokens, &scripts(text, &tokens));
    let layouts: Vec<Option<String>> = script.statements.par_iter().map(|statement| proven(statement, text)).collect();
    let mut as_written = vec![];
    let mut blocks = vec![];
    for (statement, layout) in script.statements.iter().zip(layouts) {
        let range = statement.range();
        blocks.push(layout.unwrap_or_else(|| {
            as_written.push(range.clone());
            text.get(range).unwrap_or("").to_owned()
        }));
    }
    Ok(Formatted { text: join(&script, &blocks), as_written })
}

/// The statements that may hold others, and those beside them.
fn scripts(text: &str, tokens: &Tokens) -> Vec<Range<usize>> {
    let mut found = vec![];
    let begins = |piece: &Piece| {
        piece.kind == PieceKind::Word
            && text.get(piece.range.clone()).is_some_and(|word| word.eq_ignore_ascii_case("BEGIN"))
    };
    if tokens.pieces.iter().any(begins) {
        visit_each(text, |attempt| found.push(attempt.range));
    }
    found
}

/// What the parser says of a statement.
fn attempt(source: &str) -> Option<Attempt> {
    let mut attempts = parse_each(source);
    attempts.pop().filter(|_| attempts.is_empty())
}

/// The layout of a statement whose meaning is that of its source: with keywords in capitals, or at least with the letters
/// that it had.
fn proven(statement: &Statement<'_>, text: &str) -> Option<String> {
    let source = text.get(statement.range())?;
    let attempt = attempt(source);
    let attempt = attempt.as_ref();
    let meaning = attempt.and_then(|attempt| attempt.statement.as_ref().ok()).map(|statement| &statement.kind);
    // Spark takes a setting as it stands, blanks and letter case included.
    if statement.is_kept || matches!(meaning, Some(StatementKind::Set { .. } | StatementKind::ShowSet(_))) {
        return Some(source.to_owned());
    }
    if meaning.is_none() && statement.tokens.iter().any(|token| token.is_sign(";")) {
        return None; // A script that can't be read has a layout that nobody else knows.
    }
    let keywords = attempt.map_or([].as_slice(), |attempt| &attempt.keywords);
    let start = statement.range().start;
    let mut statement = statement.clone();
    for token in &mut statement.tokens {
        token.keyword = keywords.binary_search(&(token.start - start)).is_ok();
    }
    if let Some(meaning) = meaning {
        let laid = laid_out(&statement);
        if proof::is_same(&statement, Some(meaning), &laid, true) {
            return Some(laid);
        }
        proof::keep_names(&mut statement, &laid, meaning);
        let laid = laid_out(&statement);
        if proof::is_same(&statement, Some(meaning), &laid, true) {
            return Some(laid);
        }
    }
    statement.tokens.iter_mut().for_each(|token| token.as_written = true);
    let laid = laid_out(&statement);
    proof::is_same(&statement, meaning, &laid, false).then_some(laid)
}

/// One statement in lines, without the comments before it and behind it.
fn laid_out(statement: &Statement<'_>) -> String {
    let mut tokens = statement.tokens.clone();
    if let Some(first) = tokens.first_mut() {
        first.before.clear();
    }
    if statement.semicolon.is_none()
        && let Some(last) = tokens.last_mut()
    {
        last.behind.clear();
    }
    let mut out = Writer::default();
    layout::statement(&mut out, tokens);
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

/// Lines ended as on Windows, unless a literal over several lines would become another.
fn with_carriage_returns(text: &str) -> String {
    let ended = |text: &str| text.replace("\r\n", "\n").replace('\n', "\r\n");
    let literals = tokens(text).pieces;
    let keep = |range: &Range<usize>| text.get(range.clone()).is_some_and(|literal| ended(literal) == literal);
    if literals.iter().all(|piece| keep(&piece.range)) { ended(text) } else { text.to_owned() }
}
