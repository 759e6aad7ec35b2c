//! Statements around queries: a line for each clause of a `CREATE`, a `MERGE` and their like; others are expressions.

use super::{expr, fits, items, lines, query};
use crate::sqltool::fmt::tree::{Group, Node};
use crate::sqltool::fmt::writer::Writer;

/// Clauses of `CREATE`, whatever is created.
const CREATE: &[&str] = &[
    "APPLY AS DELETE WHEN",
    "APPLY AS TRUNCATE WHEN",
    "AS APPLY",
    "AS AUTO",
    "AS INSERT",
    "AS REPLACE",
    "CLUSTER BY",
    "COLUMN MASK",
    "COLUMNS",
    "COLUMNS TO UPDATE",
    "COMMENT",
    "DEFAULT COLLATION",
    "DETERMINISTIC",
    "EXCEPT",
    "FLOW",
    "FOR TABLES",
    "FROM",
    "IGNORE NULL UPDATES",
    "KEYS",
    "LANGUAGE",
    "LOCATION",
    "MATCH COLUMNS",
    "NOT DETERMINISTIC",
    "ON COLUMN",
    "OPTIONS",
    "PARTITIONED BY",
    "REFRESH POLICY",
    "REPLACE USING",
    "REPLACE WHERE",
    "RETURN",
    "RETURNS",
    "ROW FILTER",
    "SEQUENCE BY",
    "STORED AS",
    "SYSTEM SEQUENCE BY",
    "TBLPROPERTIES",
    "TO",
    "TRACK HISTORY ON",
    "USING",
    "USING COLUMNS",
    "WHEN",
    "WITH METRICS",
    "WITH ROW FILTER",
];
const MERGE: &[&str] = &["USING", "ON", "WHEN MATCHED", "WHEN NOT MATCHED"];
const UPDATE: &[&str] = &["SET", "WHERE"];
const DELETE: &[&str] = &["WHERE"];

/// Clauses of which no statement needs lines of their own while it is short.
const SHORT: usize = 1;

/// Writes a statement that is no query.
pub fn statement(out: &mut Writer, nodes: &[Node<'_>]) {
    let is = |word: &str| nodes.first().is_some_and(|node| node.is_keyword(word));
    let starters = match () {
        () if is("CREATE") => CREATE,
        () if is("MERGE") => MERGE,
        () if is("UPDATE") => UPDATE,
        () if is("DELETE") => DELETE,
        () if is("INSERT") => &[],
        () => return expr::expr(out, nodes),
    };
    let (shell, query) = nodes.split_at(query_start(nodes));
    let clauses = split(shell, starters);
    let is_small = clauses.len() <= 1 + SHORT && !clauses.iter().any(|clause| has_element_lines(clause));
    if is_small && query::clauses(query).len() < 2 && !is_as_query(query) && fits(out, nodes, 1) {
        return out.flat(nodes);
    }
    for (index, clause) in clauses.iter().enumerate() {
        // A flow says on its first line what it does.
        let joins_header = index == 1 && clause.first().is_some_and(|node| node.is_keyword("AS"));
        if !joins_header {
            out.newline();
        }
        self::clause(out, clause);
    }
    let query = match query.split_first() {
        Some((keyword, query)) if keyword.is_keyword("AS") => {
            out.newline();
            out.token(keyword.first());
            query
        }
        _ => query,
    };
    query::broken(out, query);
}

fn is_as_query(query: &[Node<'_>]) -> bool {
    query.first().is_some_and(|node| node.is_keyword("AS"))
}

/// Where the query of a statement begins, with its `AS`; the end if it has none.
fn query_start(nodes: &[Node<'_>]) -> usize {
    let begins = |index: usize| {
        let at = |offset: usize| nodes.get(index + offset);
        let is = |offset: usize, word: &str| at(offset).is_some_and(|node| node.is_keyword(word));
        let with = is(0, "WITH")
            && !is(1, "ROW")
            && !is(1, "METRICS")
            && !is(1, "SCHEMA")
            && at(1).is_some_and(|node| node.round().is_none());
        let body = is(0, "AS") && nodes.get(index + 1..).is_some_and(query::begins_query);
        body || with || is(0, "SELECT") || is(0, "VALUES")
    };
    (1..nodes.len()).find(|index| begins(*index)).unwrap_or(nodes.len())
}

/// Splits at the keywords that begin clauses; the first part is what stands before them.
fn split<'n, 'a>(nodes: &'n [Node<'a>], starters: &[&str]) -> Vec<&'n [Node<'a>]> {
    let mut starts = vec![0];
    let mut index = 1;
    while index < nodes.len() {
        let begins = |phrase: &&&str| {
            phrase
                .split(' ')
                .enumerate()
                .all(|(offset, word)| nodes.get(index + offset).is_some_and(|node| node.is_keyword(word)))
        };
        let longest = starters.iter().filter(begins).map(|phrase| phrase.split(' ').count()).max();
        // `CREATE FLOW` and `CREATE .. IF NOT EXISTS` begin with words that are clauses elsewhere.
        let follows_create =
            nodes.get(index - 1).is_some_and(|node| node.is_keyword("CREATE") || node.is_keyword("REFRESH"));
        if longest.is_some() && !follows_create && !continues(nodes, index) {
            starts.push(index);
        }
        index += longest.unwrap_or(1);
    }
    let ends = starts.iter().skip(1).copied().chain([nodes.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| nodes.get(*start..end)).collect()
}

/// Whether the keyword at `index` belongs to the clause before it: `WITH METRICS LANGUAGE`, `* EXCEPT`, `ON .. WHEN`.
fn continues(nodes: &[Node<'_>], index: usize) -> bool {
    let before = |offset: usize, word: &str| {
        index.checked_sub(offset).and_then(|index| nodes.get(index)).is_some_and(|node| node.is_keyword(word))
    };
    let starred = index.checked_sub(1).and_then(|index| nodes.get(index)).is_some_and(|node| node.is_sign("*"));
    starred || before(1, "METRICS") || before(1, "ON") || before(1, "FLOW")
}

/// Whether what stands in the brackets of a clause has a line for each element, however short it is.
fn has_element_lines(clause: &[Node<'_>]) -> bool {
    let is = |index: usize, word: &str| clause.get(index).is_some_and(|node| node.is_keyword(word));
    let declares =
        is(0, "CREATE") && ["TABLE", "VIEW"].iter().any(|word| clause.iter().any(|node| node.is_keyword(word)));
    let properties = is(0, "TBLPROPERTIES") || is(0, "OPTIONS");
    (declares || properties) && clause.iter().any(|node| node.round().is_some_and(|group| !group.inner.is_empty()))
}

/// Writes a clause, the head of the statement included.
fn clause(out: &mut Writer, nodes: &[Node<'_>]) {
    if !has_element_lines(nodes) {
        return expr::expr(out, nodes);
    }
    for node in nodes {
        match node {
            Node::Group(group) if group.open.is_sign("(") => elements(out, group),
            node => out.flat(std::slice::from_ref(node)),
        }
    }
}

/// Columns and constraints, or properties: each on its line.
fn elements(out: &mut Writer, group: &Group<'_>) {
    out.token(&group.open);
    out.deeper(|out| lines(out, &items(&group.inner)));
    out.newline();
    group.close.iter().for_each(|close| out.token(close));
}
