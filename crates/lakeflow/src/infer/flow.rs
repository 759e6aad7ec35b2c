//! What the columns of a result depend on, and how: values, conditions, filters, joins, grouping, order.
//!
//! Every use of a column is recorded as a [`Flow`] while its expression is typed. Flows that determine a value belong
//! to that column of the result; flows that determine which rows there are belong to the whole query. Where a
//! dependence is not tracked exactly (elements of arrays, parameters of lambdas), it counts for the whole value: there
//! may be a flow too many, but never one too few.

use std::ops::Range;

use sqlparser::ast::Expr;

use super::analyzer::Analyzer;
use super::{Origin, OutputColumn};

/// How a column has a part in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Influence {
    /// Its values are the result.
    Identity,
    /// The result is computed from its values.
    Transformation,
    /// The result is computed from its values in many rows.
    Aggregation,
    /// It decides which of several values is taken.
    Conditional,
    /// It divides or orders the rows that a value is taken from.
    Window,
    /// It decides which rows there are.
    Filter,
    /// Rows are matched by it.
    Join,
    /// Rows are summed up by it.
    GroupBy,
    /// Rows are put in order by it.
    Sort,
}

impl Influence {
    /// Whether values themselves reach the result.
    pub fn is_direct(self) -> bool {
        self <= Influence::Aggregation
    }

    /// Whether it concerns which rows there are, not a column.
    pub fn concerns_rows(self) -> bool {
        self >= Influence::Filter
    }

    /// What remains of `self` after a further step.
    #[must_use]
    pub fn then(self, step: Influence) -> Influence {
        match (step.is_direct(), self.is_direct()) {
            (true, true) => self.max(step),
            (true, false) => self,
            (false, _) => step,
        }
    }
}

/// Why values do not show in a result although it is computed from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Release {
    /// It is counted in how many rows there is one.
    Counted,
    /// It is counted how many different ones there are.
    Distinct,
    /// Only whether there is one is told.
    Presence,
    /// They are masked.
    Masked,
}

impl Release {
    /// Whether it holds for what stands to the values as `hold` says.
    pub fn holds(self, hold: Dependence) -> bool {
        match self {
            Release::Counted | Release::Presence => hold <= Dependence::Total,
            // Equal results of different values, or one more value beside them, would tell of a value.
            Release::Distinct | Release::Masked => hold == Dependence::Bare,
        }
    }
}

/// How a result hangs on a column, beyond its value: what its being NULL, or failing, tells of the column's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependence {
    /// It is the value.
    Bare,
    /// It is an array of the values as they are, of those that are there.
    Collected,
    /// Whether it is NULL follows from whether the value is.
    Total,
    /// The value decides whether it is NULL.
    Null,
    /// The value decides whether it fails, as far as anybody knows.
    Fail,
}

/// One way in which a table column has a part in a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where the value comes from: which read of the query, and which of its columns.
    pub origin: Origin,
    /// The field of it, in lower case; empty for the whole column.
    pub from: Vec<String>,
    /// The field of the result that it reaches, in lower case; empty for the whole.
    pub into: Vec<String>,
    /// From passing the value on to choosing rows.
    pub influence: Influence,
    /// Why its values do not show, if they do not.
    pub release: Option<Release>,
    /// What it tells of a value that the result is NULL.
    pub hold: Dependence,
    /// Where the query names the column.
    pub range: Range<usize>,
}

impl Flow {
    /// A column as it stands.
    pub(super) fn of(origin: Origin) -> Flow {
        let (from, into) = (Vec::new(), Vec::new());
        Flow { origin, from, into, influence: Influence::Identity, release: None, hold: Dependence::Bare, range: 0..0 }
    }

    /// The value is computed with, not passed on.
    pub(super) fn compute(&mut self) {
        self.influence = self.influence.then(Influence::Transformation);
        self.into.clear();
    }

    /// The values do not show, for the reason given, if it holds.
    pub(super) fn releases(&mut self, release: Release) {
        if self.release.is_none() && release.holds(self.hold) {
            self.release = Some(release);
        }
    }

    fn key(&self) -> (Origin, Influence, Option<Release>, Dependence, &[String], &[String]) {
        (self.origin, self.influence, self.release, self.hold, &self.from, &self.into)
    }
}

/// Flows in order of what they are, each once.
pub(super) fn tidy_flows(mut flows: Vec<Flow>) -> Vec<Flow> {
    if flows.len() < 2 {
        return flows;
    }
    flows.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.range.start.cmp(&b.range.start)));
    flows.dedup_by(|a, b| a.key() == b.key());
    flows
}

/// What is left of a flow into a value when one of its fields is taken.
pub(super) fn narrowed(mut flow: Flow, field: &str) -> Option<Flow> {
    let field = field.to_lowercase();
    if flow.into.is_empty() {
        if flow.influence == Influence::Identity {
            flow.from.push(field);
        }
        return Some(flow);
    }
    if flow.into.remove(0) != field {
        // What may fail is computed all the same.
        flow.into.clear();
        return (flow.hold == Dependence::Fail && flow.release.is_none()).then_some(flow);
    }
    Some(flow)
}

impl Analyzer<'_> {
    /// Notes that columns are used here, at `range` unless they were named further inside.
    pub(super) fn emit(&mut self, flows: impl IntoIterator<Item = Flow>, range: &Range<usize>) {
        for mut flow in flows {
            if flow.range.is_empty() {
                flow.range = range.clone();
            }
            if self.inside.aggregate.is_some() || self.inside.window.is_some() {
                flow.influence = flow.influence.then(Influence::Aggregation);
            }
            if let Some(role) = self.role {
                flow.influence = flow.influence.then(role);
            }
            self.flows.push(flow);
        }
    }

    /// Runs `inner` where columns have a part by `role`.
    pub(super) fn as_role<T>(&mut self, role: Influence, inner: impl FnOnce(&mut Self) -> T) -> T {
        let (before, mark) = (self.role, self.flows.len());
        if before.is_none() || role.concerns_rows() {
            self.role = Some(role);
        }
        let result = inner(self);
        self.role = before;
        if role.concerns_rows() {
            let noted = self.flows.drain(mark.min(self.flows.len())..);
            self.rows.extend(noted);
        }
        result
    }

    /// Runs `inner`, a query, apart from the expression around it.
    pub(super) fn apart<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.role.take();
        let result = inner(self);
        self.role = before;
        result
    }

    /// Notes that the expression takes its value from these columns.
    pub(super) fn emit_values(&mut self, columns: &[OutputColumn]) {
        let here = self.here.clone();
        columns.iter().for_each(|c| self.emit(c.flows.iter().cloned(), &here));
    }

    /// Notes that columns of a result have a part in the rows by `role`.
    pub(super) fn emit_columns<'c>(&mut self, columns: impl IntoIterator<Item = &'c OutputColumn>, role: Influence) {
        let here = self.here.clone();
        self.as_role(role, |a| columns.into_iter().for_each(|c| a.emit(c.flows.iter().cloned(), &here)));
    }

    /// The flows noted since `mark`.
    pub(super) fn flows_since(&self, mark: usize) -> Vec<Flow> {
        tidy_flows(self.flows.get(mark..).unwrap_or(&[]).to_vec())
    }

    /// The same, where nothing around asks for them once more: unless an expression does, they are no longer kept.
    pub(super) fn take_flows(&mut self, mark: usize) -> Vec<Flow> {
        match self.inside_expression {
            0 => tidy_flows(self.flows.drain(mark.min(self.flows.len())..).collect()),
            _ => self.flows_since(mark),
        }
    }

    /// What was noted since `mark` is computed with, not passed on, unless `expr` only passes on.
    pub(super) fn settle_flows(&mut self, expr: &Expr, mark: usize) {
        let outcome = std::mem::take(&mut self.outcome);
        let passes = matches!(
            expr,
            Expr::Identifier(_)
                | Expr::CompoundIdentifier(_)
                | Expr::CompoundFieldAccess { .. }
                | Expr::Nested(_)
                | Expr::Struct { .. }
                | Expr::Tuple(_)
        );
        if passes || outcome == ExprOutcome::Passes {
            return;
        }
        self.flows.iter_mut().skip(mark).for_each(Flow::compute);
        if let ExprOutcome::Computed(hold) = outcome {
            self.hold_since(mark, hold);
        }
    }

    /// What was noted since `mark` goes into something that hangs on it at least as `hold` says.
    pub(super) fn hold_since(&mut self, mark: usize, hold: Dependence) {
        self.flows.iter_mut().skip(mark).for_each(|flow| flow.hold = flow.hold.max(hold));
    }

    /// Values noted since `mark` do not show for the reason given, where it holds.
    pub(super) fn release_since(&mut self, mark: usize, release: Release) {
        self.flows.iter_mut().skip(mark).for_each(|flow| flow.releases(release));
    }

    /// What decides between values, noted since `mark`, decides whether there is one too.
    pub(super) fn chooses_since(&mut self, mark: usize) {
        self.hold_since(mark, Dependence::Null);
    }

    /// Puts what was noted since `mark` into a field of a struct.
    pub(super) fn put_into_field(&mut self, field: &str, mark: usize) {
        for flow in self.flows.iter_mut().skip(mark) {
            flow.into.insert(0, field.to_lowercase());
        }
    }

    /// Takes a field of what was noted since `mark`.
    pub(super) fn take_field(&mut self, field: &str, mark: usize) {
        let noted = self.flows.split_off(mark.min(self.flows.len()));
        self.flows.extend(noted.into_iter().filter_map(|flow| narrowed(flow, field)));
    }
}

/// What an expression does with the columns in it, as far as being NULL and failing go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExprOutcome {
    /// It is computed from them, and hangs on each at least like this.
    Computed(Dependence),
    /// It is computed from them, and how it hangs on each was noted already.
    Settled,
    /// It passes them on.
    Passes,
}

impl Default for ExprOutcome {
    fn default() -> Self {
        ExprOutcome::Computed(Dependence::Fail)
    }
}

impl ExprOutcome {
    /// The outcome of something that never fails and is NULL by which operands are NULL alone.
    pub(super) const TOTAL: ExprOutcome = ExprOutcome::Computed(Dependence::Total);
}

/// The part that an argument of a function has in its result, if it is no value.
pub(super) fn role_of_argument(function: &str, index: usize) -> Option<Influence> {
    match (function, index) {
        ("if" | "iff" | "nvl2" | "decode", 0) => Some(Influence::Conditional),
        ("min_by" | "max_by", 1) => Some(Influence::Window),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::functions::Stability;
    use crate::infer::{Catalog, Relation, UserFunction, analyze_query};
    use crate::types::{Column, DataType};

    struct People;

    impl Catalog for People {
        fn table(&self, _: &[&str]) -> Option<Arc<Relation>> {
            Some(Relation::of(vec![Column::nullable("email", DataType::String)]))
        }

        fn function(&self, _: &[&str]) -> Option<Arc<UserFunction>> {
            let (params, returns) = (vec![DataType::String], DataType::String);
            Some(Arc::new(UserFunction { params, returns, stability: Stability::Stable }))
        }
    }

    fn release(sql: &str) -> Option<Release> {
        let text = format!("SELECT {sql} AS shown FROM people");
        let query = crate::parse_query(&text).unwrap_or_else(|fault| panic!("{fault:?}"));
        let info = analyze_query(&query, &text, &People);
        info.columns.first().and_then(|c| c.flows.first()).and_then(|flow| flow.release)
    }

    #[test]
    fn only_functions_that_mask_release_what_they_are_given() {
        assert_eq!(release("mask_email(email)"), Some(Release::Masked));
        assert_eq!(release("mask_email(lower(email))"), None);
        assert_eq!(release("unmask_email(email)"), None);
        assert_eq!(release("count(email)"), Some(Release::Counted));
        assert_eq!(release("max(email)"), None);
    }
}
