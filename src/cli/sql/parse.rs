//! `gen sql parse`: is each statement Lakeflow SQL, and what is it?

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use crate::cli::check::counted;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Status};
use crate::lakeflow::{Attempt, Fault, visit_each};
use crate::source::{FileId, SourceMap};
use crate::sqltool::files::{self, SqlFile, Unread};
use crate::world::World;

/// Read SQL files statement by statement and say which are not Lakeflow SQL
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql parse pipelines/             the faulty statements, as `file:line:column: message`
  gen sql parse --json a.sql b.sql     every statement, as a line of JSON
  gen sql parse - < a.sql              from standard input

Exported notebooks, Python ones too, are read cell by cell. The exit status is 1 if any statement is faulty.")]
pub struct ParseArgs {
    /// Files, or directories whose `.sql` files and notebooks are read; `-` for standard input
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
    let files = files::read(world, &args.paths);
    let reports: Vec<Report> = files.par_iter().map(|file| report(file, args.json)).collect();
    for report in &reports {
        shell.result(&report.text)?;
    }
    let statements: usize = reports.iter().map(|report| report.statements).sum();
    let faulty: usize = reports.iter().map(|report| report.faulty).sum();
    if !args.json {
        let (statements, files) =
            (counted(statements, "statement", "statements"), counted(files.len(), "file", "files"));
        shell.say(&format!("{statements} in {files}, {faulty} faulty"))?;
    }
    Ok(if faulty == 0 { Status::Done } else { Status::Fault })
}

fn report(file: &SqlFile, as_json: bool) -> Report {
    let name = file.path.display().to_string();
    let text = match &file.text {
        Ok(text) => text,
        Err(Unread { message, .. }) => {
            let json = json!({
                "file": name, "index": 0, "line": 1, "column": 1, "kind": null, "ok": false, "error": message,
            });
            let text = if as_json { format!("{json}\n") } else { format!("{name}: {message}\n") };
            return Report { text, statements: 0, faulty: 1 };
        }
    };
    let mut sources = SourceMap::default();
    let places = Places { file: sources.add(name, text.as_str()), sources };
    let line = if as_json { json_line } else { fault_lines };
    let mut report = Report { text: String::new(), statements: 0, faulty: 0 };
    visit_each(text, |attempt| {
        report.text.push_str(&line(&places, report.statements, &attempt));
        report.statements += 1;
        report.faulty += usize::from(attempt.statement.is_err());
    });
    report
}

/// A file in which places are looked up.
struct Places {
    sources: SourceMap,
    file: FileId,
}

impl Places {
    fn name(&self) -> &str {
        self.sources.path(self.file)
    }

    /// `line:column: message`, with the remedy in brackets.
    fn said(&self, fault: &Fault) -> String {
        let place = self.sources.line_column(self.file, fault.range.start);
        let hint = fault.hint.as_deref().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{}:{}: {}{hint}", place.line, place.column, fault.message)
    }
}

fn json_line(places: &Places, index: usize, attempt: &Attempt) -> String {
    let place = places.sources.line_column(places.file, attempt.range.start);
    let kind = attempt.statement.as_ref().ok().map(|statement| statement.kind.name());
    let error = attempt.statement.as_ref().err().and_then(|faults| faults.first()).map(|fault| places.said(fault));
    let line = json!({
        "file": places.name(), "index": index, "line": place.line, "column": place.column,
        "kind": kind, "ok": attempt.statement.is_ok(), "error": error,
    });
    format!("{line}\n")
}

fn fault_lines(places: &Places, _: usize, attempt: &Attempt) -> String {
    let faults = attempt.statement.as_ref().err().into_iter().flatten();
    faults.map(|fault| format!("{}:{}\n", places.name(), places.said(fault))).collect()
}
