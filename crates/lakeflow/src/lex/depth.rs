//! A limit on nesting, checked on tokens before any recursion begins.
//!
//! sqlparser bounds its own recursion, but a chain such as `1 + 1 + ..` is parsed by a loop into a tree as deep as it is
//! long, and every later walk over that tree (drop, clone, print, analysis) recurses. So depth is bounded here: an
//! upper estimate of the height of the tree, counted in brackets, `CASE`, operators and set operations.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use super::Lexed;
use crate::ParseFault;
use crate::place::bytes;

/// Trees higher than this are refused. Generated and written SQL stays below 50.
const LIMIT: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Statement,
    Round,
    Square,
    Angle,
    Case,
}

/// One open bracket.
struct OpenBracket {
    bracket: Bracket,
    /// Operators since the last comma or clause.
    operators: usize,
    /// Height of the highest group inside since then.
    inner: usize,
    /// Height of the highest part that a comma or a clause has ended.
    ended: usize,
    /// Set operations and other chains that commas and clauses do not end.
    chain: usize,
}

impl OpenBracket {
    fn new(bracket: Bracket) -> Self {
        OpenBracket { bracket, operators: 0, inner: 0, ended: 0, chain: 0 }
    }

    fn part(&self) -> usize {
        self.operators + self.inner
    }

    fn end_part(&mut self) {
        self.ended = self.ended.max(self.part());
        self.operators = 0;
        self.inner = 0;
    }

    fn height(&self) -> usize {
        self.ended.max(self.part()) + self.chain + 1
    }
}

/// The first place where the tree would grow too high.
pub(super) fn check(lexed: &Lexed) -> Option<ParseFault> {
    // Most texts are too short to be at fault.
    if lexed.tokens.iter().map(|t| most(&t.token)).sum::<usize>() + 2 < LIMIT {
        return None;
    }
    let mut open = vec![OpenBracket::new(Bracket::Statement)];
    let mut after_generic = false;
    for token in &lexed.tokens {
        match &token.token {
            Token::SemiColon => open = vec![OpenBracket::new(Bracket::Statement)],
            Token::LParen => open.push(OpenBracket::new(Bracket::Round)),
            Token::LBracket => open.push(OpenBracket::new(Bracket::Square)),
            Token::Lt if after_generic => open.push(OpenBracket::new(Bracket::Angle)),
            Token::RParen => close_round(&mut open),
            Token::RBracket => close(&mut open, Bracket::Square),
            Token::Gt => close_angle(&mut open, 1),
            Token::ShiftRight => close_angle(&mut open, 2),
            Token::Comma => {
                if let Some(level) = open.last_mut() {
                    level.end_part();
                }
            }
            Token::Word(word) if word.quote_style.is_none() => keyword(&mut open, word.keyword),
            Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::Period => {}
            _ => count(&mut open),
        }
        after_generic = matches!(&token.token, Token::Word(w)
            if matches!(w.keyword, Keyword::ARRAY | Keyword::MAP | Keyword::STRUCT));
        let height = open.last().map_or(0, OpenBracket::height) + open.len();
        if height > LIMIT {
            let hint = "split the statement, or write the chain as a list: `IN (..)`, `concat(..)`";
            return Some(
                ParseFault::new(bytes(token.span), format!("nested more than {LIMIT} levels deep")).hint(hint),
            );
        }
    }
    None
}

/// What a token can add to the height and the open brackets.
fn most(token: &Token) -> usize {
    match token {
        Token::LParen | Token::LBracket | Token::Lt => 2,
        Token::Word(Word { keyword: Keyword::CASE, .. }) => 2,
        Token::Word(Word { keyword, .. }) => usize::from(*keyword != Keyword::NoKeyword && !ends_part(*keyword)),
        Token::Number(..) | Token::SingleQuotedString(_) | Token::Period => 0,
        Token::Comma | Token::RParen | Token::RBracket | Token::SemiColon => 0,
        _ => 1,
    }
}

fn count(open: &mut [OpenBracket]) {
    if let Some(level) = open.last_mut() {
        level.operators += 1;
    }
}

fn keyword(open: &mut Vec<OpenBracket>, keyword: Keyword) {
    match keyword {
        Keyword::CASE => open.push(OpenBracket::new(Bracket::Case)),
        Keyword::END => close(open, Bracket::Case),
        Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS => {
            if let Some(level) = open.last_mut() {
                level.chain += 1;
            }
        }
        keyword if ends_part(keyword) => {
            if let Some(level) = open.last_mut() {
                level.end_part();
            }
        }
        Keyword::AND
        | Keyword::OR
        | Keyword::NOT
        | Keyword::IS
        | Keyword::IN
        | Keyword::BETWEEN
        | Keyword::LIKE
        | Keyword::ILIKE
        | Keyword::RLIKE
        | Keyword::DIV
        | Keyword::INTERVAL
        | Keyword::JOIN
        | Keyword::COLLATE => count(open),
        _ => {}
    }
}

/// Whether a keyword ends what stands before it, as a comma does.
fn ends_part(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::SELECT
            | Keyword::FROM
            | Keyword::WHERE
            | Keyword::GROUP
            | Keyword::HAVING
            | Keyword::ORDER
            | Keyword::QUALIFY
            | Keyword::WHEN
            | Keyword::THEN
            | Keyword::ELSE
            | Keyword::ON
    )
}

/// Closes the innermost bracket if it is of this kind; a stray one is for the parser to refuse.
fn close(open: &mut Vec<OpenBracket>, bracket: Bracket) {
    if open.last().is_some_and(|level| level.bracket == bracket) {
        let height = open.pop().map_or(0, |level| level.height());
        if let Some(level) = open.last_mut() {
            level.inner = level.inner.max(height);
        }
    }
}

/// A `)` also ends what was taken for the beginning of a `CASE` or a generic type and was not.
fn close_round(open: &mut Vec<OpenBracket>) {
    while let Some(bracket @ (Bracket::Case | Bracket::Angle)) = open.last().map(|level| level.bracket) {
        close(open, bracket);
    }
    close(open, Bracket::Round);
}

fn close_angle(open: &mut Vec<OpenBracket>, times: usize) {
    for _ in 0..times {
        if open.last().is_some_and(|level| level.bracket == Bracket::Angle) {
            close(open, Bracket::Angle);
        } else {
            count(open);
        }
    }
}
