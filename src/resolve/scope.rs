//! What names mean in the SQL of specs, and how an expression is made ready for a query.
//!
//! Rows of an entity offer its columns, what it derives, and, along references, those of other entities:
//! `customers.us_states.timezone`. [`Rows::compile`] checks an expression as it was written, so that faults point into
//! the spec, and then qualifies its columns and puts derived expressions in place.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use indexmap::IndexMap;
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, VisitMut, VisitorMut};

use super::Context;
use super::project::escaped;
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::infer::{self, Analysis, Resolution, Scope};
use crate::lakeflow::{self, types::DataType};
use crate::load::Located;
use crate::model::{Column, Entity, EntityId, Expression, Measure, PersonalKind, Reference};
use crate::source::Span;
use crate::spec::{EntitySpec, MetricSpec};

/// How deep derived expressions may build on each other.
const MAX_DEPTH: usize = 16;

/// All entities with what they derive.
pub struct Graph {
    pub entities: Vec<Entity>,
    derived: Vec<IndexMap<String, Derived>>,
}

/// A named expression, as written.
#[derive(Debug, Clone)]
struct Derived {
    sql: String,
    expr: Option<Expr>,
    pointer: String,
}

impl Graph {
    pub fn new(entities: Vec<Entity>, specs: &[&Located<EntitySpec>]) -> Self {
        let derived = specs.iter().map(|spec| {
            let declared = spec.spec.derived.iter().flatten();
            let derived = declared.map(|(name, sql)| (name.to_lowercase(), Derived::new(sql, format!("/derived/{}", escaped(name)))));
            derived.collect()
        });
        Graph { derived: derived.collect(), entities }
    }

    /// The entity called `name`.
    pub fn find(&self, name: &str) -> Option<EntityId> {
        self.entities.binary_search_by(|e| e.name.as_str().cmp(name)).ok().map(EntityId)
    }

    /// The reference that an entity calls `alias`.
    pub fn follow(&self, entity: EntityId, alias: &str) -> Option<&Reference> {
        self.entities[entity.0].references.iter().find(|r| r.alias.eq_ignore_ascii_case(alias))
    }

    /// Checks every derived expression, used or not.
    pub fn check_derived(&self, specs: &[&Located<EntitySpec>], context: &mut Context<'_>) {
        for (index, spec) in specs.iter().enumerate() {
            for derived in self.derived[index].values() {
                let rows = Rows::new(self, EntityId(index));
                let Some(compiled) = rows.compile(&derived.sql, &derived.pointer, spec, context) else { continue };
                compiled.forbid_aggregates("a derived expression", spec.value(&derived.pointer), context);
            }
        }
    }
}

impl Derived {
    fn new(sql: &str, pointer: String) -> Self {
        Derived { sql: sql.to_owned(), expr: lakeflow::parse_expr(sql).ok(), pointer }
    }
}

/// Dimensions that a metric defines.
#[derive(Default)]
pub struct Definitions {
    by_name: IndexMap<String, Derived>,
}

impl Definitions {
    pub fn add<T>(&mut self, name: &str, sql: &str, spec: &Located<T>, pointer: &str, context: &mut Context<'_>) {
        let _ = context.parse_expr(sql, pointer, spec);
        self.by_name.insert(name.to_lowercase(), Derived::new(sql, pointer.to_owned()));
    }

    pub fn check(&self, rows: &Rows<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) {
        for definition in self.by_name.values().filter(|d| d.expr.is_some()) {
            let rows = Rows::new(rows.graph, rows.base).with(Some(self));
            let Some(compiled) = rows.compile(&definition.sql, &definition.pointer, spec, context) else { continue };
            compiled.forbid_aggregates("a dimension", spec.value(&definition.pointer), context);
        }
    }
}

/// The rows of an entity, as a scope.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub graph: &'a Graph,
    pub base: EntityId,
    definitions: Option<&'a Definitions>,
}

/// What a path names.
enum Named<'a> {
    Column { entity: EntityId, column: &'a Column, path: Vec<String> },
    Derived { entity: EntityId, derived: &'a Derived, path: Vec<String>, own: bool },
}

impl<'a> Rows<'a> {
    pub fn new(graph: &'a Graph, base: EntityId) -> Self {
        Rows { graph, base, definitions: None }
    }

    /// The same rows with the dimensions of a metric in reach.
    pub fn with(self, definitions: Option<&'a Definitions>) -> Self {
        Rows { definitions, ..self }
    }

    fn entity(&self) -> &'a Entity {
        &self.graph.entities[self.base.0]
    }

    fn name(&self, parts: &[String]) -> Option<Named<'a>> {
        let (last, mut aliases) = parts.split_last()?;
        if aliases.is_empty()
            && let Some(derived) = self.definitions.and_then(|d| d.by_name.get(&last.to_lowercase()))
        {
            return Some(Named::Derived { entity: self.base, derived, path: vec![], own: true });
        }
        if let Some((first, rest)) = aliases.split_first()
            && first.eq_ignore_ascii_case(&self.entity().name)
        {
            aliases = rest;
        }
        let mut path = vec![];
        let mut entity = self.base;
        for alias in aliases {
            let reference = self.graph.follow(entity, alias)?;
            path.push(reference.alias.clone());
            entity = reference.entity;
        }
        let found = &self.graph.entities[entity.0];
        if let Some(id) = found.find(last) {
            return Some(Named::Column { entity, column: found.column(id), path });
        }
        let derived = self.graph.derived[entity.0].get(&last.to_lowercase())?;
        Some(Named::Derived { entity, derived, path, own: false })
    }

    /// Names that could have been meant.
    fn candidates(&self) -> Vec<String> {
        let mut names: Vec<String> = self.entity().columns.iter().map(|c| c.name.clone()).collect();
        names.extend(self.graph.derived[self.base.0].keys().cloned());
        names.extend(self.definitions.iter().flat_map(|d| d.by_name.keys().cloned()));
        for reference in &self.entity().references {
            let columns = &self.graph.entities[reference.entity.0].columns;
            names.extend(columns.iter().map(|c| format!("{}.{}", reference.alias, c.name)));
        }
        names
    }

    /// Checks an expression of a spec and makes it ready for a query. Faults are reported; `None` after one that leaves
    /// nothing to work with.
    pub fn compile<T>(&self, sql: &str, pointer: &str, spec: &Located<T>, context: &mut Context<'_>) -> Option<Compiled> {
        let expr = context.parse_expr(sql, pointer, spec)?;
        let analysis = infer::analyze_expr(&expr, sql, &RowScope { rows: *self, depth: 0 });
        let failed = report(&analysis, pointer, spec, context);
        if failed {
            return None;
        }
        let origin = spec.value(pointer);
        let name = self.shown_name(&expr);
        let uses = self.uses(&analysis, pointer, spec, context);
        let expr = self.expanded(expr, sql, &analysis, &[], 0);
        let nullable = analysis.nullable || uses.iter().any(|u| !u.path.is_empty());
        Some(Compiled { expr, name, ty: analysis.ty, nullable, aggregates: analysis.aggregates, uses, origin })
    }

    /// The name of what an expression shows, if it is the mere name of a column or of something derived.
    fn shown_name(&self, expr: &Expr) -> Option<String> {
        let parts: Vec<String> = match expr {
            Expr::Identifier(ident) => vec![ident.value.clone()],
            Expr::CompoundIdentifier(idents) => idents.iter().map(|i| i.value.clone()).collect(),
            _ => return None,
        };
        match self.name(&parts)? {
            Named::Column { column, .. } => Some(column.name.clone()),
            Named::Derived { .. } => parts.last().cloned(),
        }
    }

    fn uses<T>(&self, analysis: &Analysis, pointer: &str, spec: &Located<T>, context: &Context<'_>) -> Vec<Use> {
        let mut uses = vec![];
        for column in &analysis.columns {
            let span = spec.places.inside(context.sources, pointer, column.range.clone());
            let passes_value = !column.inside_aggregate.as_deref().is_some_and(forgets_values);
            let from = Place { span, passes_value, inside_aggregate: column.inside_aggregate.is_some() };
            self.collect(&column.parts, &[], &from, &mut uses, 0);
        }
        uses
    }

    fn collect(&self, parts: &[String], prefix: &[String], from: &Place, uses: &mut Vec<Use>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match self.name(parts) {
            Some(Named::Column { column, path, .. }) => uses.push(Use {
                text: parts.join("."),
                name: column.name.clone(),
                description: column.description.clone(),
                path: [prefix, &path].concat(),
                pii: column.pii,
                span: from.span,
                passes_value: from.passes_value,
                inside_aggregate: from.inside_aggregate,
            }),
            Some(Named::Derived { entity, derived, path, own }) => {
                let Some(expr) = &derived.expr else { return };
                let rows = Rows { base: entity, definitions: if own { self.definitions } else { None }, ..*self };
                let analysis = infer::analyze_expr(expr, &derived.sql, &RowScope { rows, depth: depth + 1 });
                for column in &analysis.columns {
                    rows.collect(&column.parts, &[prefix, &path].concat(), from, uses, depth + 1);
                }
            }
            None => {}
        }
    }

    /// The expression with qualified columns and derived expressions in place.
    fn expanded(&self, mut expr: Expr, sql: &str, analysis: &Analysis, prefix: &[String], depth: usize) -> Expr {
        let mut expander = Expander { rows: *self, sql, analysis, prefix, depth };
        let _ = expr.visit(&mut expander);
        expr
    }

    fn expanded_name(&self, parts: &[String], prefix: &[String], depth: usize) -> Option<Expr> {
        match self.name(parts)? {
            Named::Column { column, path, .. } => {
                let path = [prefix, &path].concat();
                let alias = if path.is_empty() { self.entity().name.clone() } else { path.join("_") };
                Some(Expr::CompoundIdentifier(vec![lakeflow::ident(&alias), lakeflow::ident(&column.name)]))
            }
            Named::Derived { entity, derived, path, own } if depth < MAX_DEPTH => {
                let rows = Rows { base: entity, definitions: if own { self.definitions } else { None }, ..*self };
                let expr = derived.expr.clone()?;
                let analysis = infer::analyze_expr(&expr, &derived.sql, &RowScope { rows, depth: depth + 1 });
                let expr = rows.expanded(expr, &derived.sql, &analysis, &[prefix, &path].concat(), depth + 1);
                Some(if is_simple(&expr) { expr } else { Expr::Nested(Box::new(expr)) })
            }
            Named::Derived { .. } => None,
        }
    }
}

struct Place {
    span: Span,
    passes_value: bool,
    inside_aggregate: bool,
}

/// Aggregates that tell nothing of the values they count.
fn forgets_values(aggregate: &str) -> bool {
    matches!(aggregate.to_lowercase().as_str(), "count" | "approx_count_distinct" | "count_if")
}

/// Whether an expression can stand anywhere without parentheses.
fn is_simple(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Function(_) | Expr::Value(_) | Expr::Nested(_) | Expr::Case { .. } | Expr::Cast { .. }
    )
}

struct Expander<'a> {
    rows: Rows<'a>,
    sql: &'a str,
    analysis: &'a Analysis,
    prefix: &'a [String],
    depth: usize,
}

impl VisitorMut for Expander<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let idents: &[Ident] = match expr {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(idents) => idents,
            Expr::Function(function) => {
                if let FunctionArguments::List(list) = &mut function.args {
                    list.args.iter_mut().for_each(unwrap_argument);
                }
                return ControlFlow::Continue(());
            }
            _ => return ControlFlow::Continue(()),
        };
        let start = idents.first().map(|i| lakeflow::offset_of(self.sql, i.span.start));
        if let Some(column) = self.analysis.columns.iter().find(|c| Some(c.range.start) == start)
            && let Some(replacement) = self.rows.expanded_name(&column.parts, self.prefix, self.depth)
        {
            *expr = replacement;
        }
        ControlFlow::Continue(())
    }
}

/// An argument needs no parentheses of its own.
fn unwrap_argument(argument: &mut FunctionArg) {
    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument
        && let Expr::Nested(inner) = expr
    {
        let inner = std::mem::replace(inner.as_mut(), Expr::Identifier(Ident::new("")));
        *expr = inner;
    }
}

/// The rows of an entity for the analyser.
struct RowScope<'a> {
    rows: Rows<'a>,
    depth: usize,
}

impl Scope for RowScope<'_> {
    fn resolve(&self, parts: &[String]) -> Resolution {
        if self.depth > MAX_DEPTH {
            return Resolution::Column { ty: DataType::Unknown, nullable: true };
        }
        match self.rows.name(parts) {
            Some(Named::Column { column, .. }) => Resolution::Column { ty: column.ty.clone(), nullable: column.nullable },
            Some(Named::Derived { entity, derived, own, .. }) => {
                let Some(expr) = &derived.expr else { return Resolution::Column { ty: DataType::Unknown, nullable: true } };
                let rows = Rows { base: entity, definitions: if own { self.rows.definitions } else { None }, ..self.rows };
                let analysis = infer::analyze_expr(expr, &derived.sql, &RowScope { rows, depth: self.depth + 1 });
                Resolution::Column { ty: analysis.ty, nullable: analysis.nullable }
            }
            None => Resolution::Unknown,
        }
    }

    fn candidates(&self) -> Vec<String> {
        self.rows.candidates()
    }
}

/// Measures of a metric, as a scope for expressions over them.
pub struct Measures<'a> {
    pub known: &'a [&'a Measure],
    pub all: &'a [&'a str],
    pub rows: &'a Rows<'a>,
    pub per: bool,
}

impl Measures<'_> {
    /// Like [`Rows::compile`], for an expression over measures.
    pub fn compile<T>(&self, sql: &str, pointer: &str, spec: &Located<T>, context: &mut Context<'_>) -> Option<Compiled> {
        let mut expr = context.parse_expr(sql, pointer, spec)?;
        let analysis = infer::analyze_expr(&expr, sql, self);
        let mut uses = vec![];
        for column in &analysis.columns {
            let span = spec.places.inside(context.sources, pointer, column.range.clone());
            let text = column.parts.join(".");
            if self.rows.name(&column.parts).is_some() && !self.all.iter().any(|m| m.eq_ignore_ascii_case(&text)) {
                let fault = Diagnostic::error(Code::NotAnAggregate, format!("`{text}` is a column, not a measure"));
                context.push(fault.at(span).hint(format!("aggregate it, as in `sum({text})`")));
                return None;
            }
            uses.push(Use {
                name: text.clone(),
                text,
                description: String::new(),
                path: vec![],
                pii: None,
                span,
                passes_value: true,
                inside_aggregate: false,
            });
        }
        if report(&analysis, pointer, spec, context) {
            return None;
        }
        if self.per {
            qualify(&mut expr);
        }
        let nullable = analysis.nullable;
        let origin = spec.value(pointer);
        Some(Compiled { expr, name: None, ty: analysis.ty, nullable, aggregates: false, uses, origin })
    }
}

/// Puts the query part `measured` before every column.
fn qualify(expr: &mut Expr) {
    struct Qualifier;
    impl VisitorMut for Qualifier {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::Identifier(ident) = expr {
                *expr = Expr::CompoundIdentifier(vec![lakeflow::ident("measured"), ident.clone()]);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Qualifier);
}

impl Scope for Measures<'_> {
    fn resolve(&self, parts: &[String]) -> Resolution {
        let [name] = parts else { return Resolution::Unknown };
        match self.known.iter().find(|m| m.name.eq_ignore_ascii_case(name)) {
            Some(measure) => {
                Resolution::Column { ty: measure.expression.ty.clone(), nullable: measure.expression.nullable }
            }
            // A measure at fault is reported where it is defined.
            None if self.all.iter().any(|m| m.eq_ignore_ascii_case(name)) => {
                Resolution::Column { ty: DataType::Unknown, nullable: true }
            }
            None => Resolution::Unknown,
        }
    }

    fn candidates(&self) -> Vec<String> {
        self.all.iter().map(|m| (*m).to_owned()).chain(self.rows.candidates()).collect()
    }
}

/// An expression that is ready for a query.
pub struct Compiled {
    pub expr: Expr,
    name: Option<String>,
    pub ty: DataType,
    pub nullable: bool,
    aggregates: bool,
    /// The columns it reads, with derived expressions seen through.
    pub uses: Vec<Use>,
    origin: Span,
}

/// One use of a column.
pub struct Use {
    /// The path as written, or as a derived expression wrote it.
    pub text: String,
    /// Name of the column.
    pub name: String,
    description: String,
    /// References that lead to it.
    pub path: Vec<String>,
    /// The kind of personal data it holds.
    pub pii: Option<PersonalKind>,
    /// Where the spec mentions it.
    pub span: Span,
    /// Whether its values, and not only their number, reach the result.
    pub passes_value: bool,
    /// Whether it stands inside an aggregate.
    pub inside_aggregate: bool,
}

impl Compiled {
    /// The paths of references it needs.
    pub fn paths(&self) -> BTreeSet<Vec<String>> {
        self.uses.iter().filter(|u| !u.path.is_empty()).map(|u| u.path.clone()).collect()
    }

    /// The name of the column or derived expression, if it is nothing but that.
    pub fn column_name(&self) -> Option<String> {
        self.name.clone()
    }

    /// The kind of personal data whose values it passes on.
    pub fn personal_kind(&self) -> Option<PersonalKind> {
        self.uses.iter().filter(|u| u.passes_value).find_map(|u| u.pii)
    }

    /// The expression as SQL text.
    pub fn expression(&self) -> Expression {
        let expr = if let Expr::Nested(inner) = &self.expr { inner } else { &self.expr };
        Expression { sql: lakeflow::print_expr(expr), ty: self.ty.clone(), nullable: self.nullable, origin: self.origin }
    }

    /// The comment of the one column it shows.
    pub fn description(&self) -> String {
        match (&self.expr, self.uses.as_slice()) {
            (Expr::CompoundIdentifier(_), [only]) => only.description.clone(),
            _ => String::new(),
        }
    }

    /// Reports an aggregate where none may stand.
    pub fn forbid_aggregates(&self, place: &str, span: Span, context: &mut Context<'_>) {
        if self.aggregates {
            let fault = Diagnostic::error(Code::AggregateNotAllowed, format!("an aggregate can't stand in {place}"));
            context.push(fault.at(span).hint("aggregates belong into `measures`"));
        }
    }

    /// Reports a condition that is not boolean.
    pub fn require_boolean(&self, span: Span, context: &mut Context<'_>) {
        if !matches!(self.ty, DataType::Boolean | DataType::Unknown) {
            let message = format!("the condition is {}, not boolean", self.ty);
            context.push(Diagnostic::error(Code::NotBoolean, message).at(span));
        }
    }
}

/// A condition over the columns of one entity, not qualified: rules and deletions.
pub fn condition(
    sql: &str,
    pointer: &str,
    spec: &Located<EntitySpec>,
    columns: &[Column],
    context: &mut Context<'_>,
) -> Expression {
    let placeholder = Expression { sql: "TRUE".into(), ty: DataType::Boolean, nullable: false, origin: spec.value(pointer) };
    let Some(expr) = context.parse_expr(sql, pointer, spec) else { return placeholder };
    let analysis = infer::analyze_expr(&expr, sql, &OwnColumns { columns });
    if report(&analysis, pointer, spec, context) {
        return placeholder;
    }
    let compiled = Compiled {
        expr,
        name: None,
        ty: analysis.ty,
        nullable: analysis.nullable,
        aggregates: analysis.aggregates,
        uses: vec![],
        origin: spec.value(pointer),
    };
    compiled.forbid_aggregates("a condition on one row", spec.value(pointer), context);
    compiled.require_boolean(spec.value(pointer), context);
    compiled.expression()
}

/// The columns of one entity, and nothing else.
struct OwnColumns<'a> {
    columns: &'a [Column],
}

impl Scope for OwnColumns<'_> {
    fn resolve(&self, parts: &[String]) -> Resolution {
        let [name] = parts else { return Resolution::Unknown };
        match self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)) {
            Some(column) => Resolution::Column { ty: column.ty.clone(), nullable: column.nullable },
            None => Resolution::Unknown,
        }
    }

    fn candidates(&self) -> Vec<String> {
        self.columns.iter().map(|c| c.name.clone()).collect()
    }
}

/// Reports the faults of an analysis at their place in the spec; true if there was one.
fn report<T>(analysis: &Analysis, pointer: &str, spec: &Located<T>, context: &mut Context<'_>) -> bool {
    for fault in &analysis.faults {
        let span = spec.places.inside(context.sources, pointer, fault.range.clone());
        context.push(Diagnostic::error(fault.kind.code(), fault.message.clone()).at(span).maybe_hint(fault.hint.clone()));
    }
    !analysis.faults.is_empty()
}
