//! The linter: traps and restrictions of Lakeflow SQL as named rules, with an explanation, a remedy, and a fix where
//! one is safe.
//!
//! A rule looks at the tokens of one statement, so it also works on statements that do not parse, and the statement
//! may be from any kind of file: a pipeline, a governance script. Findings that need names and types come from
//! [`check`](mod@crate::check) and only get their name here, so that no rule is implemented twice. Nothing is read
//! from disk and nothing is written.

mod allow;
mod finding;
mod fix;
mod options;
mod registry;
mod rules;
mod view;

pub use finding::Edit;
pub use fix::{Fixed, fix};
pub use registry::{ALL, Lint, by_id};

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::check;
use crate::codes;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, SourceMap, Span};
use finding::Finding;
use registry::Find;
use view::{FileView, Targets};

/// What is wrong in one place, and how it can be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The rule that was broken, or the fault of a statement that does not parse.
    pub diagnostic: Diagnostic,
    /// Edits of the file it lies in that put it right; empty when a person has to decide.
    pub fix: Vec<Edit>,
}

/// Judges all files as one pipeline, by the rules that `chosen` names, or by all of them; sorted by place.
pub fn lint(files: &[FileId], sources: &SourceMap, chosen: &[&Lint]) -> Vec<Report> {
    let (mut faults, mut trees) = (Diagnostics::default(), vec![]);
    let judged = check::judge_written_and_keep(files, sources, &mut faults, &mut trees);
    let targets = Targets::of(&judged, &trees);
    let mut found = from_check(faults.into_sorted());
    for (file, findings) in files.par_iter().map(|file| (*file, in_file(*file, sources, &targets))).collect::<Vec<_>>()
    {
        found.entry(file).or_default().extend(findings);
    }
    found.values_mut().for_each(drop_said);
    let is_chosen =
        |report: &Report| chosen.is_empty() || chosen.iter().any(|lint| lint.code == report.diagnostic.code);
    let mut reports: Vec<Report> = vec![];
    for (file, findings) in found {
        reports.extend(allow::apply(file, sources.text(file), findings).into_iter().filter(is_chosen));
    }
    reports.sort_by(|a, b| order(a).cmp(&order(b)));
    reports
}

/// Leaves out what the parser says of a word that a rule has already refused with an explanation.
fn drop_said(reports: &mut Vec<Report>) {
    let place = |report: &Report| report.diagnostic.primary.as_ref().map(|label| label.span.range());
    let is_rule = |report: &&Report| report.diagnostic.is_error() && report.diagnostic.code != codes::PIPELINE_SYNTAX;
    let mut refused: Vec<Range<usize>> = reports.iter().filter(is_rule).filter_map(place).collect();
    refused.sort_unstable_by_key(|range| range.start);
    // How far those reach that begin no later than each.
    let reach: Vec<usize> = refused
        .iter()
        .scan(0, |reach, range| {
            *reach = range.end.max(*reach);
            Some(*reach)
        })
        .collect();
    let is_said = |report: &Report| {
        let meets = |at: &Range<usize>| {
            let before = refused.partition_point(|range| range.start <= at.start);
            before.checked_sub(1).and_then(|last| reach.get(last)).is_some_and(|end| at.start < *end)
        };
        report.diagnostic.code == codes::PIPELINE_SYNTAX && place(report).as_ref().is_some_and(meets)
    };
    reports.retain(|report| !is_said(report));
}

fn order(report: &Report) -> (Option<Span>, Code, &str) {
    (report.diagnostic.primary.as_ref().map(|label| label.span), report.diagnostic.code, &report.diagnostic.message)
}

/// What the compiler's own analysis found, under the names of the rules; other faults are for `gen check` to tell, but for
/// statements that do not parse.
fn from_check(diagnostics: Vec<Diagnostic>) -> BTreeMap<FileId, Vec<Report>> {
    let mut found: BTreeMap<FileId, Vec<Report>> = BTreeMap::new();
    for mut diagnostic in diagnostics {
        let Some(file) = diagnostic.primary.as_ref().map(|label| label.span.file) else { continue };
        match diagnostic.rule.and_then(by_id).filter(|lint| matches!(lint.find, Find::Check)) {
            // What is doubtful stays a warning, whatever the rule is.
            Some(lint) => {
                diagnostic.code = lint.code;
                if lint.severity == Severity::Warning {
                    diagnostic.severity = Severity::Warning;
                }
            }
            None if diagnostic.code == codes::PIPELINE_SYNTAX => {}
            None => continue,
        }
        found.entry(file).or_default().push(Report { diagnostic, fix: vec![] });
    }
    found
}

/// What the rules over tokens find in one file.
fn in_file(file: FileId, sources: &SourceMap, targets: &Targets<'_>) -> Vec<Report> {
    let view = FileView::new(file, sources.text(file));
    let statements = view.statements(targets);
    let mut reports = vec![];
    for lint in ALL {
        let findings: Vec<Finding> = match lint.find {
            Find::Statement(find) => statements.iter().flat_map(|statement| find(statement)).collect(),
            Find::File(find) => find(&view),
            Find::Check | Find::Allowance => continue,
        };
        reports.extend(findings.into_iter().map(|finding| report(lint, file, finding)));
    }
    reports
}

/// A finding as a diagnostic under the name of its rule.
fn report(lint: &'static Lint, file: FileId, finding: Finding) -> Report {
    let code = lint.code;
    let diagnostic = match lint.severity {
        Severity::Error if !finding.doubtful => Diagnostic::error(code, finding.message),
        _ => Diagnostic::warning(code, finding.message),
    };
    let diagnostic = diagnostic.at(Span::new(file, finding.range)).maybe_hint(finding.hint).rule(lint.id());
    Report { diagnostic, fix: finding.fix }
}
