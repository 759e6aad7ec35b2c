//! The embedded engine on small pipelines: `tests/engine/<case>/`.
//!
//! A case is a folder of `pipeline/*.sql` and `landing/*`. Its `expected/<table>.csv` are the rows of tables (in any
//! order), `expected/report.txt` is what the run reports, `expected/faults.txt` what it refuses. A new case is a new folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::check;
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::SourceMap;
use lakegen::engine::local::{RunFault, RunReport, RunRequest, csv_text, query, run};
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{Golden, entries};
use crate::root;

pub fn trials() -> Vec<Trial> {
    each("engine", entries(&root().join("tests/engine")), gives_the_rows_that_are_expected)
}

/// The files of a directory that may be missing.
fn files(directory: &Path) -> Vec<PathBuf> {
    if directory.exists() { entries(directory) } else { vec![] }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The report without its times.
fn shown(report: &RunReport) -> String {
    let mut text = String::new();
    for dataset in &report.datasets {
        let (name, kind) = (&dataset.name, dataset.kind);
        let (rows_in, rows_out, dropped) = (dataset.rows_in, dataset.rows_out, dataset.dropped);
        text += &format!("{name} {kind:?}: {rows_in} in, {rows_out} out, {dropped} dropped\n");
        for rule in &dataset.expectations {
            let action = rule.action.map_or("Warn".to_owned(), |action| format!("{action:?}"));
            text += &format!("  {} {action}: {} passed, {} failed\n", rule.name, rule.passed, rule.failed);
        }
        for note in &dataset.notes {
            let file = file_name(&note.path);
            text += &format!("  {file}: {}: {} values\n", note.text, note.values);
        }
    }
    text
}

fn faults(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| format!("{}: {}\n", d.code.number(), d.message)).collect()
}

fn refused(fault: &RunFault) -> String {
    format!("{}: {fault}\n", fault.code().number())
}

/// The rows of a table, sorted, below the names of its columns.
fn table(warehouse: &Path, name: &str) -> String {
    let text = csv_text(&query(&format!("SELECT * FROM `{name}`"), warehouse).unwrap());
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<_> = rows.lines().collect();
    rows.sort_unstable();
    std::iter::once(header).chain(rows).map(|line| format!("{line}\n")).collect()
}

fn gives_the_rows_that_are_expected(directory: &Path) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let sql = files(&directory.join("pipeline"));
    let ids: Vec<_> = sql.iter().map(|p| sources.add(file_name(p), fs::read_to_string(p).unwrap())).collect();
    let pipeline = check::pipeline(&ids, &sources, &mut found);
    let unjudged: Vec<_> = found.into_sorted().into_iter().filter(Diagnostic::is_error).collect();
    if !unjudged.is_empty() {
        panic!("the pipeline itself is at fault\n{}", faults(&unjudged));
    }
    let warehouse = tempfile::tempdir().unwrap();
    let outcome = run(&RunRequest {
        pipeline: &pipeline,
        parameters: &BTreeMap::from([
            ("catalog".to_owned(), "cat".to_owned()),
            ("schema".to_owned(), "sch".to_owned()),
        ]),
        landing: &directory.join("landing"),
        warehouse: &warehouse.path().join("tables"),
    });
    let expected = directory.join("expected");
    let mut golden = Golden::default();
    match outcome {
        Ok(report) => {
            golden.expect(&expected.join("report.txt"), &shown(&report));
            let tables: Vec<_> = files(&expected).iter().map(|p| file_name(p)).collect();
            for name in tables.iter().filter_map(|name| name.strip_suffix(".csv")) {
                let text =
                    table(&warehouse.path().join("tables"), name).replace(&directory.display().to_string(), "<case>");
                golden.expect(&expected.join(format!("{name}.csv")), &text);
            }
        }
        Err(fault) => {
            let text = refused(&fault).replace(&directory.display().to_string(), "<case>");
            golden.expect(&expected.join("faults.txt"), &text);
        }
    }
    golden.done();
}
