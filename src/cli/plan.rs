//! `gen plan`: what a deployment would change.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::check::{counted, require_faultless};
use super::shell::{self, Format, Shell};
use super::{Ended, Failure, Status};
use crate::deploy::client::Client;
use crate::deploy::client::api::identity::{self, PlaceError};
use crate::deploy::client::config::Choice;
use crate::deploy::client::door::Door;
use crate::deploy::client::network::Network;
use crate::deploy::meaning;
use crate::deploy::observe::ObserveError;
use crate::deploy::report::{self, Line};
use crate::driver::deploy::{self, DeployError, Deployment};
use crate::driver::own::OwnError;
use crate::driver::{self, Compilation, OUT, Phase};
use crate::model::{Target, TargetId};
use crate::world::World;

/// Show what a deployment would change in a workspace
///
/// Reads the workspace and changes nothing. The output has to be fresh: what was reviewed is what is deployed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen plan --target prod                    what `gen deploy --target prod` would do
  gen plan --exit-code                      status 1 when anything would change
  gen plan --format markdown                a comment for a change under review")]
pub struct PlanArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// End with status 1 when anything would change
    #[arg(long)]
    exit_code: bool,
    /// How it is written [default: human]
    #[arg(id = "format", long, value_name = "FORMAT", value_parser = shell::plan_formats())]
    format: Option<Format>,
}

/// Which workspace, and what of it.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// Name of the target [default: the default target of the project]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Profile of ~/.databrickscfg with the credentials [default: the environment, or the profile of the host]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

pub fn run(args: &PlanArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = network(world)?;
    let Some(compilation) = fresh(root, shell, world)? else { return Ok(Status::Fault) };
    let (id, target) = target(&compilation, args.place.target.as_deref())?;
    let client = connect(world, &network, target, &args.place)?;
    let deployment = deploy::prepare(world, root, &client, &compilation, id).map_err(failure)?;
    let lines = report::lines(&deployment.changes);
    let text = match args.format {
        Some(Format::Json) => json(&deployment, &lines),
        Some(Format::Markdown) => {
            let meanings = deployment.meanings.as_deref().unwrap_or_default();
            let text = report::markdown(&title(&deployment, client.host()), &lines);
            if meanings.is_empty() { text } else { format!("{text}\n{}", meaning::markdown(meanings)) }
        }
        _ => text(&deployment),
    };
    shell.result(&text)?;
    if !matches!(args.format, Some(Format::Json | Format::Markdown)) {
        shell.say(&title(&deployment, client.host()))?;
    }
    let differs = args.exit_code && !deployment.changes.is_empty();
    Ok(if differs { Status::Fault } else { Status::Done })
}

fn json(deployment: &Deployment, lines: &[Line]) -> String {
    let plan = json!({
        "project": deployment.desired.project,
        "target": deployment.desired.target,
        "release": deployment.desired.release(),
        "changes": lines,
        "meanings": deployment.meanings,
    });
    format!("{plan}\n")
}

/// The changes for a terminal, and what they mean for rows that are there.
pub fn text(deployment: &Deployment) -> String {
    let changes = report::human(&report::lines(&deployment.changes));
    match deployment.meanings.as_deref() {
        Some([]) => changes,
        Some(meanings) => format!("{changes}\nwhat it means for rows that are there\n{}", meaning::text(meanings)),
        None => format!(
            "{changes}\nwhat it means for rows that are there can't be told: the SQL that made them is not known\n"
        ),
    }
}

/// What there is to change, in a line.
pub fn title(deployment: &Deployment, host: &str) -> String {
    let (project, target) = (&deployment.desired.project, &deployment.desired.target);
    match deployment.changes.len() {
        0 => format!("{project} in {target} on {host}: nothing to change"),
        count => format!("{project} in {target} on {host}: {}", counted(count, "change", "changes")),
    }
}

/// The build of the project, if it has no faults and is what lies in the output directory.
pub fn fresh(root: &Path, shell: &mut Shell, world: &dyn World) -> Result<Option<Compilation>, Failure> {
    let (compilation, changes) = driver::build(world, root, &root.join(OUT))?;
    if !require_faultless(&compilation, shell)? {
        return Ok(None);
    }
    match changes {
        Some(changes) if changes.is_fresh() => Ok(Some(compilation)),
        Some(_) => Err(Failure::Input(format!(
            "{OUT} is stale: run `gen build`, and have what it changes reviewed, then deploy"
        ))),
        None => Ok(None),
    }
}

/// The build of the project, if it has no faults, whatever lies in the output directory.
pub fn faultless(root: &Path, shell: &mut Shell, world: &dyn World) -> Result<Option<Compilation>, Failure> {
    let compilation = driver::compile(world, root, Phase::Deliver)?;
    Ok(require_faultless(&compilation, shell)?.then_some(compilation))
}

/// The target of a name, or the default one.
pub fn target<'c>(compilation: &'c Compilation, wanted: Option<&str>) -> Result<(TargetId, &'c Target), Failure> {
    let targets = compilation.project.iter().flat_map(|project| &project.targets);
    let is_meant = |target: &Target| wanted.map_or(target.default, |name| target.name == name);
    let found = targets.clone().enumerate().find(|(_, target)| is_meant(target));
    found.map(|(index, target)| (TargetId(index), target)).ok_or_else(|| {
        let known: Vec<&str> = targets.map(|target| target.name.as_str()).collect();
        let wanted = wanted.unwrap_or_default();
        Failure::Usage(format!("there is no target `{wanted}`, but `{}`", known.join("`, `")))
    })
}

/// The network as a door.
pub fn network(world: &dyn World) -> Result<Network, Failure> {
    Network::new(world).map_err(|fault| Failure::Input(format!("the network can't be used: {fault}")))
}

/// A client of the workspace of a target.
pub fn connect<'w>(
    world: &'w dyn World,
    door: &'w dyn Door,
    target: &Target,
    place: &PlaceArgs,
) -> Result<Client<'w>, Failure> {
    let choice = Choice {
        profile: place.profile.as_deref(),
        host: target.host.as_deref(),
        workspace_id: target.workspace_id.as_deref(),
    };
    let client = Client::connect(world, door, &choice);
    let client = client.map_err(|fault| Failure::Input(with_hint(&fault.to_string(), fault.hint())))?;
    if let Some(stated) = &target.workspace_id {
        identity::require_workspace(&client, stated).map_err(|fault| match &fault {
            PlaceError::Client(error) => {
                Failure::Engine(anyhow::Error::msg(with_hint(&fault.to_string(), error.kind.hint())))
            }
            PlaceError::Other { .. } | PlaceError::Unknown { .. } => Failure::Input(fault.to_string()),
        })?;
    }
    Ok(client)
}

/// Why a deployment failed, as the exit status tells it: 1 where the input or what is there is at fault, 3 where the
/// workspace is.
pub fn failure(error: DeployError) -> Failure {
    use crate::deploy::apply::ApplyError;
    use crate::deploy::destroy::DestroyError;
    let client = match &error {
        DeployError::Observe(ObserveError::Client(client)) | DeployError::Own(OwnError::Client(client)) => Some(client),
        DeployError::Apply(ApplyError::Statement { error, .. } | ApplyError::Request { error, .. }) => Some(&**error),
        _ => None,
    };
    let message = with_hint(&error.to_string(), client.and_then(|client| client.kind.hint()));
    match error {
        DeployError::Render(error) => Failure::Bug(error.to_string()),
        DeployError::Desired(error) => Failure::Bug(error.to_string()),
        DeployError::Observe(ObserveError::Client(_))
        | DeployError::Destroy(DestroyError::Client(_))
        | DeployError::Own(OwnError::Client(_))
        | DeployError::Apply(_)
        | DeployError::Run(_) => Failure::Engine(anyhow::Error::msg(message)),
        DeployError::Adopt(error) if error.is_of_workspace() => Failure::Engine(anyhow::Error::msg(message)),
        DeployError::Observe(_)
        | DeployError::Own(_)
        | DeployError::Destroy(_)
        | DeployError::Adopt(_)
        | DeployError::NotDeployed(_)
        | DeployError::Unfinished(_)
        | DeployError::Faulty => Failure::Input(message),
    }
}

fn with_hint(message: &str, hint: Option<&str>) -> String {
    hint.map_or_else(|| message.to_owned(), |hint| format!("{message}\n  = help: {hint}"))
}
