//! All entities with what they derive, and the dimensions that a metric defines: named expressions, as written.

use indexmap::IndexMap;
use sqlparser::ast::Expr;

use super::Context;
use super::cycle;
use super::reference;
use super::rows::Rows;
use crate::lakeflow::{self, infer::Place};
use crate::load::{Located, pointer_segment};
use crate::model::{Entity, EntityId, Reference};
use crate::spec::{EntitySpec, MetricSpec};

/// How deep derived expressions may build on each other.
pub const MAX_DEPTH: usize = 16;

/// All entities with what they derive.
pub struct Graph {
    pub entities: Vec<Entity>,
    pub derived: Vec<IndexMap<String, Derived>>,
    /// Aliases of references to entities that do not exist or were left out, which is reported where they are declared.
    lost: Vec<Vec<String>>,
}

/// A named expression, as written.
#[derive(Debug, Clone)]
pub struct Derived {
    pub sql: String,
    pub expr: Option<Expr>,
    pub pointer: String,
}

impl Graph {
    pub fn new(entities: Vec<Entity>, specs: &[&Located<EntitySpec>]) -> Self {
        let derived = specs.iter().map(|spec| {
            let declared = spec.spec.derived.iter().flatten();
            let derived = declared.map(|(name, sql)| {
                (name.to_lowercase(), Derived::new(sql, format!("/derived/{}", pointer_segment(name))))
            });
            derived.collect()
        });
        let mut graph = Graph { derived: derived.collect(), entities, lost: vec![] };
        graph.lost = specs.iter().map(|spec| reference::lost(&spec.spec, &graph)).collect();
        graph
    }

    /// Whether nothing can be said about a path, because it leads through a reference that is at fault itself.
    pub fn is_lost(&self, entity: EntityId, path: &[&str]) -> bool {
        let Some((alias, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) else { return false };
        match self.follow(entity, alias) {
            Some(reference) => self.is_lost(reference.entity, rest),
            None if self.entities[entity.0].name.eq_ignore_ascii_case(alias) => self.is_lost(entity, rest),
            None => self.lost[entity.0].iter().any(|lost| lost.eq_ignore_ascii_case(alias)),
        }
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
            let rows = Rows::new(self, EntityId(index));
            cycle::report("derived expressions", rows, self.derived[index].values(), spec, context);
            for derived in self.derived[index].values() {
                let _ = rows.compile(&derived.sql, &derived.pointer, Place::row("a derived expression"), spec, context);
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
    pub by_name: IndexMap<String, Derived>,
}

impl Definitions {
    pub fn add<T>(&mut self, name: &str, sql: &str, spec: &Located<T>, pointer: &str, context: &mut Context<'_>) {
        let expr = context.parse_expr(sql, pointer, spec);
        self.by_name.insert(name.to_lowercase(), Derived { sql: sql.to_owned(), expr, pointer: pointer.to_owned() });
    }

    pub fn check(&self, rows: &Rows<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) {
        let rows = Rows::new(rows.graph, rows.base).with(Some(self));
        cycle::report("dimensions", rows, self.by_name.values(), spec, context);
        for definition in self.by_name.values().filter(|d| d.expr.is_some()) {
            let _ = rows.compile(&definition.sql, &definition.pointer, Place::row("a dimension"), spec, context);
        }
    }
}
