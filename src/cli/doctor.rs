//! `gen doctor`: checks whether a deployment would succeed.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::plan::{self, PlaceArgs};
use super::reach::{Reached, reach};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Status};
use crate::deploy::doctor::{DoctorCheck, Verdict};
use crate::driver::doctor;
use crate::world::World;

/// Check whether a deployment can succeed, and show what is missing
///
/// Checks credentials, identity, warehouse, catalog, schema, volume, folder, the identity of the pipeline and name
/// conflicts. Nothing is changed. Exits with status 1 if something is missing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen doctor --target prod                  what is missing, each with a remedy
  gen doctor --bootstrap > admin.sql        exactly what an administrator has to run")]
pub struct DoctorArgs {
    /// Print the SQL that an administrator has to run
    #[arg(long)]
    bootstrap: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

pub fn run(args: &DoctorArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| examine(args, at, shell))
}

fn examine(args: &DoctorArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let checks = doctor::examine(at.client, at.compilation, at.target).map_err(plan::failure)?;
    let is_lacking = checks.iter().any(|check| check.verdict == Verdict::Lacking);
    let mut statements = vec![];
    // Without credentials nothing can be seen.
    if args.bootstrap && checks.len() > 1 {
        statements = doctor::bootstrap(at.client, at.compilation, at.target).map_err(plan::failure)?;
    }
    if shell.format() == Some(OutputFormat::Json) {
        shell.result(&format!("{}\n", json!({ "checks": checks, "bootstrap": statements })))?;
    } else if args.bootstrap {
        for check in checks.iter().filter(|check| check.verdict != Verdict::Fine) {
            let remedy = check.remedy.as_deref().unwrap_or(&check.found);
            shell.result(&format!("-- {}: {}\n", check.what, remedy.replace('\n', " ")))?;
        }
        statements.iter().try_for_each(|statement| shell.result(&format!("{statement}\n")))?;
    } else {
        checks.iter().try_for_each(|check| shell.result(&line(check)))?;
    }
    Ok(if is_lacking { Status::Fault } else { Status::Done })
}

fn line(check: &DoctorCheck) -> String {
    let word = match check.verdict {
        Verdict::Fine => "ok",
        Verdict::Lacking => "missing",
        Verdict::Unknown => "unknown",
    };
    let remedy = check.remedy.as_ref().map(|remedy| format!("{:9}remedy: {remedy}\n", "")).unwrap_or_default();
    format!("{word:<8} {}: {}\n{remedy}", check.what, check.found)
}
