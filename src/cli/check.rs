//! `gen check`: reports every error in a project, or in hand-written pipeline SQL.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lakeflow::diag::Diagnostic;
use lakeflow::{self, Parses};

use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::driver::{self, Compilation};
use crate::world::World;

/// Check the specs and the pipeline generated from them; write nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen check                                 the project
  gen check --format github                 as annotations of a pull request
  gen check --deny warnings                 for CI: warnings that no spec allows are errors
  gen check pipelines/sql                   Lakeflow SQL written by hand")]
pub struct CheckArgs {
    /// Pipeline SQL to check instead of the project: files, directories, `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    deny: DenyArgs,
}

/// What ends a command with status 1 besides faults.
#[derive(Debug, Clone, Copy, Args)]
pub struct DenyArgs {
    /// With `warnings`, exit with status 1 on warnings that no spec allows, as on errors; for CI
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    deny: Option<Deny>,
}

/// What can be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// All warnings that no spec allows.
    Warnings,
}

impl DenyArgs {
    /// Whether diagnostics hold anything that ends the command.
    pub fn denies(self, diagnostics: &[Diagnostic]) -> bool {
        diagnostics.iter().any(Diagnostic::is_error) || self.deny.is_some() && !diagnostics.is_empty()
    }
}

pub fn run(args: &CheckArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    if args.paths.is_empty() {
        let compilation = driver::check(world, root)?;
        report(&compilation, shell)?;
        return Ok(ended(args.deny.denies(&compilation.diagnostics)));
    }
    let checked = driver::check_sql(world, &args.paths);
    shell.report(&checked.sources, &checked.diagnostics)?;
    let what = format!("checked {}", counted(checked.sources.iter().count(), "file", "files"));
    finish(&what, &checked.diagnostics, shell)?;
    Ok(ended(args.deny.denies(&checked.diagnostics)))
}

fn ended(at_fault: bool) -> Status {
    if at_fault { Status::Fault } else { Status::Done }
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
    tell_parses(shell)?;
    shell.say(&format!("{what}: {}", found(diagnostics).unwrap_or_else(|| "no errors".to_owned())))?;
    Ok(ended(diagnostics.iter().any(Diagnostic::is_error)))
}

/// How many faults and warnings there are, if any.
pub fn found(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    match (errors, diagnostics.len() - errors) {
        (0, 0) => None,
        (0, w) => Some(counted(w, "warning", "warnings")),
        (e, 0) => Some(counted(e, "error", "errors")),
        (e, w) => Some(format!("{}, {}", counted(e, "error", "errors"), counted(w, "warning", "warnings"))),
    }
}

/// A number with its noun.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
