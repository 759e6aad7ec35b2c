//! Slips in an expression that stands alone, as in a spec: what is said in place of the parser's fault, and what helps.
//!
//! Whoever writes one thinks of a whole query, of another language or of a spreadsheet. The parser finds a name and then
//! something behind it; here the slip is named instead.

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use crate::ParseFault;
use crate::lex::is_word;

/// Clauses that begin a query, or go on with one.
const CLAUSES: [&str; 4] = ["SELECT", "WITH", "FROM", "WHERE"];

/// What the parser says of something behind a whole expression.
const TRAILING: &str = "expected the end of the statement";

/// The fault of an expression, in words about expressions.
pub(super) fn explain(c: &Cursor<'_>, fault: ParseFault) -> ParseFault {
    if let Some(slip) = clause(c).or_else(|| doubled(c, &fault)) {
        return slip;
    }
    let Some(found) = fault.message.strip_prefix(TRAILING) else {
        return match leading(c) {
            Some(hint) if fault.hint.is_none() => fault.hint(hint),
            _ => fault,
        };
    };
    let hint = leading(c).or_else(|| trailing(c, &fault));
    let hint = hint.map(str::to_owned).or(fault.hint);
    ParseFault { message: format!("expected the end of the expression{found}"), range: fault.range, hint }
}

fn token<'c>(c: &'c Cursor<'_>, index: usize) -> &'c Token {
    &c.parser.token_at(index).token
}

/// An expression that begins as a query or a clause does.
fn clause(c: &Cursor<'_>) -> Option<ParseFault> {
    let word = CLAUSES.into_iter().find(|word| is_word(token(c, 1), word))?;
    // A column may have such a name.
    let goes_on = matches!(token(c, 2), Token::Word(_) | Token::Mul | Token::LParen | Token::Number(..));
    let goes_on = goes_on || matches!(token(c, 2), Token::SingleQuotedString(_));
    let (found, hint) = match word {
        "WHERE" => ("a `WHERE` clause", "write the condition alone, without `WHERE`"),
        _ => ("a query", "write the expression alone, without `SELECT` and `FROM`"),
    };
    goes_on.then(|| ParseFault::new(c.range_at(1), format!("expected an expression, found {found}")).hint(hint))
}

/// `&&`, which Databricks SQL reads as two signs.
fn doubled(c: &Cursor<'_>, fault: &ParseFault) -> Option<ParseFault> {
    let at = c.index_at(fault.range.start);
    let first = [at.saturating_sub(1), at].into_iter().find(|at| {
        *token(c, *at) == Token::Ampersand
            && *token(c, at + 1) == Token::Ampersand
            && c.range_at(*at).end == c.range_at(at + 1).start
    })?;
    let range = c.range_at(first).start..c.range_at(first + 1).end;
    Some(ParseFault::new(range, "`&&` is not an operator of Databricks SQL").hint("write `AND`"))
}

/// What helps against the first word.
fn leading(c: &Cursor<'_>) -> Option<&'static str> {
    match token(c, 1) {
        Token::Eq => Some("remove the `=`"),
        first if is_word(first, "IF") && *token(c, 2) != Token::LParen => {
            Some("write `if(condition, a, b)` or `CASE WHEN .. THEN .. END`; a condition stands alone")
        }
        _ => None,
    }
}

/// What helps against something behind the expression.
fn trailing(c: &Cursor<'_>, fault: &ParseFault) -> Option<&'static str> {
    let at = c.index_at(fault.range.start);
    let is_number = |index: usize| matches!(token(c, index), Token::Number(..));
    match token(c, at) {
        Token::RArrow => Some("write `>=`"),
        Token::Comma if *token(c, at + 1) == Token::EOF => Some("remove the comma"),
        Token::Comma if is_number(at - 1) && is_number(at + 1) => Some("write a decimal number with a point"),
        Token::Comma => Some("only one expression can stand here"),
        Token::RParen => Some("remove it, or open the bracket"),
        word if is_word(word, "AS") => Some("remove `AS ..`: an expression has no alias"),
        word if is_word(word, "WHERE") => Some("to aggregate some of the rows, write `count(*) FILTER (WHERE ..)`"),
        word if is_word(word, "FROM") => Some("remove `FROM ..`: an expression names no table"),
        _ => None,
    }
}
