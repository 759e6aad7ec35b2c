//! From nested tokens to lines: what gets a line of its own, and where a line that is too long is broken.
//!
//! Everything here only decides between spaces and line breaks. The order of tokens never changes.

pub mod expr;
pub mod query;
mod script;
pub mod shell;

use super::token::Token;
use super::tree::{Node, tree, width_before_comments};
use super::writer::TextWriter;
use super::{spaces, words};

/// Writes a statement, without its `;`.
pub fn statement(out: &mut TextWriter, mut tokens: Vec<Token<'_>>) {
    if tokens.iter().any(|token| token.is_sign(";")) {
        return script::script(out, tokens);
    }
    words::mark(&mut tokens);
    spaces::set(&mut tokens);
    nodes(out, &tree(tokens));
}

/// Writes a statement that holds no other.
pub fn nodes(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if let Some(change) = query::change_behind_with(nodes) {
        let (tables, change) = nodes.split_at(change);
        query::broken(out, tables);
        out.blank_line();
        shell::statement(out, change);
    } else if query::begins_query(nodes) {
        let is_short = query::clauses(nodes).len() < 2 && fits(out, nodes, 1);
        if is_short { out.flat(nodes) } else { query::broken(out, nodes) }
    } else {
        shell::statement(out, nodes);
    }
}

/// Whether nodes fit on this line, or on the next one if comments before them end this one, with `behind` more columns.
fn fits(out: &TextWriter, nodes: &[Node<'_>], behind: usize) -> bool {
    let begins_line = out.begins_line() || begins_with_comment(nodes);
    let blank = usize::from(!begins_line && out.blank_before(nodes));
    let left = if begins_line { out.left_of_line() } else { out.left() };
    width_before_comments(nodes).is_some_and(|width| width + blank + behind <= left)
}

/// The parts between commas, each with its comma.
fn items<'n, 'a>(nodes: &'n [Node<'a>]) -> Vec<&'n [Node<'a>]> {
    nodes.split_inclusive(|node| matches!(node, Node::Token(token) if token.separates)).collect()
}

/// Writes a list behind its keyword: one item stays on the line of the keyword, several have a line each.
fn list(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let items = items(nodes);
    match items.as_slice() {
        [] => {}
        [one] if !begins_with_comment(one) => expr::expr(out, one),
        items => out.deeper(|out| lines(out, items)),
    }
}

fn begins_with_comment(nodes: &[Node<'_>]) -> bool {
    nodes.first().is_some_and(|node| !node.first().before.is_empty())
}

/// Writes each item on a line of its own.
fn lines(out: &mut TextWriter, items: &[&[Node<'_>]]) {
    for item in items {
        out.newline();
        expr::expr(out, item);
    }
}
