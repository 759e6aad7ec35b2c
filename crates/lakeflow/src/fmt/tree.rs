//! Tokens as nested groups: brackets, and `CASE .. END`. A group that is not closed ends where the surrounding group
//! ends.

use super::token::Token;

/// A token, or a group of them.
#[derive(Debug)]
pub enum Node<'a> {
    Token(Token<'a>),
    Group(Group<'a>),
}

/// `( .. )`, `[ .. ]` or `CASE .. END`.
#[derive(Debug)]
pub struct Group<'a> {
    pub open: Token<'a>,
    pub inner: Vec<Node<'a>>,
    /// Absent in a text that is not well formed.
    pub close: Option<Token<'a>>,
    /// Columns it takes on one line, without the blank before it and the comments behind it; `None` when it can't stand
    /// on one.
    pub width: Option<usize>,
}

impl<'a> Node<'a> {
    /// The token that begins it.
    pub fn first(&self) -> &Token<'a> {
        match self {
            Node::Token(token) => token,
            Node::Group(group) => &group.open,
        }
    }

    /// Whether it is this keyword.
    pub fn is_keyword(&self, word: &str) -> bool {
        matches!(self, Node::Token(token) if token.keyword && token.is_word(word))
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self, Node::Token(token) if token.is_sign(sign))
    }

    /// The group in round brackets that it is.
    pub fn round(&self) -> Option<&Group<'a>> {
        match self {
            Node::Group(group) if group.open.is_sign("(") => Some(group),
            _ => None,
        }
    }

    /// Columns on one line, the blank before it included; `None` when it needs several lines.
    pub fn width(&self) -> Option<usize> {
        match self {
            Node::Token(token) => token_width(token).filter(|_| token.before.is_empty()),
            Node::Group(_) => Some(self.width_before_comments()? + behind_width(self.last())?),
        }
    }

    /// The same without the comments behind it.
    fn width_before_comments(&self) -> Option<usize> {
        if self.first().before.is_empty() { self.own_width() } else { None }
    }

    /// The same without the comments before it and behind it.
    fn own_width(&self) -> Option<usize> {
        match self {
            Node::Token(token) => bare_width(token),
            Node::Group(group) => Some(group.width? + usize::from(group.open.space)),
        }
    }

    /// The token that ends it.
    fn last(&self) -> &Token<'a> {
        match self {
            Node::Token(token) => token,
            Node::Group(group) => group.close.as_ref().unwrap_or(&group.open),
        }
    }
}

/// Columns of nodes on one line, without the blank before the first; `None` when they need several lines.
pub fn width(nodes: &[Node<'_>]) -> Option<usize> {
    let all: usize = nodes.iter().map(Node::width).sum::<Option<usize>>()?;
    Some(all - usize::from(nodes.first().is_some_and(|node| node.first().space)))
}

/// The same, without the comments before the first, which have lines of their own, and those behind the last.
pub fn width_before_comments(nodes: &[Node<'_>]) -> Option<usize> {
    let (Some(first), Some((last, inner))) = (nodes.first(), nodes.split_last()) else { return Some(0) };
    let inner = match inner.split_first() {
        Some((first, rest)) => {
            let rest: usize = rest.iter().map(Node::width).sum::<Option<usize>>()?;
            Some(first.own_width()? + behind_width(first.last())? + rest + last.width_before_comments()?)
        }
        None => last.own_width(),
    };
    Some(inner? - usize::from(first.first().space))
}

/// The same, of what needs one line by itself, without any comment; what needs several is too wide, but for groups that
/// comments break.
pub fn width_without_comments(nodes: &[Node<'_>]) -> usize {
    let own = |node: &Node<'_>| match node {
        Node::Token(token) => bare_width(token).unwrap_or(usize::MAX),
        Node::Group(group) => group.width.map_or(0, |width| width + usize::from(group.open.space)),
    };
    let all = nodes.iter().map(own).fold(0, usize::saturating_add);
    all.saturating_sub(usize::from(nodes.first().is_some_and(|node| node.first().space)))
}

/// Whether a comment ends its line.
pub fn ends_line(comment: &str) -> bool {
    comment.starts_with("--") || comment.contains('\n')
}

fn token_width(token: &Token<'_>) -> Option<usize> {
    Some(bare_width(token)? + behind_width(token)?)
}

/// Columns of a token with the blank before it, without the comments behind it.
fn bare_width(token: &Token<'_>) -> Option<usize> {
    (!token.text.contains('\n')).then(|| token.text.chars().count() + usize::from(token.space))
}

/// Columns of the comments behind a token.
fn behind_width(token: &Token<'_>) -> Option<usize> {
    let is_short = !token.behind.iter().any(|comment| ends_line(comment));
    is_short.then(|| token.behind.iter().map(|comment| comment.chars().count() + 1).sum())
}

/// Groups the tokens of a statement.
pub fn tree(tokens: Vec<Token<'_>>) -> Vec<Node<'_>> {
    let mut builder = Builder { open: vec![], level: vec![] };
    for token in tokens {
        builder.token(token);
    }
    while builder.close(None) {}
    builder.level
}

struct Builder<'a> {
    /// Open groups: the token that opened each, and the nodes before it.
    open: Vec<(Token<'a>, Vec<Node<'a>>)>,
    /// Nodes of the innermost group so far.
    level: Vec<Node<'a>>,
}

impl<'a> Builder<'a> {
    fn token(&mut self, token: Token<'a>) {
        let opens = token.is_sign("(") || token.is_sign("[") || (token.keyword && token.is_word("CASE"));
        if opens {
            let outer = std::mem::take(&mut self.level);
            self.open.push((token, outer));
            return;
        }
        let opener = if token.is_sign(")") {
            "("
        } else if token.is_sign("]") {
            "["
        } else if token.keyword && token.is_word("END") {
            "CASE"
        } else {
            self.level.push(Node::Token(token));
            return;
        };
        let at = self.open.iter().rposition(|(open, _)| open.text.eq_ignore_ascii_case(opener));
        // Only a bracket may end an open `CASE`; an `END` in brackets closes nothing outside them.
        let reaches = at.filter(|at| opener != "CASE" || at + 1 == self.open.len());
        let Some(at) = reaches else {
            self.level.push(Node::Token(token));
            return;
        };
        while self.open.len() > at + 1 && self.close(None) {}
        self.close(Some(token));
    }

    /// Ends the innermost group; `false` when none is open.
    fn close(&mut self, close: Option<Token<'a>>) -> bool {
        let Some((open, outer)) = self.open.pop() else { return false };
        let inner = std::mem::replace(&mut self.level, outer);
        let inside: Option<usize> = inner.iter().map(Node::width).sum();
        let behind = close.as_ref().map_or(Some(0), |close| bare_width(close).filter(|_| close.before.is_empty()));
        let before = token_width(&open).map(|width| width - usize::from(open.space));
        let width = before.zip(inside).zip(behind).map(|((before, inside), behind)| before + inside + behind);
        self.level.push(Node::Group(Group { open, inner, close, width }));
        true
    }
}
