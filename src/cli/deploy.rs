//! `gen deploy`: brings a workspace to what the specs say.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;

use super::ask::is_confirmed;
use super::check::counted;
use super::plan::{self, PlaceArgs};
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::deploy::change::Change;
use crate::deploy::client::Client;
use crate::deploy::consent::{self, Consent};
use crate::deploy::lock::{Lock, LockError};
use crate::deploy::report;
use crate::driver::deploy::{self, Deployment};
use crate::world::World;

/// Bring a workspace to what the specs say
///
/// Shows what would change, asks, and changes that: schema and functions, files, pipeline, jobs, alerts and dashboards, then
/// what is said of tables: tags, views, grants. What needs tables that are not there yet waits for the next update; `--run`
/// starts one and finishes. An interrupted deployment is finished by the next one. Nothing that holds data is ever removed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen deploy                                show the plan, ask, deploy to the default target
  gen deploy --target prod --yes --run      in CI: deploy, update all tables, grant
  gen plan --target prod                    the plan alone")]
pub struct DeployArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Allow what nobody is asked for under `--yes`: `data-loss:DATASET`, `wider-access:PRINCIPAL`; can be given many times
    #[arg(long, value_name = "WHAT")]
    allow: Vec<Consent>,
    /// Update all tables afterwards, and finish what waits for them
    #[arg(long)]
    run: bool,
    /// Take the lock from whoever holds it
    #[arg(long)]
    take_over: bool,
}

pub fn run(args: &DeployArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = plan::network(world)?;
    let Some(compilation) = plan::fresh(root, shell, world)? else { return Ok(Status::Fault) };
    let (id, target) = plan::target(&compilation, args.place.target.as_deref())?;
    let client = plan::connect(world, &network, target, &args.place)?;
    let mut deployment = deploy::prepare(world, root, &client, &compilation, id).map_err(plan::failure)?;
    shell.say(plan::text(&deployment).trim_end())?;
    shell.say(&plan::title(&deployment, client.host()))?;
    if deployment.is_settled() && !args.run {
        return Ok(Status::Done);
    }
    if args.yes {
        require_consent(args, &deployment)?;
    } else if !is_confirmed(shell, "deploy? [y/N]", &["y", "Y", "yes"])? {
        shell.say("nothing was changed")?;
        return Ok(Status::Fault);
    }
    let now = DateTime::<Utc>::from(world.now()).to_rfc3339_opts(SecondsFormat::Secs, true);
    let remote = &deployment.remote;
    let lock = Lock::take(&client, &remote.root, &remote.user, &now, args.take_over).map_err(locked)?;
    let ended = deploy(args, &client, &mut deployment, shell);
    // A lock that stays is told by the next deployment; what went wrong before matters more.
    let released = lock.release();
    ended?;
    released.map_err(|error| Failure::Engine(anyhow::Error::msg(format!("the lock is held still: {error}"))))?;
    Ok(Status::Done)
}

fn deploy(
    args: &DeployArgs,
    client: &Client<'_>,
    deployment: &mut Deployment,
    shell: &mut Shell,
) -> Result<(), Failure> {
    // Somebody may have deployed between the plan and the lock.
    let shown = deployment.changes.clone();
    deployment.look_again(client).map_err(plan::failure)?;
    if deployment.changes != shown {
        let fault = "the workspace changed since it was read; nothing was changed, run it again";
        return Err(Failure::Input(fault.to_owned()));
    }
    apply(client, deployment, shell)?;
    if args.run {
        let told = |shell: &mut Shell, state: &str| shell.say(&format!("update: {state}"));
        let mut failed = Ok(());
        let updated = deployment.update(client, &mut |state| {
            failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| told(shell, state));
        });
        failed?;
        updated.map_err(plan::failure)?;
        deployment.look_again(client).map_err(plan::failure)?;
        apply(client, deployment, shell)?;
    }
    match deployment.changes.len() {
        0 => shell.say("everything is as the specs say"),
        waiting => shell.say(&format!(
            "{} for the next update: run it, then deploy again, or deploy with `--run`",
            counted(waiting, "statement waits", "statements wait")
        )),
    }
}

fn apply(client: &Client<'_>, deployment: &mut Deployment, shell: &mut Shell) -> Result<(), Failure> {
    let mut failed = Ok(());
    let mut told = |change: &Change| {
        let line = report::line(change).what;
        failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| shell.detail(&line));
    };
    let applied = deployment.apply(client, &mut told);
    failed?;
    applied.map_err(plan::failure)
}

/// Where nobody is asked, loss of data and wider access are allowed by name or not at all.
fn require_consent(args: &DeployArgs, deployment: &Deployment) -> Result<(), Failure> {
    let (meanings, user) = (deployment.meanings.as_deref(), &deployment.remote.user);
    let missing = consent::missing(&deployment.changes, meanings, deployment.sees_more(), user, &args.allow);
    if missing.is_empty() {
        return Ok(());
    }
    let options: Vec<String> = missing.iter().map(|consent| format!("--allow '{consent}'")).collect();
    let fault = "nothing was changed: data would be lost, or somebody would see more, and nobody is asked";
    Err(Failure::Input(format!("{fault}\n  = help: allow it: {}", options.join(" "))))
}

pub fn locked(error: LockError) -> Failure {
    match error {
        LockError::Held { .. } => {
            Failure::Input(format!("{error}\n  = help: wait, or `--take-over` when that one has died"))
        }
        LockError::Client(error) => Failure::Engine(anyhow::Error::msg(error.to_string())),
    }
}
