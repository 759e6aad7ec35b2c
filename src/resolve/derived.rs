//! Named expressions: what entities derive, and the dimensions that a metric defines.
//!
//! They may use each other, in any order. Each is parsed and checked once, after those that it uses, and its tree is
//! inserted wherever it is used. Expressions that are defined by each other are reported and have no tree.

use indexmap::IndexMap;
use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;
use lakeflow::yaml::pointer_segment;
use lakeflow::{folded, infer::ExprPlace};
use sqlparser::ast::Expr;

use super::compose::names_in;
use super::context::Context;
use super::graph::Graph;
use super::names::{self, NameOf};
use super::order::{Component, by_dependency};
use super::rows::{EntityRows, Home, PathTarget};
use super::written::WrittenExpr;
use crate::codes;
use crate::load::Located;
use crate::model::{EntityId, Expression};
use crate::spec::{EntitySpec, MetricSpec};

/// A named expression.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Its name, as written.
    pub name: String,
    /// As written.
    pub sql: String,
    /// Where it stands in its spec.
    pub pointer: String,
    /// Its tree, until it is resolved; `None` after a fault.
    parsed: Option<Expr>,
    /// What it is; `None` until it is resolved, and after a fault.
    pub expression: Option<Expression>,
}

/// Named expressions of one spec, by name in lower case.
pub type DerivedSet = IndexMap<String, Derived>;

/// Dimensions that a metric defines.
#[derive(Default)]
pub struct Definitions {
    pub by_name: DerivedSet,
}

impl Derived {
    fn new<T>(name: &str, sql: &str, pointer: String, spec: &Located<T>, context: &mut Context<'_>) -> Derived {
        let parsed = WrittenExpr::at(spec, &pointer, sql).parse(context);
        Derived { name: name.to_owned(), sql: sql.to_owned(), pointer, parsed, expression: None }
    }

    /// An expression of which only the name is known.
    fn lost(name: &str, pointer: String) -> Derived {
        Derived { name: name.to_owned(), sql: String::new(), pointer, parsed: None, expression: None }
    }

    /// What it mentions, as far as that is known.
    fn mentions(&self, rows: &EntityRows<'_>) -> Vec<Home> {
        let names = self.parsed.iter().flat_map(names_in);
        let found = names.filter_map(|name| rows.find(&name));
        let homes = found.filter_map(|found| match found {
            PathTarget::Derived { at, .. } => Some(at),
            PathTarget::Column(_) => None,
        });
        homes.collect()
    }

    fn resolve<T>(
        &self,
        parsed: Expr,
        rows: &EntityRows<'_>,
        what: &'static str,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Expression> {
        let written = WrittenExpr::at(spec, &self.pointer, &self.sql);
        rows.compile_expr(parsed, &written, ExprPlace::row(what), context).map(|compiled| compiled.into_expression())
    }
}

/// The expressions that an entity derives, as written.
pub fn of_entity(spec: &Located<EntitySpec>, context: &mut Context<'_>) -> DerivedSet {
    let pointer = |name: &str| format!("/derived/{}", pointer_segment(name));
    let mut all = DerivedSet::new();
    for (name, sql) in spec.spec.derived.iter().flatten() {
        all.insert(folded(name).into_owned(), Derived::new(name, sql, pointer(name), spec, context));
    }
    let lost = spec.lost_keys("/derived");
    all.extend(lost.map(|name| (folded(&name).into_owned(), Derived::lost(&name, pointer(&name)))));
    all
}

/// Resolves what all entities derive.
pub fn resolve_all(graph: &mut Graph, specs: &[&Located<EntitySpec>], context: &mut Context<'_>) {
    let all: Vec<(EntityId, usize)> = graph
        .derived
        .iter()
        .enumerate()
        .flat_map(|(entity, set)| (0..set.len()).map(move |index| (EntityId(entity), index)))
        .collect();
    // The place of an entity's first expression in the list.
    let firsts: Vec<usize> =
        graph.derived.iter().scan(0, |next, set| Some(std::mem::replace(next, *next + set.len()))).collect();
    let place = |home: Home| match home {
        Home::Entity(entity, index) => firsts.get(entity.0).map(|first| first + index),
        Home::Metric(_) => None,
    };
    let uses: Vec<Vec<usize>> = all
        .iter()
        .map(|(entity, index)| {
            let mentions = graph.derived[entity.0][*index].mentions(&EntityRows::new(graph, *entity));
            mentions.into_iter().filter_map(place).collect()
        })
        .collect();
    for component in by_dependency(&uses) {
        if component.is_cycle {
            let members = component.members.iter().filter_map(|member| all.get(*member)).map(|(entity, index)| {
                let (_, derived) = graph.derived[entity.0].get_index(*index)?;
                Some((derived.name.as_str(), specs[entity.0].value(&derived.pointer)))
            });
            let members: Vec<(&str, Span)> = members.flatten().collect();
            context.faulty.extend(members.iter().map(|(_, span)| span.file));
            context.push(cycle("derived expressions", members, "defined by columns only"));
            continue;
        }
        for (entity, index) in component.members.iter().filter_map(|member| all.get(*member)) {
            let Some(parsed) = graph.derived[entity.0][*index].parsed.take() else { continue };
            let (rows, spec) = (EntityRows::new(graph, *entity), specs[entity.0]);
            let derived = &graph.derived[entity.0][*index];
            let resolved =
                context.judge(spec.file, |c| derived.resolve(parsed, &rows, "a derived expression", spec, c));
            graph.derived[entity.0][*index].expression = resolved;
        }
    }
}

/// The dimensions that a metric defines over the rows of `shown`.
pub fn of_metric(spec: &Located<MetricSpec>, shown: EntityId, graph: &Graph, context: &mut Context<'_>) -> Definitions {
    let mut definitions = Definitions::default();
    for (name, entry) in spec.spec.dimensions.iter().flatten() {
        let (sql, below) = entry.sql();
        let pointer = format!("/dimensions/{}", pointer_segment(name));
        context.extend(names::check(name, NameOf::Column, spec.key(&pointer)));
        let pointer = format!("{pointer}{below}");
        definitions.by_name.insert(folded(name).into_owned(), Derived::new(name, sql, pointer, spec, context));
    }
    for name in spec.lost_keys("/dimensions") {
        let pointer = format!("/dimensions/{}", pointer_segment(&name));
        definitions.by_name.insert(folded(&name).into_owned(), Derived::lost(&name, pointer));
    }
    let place = |home: Home| match home {
        Home::Metric(index) => Some(index),
        Home::Entity(..) => None,
    };
    let rows = EntityRows::new(graph, shown);
    let mentions = |d: &Derived| d.mentions(&rows.with(Some(&definitions))).into_iter().filter_map(place).collect();
    let uses: Vec<Vec<usize>> = definitions.by_name.values().map(mentions).collect();
    for Component { members, is_cycle } in by_dependency(&uses) {
        if is_cycle {
            let members = members.iter().filter_map(|member| definitions.by_name.get_index(*member));
            let members = members.map(|(_, d)| (d.name.as_str(), spec.value(&d.pointer)));
            context.push(cycle("dimensions", members.collect(), "defined by columns only"));
            continue;
        }
        for member in members {
            let Some(parsed) = definitions.by_name[member].parsed.take() else { continue };
            let rows = rows.with(Some(&definitions));
            let resolved = definitions.by_name[member].resolve(parsed, &rows, "a dimension", spec, context);
            definitions.by_name[member].expression = resolved;
        }
    }
    definitions
}

/// The fault of expressions that are defined by each other. `what` is their plural; each has its name and its place.
/// `base` is what one of them must be made of.
pub fn cycle(what: &str, members: Vec<(&str, Span)>, base: &str) -> Diagnostic {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let message = match names.as_slice() {
        [name] => format!("`{name}` is defined in terms of itself"),
        names => format!("{what} `{}` are defined in terms of each other", names.join("`, `")),
    };
    let mut fault = Diagnostic::error(codes::DEFINITION_CYCLE, message);
    for (position, (_, span)) in members.into_iter().enumerate() {
        fault = if position == 0 { fault.at(span) } else { fault.related(span, "part of the cycle") };
    }
    fault.hint(format!("at least one of them must be {base}"))
}
