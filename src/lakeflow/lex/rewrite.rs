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

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::Lexed;

type Piece = (TokenWithSpan, Range<usize>);

/// Rewrites all of them.
pub(super) fn rewrite(lexed: Lexed) -> Lexed {
    let Lexed { tokens, ranges, comments, faults } = lexed;
    let output = Vec::with_capacity(tokens.len() + tokens.len() / 8);
    let mut pass = Pass { input: tokens.into_iter().zip(ranges).collect(), at: 0, output, angles: 0 };
    while pass.step() {}
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
        if let Some((token, range)) = self.input.get_mut(self.at) {
            let moved = TokenWithSpan { token: std::mem::replace(&mut token.token, Token::EOF), span: token.span };
            self.output.push((moved, range.clone()));
        }
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

    fn follows_star(&self) -> bool {
        self.output.last().is_some_and(|(token, _)| token.token == Token::Mul)
    }

    /// `TABLE` becomes `SELECT * FROM`.
    fn select_all(&mut self) {
        self.copy();
        if let Some((token, _)) = self.output.last_mut() {
            token.token = Token::make_word("SELECT", None);
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
