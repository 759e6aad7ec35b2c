//! `gen sql parse`: is each statement Lakeflow SQL, and what is it?

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use super::files::{self, SqlFile};
use crate::cli::shell::Shell;
use crate::cli::{Ended, Status};
use crate::lakeflow::{Fault, parse_each};
use crate::source::line_column;
use crate::world::World;

/// Read SQL files statement by statement and say which are not Lakeflow SQL
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql parse pipelines/             the faulty statements, as `file:line:column: message`
  gen sql parse --json a.sql b.sql     every statement, as a line of JSON

Exported notebooks are read cell by cell. The exit status is 1 if any statement is faulty.")]
pub struct ParseArgs {
    /// Files, or directories whose `.sql` files are read
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write one JSON object a statement: file, index, line, column, kind, ok, error
    #[arg(long)]
    json: bool,
}

/// What is reported of a file.
struct Report {
    text: String,
    statements: usize,
    faulty: usize,
}

pub fn run(args: &ParseArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    let files = files::read(&args.paths, world)?;
    let write = if args.json { json_lines } else { fault_lines };
    let reports: Vec<Report> = files.par_iter().map(write).collect();
    for report in &reports {
        shell.result(&report.text)?;
    }
    let statements: usize = reports.iter().map(|report| report.statements).sum();
    let faulty: usize = reports.iter().map(|report| report.faulty).sum();
    if !args.json {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let (n, files) = (statements, files.len());
        shell.say(&format!("{n} statement{} in {files} file{}, {faulty} faulty", plural(n), plural(files)))?;
    }
    Ok(if faulty == 0 { Status::Done } else { Status::Fault })
}

fn json_lines(file: &SqlFile) -> Report {
    let name = file.path.display().to_string();
    let mut report = Report { text: String::new(), statements: 0, faulty: 0 };
    let text = match &file.text {
        Ok(text) => text,
        Err(error) => {
            let line =
                json!({"file": name, "index": 0, "line": 1, "column": 1, "kind": null, "ok": false, "error": error});
            return Report { text: format!("{line}\n"), statements: 0, faulty: 1 };
        }
    };
    for (index, attempt) in parse_each(text).into_iter().enumerate() {
        let place = line_column(text, attempt.range.start);
        let kind = attempt.statement.as_ref().ok().map(|statement| statement.kind.name());
        let error = attempt.statement.as_ref().err().and_then(|faults| faults.first()).map(|fault| said(text, fault));
        let line = json!({
            "file": name, "index": index, "line": place.line, "column": place.column,
            "kind": kind, "ok": attempt.statement.is_ok(), "error": error,
        });
        report.text.push_str(&format!("{line}\n"));
        report.statements += 1;
        report.faulty += usize::from(attempt.statement.is_err());
    }
    report
}

fn fault_lines(file: &SqlFile) -> Report {
    let name = file.path.display();
    let mut report = Report { text: String::new(), statements: 0, faulty: 0 };
    let text = match &file.text {
        Ok(text) => text,
        Err(error) => return Report { text: format!("{name}: {error}\n"), statements: 0, faulty: 1 },
    };
    for attempt in parse_each(text) {
        report.statements += 1;
        let Err(faults) = attempt.statement else { continue };
        report.faulty += 1;
        for fault in faults {
            report.text.push_str(&format!("{name}:{}\n", said(text, &fault)));
        }
    }
    report
}

/// `line:column: message`, with the remedy in brackets.
fn said(text: &str, fault: &Fault) -> String {
    let place = line_column(text, fault.range.start);
    let hint = fault.hint.as_deref().map_or(String::new(), |hint| format!(" ({hint})"));
    format!("{}:{}: {}{hint}", place.line, place.column, fault.message)
}
