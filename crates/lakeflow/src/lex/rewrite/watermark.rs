//! `FROM t WATERMARK at DELAY OF INTERVAL 10 MINUTES`, for which sqlparser has no place in its tree, as a sample:
//! `FROM t TABLESAMPLE (WATERMARK(at, INTERVAL 10 MINUTES) ROWS)`, which no query contains that a person wrote.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::RewritePass;
use crate::unit::is_interval_unit;

/// Tokens that the time of a watermark is made of at most.
const FARTHEST: usize = 1000;

impl RewritePass {
    /// Reads the clause that comes next; `false` when the word is something else.
    pub(super) fn watermark(&mut self) -> bool {
        let Some(delay) = self.delay() else { return false };
        let derived = self.closes_query();
        let start = self.output.len();
        let word = |text: &str| Token::make_word(text, None);
        [word("TABLESAMPLE"), Token::LParen].into_iter().for_each(|token| self.insert(token));
        self.copy();
        self.insert(Token::LParen);
        while self.at < delay {
            // `expression AS name` adds a column of that name.
            if self.is(0, "AS") && self.at + 2 == delay {
                self.at += 1;
                self.insert(Token::Comma);
            }
            self.copy();
        }
        self.at += 2;
        self.insert(Token::Comma);
        self.copy();
        while matches!(self.peek(0), Some(Token::Number(..) | Token::SingleQuotedString(_) | Token::Minus)) {
            self.copy();
            if matches!(self.peek(0), Some(Token::Word(word)) if is_interval_unit(&word.value)) {
                self.copy();
            }
        }
        [Token::RParen, word("ROWS"), Token::RParen].into_iter().for_each(|token| self.insert(token));
        if derived {
            self.alias_before(start);
        }
        true
    }

    /// Index of `DELAY`, with `OF INTERVAL` behind it.
    fn delay(&self) -> Option<usize> {
        let mut depth = 0usize;
        for ahead in 1..FARTHEST {
            match self.peek(ahead)? {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.checked_sub(1)?,
                Token::SemiColon => return None,
                Token::Word(_) if depth == 0 && self.is(ahead, "DELAY") => {
                    let interval = ahead > 1 && self.is(ahead + 1, "OF") && self.is(ahead + 2, "INTERVAL");
                    return interval.then_some(self.at + ahead);
                }
                Token::Word(word) if depth == 0 && word.keyword == Keyword::FROM => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether the last token ends a query in brackets, behind which a sample stands after the alias.
    pub(super) fn closes_query(&self) -> bool {
        let mut depth = 0usize;
        for (position, token) in self.output.iter().enumerate().rev() {
            match token.token {
                Token::RParen => depth += 1,
                Token::LParen if depth == 1 => {
                    let inner = self.output.get(position + 1).map(|t| &t.token);
                    let before = position.checked_sub(1).and_then(|at| self.output.get(at)).map(|t| &t.token);
                    let queries = [Keyword::SELECT, Keyword::WITH, Keyword::FROM, Keyword::VALUES];
                    let query = matches!(inner, Some(Token::Word(word)) if queries.contains(&word.keyword));
                    let called = matches!(before, Some(Token::Word(word)) if word.keyword == Keyword::NoKeyword);
                    return !called && (query || inner == Some(&Token::LParen));
                }
                _ if depth == 0 => return false,
                Token::LParen => depth -= 1,
                _ => {}
            }
        }
        false
    }

    /// Moves the alias that comes next before the output from `start` on.
    fn alias_before(&mut self, start: usize) {
        let sample = self.output.split_off(start.min(self.output.len()));
        let named = matches!(self.peek(0), Some(Token::Word(word))
            if word.quote_style.is_some() || word.keyword == Keyword::NoKeyword);
        if self.is(0, "AS") {
            self.copy();
            self.copy();
        } else if named {
            self.copy();
        }
        self.output.extend(sample);
    }
}
