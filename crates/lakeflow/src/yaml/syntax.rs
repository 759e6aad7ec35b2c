//! Errors of the YAML parser in our own words, at the place where the user has to change something.
//!
//! The parser reports where it got stuck, which is often one line too late. The classic mistakes (a tab, an unquoted
//! `: `, a missing space) are looked for around that place and named with their remedy.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use crate::codes;
use crate::diag::Diagnostic;
use crate::source::{FileId, Span};

use super::slips;

const QUOTE_IT: &str = "quote the whole value";

/// What is wrong, where, and what helps.
struct SyntaxFinding {
    message: String,
    range: Range<usize>,
    hint: Option<&'static str>,
}

fn finding(message: impl Into<String>, range: Range<usize>, hint: &'static str) -> SyntaxFinding {
    SyntaxFinding { message: message.into(), range, hint: Some(hint) }
}

/// The diagnostic for an error of the parser; `open_bracket` is the innermost bracket open at that point.
pub(super) fn explain(error: &ScanError, file: FileId, text: &str, open_bracket: Option<Span>) -> Diagnostic {
    let at = floor_boundary(text, error.marker().byte_offset().unwrap_or(text.len()));
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        let message = "lists and mappings are nested too deeply";
        return Diagnostic::error(codes::YAML_BUDGET, message).at(Span::new(file, one_char(text, at)));
    }
    let found = tab(error.kind(), text, at)
        .or_else(|| missing_colon(text, at))
        .or_else(|| open_bracket.and_then(|open| bracket(error.kind(), text, open)))
        .unwrap_or_else(|| by_kind(error, text, at));
    let diagnostic = Diagnostic::error(codes::YAML_SYNTAX, found.message).at(Span::new(file, found.range));
    diagnostic.maybe_hint(found.hint)
}

/// A tab in front of a line's text, on the line of the fault or the one after it.
fn tab(kind: &ErrorKind, text: &str, at: usize) -> Option<SyntaxFinding> {
    let concerned = matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace
    );
    if !concerned {
        return None;
    }
    let line = line_range(text, at);
    let next = line_range(text, (line.end + 1).min(text.len()));
    let indent_tab = [line.clone(), next].into_iter().find_map(|line| {
        let blank = text[line.clone()].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        text[line.start..line.start + blank].find('\t').map(|offset| line.start + offset)
    });
    let place = indent_tab.or_else(|| text[line.clone()].find('\t').map(|offset| line.start + offset))?;
    Some(finding("tabs are not allowed for indentation in YAML", place..place + 1, "indent with spaces"))
}

/// A line on which a bracket follows its key without a colon.
fn missing_colon(text: &str, at: usize) -> Option<SyntaxFinding> {
    let line = line_range(text, at);
    let word = slips::missing_colon(&text[line.clone()])?;
    let key = &text[line.start + word.start..line.start + word.end];
    let range = line.start + word.start..line.start + word.end;
    Some(finding(format!("missing colon after `{key}`"), range, "write `key: value`"))
}

/// Trouble inside brackets is nearly always a bracket that was not closed, or a second colon in a value.
fn bracket(kind: &ErrorKind, text: &str, open: Span) -> Option<SyntaxFinding> {
    let concerned = matches!(
        kind,
        ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::BlockEntryInFlowCollection
            | ErrorKind::MismatchedFlowCollectionEnd { .. }
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::UnexpectedEof
    );
    if !concerned {
        return None;
    }
    let range = open.range();
    let line = line_range(text, range.start);
    if let Some((key, at)) = slips::second_colon(text.get(range.start..line.end).unwrap_or("")) {
        let message = format!("the value of `{key}` contains `: `, which YAML reads as another key");
        let at = range.start + at;
        return Some(finding(message, at..at + 1, "quote the value, or write a comma before the next key"));
    }
    Some(finding("unclosed bracket", range, "close it, or check for a missing comma between the entries"))
}

fn by_kind(error: &ScanError, text: &str, at: usize) -> SyntaxFinding {
    let here = one_char(text, at);
    match error.kind() {
        ErrorKind::MappingValueNotAllowed => second_colon(text, at),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => no_colon(text, at),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            finding("unclosed quote", here, "close it; inside single quotes, a quote is doubled (`''`)")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            finding(format!("a value can't start with `{character}`"), here, QUOTE_IT)
        }
        ErrorKind::UnknownAnchor | ErrorKind::MissingAnchorOrAliasName => finding(
            "unknown anchor: an unquoted value that starts with `*` or `&` refers to one",
            word(text, at),
            QUOTE_IT,
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            finding("unexpected text after the closing quote", here, "put the whole value in a single pair of quotes")
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => finding(
            "invalid escape in a double-quoted string",
            backslash(text, at),
            "use single quotes, in which a backslash has no special meaning",
        ),
        ErrorKind::MisplacedFlowCollectionEnd => {
            finding("unmatched closing bracket", here, "remove it, or quote the whole value")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => finding(
            "the indentation does not match any line above",
            word(text, at),
            "keys of the same mapping must be indented equally",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => {
            finding("expected a list item", word(text, at), "each list item starts with `- `")
        }
        ErrorKind::CommentInterceptedScalar => {
            finding("a comment interrupts the value", here, "move the comment to its own line, or quote the value")
        }
        ErrorKind::InvalidBlockScalarHeader if is_behind_bracket(text, at) => {
            finding("unexpected text after the closing bracket", here, QUOTE_IT)
        }
        ErrorKind::InvalidBlockScalarHeader => finding(
            format!("a value that starts with `{}` is a block of text on the next lines", &text[here.clone()]),
            here,
            QUOTE_IT,
        ),
        // The parser's words are plain enough for what is left, which is rare.
        _ => SyntaxFinding { message: format!("invalid YAML: {}", error.info()), range: here, hint: None },
    }
}

/// A colon where a value should go on: the value holds `: `, or a line above forgot the space, or indentation is off.
fn second_colon(text: &str, at: usize) -> SyntaxFinding {
    let line = line_range(text, at);
    let before = &text[line.start..at];
    if let Some(first) = before.find(": ") {
        let message =
            format!("the value of `{}` contains `: `, which YAML reads as another key", before[..first].trim());
        return finding(message, at..at + 1, QUOTE_IT);
    }
    let above = line_range(text, line.start.saturating_sub(1));
    if let Some(found) = missing_space(text, above) {
        return found;
    }
    finding(
        "unexpected key inside the value above",
        word(text, line.start + indent(&text[line.clone()])),
        "keys of the same mapping must be indented equally, and a key above others ends with `:`",
    )
}

/// A line that should be `key: value` and is not.
fn no_colon(text: &str, at: usize) -> SyntaxFinding {
    let line = line_range(text, at);
    if let Some(found) = missing_space(text, line.clone()) {
        return found;
    }
    let start = line.start + indent(&text[line.clone()]);
    let hint =
        if text[start..line.end].starts_with('-') { "write a space after the dash" } else { "write `key: value`" };
    finding("expected `key: value`", start..line.end.max(start), hint)
}

/// `name:value` without a space after the colon.
fn missing_space(text: &str, line: Range<usize>) -> Option<SyntaxFinding> {
    let start = line.start + indent(&text[line.clone()]);
    let (key, value) = text[start..line.end].split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_key || value.is_empty() || value.starts_with([' ', ':']) {
        return None;
    }
    let colon = start + key.len();
    Some(finding("missing space after the colon", colon..colon + 1, "write `key: value`, with a space"))
}

/// Whether a closing bracket stands before `at` on its line.
fn is_behind_bracket(text: &str, at: usize) -> bool {
    text[line_range(text, at).start..at].contains([']', '}'])
}

/// The line that holds byte `at`, without its line break.
fn line_range(text: &str, at: usize) -> Range<usize> {
    let at = floor_boundary(text, at);
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    start..text[at..].find('\n').map_or(text.len(), |i| at + i)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn one_char(text: &str, at: usize) -> Range<usize> {
    at..at + text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8)
}

fn word(text: &str, at: usize) -> Range<usize> {
    let length = text[at..].find(|c: char| c.is_whitespace() || c == ':').unwrap_or(text.len() - at);
    if length == 0 { one_char(text, at) } else { at..at + length }
}

/// The first backslash of the quoted text at `at` that starts no escape YAML knows.
fn backslash(text: &str, at: usize) -> Range<usize> {
    let mut rest = text[at..].char_indices();
    while let Some((offset, c)) = rest.next() {
        if c != '\\' {
            continue;
        }
        match rest.next() {
            Some((_, c)) if "0abt\tnvfre \"/\\N_LP\n".contains(c) => {}
            Some((_, c)) => return at + offset..at + offset + 1 + c.len_utf8(),
            None => break,
        }
    }
    one_char(text, at)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
