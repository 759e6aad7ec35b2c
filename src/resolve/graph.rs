//! All entities with what they derive, and what their references lead to.

use super::Context;
use super::derived::{self, DerivedSet};
use super::reference;
use crate::lakeflow::is_same_name;
use crate::load::Located;
use crate::model::{Entity, EntityId};
use crate::spec::EntitySpec;

/// All entities with what they derive.
pub struct Graph {
    pub entities: Vec<Entity>,
    pub derived: Vec<DerivedSet>,
    /// Aliases of references to entities that do not exist or were left out, which is reported where they are declared.
    lost: Vec<Vec<String>>,
}

impl Graph {
    /// The entities, in the order of `specs`. References and derived expressions are resolved later.
    pub fn new(entities: Vec<Entity>, specs: &[&Located<EntitySpec>], context: &mut Context<'_>) -> Self {
        let derived = specs.iter().map(|spec| derived::of_entity(spec, context)).collect();
        let mut graph = Graph { derived, entities, lost: vec![] };
        graph.lost = specs.iter().map(|spec| reference::lost(&spec.spec, &graph)).collect();
        graph
    }

    /// Whether nothing can be said about a path, because it leads through a reference that is at fault itself.
    pub fn is_lost(&self, entity: EntityId, path: &[&str]) -> bool {
        let Some((alias, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) else { return false };
        let own = &self.entities[entity.0];
        match own.find_reference(alias) {
            Some(id) => self.is_lost(own.reference(id).entity, rest),
            None if is_same_name(&own.name, alias) => self.is_lost(entity, rest),
            None => self.lost[entity.0].iter().any(|lost| is_same_name(lost, alias)),
        }
    }

    /// The entity called `name`.
    pub fn find(&self, name: &str) -> Option<EntityId> {
        self.entities.binary_search_by(|e| e.name.as_str().cmp(name)).ok().map(EntityId)
    }
}
