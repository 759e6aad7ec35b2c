//! `gen logs`: what happened in an update.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::plan::PlaceArgs;
use super::reach::{Reached, failed, reach, shown_place};
use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::deploy::logs::{self, Log, LoggedFault};
use crate::deploy::run::{self, RunError};
use crate::driver::origin::SpecOrigins;
use crate::world::World;

/// Show what happened in an update, with the first error at its spec
///
/// Lists events, rows per dataset and rows per expectation. Data is never shown: messages that may quote the input are
/// reduced to their error condition.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen logs                                  the last update
  gen logs 4f2a-11 --format json            one of those that `gen status` lists")]
pub struct LogsArgs {
    /// Id of the update [default: the last one]
    #[arg(value_name = "UPDATE", value_parser = id)]
    update: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
}

/// An id becomes a part of a filter.
fn id(text: &str) -> Result<String, String> {
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_id { Ok(text.to_owned()) } else { Err("expected only letters, digits and `-`".to_owned()) }
}

pub fn run(args: &LogsArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    reach(&args.place, root, shell, world, |at, shell| show(args, at, shell))
}

fn show(args: &LogsArgs, at: &Reached<'_>, shell: &mut Shell) -> Ended {
    let pipeline = at.deployed()?.pipeline;
    let recent = run::recent(at.client, &pipeline).map_err(failed)?;
    let newest = || recent.first().map(|update| update.update_id.clone());
    let Some(update) = args.update.clone().or_else(newest) else {
        return Err(Failure::Input("no update has run yet: `gen start` starts one".to_owned()));
    };
    let log = logs::log(at.client, &pipeline, &update).map_err(|error| failed(RunError::from(error)))?;
    if log.events.is_empty() && args.update.is_some() && recent.iter().all(|known| known.update_id != update) {
        return Err(Failure::Input(format!("no events found for update `{update}`: `gen status` lists updates")));
    }
    let origins = SpecOrigins::of(at.compilation);
    let place =
        |fault: &LoggedFault| shown_place(at.compilation, fault.dataset.as_deref().and_then(|n| origins.named(n)));
    let text = if shell.format() == Some(OutputFormat::Json) { json(&log, place) } else { human(&log, place) };
    shell.result(&text)?;
    Ok(Status::Done)
}

fn json(log: &Log, place: impl Fn(&LoggedFault) -> Option<String>) -> String {
    let faults =
        log.faults.iter().map(|fault| json!({"dataset": fault.dataset, "message": fault.message, "at": place(fault)}));
    let faults: Vec<_> = faults.collect();
    let log = json!({
        "update": log.update, "events": log.events, "rows": log.rows, "expectations": log.expectations, "faults": faults,
    });
    format!("{log}\n")
}

fn human(log: &Log, place: impl Fn(&LoggedFault) -> Option<String>) -> String {
    let mut text = format!("update {}\n", log.update);
    for event in &log.events {
        let parts = [Some(event.kind.clone()), event.dataset.clone(), event.state.clone()];
        let what: Vec<String> = parts.into_iter().flatten().collect();
        let _ = writeln!(text, "  {}  {:<7} {}", event.time, event.level, what.join("  "));
    }
    if !log.rows.is_empty() {
        text.push_str("rows\n");
    }
    for rows in &log.rows {
        let _ = writeln!(text, "  {}: {} written, {} dropped", rows.dataset, rows.written, rows.dropped);
    }
    if !log.expectations.is_empty() {
        text.push_str("expectations\n");
    }
    for judged in &log.expectations {
        let _ = writeln!(
            text,
            "  {} `{}`: {} passed, {} failed",
            judged.dataset, judged.name, judged.passed, judged.failed
        );
    }
    if let Some(first) = log.faults.first() {
        let of = first.dataset.as_deref().map(|dataset| format!("`{dataset}`: ")).unwrap_or_default();
        let _ = writeln!(text, "first error\n  {of}{}", first.message);
        if let Some(place) = place(first) {
            let _ = writeln!(text, "  --> {place}");
        }
        if log.faults.len() > 1 {
            let _ = writeln!(text, "  and {} more: `--format json` lists them", log.faults.len() - 1);
        }
    }
    text
}
