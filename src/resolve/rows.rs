//! What names mean in the SQL of specs, and how an expression is made ready for a query.
//!
//! Rows of an entity offer its columns, what it derives, and, along references, those of other entities:
//! `customers.us_states.timezone`. [`Rows::compile`] checks an expression as it was written, so that faults point into
//! the spec, and then qualifies its columns and puts derived expressions in place.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, VisitMut, VisitorMut};

use super::Context;
use super::compiled::{Compiled, Use, report};
use super::graph::{Definitions, Derived, Graph, MAX_DEPTH};
use crate::lakeflow::infer::{self, ExprInfo, Place, Resolution, Scope};
use crate::lakeflow::{self, folded, types::DataType};
use crate::load::Located;
use crate::model::{Column, Entity, EntityId};
use crate::source::Span;

/// The rows of an entity, as a scope.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub graph: &'a Graph,
    pub base: EntityId,
    definitions: Option<&'a Definitions>,
}

/// For looking at an expression once more: its faults were reported where it was declared.
const MEASURE: Place = Place::measure("a measure");

/// What a path names.
enum Named<'a> {
    Column { column: &'a Column, path: Vec<&'a str> },
    Derived { entity: EntityId, derived: &'a Derived, path: Vec<&'a str>, own: bool },
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

    /// Whether a path names something.
    pub fn knows(&self, parts: &[String]) -> bool {
        self.name(parts).is_some()
    }

    /// The derived expressions that another one mentions, each with the rows in which it is at home.
    pub fn mentioned(&self, derived: &Derived) -> Vec<(Rows<'a>, &'a Derived)> {
        let Some(expr) = &derived.expr else { return vec![] };
        let scope = RowScope { rows: *self, depth: MAX_DEPTH };
        let info = infer::analyze_expr(expr, &derived.sql, &scope, MEASURE);
        let named = info.columns.iter().filter_map(|column| self.name(&column.parts));
        let derived = named.filter_map(|named| match named {
            Named::Derived { entity, derived, own, .. } => Some((self.at(entity, own), derived)),
            Named::Column { .. } => None,
        });
        derived.collect()
    }

    fn name<S: AsRef<str>>(&self, parts: &[S]) -> Option<Named<'a>> {
        let (last, mut aliases) = parts.split_last()?;
        let last = last.as_ref();
        if aliases.is_empty()
            && let Some(derived) = self.definitions.and_then(|d| d.by_name.get(&*folded(last)))
        {
            return Some(Named::Derived { entity: self.base, derived, path: vec![], own: true });
        }
        if let Some((first, rest)) = aliases.split_first()
            && first.as_ref().eq_ignore_ascii_case(&self.entity().name)
        {
            aliases = rest;
        }
        let mut path = vec![];
        let mut entity = self.base;
        for alias in aliases {
            let reference = self.graph.follow(entity, alias.as_ref())?;
            path.push(reference.alias.as_str());
            entity = reference.entity;
        }
        let found = &self.graph.entities[entity.0];
        if let Some(id) = found.find(last) {
            return Some(Named::Column { column: found.column(id), path });
        }
        let derived = self.graph.derived[entity.0].get(&*folded(last))?;
        Some(Named::Derived { entity, derived, path, own: false })
    }

    /// The rows in which a derived expression is at home.
    fn at(&self, base: EntityId, own: bool) -> Rows<'a> {
        Rows { base, definitions: if own { self.definitions } else { None }, ..*self }
    }

    /// What to say about a path that names nothing: the first part that is at fault, and what would be known there.
    fn unknown(&self, parts: &[&str]) -> Resolution {
        let mut entity = self.base;
        let aliases = parts.split_last().map_or(&[][..], |(_, aliases)| aliases);
        for (part, alias) in aliases.iter().enumerate() {
            if part == 0 && alias.eq_ignore_ascii_case(&self.entity().name) {
                continue;
            }
            let Some(reference) = self.graph.follow(entity, alias) else {
                let own = &self.graph.entities[entity.0];
                let message = Some(format!("`{}` has no reference `{alias}`", own.name));
                let candidates = own.references.iter().map(|r| r.alias.clone()).collect();
                return Resolution::Unknown { part, message, candidates };
            };
            entity = reference.entity;
        }
        let part = parts.len().saturating_sub(1);
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

    /// Checks an expression of a spec and makes it ready for a query. Faults are reported, and then there is no result.
    pub fn compile<T>(
        &self,
        sql: &str,
        pointer: &str,
        place: Place,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let expr = context.parse_expr(sql, pointer, spec)?;
        self.compile_expr(expr, sql, pointer, place, spec, context)
    }

    /// The same for an expression that was parsed from `sql`.
    pub fn compile_expr<T>(
        &self,
        expr: Expr,
        sql: &str,
        pointer: &str,
        place: Place,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let info = infer::analyze_expr(&expr, sql, &RowScope { rows: *self, depth: 0 }, place);
        self.finish(expr, sql, &info, pointer, spec, context)
    }

    /// Like [`Rows::compile`], for a condition, which must be boolean and takes no aggregate.
    pub fn compile_condition<T>(
        &self,
        sql: &str,
        pointer: &str,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let expr = context.parse_expr(sql, pointer, spec)?;
        let scope = RowScope { rows: *self, depth: 0 };
        let info = infer::analyze_condition(&expr, sql, &scope, Place::row("a condition on rows"));
        self.finish(expr, sql, &info, pointer, spec, context)
    }

    fn finish<T>(
        &self,
        expr: Expr,
        sql: &str,
        info: &ExprInfo,
        pointer: &str,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        if report(&info.faults, pointer, spec, context) {
            return None;
        }
        let name = self.shown_name(&expr);
        let uses = self.uses(info, pointer, spec, context);
        let expr = self.expanded(expr, sql, info, &[], 0);
        let nullable = info.nullable || uses.iter().any(|u| !u.path.is_empty());
        Some(Compiled { expr, name, ty: info.ty.clone(), nullable, uses, origin: spec.value(pointer) })
    }

    /// The name of what an expression shows, if it is the mere name of a column or of something derived.
    fn shown_name(&self, expr: &Expr) -> Option<String> {
        let parts: Vec<&str> = match expr {
            Expr::Identifier(ident) => vec![&ident.value],
            Expr::CompoundIdentifier(idents) => idents.iter().map(|i| i.value.as_str()).collect(),
            _ => return None,
        };
        match self.name(&parts) {
            Some(Named::Column { column, .. }) => Some(column.name.clone()),
            // A name that is not known was reported before.
            Some(Named::Derived { .. }) | None => parts.last().map(|last| (*last).to_owned()),
        }
    }

    fn uses<T>(&self, info: &ExprInfo, pointer: &str, spec: &Located<T>, context: &Context<'_>) -> Vec<Use> {
        let mut uses = vec![];
        for column in &info.columns {
            let span = spec.places.inside(context.sources, pointer, column.range.clone());
            let passes_value = !column.inside_aggregate.is_some_and(forgets_values);
            let from = Mention { span, passes_value, inside_aggregate: column.inside_aggregate.is_some() };
            self.collect(&column.parts, &[], &from, &mut uses, 0);
        }
        uses
    }

    fn collect(&self, parts: &[String], prefix: &[&'a str], from: &Mention, uses: &mut Vec<Use>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match self.name(parts) {
            Some(Named::Column { column, path }) => uses.push(Use {
                text: parts.join("."),
                description: column.description.clone(),
                path: prefix.iter().chain(&path).map(|alias| (*alias).to_owned()).collect(),
                pii: column.pii,
                span: from.span,
                passes_value: from.passes_value,
                inside_aggregate: from.inside_aggregate,
            }),
            Some(Named::Derived { entity, derived, path, own }) => {
                let Some(expr) = &derived.expr else { return };
                let rows = self.at(entity, own);
                let info = infer::analyze_expr(expr, &derived.sql, &RowScope { rows, depth: depth + 1 }, MEASURE);
                for column in &info.columns {
                    rows.collect(&column.parts, &[prefix, &path].concat(), from, uses, depth + 1);
                }
            }
            None => {}
        }
    }

    /// The expression with qualified columns and derived expressions in place.
    fn expanded(&self, mut expr: Expr, sql: &str, info: &ExprInfo, prefix: &[&'a str], depth: usize) -> Expr {
        let mut expander = Expander { rows: *self, sql, info, prefix, depth };
        let _ = expr.visit(&mut expander);
        expr
    }

    fn expanded_name(&self, parts: &[String], prefix: &[&'a str], depth: usize) -> Option<Expr> {
        match self.name(parts)? {
            Named::Column { column, path } => {
                let path = [prefix, &path].concat();
                let alias = if path.is_empty() { self.entity().name.clone() } else { path.join("_") };
                Some(Expr::CompoundIdentifier(vec![Ident::new(&alias), Ident::new(&column.name)]))
            }
            Named::Derived { entity, derived, path, own } if depth < MAX_DEPTH => {
                let rows = self.at(entity, own);
                let expr = derived.expr.clone()?;
                let info = infer::analyze_expr(&expr, &derived.sql, &RowScope { rows, depth: depth + 1 }, MEASURE);
                let expr = rows.expanded(expr, &derived.sql, &info, &[prefix, &path].concat(), depth + 1);
                Some(if is_simple(&expr) { expr } else { Expr::Nested(Box::new(expr)) })
            }
            Named::Derived { .. } => None,
        }
    }
}

struct Mention {
    span: Span,
    passes_value: bool,
    inside_aggregate: bool,
}

/// Aggregates that tell nothing of the values they count.
fn forgets_values(aggregate: &str) -> bool {
    matches!(aggregate, "count" | "approx_count_distinct" | "count_if")
}

/// Whether an expression can stand anywhere without parentheses.
fn is_simple(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::Function(_)
            | Expr::Value(_)
            | Expr::Nested(_)
            | Expr::Case { .. }
            | Expr::Cast { .. }
    )
}

struct Expander<'a, 'b> {
    rows: Rows<'a>,
    sql: &'b str,
    info: &'b ExprInfo,
    prefix: &'b [&'a str],
    depth: usize,
}

impl VisitorMut for Expander<'_, '_> {
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
        if let Some(column) = self.info.columns.iter().find(|c| Some(c.range.start) == start)
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
    fn resolve(&self, path: &[&str]) -> Resolution {
        let found = |ty, nullable| Resolution::Found { ty, nullable, used: path.len(), path: path.join(".") };
        if self.depth > MAX_DEPTH {
            return found(DataType::Unknown, true);
        }
        match self.rows.name(path) {
            Some(Named::Column { column, path }) => found(column.ty.clone(), column.nullable || !path.is_empty()),
            Some(Named::Derived { entity, derived, own, .. }) => {
                let Some(expr) = &derived.expr else { return found(DataType::Unknown, true) };
                let rows = self.rows.at(entity, own);
                let info = infer::analyze_expr(expr, &derived.sql, &RowScope { rows, depth: self.depth + 1 }, MEASURE);
                found(info.ty, info.nullable)
            }
            None if self.rows.graph.is_open(self.rows.base, path) => found(DataType::Unknown, true),
            None => self.rows.unknown(path),
        }
    }
}
