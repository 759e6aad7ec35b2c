//! Flows: lakeflow-sql.md, "Flows".

use crate::lint::finding::Finding;
use crate::lint::view::{Created, StatementView};

/// `INSERT INTO t SELECT ..` in a flow.
pub fn flow_without_by_name(view: &StatementView<'_>) -> Vec<Finding> {
    let insert = view.places("INSERT").find(|_| view.creates(Created::Flow));
    let Some(into) = insert.and_then(|insert| (insert..insert + 3).find(|at| view.is(*at, "INTO"))) else {
        return vec![];
    };
    let name = if view.is(into + 1, "ONCE") { into + 2 } else { into + 1 };
    let Some((_, behind)) = view.name_at(name).filter(|(_, behind)| !view.is(*behind, "BY NAME")) else {
        return vec![];
    };
    let finding = Finding::new(view.range(name, behind - 1), "missing `BY NAME`: flows insert by name");
    let place = view.range(name, behind - 1).end;
    vec![finding.hint("add `BY NAME`").replace(place..place, " BY NAME")]
}

/// `CREATE FLOW a.b`.
pub fn dotted_flow_name(view: &StatementView<'_>) -> Vec<Finding> {
    let Some((_, name)) = view.created().filter(|_| view.creates(Created::Flow)) else { return vec![] };
    let Some((last, behind)) = view.name_at(name).filter(|(_, behind)| *behind > name + 1) else { return vec![] };
    let finding = Finding::new(view.range(name, behind - 1), "the name of a flow must have a single part");
    vec![finding.hint(format!("write `{last}`; a renamed flow starts with a new checkpoint"))]
}

/// `ONCE`, which pages spell in two ways.
pub fn once_flow(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(
            view.range(at, at),
            "`ONCE` flows have two documented spellings, and no channel is known to accept both",
        );
        finding.hint("backfill with a job, or test this on the channel of the pipeline")
    };
    let of_flow = |at: &usize| {
        view.creates(Created::Flow) && at.checked_sub(1).is_some_and(|at| view.is(at, "INTO") || view.is(at, "INSERT"))
    };
    view.places("ONCE").filter(of_flow).map(find).collect()
}
