//! Constructs that sqlparser has no grammar for, as tokens that it has one for and that mean the same.
//!
//! | written | read as |
//! |---|---|
//! | `STRUCT<a: INT NOT NULL COMMENT 'x'>` | `STRUCT<a: INT OPTIONS(not_null = TRUE, comment = 'x')>` |
//! | `* EXCEPT (t.a)` | `* EXCEPT (name)` with one name that holds the dot |
//! | `VALUES 1, 2` | `VALUES (1), (2)` |
//! | `TABLE t` as a query | `SELECT * FROM t`; sqlparser reads one token too many behind the name |
//!
//! Put-in tokens have no width; every other token keeps its place. The printer undoes what would be seen.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::Lexed;
use crate::lakeflow::Fault;

type Piece = (TokenWithSpan, Range<usize>);

/// Rewrites all of them.
pub(super) fn rewrite(lexed: Lexed) -> Lexed {
    let Lexed { tokens, ranges, comments, faults } = lexed;
    let input = tokens.into_iter().zip(ranges).collect();
    let mut pass = Pass { input, at: 0, output: vec![], angles: 0, faults };
    while pass.step() {}
    let faults = pass.faults;
    let (tokens, ranges) = pass.output.into_iter().unzip();
    Lexed { tokens, ranges, comments, faults }
}

struct Pass {
    input: Vec<Piece>,
    /// Index of what is read next.
    at: usize,
    output: Vec<Piece>,
    /// Open `<` of types.
    angles: usize,
    faults: Vec<Fault>,
}

impl Pass {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.input.get(self.at + ahead).map(|(token, _)| &token.token)
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead).is_some_and(|token| is_word(token, word))
    }

    /// Moves one token over.
    fn copy(&mut self) {
        self.output.extend(self.input.get(self.at).cloned());
        self.at += 1;
    }

    /// Puts a token in, behind the last one.
    fn insert(&mut self, token: Token) {
        let Some((last, range)) = self.output.last() else { return };
        let span = Span::new(last.span.end, last.span.end);
        self.output.push((TokenWithSpan { token, span }, range.end..range.end));
    }

    fn step(&mut self) -> bool {
        let Some(token) = self.peek(0) else { return false };
        match token {
            Token::Lt if self.output.last().is_some_and(|(t, _)| opens_type(&t.token)) => self.angles += 1,
            Token::Gt => self.angles = self.angles.saturating_sub(1),
            Token::ShiftRight => self.angles = self.angles.saturating_sub(2),
            Token::SemiColon => self.angles = 0,
            Token::Word(_) if self.angles > 0 && self.begins_option() => {
                self.field_options();
                return true;
            }
            Token::Word(_) if self.is(0, "EXCEPT") && self.peek(1) == Some(&Token::LParen) && self.follows_star() => {
                self.except_names();
                return true;
            }
            Token::Word(_) if self.is(0, "EXCEPT") && self.follows_star() && !self.goes_on_with_query() => {
                self.fault(1, "expected `(` behind `EXCEPT`", "write `* EXCEPT (..)`");
            }
            Token::LParen if self.peek(1) == Some(&Token::Mul) && self.peek(2) == Some(&Token::RParen) => {
                if self.begins_item() {
                    self.fault(1, "a `*` in brackets of its own", "is the name of a function missing?");
                }
            }
            Token::Word(_) if self.is(0, "TABLE") && self.begins_query() => {
                self.select_all();
                return true;
            }
            Token::Word(_) if self.is(0, "VALUES") && self.peek(1).is_some_and(begins_value) => {
                self.copy();
                self.values();
                return true;
            }
            _ => {}
        }
        self.copy();
        true
    }

    /// Whether the word that comes next stands where a query begins, and a name behind it.
    fn begins_query(&self) -> bool {
        const BEFORE: &[&str] = &["UNION", "ALL", "DISTINCT", "EXCEPT", "INTERSECT", "MINUS", "EXPLAIN"];
        let before = |(token, _): &Piece| {
            token.token == Token::SemiColon || BEFORE.iter().any(|word| is_word(&token.token, word))
        };
        matches!(self.peek(1), Some(Token::Word(_))) && self.output.last().is_some_and(before)
    }

    /// What sqlparser would overlook.
    fn fault(&mut self, ahead: usize, message: &str, hint: &str) {
        let Some((_, range)) = self.input.get(self.at + ahead) else { return };
        self.faults.push(Fault::new(range.clone(), message).hint(hint));
    }

    /// Whether a column or an argument begins here, rather than the arguments of a function.
    fn begins_item(&self) -> bool {
        let before =
            |(token, _): &Piece| matches!(token.token, Token::Comma | Token::LParen) || is_word(&token.token, "SELECT");
        self.output.last().is_some_and(before)
    }

    /// Whether the `EXCEPT` that comes next stands between two queries.
    fn goes_on_with_query(&self) -> bool {
        const BEHIND: &[&str] = &["SELECT", "ALL", "DISTINCT", "VALUES", "TABLE", "FROM", "WITH"];
        BEHIND.iter().any(|word| self.is(1, word))
    }

    fn follows_star(&self) -> bool {
        self.output.last().is_some_and(|(token, _)| token.token == Token::Mul)
    }

    /// `TABLE` becomes `SELECT * FROM`; the text of the word tells that nothing but a name may follow.
    fn select_all(&mut self) {
        self.copy();
        if let Some((token, _)) = self.output.last_mut() {
            let keyword = Keyword::SELECT;
            token.token = Token::Word(Word { value: "TABLE".to_owned(), quote_style: None, keyword });
        }
        [Token::Mul, Token::make_word("FROM", None)].into_iter().for_each(|token| self.insert(token));
    }

    fn begins_option(&self) -> bool {
        let comment = self.is(0, "COMMENT") && matches!(self.peek(1), Some(Token::SingleQuotedString(_)));
        comment || self.is(0, "NOT") && self.is(1, "NULL")
    }

    fn field_options(&mut self) {
        let word = |text: &str| Token::make_word(text, None);
        [word("OPTIONS"), Token::LParen].into_iter().for_each(|token| self.insert(token));
        let mut first = true;
        while self.begins_option() {
            if !first {
                self.insert(Token::Comma);
            }
            first = false;
            let comment = self.is(0, "COMMENT");
            self.insert(word(if comment { "comment" } else { "not_null" }));
            self.insert(Token::Eq);
            self.at += 1;
            if comment {
                self.copy();
            } else {
                self.at += 1;
                self.insert(word("TRUE"));
            }
        }
        self.insert(Token::RParen);
    }

    /// `EXCEPT (a, t.b)` with each dotted name as one word.
    fn except_names(&mut self) {
        self.copy();
        self.copy();
        while self.peek(0).is_some_and(|token| !matches!(token, Token::RParen | Token::SemiColon)) {
            let start = self.output.len();
            self.copy();
            while self.peek(0) == Some(&Token::Period) && matches!(self.peek(1), Some(Token::Word(_))) {
                let Some((part, range)) = self.input.get(self.at + 1).cloned() else { return };
                self.at += 2;
                if let Some((token, whole)) = self.output.get_mut(start) {
                    let name = format!("{}.{}", token.token, part.token);
                    token.token = Token::make_word(&name, None);
                    token.span.end = part.span.end;
                    whole.end = range.end;
                }
            }
        }
    }

    /// Rows without brackets get them.
    fn values(&mut self) {
        loop {
            if self.peek(0) == Some(&Token::LParen) {
                self.copy_until_value_ends();
            } else if self.peek(0).is_some_and(begins_value) {
                self.insert(Token::LParen);
                self.copy_until_value_ends();
                self.insert(Token::RParen);
            } else {
                return;
            }
            if self.peek(0) != Some(&Token::Comma) || self.is(1, "VALUES") {
                return;
            }
            self.copy();
        }
    }

    /// Moves one value over: to a comma, a closing bracket, or a word behind an operand, which is an alias or a clause.
    fn copy_until_value_ends(&mut self) {
        let mut depth = 0usize;
        let mut operand = false;
        while let Some(token) = self.peek(0) {
            match token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => return,
                Token::RParen => depth -= 1,
                Token::Comma if depth == 0 => return,
                Token::SemiColon | Token::EOF => return,
                Token::Word(_) if depth == 0 && operand => return,
                _ => {}
            }
            operand =
                matches!(token, Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen);
            self.copy();
        }
    }
}

fn is_word(token: &Token, text: &str) -> bool {
    matches!(token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(text))
}

fn opens_type(token: &Token) -> bool {
    ["STRUCT", "ARRAY", "MAP"].iter().any(|word| is_word(token, word))
}

/// Whether a row of one value, without brackets, can begin so.
fn begins_value(token: &Token) -> bool {
    matches!(token, Token::Number(..) | Token::SingleQuotedString(_) | Token::Minus)
        || ["NULL", "TRUE", "FALSE", "CAST"].iter().any(|word| is_word(token, word))
}
