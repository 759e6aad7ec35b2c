//! Expressions that passed the analyser: what they are, and which columns they use.

use std::collections::BTreeSet;
use std::sync::Arc;

use lakeflow::infer::{self, ExprPlace, Resolution, Scope};
use lakeflow::is_same_name;
use lakeflow::source::Span;
use lakeflow::types::{Column as TypedColumn, DataType};
use sqlparser::ast::Expr;

use super::compose::{NamedPart, compose};
use super::context::Context;
use super::graph::Graph;
use super::guard::guarded;
use super::open::unknown;
use super::suspect::{self, Asked};
use super::written::WrittenExpr;
use crate::model::{ColumnId, ColumnPath, EntityColumn, EntityId, Expression, HoleName, Leaf, PersonalKind, RefPath};

/// An expression that is ready for a query.
pub struct Compiled {
    /// Its tree, with a hole for each leaf.
    pub tree: Expr,
    /// The names in it.
    pub leaves: Vec<Leaf>,
    /// The name of the column or derived expression, if it is nothing but that.
    pub name: Option<String>,
    pub ty: DataType,
    pub nullable: bool,
    /// The columns it reads, with derived expressions seen through: one for each leaf.
    pub uses: Vec<Use>,
    /// Where the expression stands in its spec.
    pub origin: Span,
}

/// One use of a column or measure.
pub struct Use {
    /// The path as written; of a derived expression, its name.
    pub text: String,
    /// What is used, and the place where the spec mentions it.
    pub leaf: Leaf,
    /// Whether its values, and not only their number, reach the result.
    pub passes_value: bool,
    /// Whether it stands inside an aggregate.
    pub inside_aggregate: bool,
}

impl Use {
    /// The column, if it is one.
    pub fn column<'a>(&self, graph: &'a Graph) -> Option<&'a EntityColumn> {
        match &self.leaf.named {
            HoleName::Column(path) => Some(graph.entities[path.entity.0].column(path.column)),
            HoleName::Output(_) | HoleName::Measure(_) => None,
        }
    }

    fn pii(&self, graph: &Graph) -> Option<PersonalKind> {
        self.column(graph).and_then(|column| column.pii)
    }
}

/// What the expressions of a metric read.
#[derive(Default)]
pub struct Reads {
    /// The paths of references they need.
    pub paths: BTreeSet<RefPath>,
    /// The kinds of personal data in the columns they name.
    pub kinds: BTreeSet<PersonalKind>,
}

impl Reads {
    /// Notes what one more of them reads.
    pub fn add(&mut self, compiled: &Compiled, graph: &Graph) {
        for used in &compiled.uses {
            if let HoleName::Column(column) = &used.leaf.named
                && !column.path.is_empty()
            {
                self.paths.insert(column.path.clone());
            }
            self.kinds.extend(used.pii(graph));
        }
    }
}

impl Compiled {
    /// The kind of personal data whose values it passes on.
    pub fn personal_kind(&self, graph: &Graph) -> Option<PersonalKind> {
        self.uses.iter().filter(|u| u.passes_value).find_map(|u| u.pii(graph))
    }

    /// What the model keeps of it: the names and uses are dropped.
    pub fn into_expression(self) -> Expression {
        Expression::new(self.tree, self.leaves, self.ty, self.nullable, self.origin)
    }

    /// The comment of the one column it shows.
    pub fn description(&self, graph: &Graph) -> String {
        match (lakeflow::build::hole_number(&self.tree), self.uses.as_slice()) {
            (Some(_), [only]) => only.column(graph).map(|column| column.description.clone()).unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// A condition over named columns, not qualified, with the columns it reads, each once.
pub struct Condition {
    pub expression: Expression,
    pub columns: Vec<TypedColumn>,
}

/// The columns that a condition may name.
pub struct ConditionColumns<'a> {
    typed: Vec<TypedColumn>,
    /// Those of the entity.
    own: &'a [EntityColumn],
    /// The entity that they are columns of; none for those that all tables of a metric have.
    entity: Option<EntityId>,
    /// Whether there may be others, because something is at fault.
    open: bool,
}

impl<'a> ConditionColumns<'a> {
    /// The columns of an entity: each may be NULL until the rules were judged.
    pub fn of_entity(entity: EntityId, columns: &'a [EntityColumn], open: bool) -> Self {
        let typed = columns.iter().map(|c| TypedColumn::nullable(&c.name, c.ty.clone())).collect();
        ConditionColumns { typed, own: columns, entity: Some(entity), open }
    }

    /// The columns of tables.
    pub fn of_tables(typed: Vec<TypedColumn>, open: bool) -> Self {
        ConditionColumns { typed, own: &[], entity: None, open }
    }

    fn named(&self, name: &str) -> Option<HoleName> {
        let index = self.typed.iter().position(|column| column.name == name)?;
        Some(match self.entity {
            Some(entity) => HoleName::Column(ColumnPath { path: RefPath::default(), entity, column: ColumnId(index) }),
            None => HoleName::Output(Arc::from(name)),
        })
    }
}

impl suspect::ColumnTypes for ConditionColumns<'_> {
    fn column(&self, path: &[&str]) -> Option<&EntityColumn> {
        let [name] = path else { return None };
        self.own.iter().find(|column| is_same_name(&column.name, name))
    }
}

impl Scope for ConditionColumns<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        match self.typed.as_slice().resolve(path) {
            Resolution::Unknown { .. } if self.open => unknown(path),
            Resolution::Unknown { part, candidates, .. } if path.len() > 1 => {
                let last = path.last().copied().unwrap_or("");
                let own = candidates.iter().any(|name| is_same_name(name, last));
                let message = match (own, path.first()) {
                    (true, Some(first)) => {
                        format!("unknown column `{first}`: columns of the row itself have no prefix")
                    }
                    (_, first) => {
                        format!(
                            "`{}` cannot be used here: only columns of the row itself are available",
                            first.unwrap_or(&"")
                        )
                    }
                };
                let candidates = if own { vec![last.to_owned()] } else { vec![] };
                Resolution::Unknown { part, message: Some(message), candidates }
            }
            resolution => resolution,
        }
    }
}

/// A condition on one row: rules, deletions, the rows that an audience sees. After a fault it is TRUE.
pub fn condition(
    written: &WrittenExpr<'_>,
    asked: Asked,
    columns: &ConditionColumns<'_>,
    context: &mut Context<'_>,
) -> Condition {
    let faulty = || Condition { expression: Expression::truth(written.span()), columns: vec![] };
    let Some(mut expr) = written.parse(context) else { return faulty() };
    let judge = |e: &Expr| infer::analyze_condition(e, written.sql, columns, ExprPlace::row("a condition on one row"));
    let mut info = judge(&expr);
    if info.faults.is_empty() {
        suspect::tell(suspect::find(&expr, written.sql, asked, columns), written, context);
    }
    guarded(&mut expr, &mut info, true, judge);
    if written.report(&info.faults, context) {
        return faulty();
    }
    written.warn(&info.risks, context);
    let mut parts = vec![];
    for used in &info.columns {
        let Some(name) = &used.resolved else { continue };
        let Some(named) = columns.named(name) else { continue };
        let span = written.inside(used.range.clone(), context);
        let leaf = Leaf { named, span, word: span, release: used.release };
        parts.push(NamedPart::of_leaf(used.range.start, 1, leaf));
    }
    let Some((tree, leaves)) = compose(expr, parts, written, context) else { return faulty() };
    let is_read = |c: &&TypedColumn| info.columns.iter().any(|used| used.resolved.as_ref() == Some(&c.name));
    Condition {
        expression: Expression::new(tree, leaves, info.ty, info.nullable, written.span()),
        columns: columns.typed.iter().filter(is_read).cloned().collect(),
    }
}
