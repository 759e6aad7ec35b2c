//! Expressions, and everything else without clauses: on one line if they fit, otherwise broken at `AND` and `OR`, at
//! the operators that bind least, or within brackets.

use super::{fits, items, lines, query};
use crate::PieceKind;
use crate::fmt::token::Token;
use crate::fmt::tree::{Group, Node, width, width_without_comments};
use crate::fmt::writer::TextWriter;

/// Lists of at least so many plain values are filled line by line rather than set one a line.
pub const FILLED: usize = 4;

/// Writes an expression.
pub fn expr(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if fits(out, nodes, 0) {
        return out.flat(nodes);
    }
    let breaks = connectives(nodes);
    if !breaks.is_empty() {
        return at_operators(out, nodes, &breaks);
    }
    // What binds least is broken first.
    let breaks = [["+", "-", "||"].as_slice(), &["*", "/"]].map(|signs| arithmetic(nodes, signs));
    let breaks = breaks.into_iter().find(|breaks| !breaks.is_empty()).unwrap_or_default();
    let left = out.left().saturating_sub(usize::from(out.blank_before(nodes)));
    if !breaks.is_empty() && parts(nodes, &breaks).all(|part| width(part).is_some_and(|width| width <= left)) {
        return at_operators(out, nodes, &breaks);
    }
    around_groups(out, nodes);
}

/// Positions of `AND` and `OR` that connect conditions.
fn connectives(nodes: &[Node<'_>]) -> Vec<usize> {
    let mut between = 0usize;
    let mut found = vec![];
    for (index, node) in nodes.iter().enumerate() {
        if node.is_keyword("BETWEEN") {
            between += 1;
        } else if node.is_keyword("AND") && between > 0 {
            between -= 1;
        } else if node.is_keyword("AND") || node.is_keyword("OR") {
            let creates =
                index.checked_sub(1).and_then(|index| nodes.get(index)).is_none_or(|n| n.is_keyword("CREATE"));
            found.extend((!creates).then_some(index));
        }
    }
    found
}

/// Positions of operators between operands.
fn arithmetic(nodes: &[Node<'_>], signs: &[&str]) -> Vec<usize> {
    let is_operator = |index: usize, node: &Node<'_>| {
        let between = index > 0 && nodes.get(index + 1).is_some_and(|next| next.first().space);
        between && signs.iter().any(|sign| node.is_sign(sign))
    };
    nodes.iter().enumerate().filter(|(index, node)| is_operator(*index, node)).map(|(index, _)| index).collect()
}

/// The stretches between breaks.
fn parts<'n, 'a>(nodes: &'n [Node<'a>], breaks: &'n [usize]) -> impl Iterator<Item = &'n [Node<'a>]> {
    let starts = std::iter::once(0).chain(breaks.iter().copied());
    let ends = breaks.iter().copied().chain([nodes.len()]);
    starts.zip(ends).filter_map(|(start, end)| nodes.get(start..end))
}

/// Begins a line before each operator, one level deeper than the first.
pub fn at_operators(out: &mut TextWriter, nodes: &[Node<'_>], breaks: &[usize]) {
    for (index, part) in parts(nodes, breaks).enumerate() {
        if index == 0 {
            expr(out, part);
        } else {
            out.deeper(|out| {
                out.newline();
                expr(out, part);
            });
        }
    }
}

/// Breaks the groups that have to be: the widest first, the others only if that is not enough.
fn around_groups(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let widest = nodes.iter().enumerate().filter_map(|(index, node)| match node {
        Node::Group(group) if !is_precision(group) => Some((index, group.width.unwrap_or(usize::MAX))),
        _ => None,
    });
    // Of several that are equally wide the first: `max_by_key` would take the last.
    let widest = widest.rev().max_by_key(|(_, width)| *width).map(|(index, _)| index);
    // Where it is comments alone that take lines, no brackets need any.
    let left = out.left().saturating_sub(usize::from(out.blank_before(nodes)));
    let widest = widest.filter(|_| width_without_comments(nodes) > left);
    out.each(nodes, |out, index, node| match node {
        Node::Token(token) => out.token(token),
        Node::Group(group) if Some(index) == widest => broken(out, group),
        Node::Group(group) if !is_precision(group) && !fits(out, std::slice::from_ref(node), 0) => broken(out, group),
        Node::Group(_) => out.flat(std::slice::from_ref(node)),
    });
}

/// Whether brackets hold what those of `DECIMAL(18,2)` do: to break them wins nothing.
fn is_precision(group: &Group<'_>) -> bool {
    let is_number =
        |node: &Node<'_>| matches!(node, Node::Token(token) if token.kind == PieceKind::Number || token.is_sign(","));
    !group.open.space && group.inner.len() <= 3 && group.inner.iter().all(is_number)
}

/// Writes a group on several lines, unless nothing is in it.
pub fn broken(out: &mut TextWriter, group: &Group<'_>) {
    if group.open.is_word("CASE") {
        return case(out, group);
    }
    out.token(&group.open);
    let is_hugged = !group.inner.is_empty() && hugged(out, &group.inner);
    if !group.inner.is_empty() && !is_hugged {
        out.deeper(|out| {
            out.newline();
            inside(out, &group.inner);
        });
    }
    if let Some(close) = &group.close {
        if is_hugged || group.inner.is_empty() { out.token(close) } else { out.close(close) }
    }
}

/// What stands in brackets, on lines of its own.
fn inside(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let items = items(nodes);
    let clauses = clauses(nodes);
    if query::begins_query(nodes) {
        query::broken(out, nodes);
    } else if !clauses.is_empty() {
        for clause in parts(nodes, &clauses) {
            lines(out, &self::items(clause));
        }
    } else if let ([condition], breaks @ [_, ..]) = (items.as_slice(), connectives(nodes).as_slice()) {
        for part in parts(condition, breaks) {
            out.newline();
            expr(out, part);
        }
    } else if items.len() >= FILLED && items.iter().all(|item| is_plain(item)) {
        for item in items {
            if !fits(out, item, 0) {
                out.newline();
            }
            out.flat(item);
        }
    } else {
        lines(out, &items);
    }
}

/// Positions of the keywords in brackets that begin lines of their own: in windows, in `PIVOT`.
fn clauses(nodes: &[Node<'_>]) -> Vec<usize> {
    let starts = |index: usize| {
        let is = |offset: usize, word: &str| nodes.get(index + offset).is_some_and(|node| node.is_keyword(word));
        let by = ["PARTITION", "ORDER", "DISTRIBUTE", "SORT", "CLUSTER"].iter().any(|word| is(0, word)) && is(1, "BY");
        by || is(0, "ROWS") || is(0, "RANGE") || is(0, "FOR")
    };
    (1..nodes.len()).filter(|index| starts(*index)).collect()
}

/// A literal, perhaps with a sign, or a name of any number of parts; perhaps with a comma.
fn is_plain(item: &[Node<'_>]) -> bool {
    let is = |node: &Node<'_>, of: &dyn Fn(&Token<'_>) -> bool| matches!(node, Node::Token(token) if of(token));
    let is_value = |token: &Token<'_>| {
        matches!(token.kind, PieceKind::Text | PieceKind::Number | PieceKind::Sign) || token.keyword
    };
    let is_part = |token: &Token<'_>| match token.kind {
        PieceKind::Word | PieceKind::Name => !token.keyword,
        _ => token.is_sign(".") || token.is_sign(","),
    };
    let is_literal = item.len() <= 3 && item.iter().all(|node| is(node, &is_value));
    width(item).is_some() && (is_literal || item.iter().all(|node| is(node, &is_part)))
}

/// A call whose last argument is a long call shares its lines: `f(a, g(` .. `))`.
fn hugged(out: &mut TextWriter, nodes: &[Node<'_>]) -> bool {
    let Some((Node::Group(last), before)) = nodes.split_last() else { return false };
    let called = before.last().is_some_and(|node| {
        matches!(node, Node::Token(token) if token.kind == PieceKind::Word && !token.keyword) && !last.open.space
    });
    let plain = before.iter().all(|node| matches!(node, Node::Token(token) if token.kind != PieceKind::Hint));
    let brackets = last.open.is_sign("(") && !query::begins_query(&last.inner);
    if !(called && plain && brackets && connectives(before).is_empty() && fits(out, before, 1)) {
        return false;
    }
    out.flat(before);
    broken(out, last);
    true
}

/// `CASE` with a line for each branch.
fn case(out: &mut TextWriter, group: &Group<'_>) {
    out.token(&group.open);
    let starts = |node: &Node<'_>| node.is_keyword("WHEN") || node.is_keyword("ELSE");
    let first = group.inner.iter().position(starts).unwrap_or(group.inner.len());
    let (subject, branches) = group.inner.split_at(first);
    expr(out, subject);
    let begins: Vec<usize> =
        branches.iter().enumerate().skip(1).filter(|(_, node)| starts(node)).map(|(index, _)| index).collect();
    out.deeper(|out| {
        for branch in parts(branches, &begins) {
            out.newline();
            self::branch(out, branch);
        }
    });
    group.close.iter().for_each(|close| out.close(close));
}

/// `WHEN .. THEN ..`, with `THEN` on a line of its own if need be.
fn branch(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if fits(out, nodes, 0) {
        return out.flat(nodes);
    }
    let Some((keyword, rest)) = nodes.split_first() else { return };
    out.token(keyword.first());
    let then = rest.iter().position(|node| node.is_keyword("THEN")).unwrap_or(rest.len());
    let (condition, value) = rest.split_at(then);
    expr(out, condition);
    if let Some((then, value)) = value.split_first() {
        out.deeper(|out| {
            if !fits(out, value, "THEN ".len()) {
                out.newline();
            }
            out.token(then.first());
            expr(out, value);
        });
    }
}
