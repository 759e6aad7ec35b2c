//! The formatter for people: one layout for all Lakeflow SQL, comments kept.
//!
//! Text passes through `token` (tokens with their comments) → `words` (which are keywords) → `spaces` → `tree`
//! (brackets) → `layout` (lines). No syntax tree is printed, so nothing that was written is lost. These steps are not
//! trusted to keep the meaning: it is verified afterwards, statement by statement, see `proof`. A statement that does
//! not parse, or for which the proof fails, stays as it was written.
//!
//! Generated SQL has the same layout without being formatted: [`part`] lays out the parts that it consists of.

mod layout;
mod notebook;
pub mod part;
mod proof;
mod spaces;
mod token;
mod tree;
mod words;
mod writer;

use std::ops::Range;

use rayon::prelude::*;

use super::ast::StatementKind;
use super::{ParseFault, Piece, PieceKind, Tokens, parse_each, tokens, visit_each};
use token::{Comment, ScriptTokens, StatementTokens, Token};
use writer::TextWriter;

/// A text in the layout for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text; what was laid out of it ends with a line end.
    pub text: String,
    /// Why statements were left as written, one fault a statement: where the parser refuses it, or the whole of it.
    pub as_written: Vec<ParseFault>,
    /// Whether there are statements, and none of them parses: such a text is hardly SQL.
    pub is_foreign: bool,
}

/// Formats all statements of a text; of a notebook the cells that hold SQL. A byte-order mark goes, line ends stay what
/// they are.
///
/// What the lexer refuses stays as it was written, like what the parser refuses: a statement, not the text.
pub fn format(text: &str) -> Formatted {
    if let Some(formatted) = notebook::format(text) {
        return formatted;
    }
    let mut formatted = statements(text);
    if has_carriage_returns(text) {
        formatted.text = with_carriage_returns(&formatted.text);
    }
    formatted
}

/// Formats a text that is no notebook, without a look at its line ends.
fn statements(text: &str) -> Formatted {
    let mut tokens = tokens(text);
    let faults = std::mem::take(&mut tokens.faults);
    if !faults.is_empty() {
        token::cover(&mut tokens, text);
    }
    let script = token::script(text, &tokens, &scripts(text, &tokens));
    let layout = |statement: &StatementTokens<'_>| match fault_within(&faults, statement.range()) {
        Some(fault) => Err(Kept::Refused(Some(fault))),
        None => proven(statement, text),
    };
    let layouts: Vec<Result<String, Kept>> = script.statements.par_iter().map(layout).collect();
    let is_foreign = !layouts.is_empty() && layouts.iter().all(|layout| matches!(layout, Err(Kept::Refused(_))));
    let mut as_written = vec![];
    let mut blocks = vec![];
    for (statement, layout) in script.statements.iter().zip(layouts) {
        let range = statement.range();
        blocks.push(layout.unwrap_or_else(|kept| {
            // What is never closed takes the line end of the text with it.
            let source = text.get(range.clone()).unwrap_or("").trim_end_matches(['\r', '\n']).to_owned();
            as_written.push(kept.fault(range));
            source
        }));
    }
    Formatted { text: join(&script, &blocks), as_written, is_foreign }
}

/// The first of `faults` that lies in the statement that is `range`, in terms of the statement.
fn fault_within(faults: &[ParseFault], range: Range<usize>) -> Option<ParseFault> {
    let first = faults.get(faults.partition_point(|fault| fault.range.start < range.start)..)?.first()?;
    let place = first.range.start.checked_sub(range.start)?..first.range.end.min(range.end).checked_sub(range.start)?;
    (first.range.start < range.end).then(|| ParseFault { range: place, ..first.clone() })
}

/// Why a statement stays as it was written.
enum Kept {
    /// The parser refuses it, for this reason if it is one statement at all.
    Refused(Option<ParseFault>),
    /// No layout of it is proven to mean the same.
    Unproven,
}

impl Kept {
    /// What is to be said of the statement that is `range`.
    fn fault(self, range: Range<usize>) -> ParseFault {
        match self {
            Kept::Refused(Some(ParseFault { range: inner, message, hint })) => {
                let place = range.start + inner.start..range.start + inner.end;
                ParseFault::new(place, format!("left as written: {message}")).maybe_hint(hint)
            }
            Kept::Refused(None) => ParseFault::new(range, "left as written: it is not a single statement"),
            Kept::Unproven => ParseFault::new(range, "left as written: the new layout cannot be verified"),
        }
    }
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

/// The layout of a statement whose meaning is that of its source: with keywords in capitals, or at least with the letters
/// that it had.
fn proven(statement: &StatementTokens<'_>, text: &str) -> Result<String, Kept> {
    let source = text.get(statement.range()).unwrap_or("");
    if statement.is_kept {
        return Ok(source.to_owned());
    }
    if statement.tokens.is_empty() {
        return Ok(laid_out(statement));
    }
    let mut attempts = parse_each(source).into_iter();
    let (Some(attempt), None) = (attempts.next(), attempts.next()) else { return Err(Kept::Refused(None)) };
    let meaning = match attempt.statement {
        Ok(statement) => statement.kind,
        Err(faults) => return Err(Kept::Refused(faults.into_iter().next())),
    };
    // Spark takes a setting as it stands, blanks and letter case included.
    if matches!(meaning, StatementKind::Set { .. } | StatementKind::ShowSet(_)) {
        return Ok(source.to_owned());
    }
    let start = statement.range().start;
    let mut statement = statement.clone();
    for token in &mut statement.tokens {
        token.keyword = attempt.keywords.binary_search(&(token.start - start)).is_ok();
    }
    let laid = laid_out(&statement);
    if proof::is_same(&statement, &meaning, &laid, true) {
        return Ok(laid);
    }
    proof::keep_names(&mut statement, &laid, &meaning);
    let laid = laid_out(&statement);
    if proof::is_same(&statement, &meaning, &laid, true) {
        return Ok(laid);
    }
    statement.tokens.iter_mut().for_each(|token| token.as_written = true);
    let laid = laid_out(&statement);
    if proof::is_same(&statement, &meaning, &laid, false) { Ok(laid) } else { Err(Kept::Unproven) }
}

/// One statement in lines, without the comments before it and behind it.
fn laid_out(statement: &StatementTokens<'_>) -> String {
    let mut tokens = statement.tokens.clone();
    if let Some(first) = tokens.first_mut() {
        first.before.clear();
    }
    if statement.semicolon.is_none()
        && let Some(last) = tokens.last_mut()
    {
        last.behind.clear();
    }
    let mut out = TextWriter::default();
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
fn join(script: &ScriptTokens<'_>, blocks: &[String]) -> String {
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

/// Whether lines end as on Windows, by the first.
fn has_carriage_returns(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'))
}

/// Lines ended as on Windows, unless a literal over several lines would become another.
fn with_carriage_returns(text: &str) -> String {
    let ended = |text: &str| text.replace("\r\n", "\n").replace('\n', "\r\n");
    let literals = tokens(text).pieces;
    let keep = |range: &Range<usize>| text.get(range.clone()).is_some_and(|literal| ended(literal) == literal);
    if literals.iter().all(|piece| keep(&piece.range)) { ended(text) } else { text.to_owned() }
}
