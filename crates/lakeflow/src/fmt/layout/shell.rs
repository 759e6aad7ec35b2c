//! Statements around queries: one line per clause of a `CREATE`, a `MERGE` and similar statements; others are laid out
//! like expressions.

use super::{expr, fits, items, lines, list, query};
use crate::fmt::tree::{Group, Node, width};
use crate::fmt::writer::TextWriter;

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
    "CONTAINS SQL",
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
    "MANAGED LOCATION",
    "MATCH COLUMNS",
    "MODIFIES SQL DATA",
    "NOT DETERMINISTIC",
    "ON COLUMN",
    "OPTIONS",
    "PARTITIONED BY",
    "READS SQL DATA",
    "REFRESH POLICY",
    "REPLACE USING",
    "REPLACE WHERE",
    "RETURN",
    "RETURNS",
    "ROW FILTER",
    "SCHEDULE",
    "SEQUENCE BY",
    "SQL SECURITY",
    "STORED AS",
    "SYSTEM SEQUENCE BY",
    "TBLPROPERTIES",
    "TO",
    "TRACK HISTORY ON",
    "TRIGGER",
    "USING",
    "USING COLUMNS",
    "WHEN",
    "WITH DBPROPERTIES",
    "WITH METRICS",
    "WITH ROW FILTER",
    "WITH SCHEMA",
];
const MERGE: &[&str] = &["USING", "ON", "WHEN MATCHED", "WHEN NOT MATCHED"];
const UPDATE: &[&str] = &["SET", "WHERE"];
const DELETE: &[&str] = &["WHERE"];
const COPY: &[&str] = &["FROM", "FILEFORMAT", "FILES", "PATTERN", "VALIDATE", "FORMAT_OPTIONS", "COPY_OPTIONS"];
const GRANT: &[&str] = &["ON", "TO"];
const REVOKE: &[&str] = &["ON", "FROM"];

/// Clauses of which no statement needs lines of their own while it is short.
const SHORT: usize = 1;

/// Tags that stay on a line however long the names before them are.
const FEW: usize = 2;

/// Writes a statement that is no query.
pub fn statement(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if is_one_line(nodes) {
        return out.flat(nodes);
    }
    let is = |word: &str| nodes.first().is_some_and(|node| node.is_keyword(word));
    let (starters, short) = match () {
        () if is("CREATE") || is("APPLY") => (CREATE, SHORT),
        () if is("MERGE") => (MERGE, 0),
        () if is("UPDATE") => (UPDATE, SHORT),
        () if is("DELETE") => (DELETE, SHORT),
        () if is("COPY") => (COPY, SHORT + 1),
        () if is("GRANT") => (GRANT, usize::MAX - 1),
        () if is("REVOKE") => (REVOKE, usize::MAX - 1),
        () if is("INSERT") => ([].as_slice(), SHORT),
        () => return expr::expr(out, nodes),
    };
    let has_query = is("CREATE") || is("INSERT");
    let (shell, query) = nodes.split_at(if has_query { query_start(nodes) } else { nodes.len() });
    let clauses = split(shell, starters);
    let is_small = clauses.len() <= 1 + short && !clauses.iter().any(|clause| has_element_lines(clause));
    if is_small && query::clauses(query).len() < 2 && !is_as_query(query) && fits(out, nodes, 1) {
        return out.flat(nodes);
    }
    for (index, clause) in clauses.iter().enumerate() {
        // A flow says on its first line what it does.
        let joins_header = index == 1 && is_flow(clause);
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

/// Whether nodes say one thing of one object, however long its name is: lists of such statements are read line by line.
fn is_one_line(nodes: &[Node<'_>]) -> bool {
    let is = |word: &str| nodes.first().is_some_and(|node| node.is_keyword(word));
    let tags = |group: &Group<'_>| items(&group.inner).len() <= FEW;
    let few = match nodes {
        [.., word, last] if is("ALTER") && word.is_keyword("TAGS") => last.round().is_some_and(tags),
        _ => (is("GRANT") || is("REVOKE")) && items(nodes).len() == 1,
    };
    few && width(nodes).is_some()
}

/// Whether a clause says what a flow does.
fn is_flow(clause: &[Node<'_>]) -> bool {
    let is = |index: usize, words: &[&str]| {
        clause.get(index).is_some_and(|node| words.iter().any(|word| node.is_keyword(word)))
    };
    is(0, &["AS"]) && is(1, &["APPLY", "AUTO", "INSERT", "REPLACE"])
}

fn is_as_query(query: &[Node<'_>]) -> bool {
    query.first().is_some_and(|node| node.is_keyword("AS"))
}

/// Where the query of a statement begins, with its `AS`; the end if it has none.
fn query_start(nodes: &[Node<'_>]) -> usize {
    let begins = |index: usize| {
        let at = |offset: usize| nodes.get(index + offset);
        let is = |offset: usize, word: &str| at(offset).is_some_and(|node| node.is_keyword(word));
        let named = at(1).is_some_and(|node| node.round().is_none());
        let with =
            is(0, "WITH") && named && (is(2, "AS") || is(3, "AS") && at(2).is_some_and(|node| node.round().is_some()));
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
        let body = nodes.get(index).is_some_and(|node| node.is_keyword("AS"))
            && nodes.get(index + 1).is_none_or(|node| node.first().text.starts_with("$$"));
        let longest = starters.iter().filter(begins).map(|phrase| phrase.split(' ').count()).max();
        let longest = longest.or(body.then_some(1));
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
    let sets_all = before(2, "SET") || before(2, "INSERT");
    starred && !sets_all || before(1, "ON") || before(1, "FLOW")
}

/// Whether what stands in the brackets of a clause has a line for each element, however short it is.
fn has_element_lines(clause: &[Node<'_>]) -> bool {
    let is = |index: usize, word: &str| clause.get(index).is_some_and(|node| node.is_keyword(word));
    let declares =
        is(0, "CREATE") && ["TABLE", "VIEW"].iter().any(|word| clause.iter().any(|node| node.is_keyword(word)));
    let properties = is(0, "TBLPROPERTIES") || is(0, "OPTIONS") || is(1, "DBPROPERTIES");
    (declares || properties) && clause.iter().any(|node| node.round().is_some_and(|group| !group.inner.is_empty()))
}

/// Writes a clause, the head of the statement included.
fn clause(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let is = |index: usize, word: &str| nodes.get(index).is_some_and(|node| node.is_keyword(word));
    if is(0, "WHEN") {
        return branch(out, nodes);
    }
    if is(0, "SET") && !fits(out, nodes, 1) {
        let (set, assignments) = nodes.split_at(1);
        out.flat(set);
        return list(out, assignments);
    }
    if !has_element_lines(nodes) {
        return expr::expr(out, nodes);
    }
    for (index, node) in nodes.iter().enumerate() {
        let is_name = index
            .checked_sub(1)
            .and_then(|before| nodes.get(before))
            .is_some_and(|node| matches!(node, Node::Token(token) if token.is_word("IDENTIFIER")));
        match node {
            Node::Group(group) if group.open.is_sign("(") && !is_name => elements(out, group),
            node => out.flat(std::slice::from_ref(node)),
        }
    }
}

/// `WHEN .. THEN ..` of a `MERGE`: assignments and values on lines of their own if need be.
fn branch(out: &mut TextWriter, nodes: &[Node<'_>]) {
    if fits(out, nodes, 1) {
        return out.flat(nodes);
    }
    let keyword = |word: &str| nodes.iter().position(|node| node.is_keyword(word));
    let (head, rest) = match (keyword("SET"), keyword("VALUES")) {
        (Some(set), _) => nodes.split_at(set + 1),
        (None, Some(values)) => nodes.split_at(values),
        (None, None) => return expr::expr(out, nodes),
    };
    expr::expr(out, head);
    out.deeper(|out| match rest.first() {
        Some(values) if values.is_keyword("VALUES") => lines(out, &[rest]),
        _ => lines(out, &items(rest)),
    });
}

/// Columns and constraints, or properties: each on its line.
fn elements(out: &mut TextWriter, group: &Group<'_>) {
    out.token(&group.open);
    out.deeper(|out| {
        for item in items(&group.inner) {
            out.newline();
            element(out, item);
        }
    });
    group.close.iter().for_each(|close| out.close(close));
}

/// An expectation begins a line with its condition, and with what happens to rows that break it, if need be.
pub fn element(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let condition = nodes.iter().position(|node| node.is_keyword("EXPECT"));
    let Some(condition) = condition.filter(|_| !fits(out, nodes, 0)) else { return expr::expr(out, nodes) };
    let is = |index: usize, word: &str| nodes.get(index).is_some_and(|node| node.is_keyword(word));
    let action = (condition..nodes.len()).find(|index| is(*index, "ON") && is(index + 1, "VIOLATION"));
    let (name, rest) = nodes.split_at(condition);
    out.flat(name);
    out.deeper(|out| {
        out.newline();
        if fits(out, rest, 0) {
            return out.flat(rest);
        }
        let (condition, action) = nodes.split_at(action.unwrap_or(nodes.len()));
        expr::expr(out, condition.get(name.len()..).unwrap_or(&[]));
        if !action.is_empty() {
            out.newline();
            expr::expr(out, action);
        }
    });
}
