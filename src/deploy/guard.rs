//! Who sees what through the body of a mask or row filter, as far as it has the form that builds give it: a `CASE`
//! over the current user, or conditions combined with `OR`.

use std::collections::BTreeSet;

use lakeflow::ast::Expr;
use lakeflow::{expr_text, parse_expr};
use sqlparser::ast::BinaryOperator;

/// The body of a function, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FunctionGuard {
    /// Conditions, each of which lets somebody through: to the value in the clear, or to a row.
    pub unless: BTreeSet<String>,
    /// Those of them that let somebody through to some rows: who is asked for, and which rows.
    pub limited: Vec<(String, String)>,
    /// What everybody else gets of a value; `None` for a row filter.
    pub rest: Option<String>,
}

impl FunctionGuard {
    /// Takes the text of a body apart; `None` where it is no expression.
    pub fn parse(body: &str) -> Option<FunctionGuard> {
        parse_expr(body).ok().map(|body| FunctionGuard::of(&body))
    }

    /// Takes a body apart.
    pub fn of(body: &Expr) -> FunctionGuard {
        if let Expr::Case { operand: None, conditions, else_result: Some(rest), .. } = body {
            let is_clear = |result: &Expr| matches!(result, Expr::Identifier(name) if name.value == "value");
            if conditions.iter().all(|when| is_clear(&when.result)) {
                let unless = conditions.iter().map(|when| expr_text(&when.condition)).collect();
                return FunctionGuard { unless, limited: vec![], rest: Some(expr_text(rest)) };
            }
        }
        let mut guard = FunctionGuard::default();
        guard.collect(body);
        guard
    }

    fn collect(&mut self, expr: &Expr) {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                self.collect(left);
                self.collect(right);
            }
            expr => {
                self.unless.insert(expr_text(expr));
                if let Expr::BinaryOp { left, op: BinaryOperator::And, right } = bare(expr) {
                    self.limited.push((expr_text(bare(left)), expr_text(bare(right))));
                }
            }
        }
    }

    /// Whether nobody is let through by this one who is not by the other, and everybody else gets the same.
    pub fn is_within(&self, other: &FunctionGuard) -> bool {
        other.is_open() || (self.rest == other.rest && self.unless.is_subset(&other.unless))
    }

    /// Whether everybody gets the value.
    pub fn is_open(&self) -> bool {
        self.rest.is_none() && self.unless.iter().eq(["value"])
    }
}

/// An expression without the brackets around it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        expr => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_filter_tells_who_sees_which_rows() {
        let guard =
            FunctionGuard::parse("is_account_group_member('a') OR (is_account_group_member('b') AND (r = upper('n')))");
        let limited = [("is_account_group_member('b')".to_owned(), "r = upper('n')".to_owned())];
        assert_eq!(guard.unwrap().limited, limited);
    }

    fn is_within(new: &str, old: &str) -> bool {
        FunctionGuard::parse(new).unwrap().is_within(&FunctionGuard::parse(old).unwrap())
    }

    const ONE: &str = "CASE WHEN is_account_group_member('a') THEN value ELSE '***' END";
    const TWO: &str =
        "CASE WHEN is_account_group_member('a') THEN value WHEN session_user() = 'b' THEN value ELSE '***' END";

    #[test]
    fn a_mask_is_narrower_when_fewer_are_let_through_and_the_rest_gets_the_same() {
        assert!(is_within(ONE, TWO) && is_within(ONE, ONE));
        assert!(!is_within(TWO, ONE), "it lets one more through");
        assert!(!is_within(&ONE.replace("'***'", "left(value, 1)"), TWO), "the rest gets another value");
        assert!(!is_within("if(value IS NULL, NULL, '***')", TWO), "nobody can tell how two forms compare");
        assert!(!is_within("CASE WHEN a THEN left(value, 3) ELSE '***' END", ONE));
    }

    #[test]
    fn whatever_masks_is_narrower_than_what_shows_everything() {
        assert!(is_within(ONE, "value") && !is_within("value", ONE));
    }

    #[test]
    fn a_row_filter_is_narrower_when_it_has_fewer_alternatives() {
        let all = "is_account_group_member('a') OR (is_account_group_member('b') AND (region = 'n'))";
        assert!(is_within("is_account_group_member('a')", all));
        assert!(!is_within(all, "is_account_group_member('a')"));
        assert!(!is_within("FALSE", all), "it says less, but nobody reads that from it");
    }
}
