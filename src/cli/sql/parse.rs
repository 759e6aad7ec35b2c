//! `gen sql parse`: is each statement Lakeflow SQL, and what is it?

use std::path::PathBuf;

use clap::Args;
use lakeflow::diag::Diagnostic;
use lakeflow::source::{FileId, SourceMap, Span};
use lakeflow::{Attempt, ParseFault, parse, visit_each};
use rayon::prelude::*;
use serde_json::json;

use super::place::FilePlaces;
use crate::cli::check::counted;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Failure, Status};
use crate::codes;
use crate::sqltool::files::{self, SqlFile, Unread};
use crate::world::World;

/// Parse SQL files and report statements that are not valid Lakeflow SQL
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql parse pipelines/             syntax errors, as `file:line:column: message`
  gen sql parse --json a.sql b.sql     every statement, as a line of JSON
  gen sql parse --format sarif .       syntax errors as SARIF; also github and json
  gen sql parse - < a.sql              from standard input

Exported notebooks, including Python notebooks, are read cell by cell. The exit status is 1 if any statement has a
syntax error.")]
pub struct ParseArgs {
    /// Files, or directories whose `.sql` files and notebooks are read; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write one JSON object per statement: file, index, line, column, kind, ok, error
    #[arg(long)]
    json: bool,
}

/// What is reported of a file.
struct FileReport {
    text: String,
    statements: usize,
    faulty: usize,
    is_unread: bool,
}

pub fn run(args: &ParseArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    if args.json && shell.format().is_some() {
        return Err(Failure::Usage(
            "`--json` writes every statement, `--format` only errors: use one of the two".to_owned(),
        ));
    }
    let files = files::read(world, &args.paths);
    if !shell.is_human() {
        let (sources, diagnostics) = diagnostics(&files);
        shell.report(&sources, &diagnostics)?;
        return Ok(if diagnostics.is_empty() { Status::Done } else { Status::Fault });
    }
    let reports: Vec<FileReport> = files.par_iter().map(|file| report(file, args.json)).collect();
    for report in &reports {
        shell.result(&report.text)?;
    }
    let count = |number: fn(&FileReport) -> usize| reports.iter().map(number).sum::<usize>();
    let (faulty, unread) = (count(|report| report.faulty), count(|report| usize::from(report.is_unread)));
    if !args.json {
        let statements = counted(count(|report| report.statements), "statement", "statements");
        let read = counted(files.len() - unread, "file", "files");
        let unread = if unread == 0 { String::new() } else { format!(", {unread} not read") };
        shell.say(&format!("{statements} in {read}, {faulty} with errors{unread}"))?;
    }
    Ok(if faulty + unread == 0 { Status::Done } else { Status::Fault })
}

fn report(file: &SqlFile, as_json: bool) -> FileReport {
    let name = file.path.display().to_string();
    let text = match &file.text {
        Ok(text) => text,
        Err(Unread { message, .. }) => {
            let json = json!({
                "file": name, "index": 0, "line": 1, "column": 1, "kind": null, "ok": false, "error": message,
            });
            let text = if as_json { format!("{json}\n") } else { format!("{name}: {message}\n") };
            return FileReport { text, statements: 0, faulty: 0, is_unread: true };
        }
    };
    let places = FilePlaces::new(name, text);
    let line = if as_json { json_line } else { fault_lines };
    let mut report = FileReport { text: String::new(), statements: 0, faulty: 0, is_unread: false };
    visit_each(text, |attempt| {
        report.text.push_str(&line(&places, report.statements, &attempt));
        report.statements += 1;
        report.faulty += usize::from(attempt.statement.is_err());
    });
    report
}

/// The faults of all files, as data.
fn diagnostics(files: &[SqlFile]) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let mut added: Vec<Result<(FileId, &str), Option<Diagnostic>>> = vec![];
    for file in files {
        let text = file.text.as_deref().map_err(|_| file.fault());
        added.push(text.map(|text| (sources.add(file.path.display().to_string(), text), text)));
    }
    let found = added.into_par_iter().flat_map(|added| match added {
        Ok((id, text)) => {
            let diagnostic = |ParseFault { range, message, hint }| {
                Diagnostic::error(codes::PIPELINE_SYNTAX, message).at(Span::new(id, range)).maybe_hint(hint)
            };
            let faults = parse(text).err().unwrap_or_default();
            faults.into_iter().map(diagnostic).collect()
        }
        Err(unread) => unread.into_iter().collect::<Vec<_>>(),
    });
    let found = found.collect();
    (sources, found)
}

fn json_line(places: &FilePlaces, index: usize, attempt: &Attempt) -> String {
    let place = places.at(attempt.range.start);
    let kind = attempt.statement.as_ref().ok().map(|statement| statement.kind.name());
    let error = attempt.statement.as_ref().err().and_then(|faults| faults.first()).map(|fault| places.said(fault));
    let line = json!({
        "file": places.name(), "index": index, "line": place.line, "column": place.column,
        "kind": kind, "ok": attempt.statement.is_ok(), "error": error,
    });
    format!("{line}\n")
}

fn fault_lines(places: &FilePlaces, _: usize, attempt: &Attempt) -> String {
    let faults = attempt.statement.as_ref().err().into_iter().flatten();
    faults.map(|fault| places.line(fault) + "\n").collect()
}
