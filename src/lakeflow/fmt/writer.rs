//! Lines as they come about: indents, blanks, comments. A comment that ends its line ends it, whatever was planned.

use super::token::{Comment, Token};
use super::tree::{Node, ends_line};

/// Columns that a line should keep to.
pub const WIDTH: usize = 100;
/// Blanks a level.
const INDENT: usize = 2;

/// A text in the making.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    /// Levels that the next line is indented by.
    level: usize,
    /// Columns of the line so far; 0 before anything of it is written.
    column: usize,
    /// Whether the line has to end before the next token.
    ends: bool,
}

impl Writer {
    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// Ends the line unless nothing stands on it yet.
    pub fn newline(&mut self) {
        if self.column > 0 {
            self.out.push('\n');
            self.column = 0;
        }
        self.ends = false;
    }

    /// Ends the line and leaves one empty, unless the text begins here.
    pub fn blank_line(&mut self) {
        self.newline();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Does something one level deeper.
    pub fn deeper(&mut self, inner: impl FnOnce(&mut Self)) {
        self.levels(1, inner);
    }

    /// Does something so many levels deeper.
    pub fn levels(&mut self, levels: usize, inner: impl FnOnce(&mut Self)) {
        self.level += levels;
        inner(self);
        self.level -= levels;
    }

    /// Writes comments on lines of their own.
    pub fn comments(&mut self, comments: &[Comment<'_>]) {
        for comment in comments {
            self.newline();
            self.raw(comment.text);
        }
    }

    /// Columns left on this line, or on the next one if this one has to end.
    pub fn left(&self) -> usize {
        let column = if self.column == 0 || self.ends { self.level * INDENT } else { self.column };
        WIDTH.saturating_sub(column)
    }

    /// Writes a token with its comments, behind a blank if it has one.
    pub fn token(&mut self, token: &Token<'_>) {
        self.comments(&token.before);
        if self.ends || !token.before.is_empty() {
            self.newline();
        }
        if token.space && self.column > 0 {
            self.raw(" ");
        }
        if token.keyword && !token.as_written {
            self.raw(&token.text.to_ascii_uppercase());
        } else {
            self.raw(token.text);
        }
        for comment in &token.behind {
            self.raw(" ");
            self.raw(comment);
            self.ends |= ends_line(comment);
        }
    }

    /// Writes the token that closes a group on a line of its own; comments before it belong to what is inside.
    pub fn close(&mut self, token: &Token<'_>) {
        self.deeper(|out| out.comments(&token.before));
        self.newline();
        self.token(&Token { before: vec![], ..token.clone() });
    }

    /// Writes nodes on this line.
    pub fn flat(&mut self, nodes: &[Node<'_>]) {
        for node in nodes {
            match node {
                Node::Token(token) => self.token(token),
                Node::Group(group) => {
                    self.token(&group.open);
                    self.flat(&group.inner);
                    group.close.iter().for_each(|close| self.token(close));
                }
            }
        }
    }

    /// Writes text, which may hold several lines, as it is.
    pub fn raw(&mut self, text: &str) {
        if self.column == 0 {
            self.out.extend(std::iter::repeat_n(' ', self.level * INDENT));
            self.column = self.level * INDENT;
        }
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count().max(1),
            None => self.column += text.chars().count(),
        }
    }
}
