//! All entities with what they derive, and the dimensions that a metric defines: named expressions, as written.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use sqlparser::ast::Expr;

use super::Context;
use super::cycle;
use super::open::Open;
use super::rows::Rows;
use crate::lakeflow::{self, infer::Place};
use crate::load::{Located, Lost, SpecSet, pointer_segment};
use crate::model::{Entity, EntityId, Reference};
use crate::spec::{EntitySpec, MetricSpec, SpecKind};

/// How deep derived expressions may build on each other.
pub const MAX_DEPTH: usize = 16;

/// All entities with what they derive.
pub struct Graph {
    pub entities: Vec<Entity>,
    pub derived: Vec<IndexMap<String, Derived>>,
    /// What nobody can know of each entity.
    open: Vec<Open>,
    /// Stands for every entity that could not be read or found, which is reported elsewhere. It is the last one.
    pub nobody: EntityId,
    /// Names that two entities have.
    twins: BTreeSet<String>,
    lost: Lost,
}

/// A named expression, as written.
#[derive(Debug, Clone)]
pub struct Derived {
    pub sql: String,
    pub expr: Option<Expr>,
    pub pointer: String,
}

impl Graph {
    /// All entities, in the order of their specs.
    pub fn new(
        mut entities: Vec<Entity>,
        specs: &[&Located<EntitySpec>],
        set: &SpecSet,
        twins: BTreeSet<String>,
    ) -> Self {
        let mut derived: Vec<IndexMap<String, Derived>> = specs.iter().map(|spec| Derived::all(spec)).collect();
        let mut open: Vec<Open> = specs.iter().zip(&entities).map(|(spec, entity)| Open::of(spec, entity)).collect();
        let nobody = EntityId(entities.len());
        let mut places = set.entities.iter().map(|e| e.value("")).chain(set.metrics.iter().map(|m| m.value("")));
        // Without entities and metrics nobody asks for it.
        entities.extend(places.next().map(Entity::nobody));
        derived.push(IndexMap::new());
        open.push(Open::ALL);
        Graph { entities, derived, open, nobody, twins, lost: set.lost.clone() }
    }

    /// Whether a path that names nothing known may name something all the same, in what is at fault or could not be read.
    pub fn is_open(&self, entity: EntityId, path: &[&str]) -> bool {
        let Some(open) = self.open.get(entity.0) else { return true };
        let Some((alias, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) else { return open.names };
        match self.follow(entity, alias) {
            Some(reference) => self.is_open(reference.entity, rest),
            None if self.entities[entity.0].name.eq_ignore_ascii_case(alias) => self.is_open(entity, rest),
            None => open.references,
        }
    }

    /// What nobody can know of an entity.
    pub fn open(&self, entity: EntityId) -> Open {
        self.open.get(entity.0).copied().unwrap_or(Open::ALL)
    }

    /// The entity called `name`; [`Graph::nobody`] when it was not read, or two are called so.
    pub fn find(&self, name: &str) -> Option<EntityId> {
        let known = self.entities.get(..self.nobody.0).unwrap_or_default();
        let found = known.binary_search_by(|e| e.name.as_str().cmp(name)).ok().map(EntityId);
        let lost = || self.lost.may_declare(SpecKind::Entity, name).then_some(self.nobody);
        if self.twins.contains(name) { Some(self.nobody) } else { found.or_else(lost) }
    }

    /// The names of all entities, those that were not read included, as far as they are known.
    pub fn names(&self) -> Vec<&str> {
        let known = self.entities.get(..self.nobody.0).unwrap_or_default();
        let mut names: Vec<&str> = known.iter().map(|e| e.name.as_str()).collect();
        names.extend(self.lost.names(SpecKind::Entity));
        names.sort_unstable();
        names
    }

    /// The reference that an entity calls `alias`.
    pub fn follow(&self, entity: EntityId, alias: &str) -> Option<&Reference> {
        self.entities[entity.0].references.iter().find(|r| r.alias.eq_ignore_ascii_case(alias))
    }

    /// Checks every derived expression, used or not.
    pub fn check_derived(&self, specs: &[&Located<EntitySpec>], context: &mut Context<'_>) {
        for (index, spec) in specs.iter().enumerate() {
            let rows = Rows::new(self, EntityId(index));
            context.judge(spec.file, |context| {
                cycle::report("derived expressions", rows, self.derived[index].values(), spec, context);
                for derived in self.derived[index].values().filter(|derived| !spec.is_lost(&derived.pointer)) {
                    let place = Place::row("a derived expression");
                    let _ = rows.compile(&derived.sql, &derived.pointer, place, spec, context);
                }
            });
        }
    }
}

impl Derived {
    /// What an entity derives, by name in lower case.
    fn all(spec: &Located<EntitySpec>) -> IndexMap<String, Derived> {
        let pointer = |name: &str| format!("/derived/{}", pointer_segment(name));
        let declared = spec.spec.derived.iter().flatten();
        let mut all: IndexMap<String, Derived> =
            declared.map(|(name, sql)| (name.to_lowercase(), Derived::new(sql, pointer(name)))).collect();
        all.extend(spec.lost_keys("/derived").map(|name| (name.to_lowercase(), Derived::lost(pointer(&name)))));
        all
    }

    /// An expression of which only the name is known.
    fn lost(pointer: String) -> Self {
        Derived { sql: String::new(), expr: None, pointer }
    }

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

    /// Adds the names of dimensions that are lost.
    pub fn add_lost(&mut self, spec: &Located<MetricSpec>) {
        let lost = spec.lost_keys("/dimensions");
        self.by_name.extend(lost.map(|name| (name.to_lowercase(), Derived::lost(format!("/dimensions/{name}")))));
    }

    pub fn check(&self, rows: &Rows<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) {
        let rows = Rows::new(rows.graph, rows.base).with(Some(self));
        cycle::report("dimensions", rows, self.by_name.values(), spec, context);
        for definition in self.by_name.values().filter(|d| d.expr.is_some()) {
            let _ = rows.compile(&definition.sql, &definition.pointer, Place::row("a dimension"), spec, context);
        }
    }
}
