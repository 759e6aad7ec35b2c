//! `VALUES`: rows without brackets, aliases of values, rows with an alias as a query.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::RewritePass;
use crate::lex::keyword::is_word;
use crate::unit::is_interval_unit;

impl RewritePass {
    /// `VALUES ..`, as a query of its own when an alias follows.
    pub(super) fn values_or_query(&mut self) {
        let (start, query) = (self.output.len(), self.may_begin_query());
        let is_source = self.sources.are_due();
        self.copy();
        self.values();
        if is_source && self.peek(0) == Some(&Token::Comma) {
            // Another source follows, which sqlparser would take for a row.
            if let Some(first) = self.output.get(start) {
                let span = Span::new(first.span.start, first.span.start);
                self.output.insert(start, TokenWithSpan { token: Token::LParen, span });
            }
            self.insert(Token::RParen);
            return;
        }
        let alias = match self.peek(0) {
            Some(Token::Word(word)) if word.quote_style.is_some() || word.keyword == Keyword::NoKeyword => true,
            _ => self.is(0, "AS") && matches!(self.peek(1), Some(Token::Word(_))),
        };
        // Names of columns alone: the relation has an empty name.
        let columns = !alias && self.is(0, "AS") && self.names_columns();
        if query
            && (alias || columns)
            && let Some(first) = self.output.get(start)
        {
            let span = Span::new(first.span.start, first.span.start);
            let tokens = [Token::make_word("SELECT", None), Token::Mul, Token::make_word("FROM", None)];
            self.output.splice(start..start, tokens.map(|token| TokenWithSpan { token, span }));
        }
        if columns {
            self.copy();
            self.insert(Token::make_word("", None));
        }
    }

    /// Rows without brackets get them.
    fn values(&mut self) {
        loop {
            if self.peek(0) == Some(&Token::LParen) {
                self.copy_until_value_ends();
            } else if self.begins_row(0) {
                self.insert(Token::LParen);
                self.copy_until_value_ends();
                self.insert(Token::RParen);
            } else {
                return;
            }
            if self.peek(0) != Some(&Token::Comma) || !self.begins_row(1) {
                return;
            }
            self.copy();
        }
    }

    /// Whether rows come behind the `VALUES` that comes next.
    pub(super) fn lists_rows(&self) -> bool {
        let is_source = self.sources.are_due() || self.may_begin_query() || self.fills_table();
        self.peek(1).is_some_and(begins_row) || is_source && self.calls(1)
    }

    /// Whether a row can begin with what comes `ahead`.
    fn begins_row(&self, ahead: usize) -> bool {
        let lateral = ["LATERAL", "STREAM", "TABLE", "VALUES"].iter().any(|word| self.is(ahead, word));
        self.peek(ahead).is_some_and(begins_row) || self.calls(ahead) && !lateral
    }

    fn calls(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), Some(Token::Word(_))) && self.peek(ahead + 1) == Some(&Token::LParen)
    }

    /// How many tokens an alias of one value takes that comes next.
    fn value_alias(&self) -> usize {
        let operand = self.output.last().is_some_and(|t| match &t.token {
            Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen => true,
            Token::Word(word) => word.quote_style.is_some() || word.keyword == Keyword::NoKeyword,
            _ => false,
        });
        let name = usize::from(self.is(0, "AS"));
        let Some(Token::Word(word)) = self.peek(name) else { return 0 };
        let unit = is_interval_unit(&word.value) || word.value.eq_ignore_ascii_case("END");
        match self.peek(name + 1) {
            Some(Token::Comma | Token::RParen) if operand && (name == 1 || !unit) => name + 1,
            _ => 0,
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
                Token::Word(_) if depth == 1 && self.value_alias() > 0 => {
                    self.at += self.value_alias();
                    continue;
                }
                _ => {}
            }
            operand =
                matches!(token, Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen);
            self.copy();
        }
    }
}

/// Whether a row can begin so.
fn begins_row(token: &Token) -> bool {
    *token == Token::LParen || begins_value(token)
}

/// Whether a row of one value, without brackets, can begin so.
fn begins_value(token: &Token) -> bool {
    matches!(token, Token::Number(..) | Token::SingleQuotedString(_) | Token::Minus)
        || ["NULL", "TRUE", "FALSE", "CAST"].iter().any(|word| is_word(token, word))
}
