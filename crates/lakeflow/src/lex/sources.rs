//! Where a query names what it reads: behind `FROM` and `JOIN`, and behind a comma between two such names.
//!
//! In `SELECT a, stream b FROM c, STREAM d` the first comma stands between columns; so brackets and clauses are followed.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

/// What was read so far of the clauses of a text.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Whether each clause with an open bracket in it lists sources.
    around: Vec<bool>,
    /// Whether this clause does.
    listed: bool,
    /// Whether a source comes next.
    due: bool,
    /// Whether the last token was a name.
    is_name: bool,
    /// Whether the last word was `DISTINCT`, behind which `FROM` compares.
    distinct: bool,
}

impl Sources {
    /// Whether the next token may name a source.
    pub(super) fn are_due(&self) -> bool {
        self.due
    }

    /// Whether the last token may name a source.
    pub(super) fn name(&self) -> bool {
        self.listed && self.is_name
    }

    /// Takes note of the next token.
    pub(super) fn note(&mut self, token: &Token) {
        let compares = std::mem::take(&mut self.distinct);
        self.due = false;
        self.is_name =
            matches!(token, Token::Word(word) if word.quote_style.is_some() || word.keyword == Keyword::NoKeyword);
        match token {
            Token::Word(word) if word.quote_style.is_none() => match word.keyword {
                Keyword::FROM if compares => {}
                Keyword::FROM | Keyword::JOIN => (self.listed, self.due) = (true, true),
                Keyword::DISTINCT => self.distinct = true,
                Keyword::SELECT
                | Keyword::WHERE
                | Keyword::GROUP
                | Keyword::HAVING
                | Keyword::QUALIFY
                | Keyword::WINDOW
                | Keyword::ORDER
                | Keyword::SORT
                | Keyword::CLUSTER
                | Keyword::DISTRIBUTE
                | Keyword::LIMIT
                | Keyword::OFFSET
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::MINUS
                | Keyword::SET => self.listed = false,
                _ => {}
            },
            Token::Comma => self.due = self.listed,
            Token::LParen => self.around.push(std::mem::take(&mut self.listed)),
            Token::RParen => self.listed = self.around.pop().unwrap_or(false),
            Token::VerticalBarRightAngleBracket => self.listed = false,
            Token::SemiColon => *self = Sources::default(),
            _ => {}
        }
    }
}
