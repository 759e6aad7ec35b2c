//! The resources of one target as REST requests, in the order in which they can be made.
//!
//! Bodies are the resources of the bundle with their references replaced; nothing is added.

use serde::Serialize;
use serde_json::Value;

use super::reference::{self, ReferenceError, Values};
use super::resource::{Kind, Resource};
use super::{Bundle, Declared, Deployment};

/// A request that creates a resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Verb.
    pub method: &'static str,
    /// Path, from the host on.
    pub path: &'static str,
    /// The body.
    pub body: Value,
}

/// What is deployed to a target: resources without references, in the order of creation. `known` are the values that
/// only the workspace has: [`reference::WAREHOUSE`], [`reference::FILES`], [`reference::pipeline_id`].
///
/// # Errors
/// When a reference stands for nothing that is known.
pub fn resources(bundle: &Bundle, target: &Deployment, known: &Values) -> Result<Vec<Declared>, ReferenceError> {
    let mut values = target.values.clone();
    values.extend(known.clone());
    let places = target.places.iter().map(|place| &place.declared);
    let mut resolved = vec![];
    for declared in places.chain(&bundle.resources) {
        let resource = substituted(&declared.resource, &values)?;
        resolved.push(Declared { key: declared.key.clone(), resource });
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

/// The requests that create everything in an empty workspace. Ids that it would give are made up from keys: what comes of
/// it shows the form of the calls, and is what the checks of bodies read.
///
/// # Errors
/// When a reference stands for nothing that is known.
pub fn sample_requests(bundle: &Bundle, target: &Deployment) -> Result<Vec<Request>, ReferenceError> {
    let files = format!("/Workspace/deployed/{}/{}/files", bundle.name, target.name);
    let mut known: Values =
        [(reference::WAREHOUSE.to_owned(), "0123456789abcdef".to_owned()), (reference::FILES.to_owned(), files)].into();
    let pipelines = bundle.resources.iter().filter(|declared| declared.resource.kind() == Kind::Pipeline);
    known.extend(pipelines.map(|declared| (reference::pipeline_id(&declared.key), format!("id-of-{}", declared.key))));
    let resources = resources(bundle, target, &known)?;
    let request = |declared: &Declared| {
        let body = declared.resource.to_json()?;
        Ok(Request { method: "POST", path: declared.resource.kind().create_path(), body })
    };
    resources.iter().map(request).collect()
}
