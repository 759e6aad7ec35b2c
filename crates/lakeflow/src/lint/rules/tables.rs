//! Columns and clauses of datasets that can't be combined, or that a pipeline ignores: lakeflow-sql.md, "Streaming
//! tables" and "Materialized views".

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::tokenizer::Token;

use crate::ast::KeyOption;
use crate::check::Setting;
use crate::lint::finding::Finding;
use crate::lint::view::{Created, StatementView};
use crate::types::DataType;

/// Columns after which more clustering keys no longer help.
const MAX_KEYS: usize = 4;

/// First and last token of each clustering key.
fn cluster_keys(view: &StatementView<'_>) -> Vec<(usize, usize)> {
    let clause = view.places("CLUSTER BY").find(|at| view.is_token(at + 2, &Token::LParen));
    clause.filter(|_| view.creates_table()).map_or(vec![], |at| view.parts(at + 2))
}

/// `PARTITIONED BY` and `CLUSTER BY` together.
pub fn partition_and_cluster(view: &StatementView<'_>) -> Vec<Finding> {
    let both = (view.places("PARTITIONED BY").next(), view.places("CLUSTER BY").next());
    let (Some(_), Some(at)) = both else { return vec![] };
    let finding = Finding::new(view.range(at, at + 1), "`CLUSTER BY` and `PARTITIONED BY` cannot be combined");
    vec![finding.hint("keep `CLUSTER BY`")]
}

/// More than four clustering keys.
pub fn too_many_cluster_keys(view: &StatementView<'_>) -> Vec<Finding> {
    let keys = cluster_keys(view);
    let (Some((first, _)), Some((_, last))) = (keys.get(MAX_KEYS), keys.last()) else { return vec![] };
    let message = format!("a table can be clustered by at most {MAX_KEYS} columns");
    vec![Finding::new(view.range(*first, *last), message).hint("keep the columns that queries filter on most often")]
}

/// A clustering key of a type that has no order on disk.
pub fn cluster_key_type(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(definition) = view.definition else { return vec![] };
    let find = |(first, last): (usize, usize)| {
        let (name, _) = view.name_at(first).filter(|_| first == last)?;
        let column = definition.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))?;
        let is_refused = matches!(
            column.ty,
            DataType::Boolean | DataType::Binary | DataType::Array(..) | DataType::Map(..) | DataType::Struct(..)
        );
        let message = format!("`{name}` cannot be a clustering key: it is {}", column.ty);
        is_refused
            .then(|| Finding::new(view.range(first, last), message).hint("use a number, string, date or timestamp"))
    };
    cluster_keys(view).into_iter().filter_map(find).collect()
}

/// `GENERATED ..` columns: the pages of the grammar contradict each other on those of streaming tables.
pub fn generated_column(view: &StatementView<'_>) -> Vec<Finding> {
    if !view.creates_table() {
        return vec![];
    }
    let of_cdc = |at: usize| view.is_cdc_target() && (at..at + 4).any(|index| view.is(index, "AS IDENTITY"));
    let find = |at: usize| {
        let message = if of_cdc(at) {
            "identity columns are not allowed in a target of AUTO CDC"
        } else if view.is_materialized_view() {
            "generated and identity columns are not allowed in a materialized view"
        } else {
            "generated columns in a pipeline are not clearly documented"
        };
        Finding::new(view.range(at, at), message).hint("compute the value in the query")
    };
    view.places("GENERATED").map(find).collect()
}

/// `DEFAULT ..` columns of streaming tables, on which the pages contradict each other too; the parser refuses those of
/// materialized views.
pub fn default_column(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(open) = view.column_list().filter(|_| view.creates(Created::StreamingTable)) else { return vec![] };
    let default = |(first, last): (usize, usize)| {
        (first + 2..=last)
            .find(|at| view.is(*at, "DEFAULT") && !view.is(at - 1, "BY") && view.opening(*at) == Some(open))
    };
    let find = |at: usize| {
        let finding =
            Finding::new(view.range(at, at), "columns with a default in a pipeline are not clearly documented");
        finding.hint("fill the column in the query: `coalesce(column, value) AS column`")
    };
    view.parts(open).into_iter().filter_map(default).map(find).collect()
}

/// `NOT ENFORCED`, `RELY` and the like on a key.
pub fn key_option(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(open) = view.column_list().filter(|_| view.creates_table()) else { return vec![] };
    let mut found = vec![];
    for (first, last) in view.parts(open) {
        let is_key = |at: &usize| view.is(*at, "PRIMARY KEY") || view.is(*at, "REFERENCES");
        let Some(mut at) = (first..=last).find(is_key) else { continue };
        while at <= last {
            let option = KeyOption::ALL.iter().find(|(_, words)| view.is(at, words) && view.opening(at) == Some(open));
            let Some((option, words)) = option else {
                at += 1;
                continue;
            };
            let end = at + words.split(' ').count() - 1;
            let message = format!("`{words}` on a pipeline table is not documented");
            let finding = Finding::new(view.range(at, end), message).hint("remove it: keys are informational only");
            // What holds without the words goes without asking.
            let is_usual = matches!(option, KeyOption::NotEnforced | KeyOption::NoRely);
            let from = view.range(at - 1, at - 1).end;
            found.push(if is_usual { finding.replace(from..view.range(at, end).end, "") } else { finding });
            at = end + 1;
        }
    }
    found
}

/// Clauses of the statements of Databricks SQL, outside of a pipeline.
pub fn standalone_clause(view: &StatementView<'_>) -> Vec<Finding> {
    let Some((_, start)) = view.created().filter(|_| view.creates_table() && view.setting != Setting::Beside) else {
        return vec![];
    };
    let end = view
        .places("AS")
        .find(|at| !view.is(at + 1, "IDENTITY") && view.opening(*at).is_none())
        .unwrap_or(view.pieces.len());
    let clauses = [
        "IF NOT EXISTS",
        "SCHEDULE REFRESH",
        "SCHEDULE CRON",
        "SCHEDULE EVERY",
        "REFRESH EVERY",
        "TRIGGER ON UPDATE",
        "DEFAULT COLLATION",
    ];
    let find = |clause: &str| {
        let at = view.places(clause).find(|at| *at >= start && *at < end && view.opening(*at).is_none())?;
        let range = view.range(at, at + clause.split(' ').count() - 1);
        let message = format!("`{clause}` is only for tables outside of a pipeline");
        Some(
            Finding::new(range, message)
                .hint("remove it: the pipeline creates the dataset and decides when to refresh it"),
        )
    };
    clauses.into_iter().filter_map(find).collect()
}

/// `CONSTRAINT .. CHECK` in a dataset.
pub fn check_constraint(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(view.range(at + 2, at + 2), "`CHECK` is not allowed on a pipeline dataset");
        finding.hint("write `EXPECT (..) ON VIOLATION FAIL UPDATE`")
    };
    let is_check = |at: &usize| view.creates_table() && view.is(at + 2, "CHECK");
    view.places("CONSTRAINT").filter(is_check).map(find).collect()
}

/// `(c COMMENT '..')` without a type.
pub fn comment_without_type(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(open) = view.column_list().filter(|_| view.creates_table()) else { return vec![] };
    let is_bare = |(first, _): &(usize, usize)| view.is(first + 1, "COMMENT") && view.string(first + 2).is_some();
    let find = |(first, last): (usize, usize)| {
        let finding = Finding::new(view.range(first, last), "the comment of a column without a type is ignored");
        finding.hint("write the type between name and comment")
    };
    view.parts(open).into_iter().filter(is_bare).map(find).collect()
}

/// A mask or row filter on a table that nobody outside can read.
pub fn mask_on_private_table(view: &StatementView<'_>) -> Vec<Finding> {
    let is_private = view.creates_table() && (1..4).any(|at| view.is(at, "PRIVATE"));
    let masks = view.places("MASK").filter(|at| view.opening(*at).is_some()).chain(view.places("ROW FILTER"));
    let find = |at: usize| {
        let finding = Finding::new(
            view.range(at, at),
            "a mask or filter has no effect on a private table, which only the pipeline reads",
        );
        finding.hint("put masks and filters on the published tables")
    };
    masks.filter(|_| is_private).map(find).collect()
}

/// A primary key of a materialized view over a column that may be NULL.
pub fn nullable_key(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(open) = view.column_list().filter(|_| view.is_materialized_view()) else { return vec![] };
    let columns = view.parts(open);
    let named = |(first, _): &(usize, usize), name: &str| {
        view.name_at(*first).is_some_and(|(word, _)| word.eq_ignore_ascii_case(name))
    };
    let may_be_null = |name: &str| {
        let column = columns.iter().find(|column| named(column, name));
        column.is_some_and(|(first, last)| !(*first..*last).any(|at| view.is(at, "NOT NULL")))
    };
    let find = |at: usize| {
        // Of the table, `PRIMARY KEY (a, b)`, or of the column it stands behind.
        let keys = if view.is_token(at + 2, &Token::LParen) {
            view.parts(at + 2)
        } else {
            columns.iter().filter(|(first, last)| (*first..=*last).contains(&at)).copied().collect()
        };
        let mut names = keys.into_iter().filter_map(|(first, _)| Some(view.name_at(first)?.0));
        let name = names.find(|name| may_be_null(name))?;
        let finding = Finding::new(view.range(at, at + 1), format!("`{name}` of the primary key may be NULL"));
        Some(finding.hint(format!("add `NOT NULL` after the type of `{name}`")))
    };
    view.places("PRIMARY KEY").filter(|at| view.opening(*at) == Some(open)).filter_map(find).collect()
}

/// Two columns of a dataset whose names differ in letter case at most.
pub fn duplicate_column(view: &StatementView<'_>) -> Vec<Finding> {
    let query = view.definition.filter(|_| view.column_list().is_none()).and(view.query);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let is_twice = |name: &&str| !seen.insert(name.to_lowercase());
    let names = query.into_iter().flat_map(|query| &query.columns).map(|column| column.column.name.as_str());
    let places = std::cell::LazyCell::new(|| {
        let named = |at: usize| view.name_at(at).map(|(word, _)| (word, at));
        (0..view.pieces.len()).filter_map(named).collect::<BTreeMap<&str, usize>>()
    });
    let find = |name: &str| {
        let at = places.get(name).copied();
        let range = at.map_or_else(|| view.range(0, 1), |at| view.range(at, at));
        Finding::new(range, format!("duplicate column `{name}`")).hint("rename one of them with `AS`")
    };
    names.filter(is_twice).map(find).collect()
}

/// `NOT NULL` in a streaming table.
pub fn not_null_column(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(open) = view.column_list().filter(|_| view.creates(Created::StreamingTable)) else { return vec![] };
    let constraint = |first: usize, last: usize| {
        (first + 1..last).find(|at| view.is(*at, "NOT NULL") && view.opening(*at) == Some(open))
    };
    let find = |(first, last): (usize, usize)| {
        let at = constraint(first, last).filter(|_| !view.is(first, "CONSTRAINT"))?;
        let finding = Finding::new(view.range(at, at + 1), "a single NULL in this column stops the whole flow");
        Some(finding.hint("use an expectation, which can warn, drop or fail"))
    };
    view.parts(open).into_iter().filter_map(find).collect()
}
