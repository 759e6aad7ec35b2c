//! Queries: one line per clause.

use super::{begins_with_comment, expr, fits, items, lines, list};
use crate::PieceKind;
use crate::fmt::tree::{Node, width_before_comments};
use crate::fmt::writer::TextWriter;

/// A clause: its keywords and what follows them.
pub struct Clause<'n, 'a> {
    pub head: &'n [Node<'a>],
    pub body: &'n [Node<'a>],
}

/// Clauses by their keywords, which are those of the layout too; joins and set operations are found apart.
const STARTERS: &[&[&str]] = &[
    &["SELECT", "DISTINCT"],
    &["SELECT", "ALL"],
    &["SELECT"],
    &["FROM", "VALUES"],
    &["FROM"],
    &["WHERE"],
    &["GROUP", "BY"],
    &["HAVING"],
    &["QUALIFY"],
    &["WINDOW"],
    &["ORDER", "BY"],
    &["SORT", "BY"],
    &["CLUSTER", "BY"],
    &["DISTRIBUTE", "BY"],
    &["LIMIT"],
    &["OFFSET"],
    &["LATERAL", "VIEW"],
    &["PIVOT"],
    &["UNPIVOT"],
];

const JOIN_WORDS: &[&str] = &["NATURAL", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "OUTER", "SEMI", "ANTI", "LATERAL"];

const SET_OPERATIONS: &[&str] = &["UNION", "INTERSECT", "EXCEPT", "MINUS"];

/// Whether nodes are a query: alone in brackets, too, or with a set operation or an order behind the brackets.
pub fn begins_query(nodes: &[Node<'_>]) -> bool {
    let Some(first) = nodes.first() else { return false };
    let continues = ["ORDER", "LIMIT", "OFFSET"];
    let goes_on = |node: &Node<'_>| SET_OPERATIONS.iter().chain(&continues).any(|word| node.is_keyword(word));
    let bracketed = first.round().is_some_and(|group| begins_query(&group.inner)) && nodes.get(1).is_none_or(goes_on);
    ["SELECT", "WITH", "FROM", "VALUES"].iter().any(|word| first.is_keyword(word)) || bracketed
}

/// Where the change of rows begins that common tables stand before: `WITH a AS (..) MERGE INTO ..`.
pub fn change_behind_with(nodes: &[Node<'_>]) -> Option<usize> {
    if !nodes.first()?.is_keyword("WITH") {
        return None;
    }
    let of_change = ["INSERT", "MERGE", "UPDATE", "DELETE"];
    let begins = |index: usize| {
        let is = |node: &Node<'_>, words: &[&str]| words.iter().any(|word| node.is_keyword(word));
        // It follows the brackets of a common table; elsewhere these are names.
        let behind_table = index.checked_sub(1).and_then(|before| nodes.get(before))?.round().is_some();
        Some(behind_table && is(nodes.get(index)?, &of_change))
    };
    (1..nodes.len()).find(|index| begins(*index) == Some(true))
}

/// Writes a query on several lines.
pub fn broken(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let mut behind_with = false;
    for clause in clauses(nodes) {
        if behind_with {
            out.blank_line();
        }
        out.newline();
        behind_with = clause.head.first().is_some_and(|node| node.is_keyword("WITH"));
        if behind_with { common_tables(out, &clause) } else { self::clause(out, &clause) }
    }
}

/// Splits a query.
pub fn clauses<'n, 'a>(nodes: &'n [Node<'a>]) -> Vec<Clause<'n, 'a>> {
    let mut starts: Vec<(usize, usize)> = vec![];
    let (mut index, mut in_pipe) = (0, false);
    while index < nodes.len() {
        // Behind a `|>`, which begins its line, no keyword does but the one of named windows.
        let is_pipe = nodes.get(index).is_some_and(|node| node.is_sign("|>"));
        in_pipe |= is_pipe;
        let is_step = is_pipe || in_pipe && names_windows(nodes, index);
        let length = if in_pipe { usize::from(is_step) } else { starter(nodes, index) };
        // The main query in brackets behind common tables.
        let is_main = index > 0
            && nodes.get(index - 1).is_some_and(|node| node.round().is_some())
            && nodes.get(index).and_then(Node::round).is_some_and(|group| begins_query(&group.inner));
        if length > 0 || index == 0 || is_main {
            starts.push((index, length));
        }
        index += length.max(1);
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([nodes.len()]);
    let clause = |((start, length), end): (&(usize, usize), usize)| {
        let (head, body) = nodes.get(*start..end)?.split_at_checked(*length)?;
        Some(Clause { head, body })
    };
    starts.iter().zip(ends).filter_map(clause).collect()
}

/// Whether `WINDOW name AS` stands at `index`.
fn names_windows(nodes: &[Node<'_>], index: usize) -> bool {
    let is = |offset: usize, word: &str| nodes.get(index + offset).is_some_and(|node| node.is_keyword(word));
    is(0, "WINDOW") && is(2, "AS")
}

/// Number of keywords that begin a clause at `index`; 0 when none does.
fn starter(nodes: &[Node<'_>], index: usize) -> usize {
    let at = |offset: usize, word: &str| nodes.get(index + offset).is_some_and(|node| node.is_keyword(word));
    let before = |word: &str| index.checked_sub(1).and_then(|i| nodes.get(i)).is_some_and(|node| node.is_keyword(word));
    if before("DISTINCT") && at(0, "FROM") {
        return 0;
    }
    if at(0, "WITH") {
        return usize::from(index == 0);
    }
    if SET_OPERATIONS.iter().any(|word| at(0, word)) {
        let excepted = index.checked_sub(1).and_then(|i| nodes.get(i)).is_some_and(|node| node.is_sign("*"));
        let quantified = at(1, "ALL") || at(1, "DISTINCT");
        return if excepted { 0 } else { 1 + usize::from(quantified) };
    }
    if at(0, "VALUES") {
        let begins = index == 0 || ["UNION", "INTERSECT", "EXCEPT", "MINUS", "ALL"].iter().any(|word| before(word));
        return usize::from(begins);
    }
    let join = (0..4).find(|offset| at(*offset, "JOIN"));
    if let Some(join) = join
        && (0..join).all(|offset| JOIN_WORDS.iter().any(|word| at(offset, word)))
    {
        return join + 1;
    }
    let begins = |words: &&&[&str]| words.iter().enumerate().all(|(offset, word)| at(offset, word));
    STARTERS.iter().find(begins).map_or(0, |words| words.len())
}

/// Writes a clause from the beginning of a line on.
pub fn clause(out: &mut TextWriter, clause: &Clause<'_, '_>) {
    let head = |word: &str| clause.head.first().is_some_and(|node| node.is_keyword(word));
    let ends_in = |word: &str| clause.head.last().is_some_and(|node| node.is_keyword(word));
    out.flat(clause.head);
    if ends_in("BY") && items(clause.body).iter().all(|item| is_position(item)) && fits(out, clause.body, 1) {
        out.flat(clause.body);
    } else if head("SELECT") || ends_in("BY") {
        let hint = clause.body.first().filter(|node| node.first().text.starts_with("/*+"));
        hint.iter().for_each(|hint| out.token(hint.first()));
        list(out, clause.body.get(usize::from(hint.is_some())..).unwrap_or(&[]));
    } else if ends_in("VALUES") {
        values(out, clause.body);
    } else if head("FROM") && items(clause.body).len() > 1 && !fits(out, clause.body, 0) {
        list(out, clause.body);
    } else if clause.head.is_empty() || SET_OPERATIONS.iter().any(|word| head(word)) {
        // A query in brackets of its own.
        out.newline();
        bracketed(out, clause.body);
    } else if clause.head.first().is_some_and(|node| node.is_sign("|>")) && !fits(out, clause.body, 0) {
        let (operator, rest) = clause.body.split_at(1.min(clause.body.len()));
        out.flat(operator);
        list(out, rest);
    } else if ends_in("JOIN") {
        join(out, clause.body);
    } else if begins_with_comment(clause.body) {
        out.deeper(|out| lines(out, &[clause.body]));
    } else {
        expr::expr(out, clause.body);
    }
}

/// The number of a column, perhaps with a comma.
fn is_position(item: &[Node<'_>]) -> bool {
    let is_number = |node: &Node<'_>| matches!(node, Node::Token(token) if token.kind == PieceKind::Number);
    matches!(item, [number] if is_number(number))
        || matches!(item, [number, comma] if is_number(number) && comma.is_sign(","))
}

/// What is joined, and on what: the condition has a line of its own where one line does not hold both. A query in
/// brackets is broken first, and a condition that is too long for a line is broken where it stands.
fn join(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if begins_with_comment(nodes) {
        return out.deeper(|out| lines(out, &[nodes]));
    }
    let condition = nodes.iter().position(|node| node.is_keyword("ON") || node.is_keyword("USING"));
    let (joined, condition) = nodes.split_at(condition.unwrap_or(nodes.len()));
    let is_query = |node: &Node<'_>| node.round().is_some_and(|group| begins_query(&group.inner));
    let fits_below = width_before_comments(condition).is_some_and(|width| width <= out.left_below());
    let is_apart = fits_below && !condition.is_empty() && !joined.iter().any(is_query) && fits(out, joined, 0);
    if !is_apart || fits(out, nodes, 0) {
        return expr::expr(out, nodes);
    }
    out.flat(joined);
    out.deeper(|out| {
        out.newline();
        out.flat(condition);
    });
}

/// A query in brackets of its own, as beside `UNION`.
fn bracketed(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if fits(out, nodes, 0) {
        return out.flat(nodes);
    }
    for node in nodes {
        match node {
            Node::Group(group) => expr::broken(out, group),
            Node::Token(token) => out.token(token),
        }
    }
}

/// Rows, one a line if there are several.
fn values(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if fits(out, nodes, 0) {
        return out.flat(nodes);
    }
    let last = items(nodes).last().map_or(0, |last| last.len());
    let (before, last) = nodes.split_at(nodes.len() - last);
    // What follows the last row, as `AS t (a, b)`, names them all.
    let row = match last.first() {
        Some(Node::Group(_)) => 1,
        _ => last.iter().position(|node| node.is_keyword("AS")).unwrap_or(last.len()),
    };
    if before.is_empty() || row == last.len() {
        return list(out, nodes);
    }
    let (rows, name) = nodes.split_at(before.len() + row);
    list(out, rows);
    out.newline();
    expr::expr(out, name);
}

/// `WITH a AS ( .. ), b AS ( .. )`, with an empty line between them.
fn common_tables(out: &mut TextWriter, clause: &Clause<'_, '_>) {
    out.flat(clause.head);
    for (position, item) in items(clause.body).into_iter().enumerate() {
        if position > 0 {
            out.blank_line();
        }
        let query = item.iter().rposition(|node| node.round().is_some_and(|group| !group.inner.is_empty()));
        for (index, node) in item.iter().enumerate() {
            match node {
                Node::Group(group) if Some(index) == query => expr::broken(out, group),
                node => out.flat(std::slice::from_ref(node)),
            }
        }
    }
}
