//! Policies of Unity Catalog: lakeflow-sql.md, "Policies and governed tags".

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::view::{Created, StatementView};

/// Principals of a policy, those behind `EXCEPT` among them.
const MAX_PRINCIPALS: usize = 20;

/// A policy that also binds who runs the pipeline.
pub fn policy_without_except(view: &StatementView<'_>) -> Vec<Finding> {
    let Some((_, name)) = view.created().filter(|_| view.creates(Created::Policy) && !view.has("EXCEPT")) else {
        return vec![];
    };
    let message = "the policy also applies to the identity that runs the pipeline, which then permanently stores masked values or loses rows";
    vec![Finding::new(view.range(name, name), message).hint("add `EXCEPT` with the identity that the pipeline runs as")]
}

/// `hasTag` and `hasTagValue`.
pub fn policy_tag_function(view: &StatementView<'_>) -> Vec<Finding> {
    let names = [("hasTag", "has_tag"), ("hasTagValue", "has_tag_value")];
    let find = |at: usize, new: &str| {
        let finding = Finding::new(view.range(at, at), format!("`{}` is deprecated", view.slice(at, at)));
        finding.hint(format!("write `{new}`")).replace(view.range(at, at), new)
    };
    let found = names.into_iter().flat_map(|(old, new)| view.calls(old).map(|at| find(at, new)).collect::<Vec<_>>());
    found.filter(|_| view.creates(Created::Policy)).collect()
}

/// More `MATCH COLUMNS` than a policy takes.
pub fn policy_match_limit(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(at) = view.places("MATCH COLUMNS").next().filter(|_| view.creates(Created::Policy)) else { return vec![] };
    let (limit, kind) = if view.has("COLUMN MASK") { (3, "mask") } else { (6, "row filter") };
    let end = (at..view.pieces.len())
        .find(|i| view.is(*i, "USING COLUMNS") || view.is(*i, "ON COLUMN"))
        .unwrap_or(view.pieces.len());
    let is_comma = |index: &usize| view.is_token(*index, &Token::Comma) && view.opening(*index).is_none();
    let count = (at..end).filter(is_comma).count() + 1;
    let message = format!("a {kind} can match at most {limit} columns, found {count}");
    (count > limit)
        .then(|| Finding::new(view.range(at, at + 1), message).hint("split the policy"))
        .into_iter()
        .collect()
}

/// More principals than a policy takes.
pub fn policy_principal_limit(view: &StatementView<'_>) -> Vec<Finding> {
    let Some(to) = view.places("TO").next().filter(|_| view.creates(Created::Policy)) else { return vec![] };
    let end = view.places("FOR TABLES").next().unwrap_or(view.pieces.len());
    let is_name = |at: &usize| matches!(view.token(*at), Some(Token::Word(_))) && !view.is(*at, "EXCEPT");
    let count = (to + 1..end).filter(is_name).count();
    let message = format!("a policy can name at most {MAX_PRINCIPALS} principals, found {count}");
    let finding = Finding::new(view.range(to, to), message).hint("put them into groups");
    (count > MAX_PRINCIPALS).then_some(finding).into_iter().collect()
}

/// `DROP POLICY IF EXISTS`.
pub fn drop_policy_if_exists(view: &StatementView<'_>) -> Vec<Finding> {
    if !view.is(0, "DROP POLICY IF EXISTS") {
        return vec![];
    }
    let finding = Finding::new(view.range(2, 3), "`IF EXISTS` is not allowed in `DROP POLICY`");
    vec![finding.hint("check with `SHOW POLICIES` first").replace(view.range(2, 3).start..view.range(4, 4).start, "")]
}
