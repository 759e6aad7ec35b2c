//! `gen retired`: lists what earlier builds granted and this one does not, and confirms that it is gone.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::build::apply;
use super::check::{counted, require_faultless};
use super::shell::Shell;
use super::{Ended, Failure, Status, project};
use crate::driver::{self, Compilation, OUT};
use crate::plan::record::Given;
use crate::world::World;

/// Show what earlier builds granted and the current one does not
///
/// Every build revokes these again, until a deployment has done so and `gen retired confirm` records it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen retired                               what is taken away, by target
  gen retired confirm --target prod         the build was deployed to prod and its on-demand job has run")]
pub struct RetiredArgs {
    #[command(subcommand)]
    command: Option<RetiredCommand>,
    /// Directory of the output [default: generated, in the project]
    #[arg(long, global = true, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum RetiredCommand {
    /// Record that what a build revokes in a target is gone
    ///
    /// Run it after the build was deployed there and its on-demand job has run. The entries are removed from the
    /// record, and the output is built without the statements that revoke them. Specs and output must be those that
    /// were deployed.
    Confirm {
        /// Name of the target; one that the project does not have any more too
        #[arg(long, value_name = "NAME")]
        target: String,
    },
}

pub fn run(args: &RetiredArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let out = project::directory(args.out.as_deref(), root, OUT);
    let (compilation, changes) = driver::build(world, root, &out)?;
    if !require_faultless(&compilation, shell)? {
        return Ok(Status::Fault);
    }
    let Some(changes) = changes else { return Ok(Status::Fault) };
    let Some(RetiredCommand::Confirm { target }) = &args.command else { return show(&compilation, shell) };
    let shown = project::shown(&out);
    if !targets(&compilation).contains(&target.as_str()) {
        let known = targets(&compilation).join("`, `");
        return Err(Failure::Usage(format!("unknown target `{target}`, known targets: `{known}`")));
    }
    if !changes.is_fresh() {
        let fault = format!("{shown} is out of date: run `gen build`, deploy it, then confirm");
        return Err(Failure::Input(fault));
    }
    let retired = compilation.plan.record.retired(target, &compilation.plan.declared).count();
    let (confirmed, changes) = driver::build_confirmed(world, root, &out, target)?;
    let Some(changes) = changes.filter(|_| !confirmed.has_errors()) else { return Ok(Status::Fault) };
    let summary = apply(&changes, &shown, shell, world)?;
    let entries = counted(retired, "entry", "entries");
    shell.say(&format!("confirmed {target}: {entries} removed from the record; {summary}"))?;
    Ok(Status::Done)
}

/// The targets of the project, and those that it had.
fn targets(compilation: &Compilation) -> Vec<&str> {
    let own = compilation.project.iter().flat_map(|project| &project.targets).map(|target| target.name.as_str());
    let mut names: Vec<&str> = own.chain(compilation.plan.record.targets()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn show(compilation: &Compilation, shell: &mut Shell) -> Ended {
    let plan = &compilation.plan;
    let mut count = 0;
    for target in targets(compilation) {
        for given in plan.record.retired(target, &plan.declared) {
            count += 1;
            shell.result(&format!("{target}: {}\n", described(given)))?;
        }
    }
    let entries = counted(count, "entry", "entries");
    shell.say(&format!("{entries} of earlier builds that are no longer in this one"))?;
    Ok(Status::Done)
}

fn described(given: &Given) -> String {
    match given {
        Given::Grant { privilege, on, name, to } => {
            format!("{privilege} on {} `{}` to `{to}`", on.to_lowercase(), name.join("."))
        }
        Given::Select(select) => {
            let masked: Vec<&str> = select.masked.keys().map(String::as_str).collect();
            let masked = if masked.is_empty() { String::new() } else { format!(", masked: {}", masked.join(", ")) };
            let rows = select.rows.as_ref().map(|rows| format!(", rows: {rows}")).unwrap_or_default();
            format!("SELECT on table `{}` to `{}`{masked}{rows}", select.table.join("."), select.to)
        }
        Given::MetricView { name } => format!("metric view `{}`", name.join(".")),
        Given::Policy { name, schema } => format!("policy `{name}` on schema `{}`", schema.join(".")),
        Given::Tag { table, column, tag } => {
            let parts: Vec<&str> = table.iter().chain(column).map(String::as_str).collect();
            format!("tag `{tag}` of `{}`", parts.join("."))
        }
        Given::Function { name } => format!("function `{}`", name.join(".")),
    }
}
