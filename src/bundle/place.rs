//! The schema of a project and the volume where its files arrive.

use lakeflow::is_same_name;

use super::reference::{self, CATALOG, SCHEMA};
use super::resource::{Schema, Volume, VolumeType};
use super::{Permission, PermissionLevel};
use crate::model::{Metric, Mode, Principal, Project, Sees, Target};
use crate::plan::{access, deployment, serving};

/// The schemas of a target, each with the name of its resource: the default one is named after the project, another one
/// after the first layer in it too.
pub fn schemas(project: &Project, target: &Target) -> Vec<(String, Schema)> {
    let schema = |name: &str| Schema {
        name: reference::to(name),
        catalog_name: reference::to(CATALOG),
        comment: Some(deployment::schema_comment(project)),
    };
    let mut schemas = vec![(project.name.clone(), schema(SCHEMA))];
    for name in target.schemas().into_iter().skip(1) {
        let first = target.layers.iter().find(|(_, own)| is_same_name(own, name));
        schemas.extend(
            first.map(|(layer, _)| {
                (format!("{}_{}", project.name, layer.word()), schema(&reference::schema_of(*layer)))
            }),
        );
    }
    schemas
}

/// The volume that holds the landing directory of a target, if it is one of the schema.
pub fn volume(target: &Target) -> Option<Volume> {
    Some(Volume {
        name: deployment::own_volume(target)?.to_owned(),
        catalog_name: reference::to(CATALOG),
        schema_name: reference::to(SCHEMA),
        volume_type: VolumeType::Managed,
        comment: Some(deployment::VOLUME_COMMENT.into()),
    })
}

/// Who may do what: whoever deploys for everybody changes what is deployed, the pipeline reads its own sources and is run,
/// and those who see everything run what there is. One level a principal; the command line refuses two.
pub fn permissions(project: &Project, target: &Target) -> Vec<Permission> {
    let manager = deployment::deployer(target).filter(|_| target.mode == Mode::Production);
    let runs = target.run_as.iter().chain(operators(project, target));
    let mut permissions: Vec<Permission> = vec![];
    for (principal, level) in
        manager.map(|p| (p, PermissionLevel::Manage)).into_iter().chain(runs.map(|p| (p, PermissionLevel::Run)))
    {
        if !permissions.iter().any(|known| known.principal == *principal) {
            permissions.push(Permission { principal: principal.clone(), level });
        }
    }
    permissions
}

/// The principals that see everything: they run what there is.
fn operators<'a>(project: &Project, target: &'a Target) -> Vec<&'a Principal> {
    let sees_all = |name: &String| project.audiences.iter().any(|a| a.sees == Sees::All && a.members.contains(name));
    target.principals.iter().filter(|(name, _)| sees_all(name)).map(|(_, principal)| principal).collect()
}

/// The dashboards with those who may look at them: the readers of the metric. What they see there is a matter of its tables,
/// which are read as whoever looks.
pub fn dashboards(project: &Project, target: &Target) -> Vec<(String, Vec<Principal>)> {
    let shown = project.metrics.iter().filter(|metric| serving::has_dashboard(metric));
    let manager = deployment::deployer(target).filter(|_| target.mode == Mode::Production);
    let readers = |metric: &Metric| {
        let readers = access::members(project, target, &metric.audiences).into_iter();
        readers.filter(|reader| Some(*reader) != manager).cloned().collect()
    };
    shown.map(|metric| (metric.name.clone(), readers(metric))).collect()
}
