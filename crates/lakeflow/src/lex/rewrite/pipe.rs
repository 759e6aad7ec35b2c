//! `|> DROP a, b` as `|> SELECT * EXCEPT (a, b)`, which is the same: of the former sqlparser reads everything up to the next
//! step or the end, brackets and operators included.

use sqlparser::tokenizer::Token;

use super::RewritePass;

impl RewritePass {
    /// Reads the step; `false` when what comes next is none.
    pub(super) fn drop_step(&mut self) -> bool {
        let follows_pipe = self.output.last().is_some_and(|t| t.token == Token::VerticalBarRightAngleBracket);
        if !follows_pipe || !self.is(0, "DROP") {
            return false;
        }
        if !self.names(1) {
            self.fault(0, "`|> DROP` requires a column", "write `|> DROP a, b`");
            return false;
        }
        self.copy();
        if let Some(step) = self.output.last_mut() {
            step.token = Token::make_keyword("SELECT");
        }
        for token in [Token::Mul, Token::make_keyword("EXCEPT"), Token::LParen] {
            self.insert(token);
        }
        self.copy();
        while self.peek(0) == Some(&Token::Comma) && self.names(1) {
            self.copy();
            self.copy();
        }
        self.insert(Token::RParen);
        true
    }

    fn names(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), Some(Token::Word(_)))
    }
}
