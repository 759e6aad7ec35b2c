//! `gen check`: every fault of a project, or of pipeline SQL that people wrote.

use std::path::{Path, PathBuf};

use clap::Args;

use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::diag::Diagnostic;
use crate::driver::{self, Compilation};
use crate::lakeflow::{self, Parses};
use crate::world::World;

/// Check the specs of the project and the pipeline they give; write nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen check                                 the project
  gen check --format github                 as annotations of a pull request
  gen check pipelines/sql                   Lakeflow SQL written by hand")]
pub struct CheckArgs {
    /// Pipeline SQL to check instead of the project: files, directories, `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub fn run(args: &CheckArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    if args.paths.is_empty() {
        return report(&driver::check(world, root)?, shell);
    }
    let checked = driver::check_sql(world, &args.paths);
    shell.report(&checked.sources, &checked.diagnostics)?;
    let what = format!("checked {}", counted(checked.sources.iter().count(), "file", "files"));
    finish(&what, &checked.diagnostics, shell)
}

/// Shows the diagnostics of a compilation and sums it up.
pub fn report(compilation: &Compilation, shell: &mut Shell) -> Ended {
    details(compilation, shell)?;
    shell.report(&compilation.sources, &compilation.diagnostics)?;
    let what = compilation.project.as_ref().map_or("checked".to_owned(), |project| {
        format!(
            "checked {}, {}, {}",
            counted(project.entities.len(), "entity", "entities"),
            counted(project.metrics.len(), "metric", "metrics"),
            counted(compilation.plan.datasets.len(), "dataset", "datasets"),
        )
    });
    finish(&what, &compilation.diagnostics, shell)
}

/// Shows the diagnostics of a compilation that another step follows; stops the command when there are errors.
pub fn require_faultless(compilation: &Compilation, shell: &mut Shell) -> Result<bool, Failure> {
    if compilation.has_errors() {
        report(compilation, shell)?;
        return Ok(false);
    }
    details(compilation, shell)?;
    shell.report(&compilation.sources, &compilation.diagnostics)?;
    Ok(true)
}

fn details(compilation: &Compilation, shell: &mut Shell) -> Result<(), Failure> {
    for pass in &compilation.passes {
        shell.detail(&format!("{:<9}{:>9.2} ms", pass.name, pass.seconds * 1000.0))?;
    }
    Ok(())
}

/// Says how much SQL was parsed in all, to those who ask.
pub fn tell_parses(shell: &mut Shell) -> Result<(), Failure> {
    let Parses { files, parts } = lakeflow::parses();
    let parts = counted(parts, "expression", "expressions");
    shell.detail(&format!("parsed   {} of SQL, {parts}", counted(files, "file", "files")))
}

fn finish(what: &str, diagnostics: &[Diagnostic], shell: &mut Shell) -> Ended {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let found = match (errors, warnings) {
        (0, 0) => "no faults".to_owned(),
        (0, w) => counted(w, "warning", "warnings"),
        (e, 0) => counted(e, "fault", "faults"),
        (e, w) => format!("{}, {}", counted(e, "fault", "faults"), counted(w, "warning", "warnings")),
    };
    tell_parses(shell)?;
    shell.say(&format!("{what}: {found}"))?;
    Ok(if errors == 0 { Status::Done } else { Status::Fault })
}

/// A number with its noun.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
