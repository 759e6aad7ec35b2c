//! Conditions that are neither true nor false: lakeflow-sql.md, "Expectations" and "Functions and time".

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// `x = NULL`.
pub fn equals_null(view: &StatementView<'_>) -> Vec<Finding> {
    // Elsewhere it assigns: `UPDATE t SET x = NULL`, `ALTER .. SET key = NULL`.
    let compares = ["SELECT", "WITH", "CREATE", "INSERT", "DELETE"].into_iter().any(|word| view.is(0, word));
    if !compares || view.has("SET") {
        return vec![];
    }
    let find = |at: usize| {
        let operator = at.checked_sub(1)?;
        let hint = match view.token(operator)? {
            Token::Eq => "write `IS NULL`",
            Token::Neq => "write `IS NOT NULL`",
            _ => return None,
        };
        Some(Finding::new(view.range(operator, at), "a comparison with NULL is never true").hint(hint))
    };
    view.places("NULL").filter_map(find).collect()
}

/// `NOT (a AND b) AS is_quarantined`.
pub fn negated_rules(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let close = view.closing(at + 1);
        let joins = || {
            let mut betweens = 0usize;
            (at + 2..close).filter(|inner| view.opening(*inner) == Some(at + 1)).any(|inner| {
                betweens += usize::from(view.is(inner, "BETWEEN"));
                let is_and = view.is(inner, "AND");
                // The `AND` of a `BETWEEN` joins its bounds.
                let is_bound = is_and && betweens > 0;
                betweens -= usize::from(is_bound);
                is_and && !is_bound
            })
        };
        let is_column = view.is_token(at + 1, &Token::LParen) && view.is(close + 1, "AS");
        if !is_column {
            return None;
        }
        let is_safe = || {
            ["IS TRUE", "IS NOT NULL", "IS FALSE", "COALESCE"]
                .into_iter()
                .any(|words| (at..close).any(|place| view.is(place, words)))
        };
        let message = "a row for which the rule is NULL is neither kept nor quarantined";
        let hint = "write `(..) IS NOT TRUE` instead of `NOT (..)`";
        (joins() && !is_safe()).then(|| Finding::new(view.range(at, close), message).hint(hint))
    };
    view.places("NOT").filter(|_| view.created().is_some()).filter_map(find).collect()
}
