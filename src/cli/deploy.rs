//! `gen deploy`: deploys the specs to a workspace.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ask::is_confirmed;
use super::check::counted;
use super::plan::{self, Only, PlaceArgs, TowardArgs};
use super::reach::locked;
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::deploy::apply::{ApplyError, Told};
use crate::deploy::client::Client;
use crate::deploy::consent::Consent;
use crate::deploy::report;
use crate::deploy::run::RunError;
use crate::deploy::saved::{SavedError, SavedPlan};
use crate::driver::deploy::{DeployError, TargetDeployment};
use crate::driver::{self, Compilation};
use crate::world::World;

/// The largest plan that is read.
const MAX_PLAN: u64 = 64 << 20;

/// Deploy the project to a workspace
///
/// Shows what would change, asks for confirmation and applies it: schema and functions, files, pipeline, jobs, alerts
/// and dashboards, then what belongs to tables: tags, views, grants. What needs tables that do not exist yet waits for
/// the next update; `--run` starts one and finishes. The next deployment finishes an interrupted one. Nothing that
/// contains data is ever removed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen deploy                                show the plan, ask, deploy to the default target
  gen deploy --target prod --yes --run      in CI: deploy, update all tables, grant
  gen deploy --target prod --rollback       go back to the previous release; `gen plan --rollback` shows what that means
  gen deploy --only governance --yes        what a bundle cannot express, after `databricks bundle deploy`
  gen plan --target prod                    only show the plan")]
pub struct DeployArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    toward: TowardArgs,
    /// Apply exactly the plan that `gen plan --out FILE` saved, without asking
    #[arg(long, value_name = "FILE", conflicts_with = "rollback")]
    plan: Option<PathBuf>,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Allow what `--yes` alone does not: `data-loss:DATASET`, `wider-access:PRINCIPAL`; can be repeated
    #[arg(long, value_name = "WHAT")]
    allow: Vec<Consent>,
    /// Update all tables afterwards, and finish what waits for them
    #[arg(long)]
    run: bool,
    /// Take the lock from whoever holds it, even if that deployment seems alive
    #[arg(long)]
    take_over: bool,
}

pub fn run(args: &DeployArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let network = plan::network(world)?;
    let saved = args.plan.as_deref().map(|path| saved(path, world)).transpose()?;
    let (toward, place) = meant(args, saved.as_ref());
    let Some(plan::Prepared { client, compilation, mut deployment }) =
        plan::prepare((&toward, &place), root, shell, world, &network)?
    else {
        return Ok(Status::Fault);
    };
    shell.say(plan::text(&deployment).trim_end())?;
    shell.say(&plan::title(&deployment, client.host()))?;
    if let Some(plan) = &saved {
        deployment.require(client.host(), plan).map_err(|why| not_applied(&why))?;
    }
    if deployment.is_settled() && !args.run {
        return Ok(Status::Done);
    }
    // A saved plan says yes to what it holds.
    if args.yes && saved.is_none() {
        require_consent(args, &deployment)?;
    } else if saved.is_none() && !is_confirmed(shell, "deploy? [y/N]", &["y", "Y", "yes"])? {
        shell.say("nothing was changed")?;
        return Ok(Status::Fault);
    }
    let (root, user) = (deployment.remote.root.clone(), deployment.remote.user.clone());
    locked((&client, world), (&root, &user), args.take_over, || {
        deploy((args, saved.as_ref()), &client, &compilation, &mut deployment, shell)
    })?;
    Ok(Status::Done)
}

/// Reads a saved plan.
fn saved(path: &Path, world: &dyn World) -> Result<SavedPlan, Failure> {
    let bytes = world.read(path, MAX_PLAN).map_err(|error| Failure::Input(error.to_string()))?;
    SavedPlan::parse(&bytes).map_err(|why| not_applied(&why))
}

fn not_applied(why: &SavedError) -> Failure {
    Failure::Input(format!("the saved plan was not applied: {why}\n  = help: create a new plan and have it reviewed"))
}

/// What is meant: by the options, or by a saved plan.
fn meant(args: &DeployArgs, saved: Option<&SavedPlan>) -> (TowardArgs, PlaceArgs) {
    let target = args.place.target.clone().or_else(|| saved.map(|plan| plan.target.clone()));
    let earlier = saved.filter(|plan| plan.is_rollback).map(|plan| plan.release.clone());
    let place = PlaceArgs { target, profile: args.place.profile.clone() };
    let only = saved.filter(|plan| plan.only_governance).map(|_| Only::Governance).or(args.toward.only);
    (TowardArgs { rollback: args.toward.rollback.clone().or(earlier), only }, place)
}

fn deploy(
    (args, saved): (&DeployArgs, Option<&SavedPlan>),
    client: &Client<'_>,
    compilation: &Compilation,
    deployment: &mut TargetDeployment,
    shell: &mut Shell,
) -> Result<(), Failure> {
    // Somebody may have deployed between the plan and the lock.
    let shown = deployment.changes.clone();
    deployment.look_again(client).map_err(plan::failure)?;
    if deployment.changes != shown {
        let fault = "the workspace has changed since it was read: nothing was changed, run the command again";
        return Err(Failure::Input(fault.to_owned()));
    }
    apply(client, compilation, deployment, shell)?;
    if args.run {
        let told = |shell: &mut Shell, state: &str| shell.say(&format!("update: {state}"));
        let mut failed = Ok(());
        let updated = deployment.update(client, &mut |state| {
            failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| told(shell, state));
        });
        failed?;
        if let Err(DeployError::Run(RunError::Ended { refusals, .. })) = &updated {
            shell.report(&compilation.sources, &driver::refused(compilation, refusals))?;
        }
        updated.map_err(plan::failure)?;
        deployment.look_again(client).map_err(plan::failure)?;
        let unplanned = saved.map(|plan| plan.unplanned(&report::lines(&deployment.changes))).unwrap_or_default();
        if !unplanned.is_empty() {
            let fault = "after the update there are changes that are not in the saved plan; they were not applied";
            return Err(Failure::Input(format!("{fault}:\n  {}", unplanned.join("\n  "))));
        }
        apply(client, compilation, deployment, shell)?;
    }
    match deployment.changes.len() {
        0 => shell.say("everything matches the specs"),
        waiting => shell.say(&format!(
            "{} for the next update: start it, then deploy again, or deploy with `--run`",
            counted(waiting, "statement waits", "statements wait")
        )),
    }
}

fn apply(
    client: &Client<'_>,
    compilation: &Compilation,
    deployment: &mut TargetDeployment,
    shell: &mut Shell,
) -> Result<(), Failure> {
    let mut failed = Ok(());
    let mut told = |told: Told<'_>| {
        let mut tell = || match told {
            Told::Change(change) => shell.detail(&report::line(change).what),
            Told::Update(state) => shell.say(&format!("validation: {state}")),
        };
        failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| tell());
    };
    let applied = deployment.apply(client, &mut told);
    failed?;
    match applied {
        // Told where the specs are at fault; what became of the pipeline is the last word.
        Err(DeployError::Apply(ApplyError::Refused { release, refusals, back })) => {
            shell.report(&compilation.sources, &driver::refused(compilation, &refusals))?;
            Err(Failure::Input(format!("the workspace rejected release `{release}`: {back}")))
        }
        applied => applied.map_err(plan::failure),
    }
}

/// Where nobody is asked, loss of data and wider access are allowed by name or not at all.
fn require_consent(args: &DeployArgs, deployment: &TargetDeployment) -> Result<(), Failure> {
    let missing = deployment.consents(&args.allow);
    if missing.is_empty() {
        return Ok(());
    }
    let options: Vec<String> = missing.iter().map(|consent| format!("--allow '{consent}'")).collect();
    let fault = "nothing was changed: data would be lost or access widened, which `--yes` alone does not allow";
    Err(Failure::Input(format!("{fault}\n  = help: allow it: {}", options.join(" "))))
}
