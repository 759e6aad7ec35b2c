//! The schema of a project and the volume where its files arrive.

use super::reference::{self, CATALOG, SCHEMA};
use super::resource::{Schema, Volume, VolumeType};
use super::{Grant, Privilege};
use crate::model::{Principal, Project, Sees, Target};
use crate::plan::deployment;

/// The schema of all tables.
pub fn schema(project: &Project) -> Schema {
    Schema {
        name: reference::to(SCHEMA),
        catalog_name: reference::to(CATALOG),
        comment: (!project.description.is_empty()).then(|| project.description.clone()),
    }
}

/// The volume that holds the landing directory of a target, if it is one of the schema.
pub fn volume(target: &Target) -> Option<Volume> {
    Some(Volume {
        name: deployment::own_volume(target)?.to_owned(),
        catalog_name: reference::to(CATALOG),
        schema_name: reference::to(SCHEMA),
        volume_type: VolumeType::Managed,
        comment: Some("Files as they are delivered".into()),
    })
}

/// Every reader may use the schema; what they read there is a matter of each table.
pub fn schema_grants(project: &Project, target: &Target) -> Vec<Grant> {
    let readers =
        target.principals.iter().filter(|(name, _)| project.audiences.iter().any(|a| a.members.contains(name)));
    grants(readers.map(|(_, principal)| principal), &[Privilege::UseSchema])
}

/// Files hold all personal data in the clear, so only those who see everything may read them, and bring new ones.
pub fn volume_grants(project: &Project, target: &Target) -> Vec<Grant> {
    grants(operators(project, target).into_iter(), &[Privilege::ReadVolume, Privilege::WriteVolume])
}

/// The principals that see everything: they run what there is.
pub fn operators<'a>(project: &Project, target: &'a Target) -> Vec<&'a Principal> {
    let sees_all = |name: &String| project.audiences.iter().any(|a| a.sees == Sees::All && a.members.contains(name));
    target.principals.iter().filter(|(name, _)| sees_all(name)).map(|(_, principal)| principal).collect()
}

fn grants<'a>(principals: impl Iterator<Item = &'a Principal>, privileges: &[Privilege]) -> Vec<Grant> {
    let name = |principal: &Principal| match principal {
        Principal::Group(name) | Principal::ServicePrincipal(name) => name.clone(),
    };
    principals.map(|p| Grant { principal: name(p), privileges: privileges.to_vec() }).collect()
}
