//! Fully qualified names: catalog, schema and object; and principals as they are written in statements.

use crate::model::{AudienceId, EntityId, Principal, Target};
use crate::plan::{self, Dataset, ObjectPlace, PlannedDataset, access};

use super::super::text::{Ident, Literal, Sql};
use super::Site;

/// The group of everybody in the account.
pub const EVERYBODY: &str = "account users";

/// Where the objects of a target live.
pub struct TargetPlace {
    catalog: Sql,
    /// In full, the default one first.
    schemas: Vec<Sql>,
    /// The volume that the landing directory lies in, if it is one.
    pub volume: Option<VolumePlace>,
}

/// A volume.
pub struct VolumePlace {
    parts: [String; 3],
    /// Whether it lies in the default schema.
    pub in_schema: bool,
}

impl VolumePlace {
    /// The volume in full.
    pub fn name(&self) -> Sql {
        let [catalog, schema, name] = &self.parts;
        dotted(&[catalog, schema, name])
    }

    /// Catalog, schema and name.
    pub fn named(&self) -> [&str; 3] {
        self.parts.each_ref().map(String::as_str)
    }

    /// Its catalog and its schema.
    pub fn parents(&self) -> (Sql, Sql) {
        let [catalog, schema, _] = &self.parts;
        (dotted(&[catalog]), dotted(&[catalog, schema]))
    }
}

impl TargetPlace {
    /// The place of a target.
    pub fn of(target: &Target) -> TargetPlace {
        let volume = plan::landing_volume(target).map(|parts| VolumePlace {
            parts: parts.map(str::to_owned),
            in_schema: plan::deployment::own_volume(target).is_some(),
        });
        let catalog = &target.catalog;
        let schemas = target.schemas().into_iter().map(|schema| dotted(&[catalog, schema])).collect();
        TargetPlace { catalog: dotted(&[catalog]), schemas, volume }
    }

    /// Name of the catalog as SQL, quoted where it has to be.
    pub fn catalog(&self) -> Sql {
        self.catalog.clone()
    }

    /// The schemas in full, the default one first.
    pub fn schemas(&self) -> Vec<Sql> {
        self.schemas.clone()
    }
}

/// A name of several parts.
pub fn dotted(parts: &[&str]) -> Sql {
    Sql(parts.iter().map(|part| Ident::new(*part).to_string()).collect::<Vec<_>>().join("."))
}

/// A principal as `GRANT` calls it: always in backticks (lakeflow-sql.md, "Grants, tags and comments").
pub fn grantee(principal: &Principal) -> Sql {
    quoted(principal.id())
}

/// A name in backticks.
pub fn quoted(name: &str) -> Sql {
    Sql(format!("`{}`", name.replace('`', "``")))
}

/// Whether whoever asks is a principal. The account's groups count, not those of the workspace, and of a service
/// principal the session knows its application id (lakeflow-sql.md, "Functions of masks and filters").
pub fn is_asking(principal: &Principal) -> String {
    match principal {
        Principal::Group(name) => format!("is_account_group_member({})", Literal::new(name)),
        Principal::ServicePrincipal(id) => format!("session_user() = {}", Literal::new(id)),
    }
}

impl Site<'_> {
    /// The table of an entity in full.
    pub fn table(&self, id: EntityId) -> Sql {
        let name = &self.project.entity(id).name;
        Sql::name(ObjectPlace::of_dataset(self.target, Dataset::Table(id), name))
    }

    /// A published dataset in full.
    pub fn dataset(&self, planned: &PlannedDataset) -> Sql {
        Sql::name(ObjectPlace::of_dataset(self.target, planned.dataset, &planned.name))
    }

    /// A metric view in full.
    pub fn metric_view(&self, name: &str) -> Sql {
        Sql::name(ObjectPlace::of_metric_view(self.target, name))
    }

    /// Something that belongs to no layer, in full.
    pub fn helper(&self, name: &str) -> Sql {
        Sql::name(ObjectPlace::of_helper(self.target, name))
    }

    /// The members of audiences in this target, each once, in a fixed order.
    pub fn members(&self, audiences: &[AudienceId]) -> Vec<&Principal> {
        access::members(self.project, self.target, audiences)
    }

    /// Everybody that the project knows but `readers`, and all users of the account, who must not read either. The
    /// principal that pipelines run as owns the tables, so nothing can be taken from it.
    pub fn others(&self, readers: &[&Principal]) -> Vec<Principal> {
        others(self.target, readers)
    }
}

/// Everybody that a target knows but `readers`, and all users of the account. The principal that pipelines run as owns the
/// tables, so nothing can be taken from it.
pub fn others(target: &Target, readers: &[&Principal]) -> Vec<Principal> {
    let known = target.principals.iter().map(|(_, principal)| principal.clone());
    let mut others: Vec<Principal> = known.chain([Principal::Group(EVERYBODY.to_owned())]).collect();
    others.sort();
    others.dedup();
    others.retain(|principal| !readers.contains(&principal) && target.run_as.as_ref() != Some(principal));
    others
}
