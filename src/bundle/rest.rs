//! The resources of one target as REST requests, in the order in which they can be created.
//!
//! Bodies are the resources of the bundle with their references replaced; nothing is added.

use serde::Serialize;
use serde_json::{Value, json};

use super::reference::{self, ReferenceError, Values};
use super::resource::{Resource, ResourceKind};
use super::settings::Overrides;
use super::{Bundle, DeclaredResource, Deployment, Permission};
use crate::model::Principal;

/// A request that creates a resource, or says who may do what with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceRequest {
    /// `POST` or `PATCH`.
    pub method: &'static str,
    /// Path, from the host on.
    pub path: String,
    /// JSON; of a resource, the resource itself.
    pub body: Value,
}

/// What is deployed to a target: resources without references, in the order of creation. `known` are the values that
/// only the workspace has: [`reference::WAREHOUSE`], [`reference::FILES`], [`reference::pipeline_id`], [`reference::job_id`].
///
/// # Errors
/// When a reference stands for nothing that is known.
pub fn resources(
    bundle: &Bundle,
    target: &Deployment,
    known: &Values,
) -> Result<Vec<DeclaredResource>, ReferenceError> {
    let mut values = target.values.clone();
    values.extend(known.clone());
    let own = Overrides(&target.settings);
    let mut resolved = vec![];
    for declared in target.places.iter().chain(&bundle.resources) {
        let addition = target.additions.iter().find(|job| job.key == declared.key);
        let resource = match (&declared.resource, addition) {
            (Resource::Job(job), addition) => {
                let job = addition.map_or_else(|| (**job).clone(), |addition| addition.added_to(job));
                substituted(&Resource::Job(Box::new(own.job(&job))), &values)?
            }
            (Resource::Pipeline(pipeline), _) => {
                substituted(&Resource::Pipeline(Box::new(own.pipeline(pipeline))), &values)?
            }
            (resource, _) => substituted(resource, &values)?,
        };
        resolved.push(DeclaredResource { key: declared.key.clone(), resource });
    }
    resolved.sort_by_key(|declared| declared.resource.kind());
    Ok(resolved)
}

/// Substitutes within a kind, so that no resource can come back as one of another kind.
fn substituted(resource: &Resource, values: &Values) -> Result<Resource, ReferenceError> {
    Ok(match resource {
        Resource::Schema(schema) => Resource::Schema(reference::substituted(schema, values)?),
        Resource::Volume(volume) => Resource::Volume(reference::substituted(volume, values)?),
        Resource::Pipeline(pipeline) => Resource::Pipeline(reference::substituted(pipeline, values)?),
        Resource::Job(job) => Resource::Job(reference::substituted(job, values)?),
        Resource::Alert(alert) => Resource::Alert(reference::substituted(alert, values)?),
    })
}

/// The requests that create everything in an empty workspace, each resource followed by who may do what with it. Ids that
/// it would give are made up from keys: what comes of it shows the form of the calls, and is what the checks of bodies read.
///
/// # Errors
/// When a reference stands for nothing that is known.
pub fn sample_requests(bundle: &Bundle, target: &Deployment) -> Result<Vec<ResourceRequest>, ReferenceError> {
    let files = format!("/Workspace/deployed/{}/{}/files", bundle.name, target.name);
    let mut known: Values =
        [(reference::WAREHOUSE.to_owned(), "0123456789abcdef".to_owned()), (reference::FILES.to_owned(), files)].into();
    let pipelines = bundle.resources.iter().filter(|declared| declared.resource.kind() == ResourceKind::Pipeline);
    known.extend(pipelines.map(|declared| (reference::pipeline_id(&declared.key), sample_id(&declared.key))));
    let jobs = bundle.resources.iter().filter(|declared| declared.resource.kind() == ResourceKind::Job);
    known.extend(jobs.zip(1_u32..).map(|(declared, id)| (reference::job_id(&declared.key), id.to_string())));
    let mut requests = vec![];
    for declared in resources(bundle, target, &known)? {
        let kind = declared.resource.kind();
        requests.push(ResourceRequest {
            method: "POST",
            path: kind.create_path().to_owned(),
            body: declared.resource.to_json()?,
        });
        requests.extend(permission_request(kind, &sample_id(&declared.key), &target.permissions));
    }
    Ok(requests)
}

fn sample_id(key: &str) -> String {
    format!("id-of-{key}")
}

/// The request that gives permissions on the pipeline, job or alert of this id; `None` for other kinds, and where there
/// is nothing to give. It leaves the permissions of others as they are (workspace-api.md, "Permissions").
pub fn permission_request(kind: ResourceKind, id: &str, permissions: &[Permission]) -> Option<ResourceRequest> {
    let of_kind = match kind {
        ResourceKind::Pipeline => "pipelines",
        ResourceKind::Job => "jobs",
        ResourceKind::Alert => "alertsv2",
        ResourceKind::Schema | ResourceKind::Volume => return None,
    };
    let entry = |permission: &Permission| {
        let level = permission.level.word(kind)?;
        Some(match &permission.principal {
            Principal::Group(name) => json!({ "group_name": name, "permission_level": level }),
            Principal::ServicePrincipal(id) => json!({ "service_principal_name": id, "permission_level": level }),
        })
    };
    let entries: Vec<Value> = permissions.iter().filter_map(entry).collect();
    (!entries.is_empty()).then(|| ResourceRequest {
        method: "PATCH",
        path: format!("/api/2.0/permissions/{of_kind}/{id}"),
        body: json!({ "access_control_list": entries }),
    })
}
