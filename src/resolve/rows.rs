//! What names mean in the SQL of specs, and how an expression is prepared for a query.
//!
//! Rows of an entity provide its columns, its derived expressions, and, along references, those of other entities:
//! `customers.us_states.timezone`. [`EntityRows::compile`] checks an expression as it was written, so that errors
//! point into the spec, and then replaces names by columns and derived expressions.

use indexmap::IndexMap;
use lakeflow::infer::{self, ColumnUse, ExprInfo, ExprPlace, Resolution, Scope};
use lakeflow::{folded, is_same_name, types::DataType};
use sqlparser::ast::Expr;

use super::compiled::{Compiled, Use};
use super::compose::{NamedPart, compose};
use super::context::Context;
use super::derived::{Definitions, Derived};
use super::graph::Graph;
use super::guard::guarded;
use super::stable::stabilise;
use super::suspect::{self, Asked};
use super::written::WrittenExpr;
use crate::model::{ColumnPath, Entity, EntityColumn, EntityId, HoleName, Leaf, RefPath};
use crate::spec::MeasureEntry;

/// The rows of an entity, as a scope.
#[derive(Clone, Copy)]
pub struct EntityRows<'a> {
    pub graph: &'a Graph,
    pub base: EntityId,
    definitions: Option<&'a Definitions>,
    /// The measures over these rows, none of which is a column.
    measures: Option<&'a IndexMap<String, MeasureEntry>>,
}

/// What a path of names leads to.
pub enum PathTarget<'a> {
    Column(ColumnPath),
    Derived { derived: &'a Derived, path: RefPath, at: Home },
}

/// Where a derived expression is declared: its place in an entity, or in the metric at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Entity(EntityId, usize),
    Metric(usize),
}

impl<'a> EntityRows<'a> {
    pub fn new(graph: &'a Graph, base: EntityId) -> Self {
        EntityRows { graph, base, definitions: None, measures: None }
    }

    /// The same rows with the dimensions of a metric in reach.
    pub fn with(self, definitions: Option<&'a Definitions>) -> Self {
        EntityRows { definitions, ..self }
    }

    /// The same rows, which know what is measured over them.
    pub fn measured_by(self, measures: &'a IndexMap<String, MeasureEntry>) -> Self {
        EntityRows { measures: Some(measures), ..self }
    }

    fn entity(&self) -> &'a Entity {
        &self.graph.entities[self.base.0]
    }

    /// The column at the end of a path.
    pub fn column(&self, path: &ColumnPath) -> &'a EntityColumn {
        self.graph.entities[path.entity.0].column(path.column)
    }

    /// What a path of names leads to.
    pub fn find<S: AsRef<str>>(&self, parts: &[S]) -> Option<PathTarget<'a>> {
        let (last, mut aliases) = parts.split_last()?;
        let last = last.as_ref();
        if aliases.is_empty()
            && let Some((index, _, derived)) = self.definitions.and_then(|d| d.by_name.get_full(&*folded(last)))
        {
            return Some(PathTarget::Derived { derived, path: RefPath::default(), at: Home::Metric(index) });
        }
        if let Some((first, rest)) = aliases.split_first()
            && is_same_name(first.as_ref(), &self.entity().name)
        {
            aliases = rest;
        }
        let (mut path, mut entity) = (RefPath::default(), self.base);
        for alias in aliases {
            let own = &self.graph.entities[entity.0];
            let id = own.find_reference(alias.as_ref())?;
            path = path.then(id);
            entity = own.reference(id).entity;
        }
        if let Some(column) = self.graph.entities[entity.0].find(last) {
            return Some(PathTarget::Column(ColumnPath { path, entity, column }));
        }
        let (index, _, derived) = self.graph.derived[entity.0].get_full(&*folded(last))?;
        Some(PathTarget::Derived { derived, path, at: Home::Entity(entity, index) })
    }

    /// What to say about a path that names nothing: the first part that is at fault, and what would be known there.
    fn unknown(&self, parts: &[&str]) -> Resolution {
        let mut entity = self.base;
        let aliases = parts.split_last().map_or(&[][..], |(_, aliases)| aliases);
        for (part, alias) in aliases.iter().enumerate() {
            if part == 0 && is_same_name(alias, &self.entity().name) {
                continue;
            }
            let own = &self.graph.entities[entity.0];
            let Some(id) = own.find_reference(alias) else {
                let message = Some(format!("unknown reference `{alias}` in `{}`", own.name));
                let known = own.references.iter().filter(|reference| reference.entity != self.graph.nobody);
                let candidates = known.map(|reference| reference.alias.clone()).collect();
                return Resolution::Unknown { part, message, candidates };
            };
            entity = own.reference(id).entity;
        }
        let part = parts.len().saturating_sub(1);
        if let [name] = parts
            && self.measures.is_some_and(|measures| measures.keys().any(|measure| is_same_name(measure, name)))
        {
            let message = Some(format!("`{name}` is a measure, but only columns can be used here"));
            return Resolution::Unknown { part, message, candidates: vec![] };
        }
        Resolution::Unknown { part, message: None, candidates: self.candidates(entity, part == 0) }
    }

    /// Names that are known at an entity.
    fn candidates(&self, entity: EntityId, at_base: bool) -> Vec<String> {
        let own = &self.graph.entities[entity.0];
        let mut names: Vec<String> = own.columns.iter().map(|c| c.name.clone()).collect();
        names.extend(self.graph.derived[entity.0].keys().cloned());
        if at_base {
            names.extend(self.definitions.iter().flat_map(|d| d.by_name.keys().cloned()));
            for reference in &own.references {
                let columns = &self.graph.entities[reference.entity.0].columns;
                names.extend(columns.iter().map(|c| format!("{}.{}", reference.alias, c.name)));
            }
        }
        names
    }

    /// Judges an expression of a spec and makes it ready for a query. Faults are reported, and then there is no result.
    pub fn compile(&self, written: &WrittenExpr<'_>, place: ExprPlace, context: &mut Context<'_>) -> Option<Compiled> {
        let expr = written.parse(context)?;
        self.compile_expr(expr, written, place, context)
    }

    /// The same for an expression that was parsed already.
    pub fn compile_expr(
        &self,
        mut expr: Expr,
        written: &WrittenExpr<'_>,
        place: ExprPlace,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let judge = |expr: &Expr| infer::analyze_expr(expr, written.sql, self, place);
        let mut info = judge(&expr);
        self.doubt(&expr, &info, Asked::Value, written, context);
        if place.aggregates && info.faults.is_empty() {
            let mut faults = vec![];
            if stabilise(&mut expr, &info.types, written.sql, &mut faults) {
                // Names stand where they stood; some stand twice.
                let again = judge(&expr);
                (info.ty, info.nullable, info.types) = (again.ty, again.nullable, again.types);
            }
            info.faults = faults;
        }
        guarded(&mut expr, &mut info, !place.aggregates, judge);
        self.finish(expr, info, written, context)
    }

    /// Like [`EntityRows::compile`], for a condition, which must be boolean and takes no aggregate.
    pub fn compile_condition(
        &self,
        written: &WrittenExpr<'_>,
        asked: Asked,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let mut expr = written.parse(context)?;
        let judge = |e: &Expr| infer::analyze_condition(e, written.sql, self, ExprPlace::row("a condition on rows"));
        let mut info = judge(&expr);
        self.doubt(&expr, &info, asked, written, context);
        guarded(&mut expr, &mut info, true, judge);
        self.finish(expr, info, written, context)
    }

    /// Warns of what is hardly meant in an expression without fault.
    fn doubt(&self, expr: &Expr, info: &ExprInfo, asked: Asked, written: &WrittenExpr<'_>, context: &mut Context<'_>) {
        if info.faults.is_empty() {
            suspect::tell(suspect::find(expr, written.sql, asked, self), written, context);
        }
    }

    fn finish(
        &self,
        expr: Expr,
        info: ExprInfo,
        written: &WrittenExpr<'_>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        if written.report(&info.faults, context) {
            return None;
        }
        written.warn(&info.risks, context);
        let name = self.shown_name(&expr);
        let (mut parts, mut uses) = (vec![], vec![]);
        for used in &info.columns {
            let Some(part) = self.part(used, written, context) else {
                context.leave_undecided();
                return None;
            };
            let counts = used.inside_aggregate.is_some_and(forgets_values);
            let (text, inside_aggregate) = (used.parts.join("."), used.inside_aggregate.is_some());
            uses.extend(part.leaves.iter().map(|leaf| Use {
                text: text.clone(),
                leaf: leaf.clone(),
                passes_value: !counts && leaf.release.is_none(),
                inside_aggregate,
            }));
            parts.push(part);
        }
        let (tree, leaves) = compose(expr, parts, written, context)?;
        Some(Compiled { tree, leaves, name, ty: info.ty, nullable: info.nullable, uses, origin: written.span() })
    }

    /// What goes in the place of a name; `None` where that is at fault itself, which is reported where it is declared.
    fn part(&self, used: &ColumnUse, written: &WrittenExpr<'_>, context: &Context<'_>) -> Option<NamedPart> {
        let (start, count, span) = (used.range.start, used.parts.len(), written.inside(used.range.clone(), context));
        match self.find(&used.parts)? {
            PathTarget::Column(column) => {
                let leaf = Leaf { named: HoleName::Column(column), span, word: span, release: used.release };
                Some(NamedPart::of_leaf(start, count, leaf))
            }
            PathTarget::Derived { derived, path, at } => {
                let expression = derived.expression.as_ref()?;
                let leaves = expression.leaves().iter().map(|leaf| Leaf {
                    named: along(&path, &leaf.named),
                    span,
                    word: if matches!(at, Home::Metric(_)) { leaf.word } else { span },
                    release: leaf.release,
                });
                Some(NamedPart { start, used: count, tree: expression.tree().clone(), leaves: leaves.collect() })
            }
        }
    }

    /// The name of what an expression shows, if it is the mere name of a column or of something derived.
    fn shown_name(&self, expr: &Expr) -> Option<String> {
        let parts: Vec<&str> = match expr {
            Expr::Identifier(ident) => vec![&ident.value],
            Expr::CompoundIdentifier(idents) => idents.iter().map(|i| i.value.as_str()).collect(),
            _ => return None,
        };
        match self.find(&parts) {
            Some(PathTarget::Column(path)) => Some(self.column(&path).name.clone()),
            // A name that is not known was reported before.
            Some(PathTarget::Derived { .. }) | None => parts.last().map(|last| (*last).to_owned()),
        }
    }
}

/// What a name means to whoever reaches its rows along a path.
fn along(path: &RefPath, named: &HoleName) -> HoleName {
    match named {
        HoleName::Column(column) => HoleName::Column(ColumnPath { path: path.join(&column.path), ..column.clone() }),
        other => other.clone(),
    }
}

/// Aggregates that tell nothing of the values they count.
fn forgets_values(aggregate: &str) -> bool {
    matches!(aggregate, "count" | "approx_count_distinct" | "count_if")
}

impl suspect::ColumnTypes for EntityRows<'_> {
    fn column(&self, path: &[&str]) -> Option<&EntityColumn> {
        match self.find(path)? {
            PathTarget::Column(column) => Some(EntityRows::column(self, &column)),
            PathTarget::Derived { .. } => None,
        }
    }
}

impl Scope for EntityRows<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let found = |ty, nullable| Resolution::Found { ty, nullable, used: path.len(), path: path.join(".") };
        match self.find(path) {
            Some(PathTarget::Column(at)) => {
                let column = self.column(&at);
                found(column.ty.clone(), column.nullable || !at.path.is_empty())
            }
            Some(PathTarget::Derived { derived, path, .. }) => match &derived.expression {
                Some(expression) => found(expression.ty.clone(), expression.nullable || !path.is_empty()),
                // It is at fault itself.
                None => found(DataType::Unknown, true),
            },
            None if self.graph.is_open(self.base, path) => found(DataType::Unknown, true),
            None => self.unknown(path),
        }
    }
}
