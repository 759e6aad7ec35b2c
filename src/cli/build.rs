//! `gen build`: writes the generated files, or shows how the disk differs from them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::check::{DenyArgs, counted, found, require_faultless, tell_parses};
use super::shell::Shell;
use super::{Ended, Failure, Status, interrupt, project};
use crate::deploy::desired::short;
use crate::driver::{self, Compilation, OUT};
use crate::emit::{ChangeKind, ChangeSet};
use crate::plan::table_at;
use crate::world::World;

/// Generate the pipeline from the specs
///
/// Only files that differ are written, all of them or none. Obsolete generated files are removed; a file there
/// that `gen` did not write is an error, and never touched. Privileges that builds granted are recorded next to the
/// directory (generated.granted.jsonl): commit it too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen build                                 write generated/
  gen build --check                         show what would change; exit status 1 if anything would
  gen build --developer ann --out .gen/ann  a bundle whose development target is ann's own")]
pub struct BuildArgs {
    /// Write nothing: print a diff, and exit with status 1 if the output is out of date
    #[arg(long)]
    check: bool,
    /// Directory of the output [default: generated, in the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Build for one developer, with their own schema in development targets; requires `--out`
    #[arg(long, value_name = "NAME", requires = "out")]
    developer: Option<String>,
    #[command(flatten)]
    deny: DenyArgs,
}

pub fn run(args: &BuildArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let out = project::directory(args.out.as_deref(), root, OUT);
    project::require_apart(&out, root)?;
    let built = match &args.developer {
        Some(developer) => driver::build_own(world, root, &out, &short(developer))?,
        None => driver::build(world, root, &out)?,
    };
    if !built.0.has_errors() && args.deny.denies(&built.0.diagnostics) {
        require_faultless(&built.0, shell)?;
        let warnings = found(&built.0.diagnostics).unwrap_or_default();
        shell.say(&format!("nothing was built: {warnings}"))?;
        return Ok(Status::Fault);
    }
    build(built, &out, args.check, shell, world)
}

/// Builds into the usual directory, as `gen watch --build` does after each save.
pub fn build_default(root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let out = root.join(OUT);
    build(driver::build(world, root, &out)?, &out, false, shell, world)
}

fn build(
    (compilation, changes): (Compilation, Option<ChangeSet>),
    out: &Path,
    only_check: bool,
    shell: &mut Shell,
    world: &dyn World,
) -> Ended {
    if !require_faultless(&compilation, shell)? {
        return Ok(Status::Fault);
    }
    let Some(changes) = changes else { return Ok(Status::Fault) };
    let shown = project::shown(out);
    if only_check {
        return compare(&changes, &shown, shell);
    }
    let summary = apply(&changes, &shown, shell, world)?;
    tell_parses(shell)?;
    let warnings = found(&compilation.diagnostics).map(|found| format!("; {found}"));
    shell.say(&format!("{summary}{}", warnings.unwrap_or_default()))?;
    if let Some(gone) = no_longer_built(&changes) {
        shell.say(&gone)?;
    }
    Ok(Status::Done)
}

/// Tables that are named before the others are only counted.
const NAMED: usize = 10;

/// The line that says which tables the specs no longer give: a spec was removed, or a row of a template.
fn no_longer_built(changes: &ChangeSet) -> Option<String> {
    let removed = changes.changes().iter().filter(|change| change.kind == ChangeKind::Removed);
    let tables: Vec<&str> = removed.filter_map(|change| table_at(&change.path)).collect();
    let (named, others) = tables.split_at_checked(NAMED).unwrap_or((&tables, &[]));
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let hint = "`gen plan` shows what becomes of their rows";
    (!named.is_empty()).then(|| format!("no longer built: {}{more}; {hint}", named.join(", ")))
}

/// Writes what differs; gives the line that says so.
pub fn apply(changes: &ChangeSet, shown: &str, shell: &mut Shell, world: &dyn World) -> Result<String, Failure> {
    interrupt::defer();
    changes.apply(world).with_context(|| format!("cannot write {shown}"))?;
    for change in changes.changes().iter().filter(|c| c.kind != ChangeKind::Unchanged) {
        shell.detail(&format!("{:<9}{shown}/{}", word(change.kind), change.path))?;
    }
    if interrupt::was_asked() {
        return Err(Failure::Interrupted(summary(changes, shown)));
    }
    Ok(summary(changes, shown))
}

fn compare(changes: &ChangeSet, shown: &str, shell: &mut Shell) -> Ended {
    if changes.is_fresh() {
        shell.say(&format!("{shown} is up to date: {}", counted(changes.total(), "file", "files")))?;
        return Ok(Status::Done);
    }
    shell.result(&changes.diff(shell.colour()))?;
    shell.say(&format!("{shown} is out of date: {}; run `gen build`", fates(changes)))?;
    Ok(Status::Fault)
}

fn summary(changes: &ChangeSet, shown: &str) -> String {
    let files = counted(changes.total(), "file", "files");
    if changes.is_fresh() {
        return format!("{shown} is up to date: {files}");
    }
    format!("built {shown}: {files}, {}", fates(changes))
}

fn fates(changes: &ChangeSet) -> String {
    let kinds = [ChangeKind::Created, ChangeKind::Changed, ChangeKind::Restored, ChangeKind::Removed];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|kind| (changes.count(kind), word(kind)))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match parts.is_empty() {
        true if changes.differs_in_record() => "only the record of granted privileges differs".to_owned(),
        true => "only the manifest differs".to_owned(),
        false => parts.join(", "),
    }
}

fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Changed => "changed",
        ChangeKind::Restored => "restored",
        ChangeKind::Removed => "removed",
        ChangeKind::Unchanged => "fresh",
    }
}
