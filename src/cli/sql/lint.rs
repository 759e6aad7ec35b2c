//! `gen sql lint`: traps and restrictions in Lakeflow SQL, and fixes for some of them.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use lakeflow::diag::did_you_mean;
use lakeflow::lint::{ALL, Lint, by_id};
use serde_json::json;

use crate::cli::check::counted;
use crate::cli::shell::{OutputFormat, Shell};
use crate::cli::{Ended, Failure, Status, interrupt};
use crate::driver::{self, FixedFile};
use crate::emit;
use crate::sqltool::files;
use crate::world::World;

/// Find problems in SQL files by named rules, and fix what is safe to fix
///
/// The files are checked as one pipeline. A comment `-- gen: allow <rule> <reason>` after a line, or above it, allows a
/// finding. `gen explain <rule>` explains a rule.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql lint pipelines/                   findings, with fixes
  gen sql lint --diff pipelines/            what --fix would change
  gen sql lint --fix --rule live-prefix .   fix one rule everywhere
  gen sql lint --list                       all rules

The exit status is 1 when an error is found, with --deny warnings when anything is.")]
pub struct LintArgs {
    /// Files, or directories whose `.sql` files and notebooks are read; `-` for standard input
    #[arg(value_name = "PATH", required_unless_present = "list")]
    paths: Vec<PathBuf>,
    /// Apply safe fixes; a file is only written if it parses no worse than before
    #[arg(long)]
    fix: bool,
    /// Write nothing: print what --fix would change, and exit with status 1 if it would change anything
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Only this rule; can be repeated
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// List all rules
    #[arg(long)]
    list: bool,
    /// Treat warnings as errors for the exit status
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// What beside errors is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub fn run(args: &LintArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    if args.list {
        return list(shell);
    }
    let chosen = args.rules.iter().map(|id| by_id(id).ok_or_else(|| unknown(id))).collect::<Result<Vec<_>, _>>()?;
    if args.fix && args.paths.iter().any(|path| files::is_input(path)) {
        return Err(Failure::Usage(
            "--fix cannot write to standard input; use --diff to see what it would change".to_owned(),
        ));
    }
    if args.diff {
        return diff(&driver::fix_sql(world, &args.paths, &chosen), shell);
    }
    let fixed = if args.fix { driver::fix_sql(world, &args.paths, &chosen) } else { vec![] };
    write(&fixed, world)?;
    let linted = driver::lint_sql(world, &args.paths, &chosen);
    shell.report(&linted.sources, &linted.diagnostics)?;
    let files = counted(linted.sources.iter().count(), "file", "files");
    let found = counted(linted.diagnostics.len(), "finding", "findings");
    let mended: usize = fixed.iter().map(|file| file.after.count).sum();
    let end = match (args.fix, linted.fixable) {
        (true, _) => format!(", {mended} fixed in {}", counted(fixed.len(), "file", "files")),
        (false, 0) => String::new(),
        (false, fixable) => format!(", {fixable} fixable with --fix"),
    };
    shell.say(&format!("linted {files}: {found}{end}"))?;
    let is_fault = linted.diagnostics.iter().any(|d| d.is_error() || args.deny == Some(Deny::Warnings));
    Ok(if is_fault { Status::Fault } else { Status::Done })
}

/// Writes all fixed files or none.
fn write(fixed: &[FixedFile], world: &dyn World) -> Result<(), Failure> {
    if fixed.is_empty() {
        return Ok(());
    }
    let files: Vec<(PathBuf, &[u8])> =
        fixed.iter().map(|file| (file.path.clone(), file.after.text.as_bytes())).collect();
    interrupt::defer();
    world.write_all(&files).context("cannot write the fixed files").map_err(Failure::Engine)
}

fn diff(fixed: &[FixedFile], shell: &mut Shell) -> Ended {
    for file in fixed {
        let path = file.path.display().to_string();
        shell.result(&emit::text_diff(&path, &file.before, &file.after.text, shell.colour()))?;
    }
    Ok(if fixed.is_empty() { Status::Done } else { Status::Fault })
}

fn list(shell: &mut Shell) -> Ended {
    let width = ALL.iter().map(|lint| lint.id().len()).max().unwrap_or(0);
    for Lint { code, severity, .. } in ALL {
        let word = severity.word();
        let line = match shell.format() {
            Some(OutputFormat::Json) => {
                json!({"rule": code.number(), "severity": word, "title": code.title()}).to_string()
            }
            _ => format!("{:<width$}  {word:<7}  {}", code.number(), code.title()),
        };
        shell.result(&format!("{line}\n"))?;
    }
    Ok(Status::Done)
}

fn unknown(id: &str) -> Failure {
    let hint = did_you_mean(id, ALL.iter().map(|lint| lint.id()));
    Failure::Usage(format!(
        "unknown rule `{id}`: {}",
        hint.unwrap_or_else(|| "`gen sql lint --list` lists all".to_owned())
    ))
}
