//! `gen requests`: the REST calls that create the deployed resources.

use std::path::Path;

use clap::Args;

use super::check::require_faultless;
use super::plan;
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::bundle::{self, rest};
use crate::driver;
use crate::world::World;

/// Print the REST calls that would create pipeline, jobs and alerts of a target
///
/// One call per line, as JSON with `method`, `path` and `body`. Ids that only a workspace knows (of the warehouse, of
/// the pipeline) are placeholders.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen requests                              the default target
  gen requests --target prod | jq .path     the calls for another target")]
pub struct RequestsArgs {
    /// Name of the target [default: the default target of the project]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub fn run(args: &RequestsArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let compilation = driver::check(world, root)?;
    if !require_faultless(&compilation, shell)? {
        return Ok(Status::Fault);
    }
    let Some(project) = &compilation.project else { return Ok(Status::Fault) };
    let bundle = bundle::bundle(project, &compilation.plan);
    let (id, _) = plan::target(&compilation, args.target.as_deref())?;
    let Some(target) = bundle.deployments.get(id.0) else { return Ok(Status::Fault) };
    for request in rest::sample_requests(&bundle, target).map_err(|fault| Failure::Bug(fault.to_string()))? {
        let line = serde_json::to_string(&request).map_err(|fault| Failure::Bug(fault.to_string()))?;
        shell.result(&format!("{line}\n"))?;
    }
    Ok(Status::Done)
}
