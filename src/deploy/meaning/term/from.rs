//! What stands in `FROM`, and joins.

use std::collections::BTreeSet;
use std::sync::Arc;

use lakeflow::{StreamSource, expr_text, folded, stream_source};
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Join, JoinConstraint, JoinOperator, LateralView, ObjectName,
    TableAlias, TableFactor, TableSampleKind, TableWithJoins, VisitMut,
};

use super::relation::Factor;
use super::{Ctes, Evaluator, FilesRead, Term, TermRelation, TermScope, parts, plain, term};

/// Tables next to each other: which rows they make together, and what each is.
pub(super) struct Joined {
    pub(super) rows: Term,
    pub(super) factors: Vec<Factor>,
}

impl Evaluator {
    /// All of `FROM`.
    pub(super) fn from(&mut self, tables: &[TableWithJoins], ctes: &Ctes, outer: Option<&TermScope<'_>>) -> Joined {
        let mut joined: Option<Joined> = None;
        for table in tables {
            let scope = TermScope {
                factors: joined.iter().flat_map(|j| j.factors.clone()).collect(),
                outer,
                ..TermScope::default()
            };
            let next = self.with_joins(table, ctes, &scope);
            joined = Some(match joined {
                None => next,
                Some(mut before) => {
                    before.rows = term("cross").term(before.rows).term(next.rows).end();
                    before.factors.extend(next.factors);
                    before
                }
            });
        }
        joined.unwrap_or_else(|| Joined { rows: term("one row").end(), factors: vec![] })
    }

    fn with_joins(&mut self, table: &TableWithJoins, ctes: &Ctes, around: &TermScope<'_>) -> Joined {
        let mut joined = self.factor(&table.relation, ctes, around);
        for join in &table.joins {
            joined = self.join(joined, join, ctes, around);
        }
        joined
    }

    fn join(&mut self, left: Joined, join: &Join, ctes: &Ctes, around: &TermScope<'_>) -> Joined {
        let factors = around.factors.iter().chain(&left.factors).cloned().collect();
        let scope = TermScope { factors, outer: around.outer, ..TermScope::default() };
        let mut right = self.factor(&join.relation, ctes, &scope);
        let (kind, constraint, shown) = operator(&join.join_operator);
        let factors = scope.factors.iter().chain(&right.factors).cloned().collect();
        let scope = TermScope { factors, outer: around.outer, ..TermScope::default() };
        let condition = match constraint {
            Some(JoinConstraint::On(condition)) => self.expr(condition, &scope, ctes),
            Some(JoinConstraint::Using(names)) => {
                let names: Vec<String> = names.iter().filter_map(|name| parts(name).pop()).collect();
                let sides = names.iter().flat_map(|name| {
                    let side = |factors: &[Factor]| factors.iter().find_map(|factor| factor.relation.any_column(name));
                    [side(&left.factors), side(&right.factors)]
                });
                let condition = term("using").terms(sides.flatten()).end();
                for factor in &mut right.factors {
                    factor.merged.extend(names.iter().cloned());
                }
                condition
            }
            Some(JoinConstraint::Natural) => {
                let all = left.factors.iter().chain(&right.factors).map(|factor| factor.relation.all());
                term("natural").terms(all).end()
            }
            Some(JoinConstraint::None) | None => term("no condition").end(),
        };
        let made = term(kind).term(left.rows).term(right.rows).term(condition);
        let mut rows = made.end();
        if kind == "other join" {
            rows = term("other join").text(&plain(join, ToString::to_string)).term(rows).end();
        }
        let mut factors = left.factors;
        factors.extend(right.factors.into_iter().filter(|_| shown));
        Joined { rows, factors }
    }

    fn factor(&mut self, factor: &TableFactor, ctes: &Ctes, around: &TermScope<'_>) -> Joined {
        match factor {
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.with_joins(table_with_joins, ctes, around)
            }
            _ => {
                let (relation, name, alias) = self.relation(factor, ctes, around);
                let relation = match alias {
                    Some(alias) if !alias.columns.is_empty() => {
                        let names: Vec<String> =
                            alias.columns.iter().map(|column| folded(&column.name.value).into_owned()).collect();
                        Arc::new((*relation).clone().renamed(&names))
                    }
                    _ => relation,
                };
                let qualifier = alias.map_or(name, |alias| vec![folded(&alias.name.value).into_owned()]);
                Joined { rows: relation.rows, factors: vec![Factor { qualifier, relation, merged: BTreeSet::new() }] }
            }
        }
    }

    /// One table, the name that it has by itself, and its alias.
    fn relation<'f>(
        &mut self,
        factor: &'f TableFactor,
        ctes: &Ctes,
        around: &TermScope<'_>,
    ) -> (Arc<TermRelation>, Vec<String>, Option<&'f TableAlias>) {
        match factor {
            TableFactor::Table { alias, with_hints, version, sample, .. } if stream_source(factor).is_some() => {
                let extra = self.extra(with_hints, [version.as_ref().map(text), sample.as_ref().map(sampled)]);
                let (relation, name) = match stream_source(factor) {
                    Some(StreamSource::Table(path)) => {
                        let name: Vec<String> = path.iter().map(|part| folded(&part.value).into_owned()).collect();
                        (self.named(&name, ctes), name)
                    }
                    Some(StreamSource::Function(call)) => {
                        let arguments = match &call.args {
                            FunctionArguments::List(list) => list.args.as_slice(),
                            _ => &[],
                        };
                        (self.table_function(&call.name, arguments, ctes, around), parts(&call.name))
                    }
                    None => (Arc::new(TermRelation::unknown(term("nothing").end())), vec![]),
                };
                (with_extra(relation, extra), name, alias.as_ref())
            }
            TableFactor::Table { name, alias, args: Some(args), .. } => {
                (self.table_function(name, &args.args, ctes, around), parts(name), alias.as_ref())
            }
            TableFactor::Table { name, alias, with_hints, version, sample, .. } => {
                let extra = self.extra(with_hints, [version.as_ref().map(text), sample.as_ref().map(sampled)]);
                let name = parts(name);
                (with_extra(self.named(&name, ctes), extra), name, alias.as_ref())
            }
            TableFactor::Function { name, args, alias, .. } => {
                (self.table_function(name, args, ctes, around), parts(name), alias.as_ref())
            }
            TableFactor::Derived { subquery, alias, sample: None, .. } => {
                (Arc::new(self.query(subquery, ctes, Some(around))), vec![], alias.as_ref())
            }
            other => {
                let text = plain(other, ToString::to_string);
                let rows = term("other table").text(&text).terms(self.mentioned(other, ctes)).terms(seen(around)).end();
                (Arc::new(TermRelation::unknown(rows)), vec![], None)
            }
        }
    }

    /// A table, or a query that has a name.
    fn named(&self, name: &[String], ctes: &Ctes) -> Arc<TermRelation> {
        let cte = match name {
            [only] => ctes.get(only).cloned(),
            _ => None,
        };
        cte.unwrap_or_else(|| self.table(name))
    }

    fn table_function(
        &mut self,
        name: &ObjectName,
        arguments: &[FunctionArg],
        ctes: &Ctes,
        around: &TermScope<'_>,
    ) -> Arc<TermRelation> {
        let name = parts(name).pop().unwrap_or_default();
        if name == "read_files" || name == "cloud_files" {
            return Arc::new(FilesRead::of(arguments).relation(self.any_files));
        }
        let mut made = term("function").text(&name);
        for argument in arguments {
            made = match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => made.term(self.expr(expr, around, ctes)),
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), .. } => {
                    made.text(&folded(&name.value)).term(self.expr(expr, around, ctes))
                }
                other => made.text(&other.to_string()),
            };
        }
        Arc::new(TermRelation::unknown(made.end()))
    }

    /// `LATERAL VIEW`.
    pub(super) fn lateral_view(&mut self, view: &LateralView, scope: &mut TermScope<'_>, ctes: &Ctes) -> Term {
        let made = self.expr(&view.lateral_view, scope, ctes);
        let rows = term("lateral view").text(&view.outer.to_string()).term(made).end();
        let column = |(place, name): (usize, &sqlparser::ast::Ident)| {
            (folded(&name.value).into_owned(), term("generated").term(made).text(&place.to_string()).end())
        };
        let columns: Vec<_> = view.lateral_col_alias.iter().enumerate().map(column).collect();
        let rest = columns.is_empty().then_some(made);
        let relation = Arc::new(TermRelation { rows, columns, rest });
        scope.factors.push(Factor { qualifier: parts(&view.lateral_view_name), relation, merged: BTreeSet::new() });
        rows
    }
}

impl Evaluator {
    /// What else says which rows of a table are read, if anything.
    fn extra(&self, hints: &[Expr], clauses: [Option<String>; 2]) -> Option<Term> {
        let hints = hints.iter().map(|hint| plain(hint, expr_text)).filter(|hint| !is_pace(hint));
        let texts: Vec<String> = hints.chain(clauses.into_iter().flatten()).collect();
        (!texts.is_empty()).then(|| texts.iter().fold(term("options"), |made, text| made.text(text)).end())
    }
}

/// Whether an option of a stream says no more than how much is read at once.
fn is_pace(hint: &str) -> bool {
    hint.starts_with("maxfilespertrigger") || hint.starts_with("maxbytespertrigger")
}

fn sampled(sample: &TableSampleKind) -> String {
    match sample {
        TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample) => text(&**sample),
    }
}

/// A clause that is compared as text.
fn text<N: VisitMut + Clone + ToString>(clause: &N) -> String {
    plain(clause, ToString::to_string)
}

/// A relation whose rows depend on something more.
fn with_extra(relation: Arc<TermRelation>, extra: Option<Term>) -> Arc<TermRelation> {
    let Some(extra) = extra else { return relation };
    let mut changed = (*relation).clone();
    changed.rows = term("options").term(extra).term(changed.rows).end();
    Arc::new(changed)
}

/// All that a place sees.
pub(super) fn seen(scope: &TermScope<'_>) -> Vec<Term> {
    let outer = scope.outer.map(seen).unwrap_or_default();
    scope.factors.iter().map(|factor| factor.relation.all()).chain(outer).collect()
}

/// What a join is called, its condition, and whether the right side shows.
fn operator(operator: &JoinOperator) -> (&'static str, Option<&JoinConstraint>, bool) {
    match operator {
        JoinOperator::Join(on) | JoinOperator::Inner(on) => ("inner join", Some(on), true),
        JoinOperator::CrossJoin(JoinConstraint::None) => ("cross", None, true),
        JoinOperator::CrossJoin(on) => ("inner join", Some(on), true),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => ("left join", Some(on), true),
        JoinOperator::Right(on) | JoinOperator::RightOuter(on) => ("right join", Some(on), true),
        JoinOperator::FullOuter(on) => ("full join", Some(on), true),
        JoinOperator::Semi(on) | JoinOperator::LeftSemi(on) => ("semi join", Some(on), false),
        JoinOperator::Anti(on) | JoinOperator::LeftAnti(on) => ("anti join", Some(on), false),
        JoinOperator::AsOf { constraint, .. } => ("other join", Some(constraint), true),
        _ => ("other join", None, true),
    }
}
