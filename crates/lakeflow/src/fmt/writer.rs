//! Builds lines: indents, spaces, comments. A comment that runs to the end of its line forces a line break, whatever
//! was planned.

use super::token::{Comment, Token};
use super::tree::{Node, ends_line};

/// Columns that a line should keep to.
pub const WIDTH: usize = 100;
/// Blanks a level.
pub const INDENT: usize = 2;

/// A text in the making.
#[derive(Debug, Default)]
pub struct TextWriter {
    out: String,
    /// Bytes of indentation at the beginning that are not for the text.
    outside: usize,
    /// Levels that the next line is indented by.
    level: usize,
    /// Columns of the line so far; 0 before anything of it is written.
    column: usize,
    /// Whether the line has to end before the next token.
    ends: bool,
}

impl TextWriter {
    /// A text that begins in the middle of another: so many levels deep, so many columns into its line.
    pub fn at(level: usize, column: usize) -> Self {
        let indentation = level * INDENT;
        if column > indentation {
            TextWriter { level, column, ..TextWriter::default() }
        } else {
            TextWriter { level, outside: indentation, ..TextWriter::default() }
        }
    }

    /// What was written.
    pub fn finish(mut self) -> String {
        self.out.drain(..self.outside.min(self.out.len()));
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

    /// Whether the next token begins a line.
    pub fn begins_line(&self) -> bool {
        self.column == 0 || self.ends
    }

    /// Whether a blank goes before nodes that are written now: not where they begin a line.
    pub fn blank_before(&self, nodes: &[Node<'_>]) -> bool {
        !self.begins_line() && nodes.first().is_some_and(|node| node.first().space)
    }

    /// Columns left on this line, or on the next one if this one has to end.
    pub fn left(&self) -> usize {
        if self.begins_line() { self.left_of_line() } else { WIDTH.saturating_sub(self.column) }
    }

    /// Columns left on a line that is only indented.
    pub fn left_of_line(&self) -> usize {
        WIDTH.saturating_sub(self.level * INDENT)
    }

    /// The same on a line one level deeper.
    pub fn left_below(&self) -> usize {
        self.left_of_line().saturating_sub(INDENT)
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

    /// Writes nodes one by one. Where a comment ends the line between two of them, the rest goes one level deeper.
    pub fn each<'n, 'a>(&mut self, nodes: &'n [Node<'a>], mut write: impl FnMut(&mut Self, usize, &'n Node<'a>)) {
        let level = self.level;
        for (place, node) in nodes.iter().enumerate() {
            if place > 0 && (self.ends || !node.first().before.is_empty()) {
                self.level = level + 1;
            }
            write(self, place, node);
        }
        self.level = level;
    }

    /// Writes nodes on this line.
    pub fn flat(&mut self, nodes: &[Node<'_>]) {
        self.each(nodes, |out, _, node| match node {
            Node::Token(token) => out.token(token),
            Node::Group(group) => {
                out.token(&group.open);
                out.flat(&group.inner);
                group.close.iter().for_each(|close| out.token(close));
            }
        });
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
