//! All entities with their derived expressions and references.

use std::collections::BTreeSet;

use lakeflow::is_same_name;

use super::context::Context;
use super::derived::{self, DerivedSet};
use super::names;
use super::open::Open;
use crate::load::{Located, Lost, SpecSet};
use crate::model::{Entity, EntityId};
use crate::spec::{EntitySpec, SpecKind};

/// All entities with what they derive.
pub struct Graph {
    pub entities: Vec<Entity>,
    pub derived: Vec<DerivedSet>,
    /// What nobody can know of each entity.
    open: Vec<Open>,
    /// Stands for every entity that could not be read or found, which is reported elsewhere. It is the last one.
    pub nobody: EntityId,
    /// Names that two entities have.
    twins: BTreeSet<String>,
    lost: Lost,
}

impl Graph {
    /// All entities, in the order of their specs. References and derived expressions are resolved later.
    pub fn new(
        mut entities: Vec<Entity>,
        specs: &[&Located<EntitySpec>],
        set: &SpecSet,
        twins: BTreeSet<String>,
        context: &mut Context<'_>,
    ) -> Self {
        let of_entity = |spec: &&Located<EntitySpec>| context.judge(spec.file, |c| derived::of_entity(spec, c));
        let mut derived: Vec<DerivedSet> = specs.iter().map(of_entity).collect();
        let mut open: Vec<Open> = specs.iter().zip(&entities).map(|(spec, entity)| Open::of(spec, entity)).collect();
        let nobody = EntityId(entities.len());
        let mut places = set.entities.iter().map(|e| e.value("")).chain(set.metrics.iter().map(|m| m.value("")));
        // Without entities and metrics nobody asks for it.
        entities.extend(places.next().map(Entity::nobody));
        derived.push(DerivedSet::new());
        open.push(Open::ALL);
        Graph { entities, derived, open, nobody, twins, lost: set.lost.clone() }
    }

    /// Whether a path that names nothing known may name something all the same, in what is at fault or could not be read.
    pub fn is_open(&self, entity: EntityId, path: &[&str]) -> bool {
        let Some(open) = self.open.get(entity.0) else { return true };
        let Some((alias, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) else { return open.names };
        let own = &self.entities[entity.0];
        match own.find_reference(alias) {
            Some(id) => self.is_open(own.reference(id).entity, rest),
            None if is_same_name(&own.name, alias) => self.is_open(entity, rest),
            // A reference that leads to nothing known may be the one that was meant.
            None => open.references || own.references.iter().any(|reference| reference.entity == self.nobody),
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
        // A name at fault, which is reported, was meant to be this one.
        let misnamed = || known.iter().any(|e| e.name != name && names::better(&e.name) == name).then_some(self.nobody);
        if self.twins.contains(name) { Some(self.nobody) } else { found.or_else(lost).or_else(misnamed) }
    }

    /// The names of all entities, those that were not read included, as far as they are known.
    pub fn names(&self) -> Vec<&str> {
        let known = self.entities.get(..self.nobody.0).unwrap_or_default();
        let mut names: Vec<&str> = known.iter().map(|e| e.name.as_str()).collect();
        names.extend(self.lost.names(SpecKind::Entity));
        names.sort_unstable();
        names
    }
}
