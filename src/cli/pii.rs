//! `gen pii`: who sees which personal data, and what was declared not to be personal.

use std::path::Path;

use clap::Args;

use super::check::report;
use super::shell::{OutputFormat, Shell};
use super::{Ended, Status};
use crate::driver;
use crate::lineage::{PersonalReport, Policy};
use crate::world::World;

/// Show who sees which personal data, and what was declassified
///
/// Lists every column that contains personal data or is computed from it, with what each audience sees of it.
#[derive(Debug, Args)]
#[command(after_help = "Example: gen pii --format json")]
pub struct PiiArgs {}

pub fn run(_: &PiiArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let compilation = driver::check(world, root)?;
    let Some(project) = compilation.project.as_ref().filter(|_| !compilation.lineage.datasets.is_empty()) else {
        report(&compilation, shell)?;
        return Ok(Status::Fault);
    };
    let policy = Policy::of(project, &compilation.plan);
    let report = PersonalReport::of(&compilation.lineage, &compilation.personal, &policy);
    let text = match shell.format() {
        Some(OutputFormat::Json) => format!("{}\n", report.json()),
        _ => report.text(),
    };
    shell.result(&text)?;
    Ok(Status::Done)
}
