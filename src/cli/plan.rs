//! `gen plan`: shows what a deployment would change.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::check::{counted, require_faultless};
use super::shell::{self, OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::deploy::client::Client;
use crate::deploy::client::api::identity::{self, PlaceError};
use crate::deploy::client::config::ConfigChoice;
use crate::deploy::client::door::Door;
use crate::deploy::client::network::Network;
use crate::deploy::meaning;
use crate::deploy::observe::ObserveError;
use crate::deploy::report::{self, ReportLine};
use crate::deploy::sight;
use crate::driver::deploy::{self, DeployError, TargetDeployment};
use crate::driver::own::OwnError;
use crate::driver::{self, Compilation, OUT, Phase, rollback};
use crate::model::{Target, TargetId};
use crate::world::World;

/// Show what a deployment would change in a workspace
///
/// Reads the workspace and changes nothing. The output must be up to date: what was reviewed is what is deployed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen plan --target prod                    what `gen deploy --target prod` would do
  gen plan --rollback                       what going back to the previous release would mean
  gen plan --target prod --out plan.json    save it; `gen deploy --plan plan.json` applies exactly this plan
  gen plan --exit-code                      status 1 when anything would change
  gen plan --format markdown                a comment for a change under review")]
pub struct PlanArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub toward: TowardArgs,
    /// Save the plan: `gen deploy --plan FILE` applies exactly this, as long as specs and workspace have not changed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with status 1 if anything would change
    #[arg(long)]
    exit_code: bool,
    /// Output format [default: human]
    #[arg(id = "format", long, value_name = "FORMAT", value_parser = shell::plan_formats())]
    format: Option<OutputFormat>,
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

/// What it is brought to.
#[derive(Debug, Args)]
pub struct TowardArgs {
    /// Go back to an earlier release instead of deploying the specs [default: the previous one]
    #[arg(long, value_name = "RELEASE", num_args = 0..=1, default_missing_value = "")]
    pub rollback: Option<String>,
    /// Only what a bundle cannot express: functions, grants, tags, policies, metric views
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "rollback")]
    pub only: Option<Only>,
}

/// A part of what is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// The statements of `generated/governance`, around a pipeline that a bundle deploys.
    Governance,
}

/// A deployment that can be shown and made.
pub struct Prepared<'w> {
    pub client: Client<'w>,
    pub compilation: Compilation,
    pub deployment: TargetDeployment,
}

/// Reads what there is and says what is to change; none when the specs are at fault.
pub fn prepare<'w>(
    (toward, place): (&TowardArgs, &PlaceArgs),
    root: &Path,
    shell: &mut Shell,
    world: &'w dyn World,
    network: &'w Network,
) -> Result<Option<Prepared<'w>>, Failure> {
    known_target(place.target.as_deref(), root, world)?;
    let compilation = match toward.rollback {
        // What lies in the output directory has nothing to do with an earlier release.
        Some(_) => faultless(root, shell, world)?,
        None => fresh(root, shell, world)?,
    };
    let Some(compilation) = compilation else { return Ok(None) };
    let (id, target) = target(&compilation, place.target.as_deref())?;
    let client = connect(world, network, target, place)?;
    let (compilation, deployment) = match toward.rollback.as_deref() {
        Some(release) => {
            let release = Some(release).filter(|release| !release.is_empty());
            rollback::prepare(&client, &compilation, id, release).map_err(failure)?
        }
        None => {
            let prepare = match toward.only {
                Some(Only::Governance) => deploy::prepare_governance,
                None => deploy::prepare,
            };
            let deployment = prepare(world, root, &client, &compilation, id).map_err(failure)?;
            (compilation, deployment)
        }
    };
    Ok(Some(Prepared { client, compilation, deployment }))
}

pub fn run(args: &PlanArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = network(world)?;
    let meant = (&args.toward, &args.place);
    let Some(Prepared { client, deployment, .. }) = prepare(meant, root, shell, world, &network)? else {
        return Ok(Status::Fault);
    };
    let lines = report::lines(&deployment.changes);
    let text = match args.format {
        Some(OutputFormat::Json) => json(&deployment, &lines),
        Some(OutputFormat::Markdown) => {
            let meanings = deployment.meanings.as_deref().unwrap_or_default();
            let mut text = report::markdown(&title(&deployment, client.host()), &lines);
            let meanings = if meanings.is_empty() { String::new() } else { meaning::markdown(meanings) };
            for part in [sight::markdown(&deployment.sight), meanings].iter().filter(|part| !part.is_empty()) {
                text = format!("{text}\n{part}");
            }
            text
        }
        _ => text(&deployment),
    };
    shell.result(&text)?;
    if !matches!(args.format, Some(OutputFormat::Json | OutputFormat::Markdown)) {
        shell.say(&title(&deployment, client.host()))?;
    }
    if let Some(path) = &args.out {
        let plan = deployment.saved(client.host(), args.toward.rollback.is_some());
        world.write_atomic(path, plan.text().as_bytes()).map_err(|error| Failure::Input(error.to_string()))?;
    }
    let differs = args.exit_code && !deployment.changes.is_empty();
    Ok(if differs { Status::Fault } else { Status::Done })
}

fn json(deployment: &TargetDeployment, lines: &[ReportLine]) -> String {
    let plan = json!({
        "project": deployment.desired.project,
        "target": deployment.desired.target,
        "release": deployment.desired.release(),
        "changes": lines,
        "meanings": deployment.meanings,
        "sight": deployment.sight,
    });
    format!("{plan}\n")
}

/// The changes for a terminal, and what they mean for rows that are there.
pub fn text(deployment: &TargetDeployment) -> String {
    let changes = report::human(&report::lines(&deployment.changes));
    let seen = sight::human(&deployment.sight);
    let gap = if changes.is_empty() || seen.is_empty() { "" } else { "\n" };
    let changes = format!("{changes}{gap}{seen}");
    match deployment.meanings.as_deref() {
        Some([]) => changes,
        Some(meanings) => format!("{changes}\neffect on existing rows\n{}", meaning::text(meanings)),
        None => format!("{changes}\nthe effect on existing rows is unknown: the SQL that produced them is not known\n"),
    }
}

/// What there is to change, in a line.
pub fn title(deployment: &TargetDeployment, host: &str) -> String {
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
            "{OUT} is out of date: run `gen build`, have the changes reviewed, then deploy"
        ))),
        None => Ok(None),
    }
}

/// The build of the project, if it has no faults, whatever lies in the output directory.
pub fn faultless(root: &Path, shell: &mut Shell, world: &dyn World) -> Result<Option<Compilation>, Failure> {
    let compilation = driver::compile(world, root, Phase::Deliver)?;
    Ok(require_faultless(&compilation, shell)?.then_some(compilation))
}

/// Refuses a target that the project does not have, before anything is said about what lies in the output directory.
fn known_target(wanted: Option<&str>, root: &Path, world: &dyn World) -> Result<(), Failure> {
    let Some(wanted) = wanted else { return Ok(()) };
    let compilation = driver::compile(world, root, Phase::Resolve)?;
    // Without a project there is more to say, and it is said next.
    if compilation.project.is_some() && !compilation.has_errors() {
        target(&compilation, Some(wanted))?;
    }
    Ok(())
}

/// The target of a name, or the default one.
pub fn target<'c>(compilation: &'c Compilation, wanted: Option<&str>) -> Result<(TargetId, &'c Target), Failure> {
    let targets = compilation.project.iter().flat_map(|project| &project.targets);
    let is_meant = |target: &Target| wanted.map_or(target.default, |name| target.name == name);
    let found = targets.clone().enumerate().find(|(_, target)| is_meant(target));
    found.map(|(index, target)| (TargetId(index), target)).ok_or_else(|| {
        let known: Vec<&str> = targets.map(|target| target.name.as_str()).collect();
        let wanted = wanted.unwrap_or_default();
        Failure::Usage(format!("unknown target `{wanted}`, known targets: `{}`", known.join("`, `")))
    })
}

/// The network as a door.
pub fn network(world: &dyn World) -> Result<Network, Failure> {
    let network = Network::new(world).map_err(|fault| Failure::Input(format!("cannot use the network: {fault}")))?;
    // Where standard error is closed there is nobody to tell.
    Ok(network.telling(|text| drop(writeln!(io::stderr(), "{text}"))))
}

/// A client of the workspace of a target.
pub fn connect<'w>(
    world: &'w dyn World,
    door: &'w dyn Door,
    target: &Target,
    place: &PlaceArgs,
) -> Result<Client<'w>, Failure> {
    let choice = ConfigChoice {
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
    let hint = match &error {
        DeployError::Observe(ObserveError::OfBundle { .. }) => {
            Some("use `--only governance` for what a bundle cannot express, or take it over with `gen adopt`")
        }
        _ => client.and_then(|client| client.kind.hint()),
    };
    let message = with_hint(&error.to_string(), hint);
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
        | DeployError::NoRelease { .. }
        | DeployError::Unmade { .. }
        | DeployError::Faulty => Failure::Input(message),
    }
}

fn with_hint(message: &str, hint: Option<&str>) -> String {
    hint.map_or_else(|| message.to_owned(), |hint| format!("{message}\n  = help: {hint}"))
}
