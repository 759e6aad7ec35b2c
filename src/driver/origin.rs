//! An error that only shows in generated SQL is an error in the spec that the SQL came from, and is reported there.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::check::Definition;
use lakeflow::diag::{Diagnostic, Label};
use lakeflow::source::{FileId, SourceMap, Span};
use lakeflow::{self, ast::StatementKind};

use super::Compilation;
use crate::plan::{ArtifactKind, PlannedDataset};

/// Moves diagnostics from generated files to the specs that gave these; gives the files of the specs at fault too. What
/// is wrong with a dataset because another one that it reads is at fault is left away.
pub fn at_specs(
    faults: Vec<Diagnostic>,
    origins: &BTreeMap<FileId, &PlannedDataset>,
    datasets: &[Definition],
) -> (Vec<Diagnostic>, BTreeSet<FileId>) {
    if faults.is_empty() {
        return (faults, BTreeSet::new());
    }
    let origin = |fault: &Diagnostic| origins.get(&fault.primary.as_ref()?.span.file).copied();
    let errors = faults.iter().filter(|fault| fault.is_error());
    let wrong: BTreeSet<String> = errors.filter_map(|fault| Some(origin(fault)?.name.to_lowercase())).collect();
    let reads = ReadersOf::of(datasets);
    let follows = |fault: &Diagnostic| {
        let Some(own) = origin(fault).map(|dataset| dataset.name.to_lowercase()) else { return false };
        let mut sources = reads.all(&own).into_iter().filter(|source| wrong.contains(*source));
        // Two that read each other are both at fault.
        sources.any(|source| !reads.all(source).contains(own.as_str()))
    };
    let faults: Vec<Diagnostic> = faults.into_iter().filter(|fault| !follows(fault)).collect();
    let errors = faults.iter().filter(|fault| fault.is_error());
    let faulty = errors.filter_map(|fault| Some(origin(fault)?.origin?.file)).collect();
    let moved = faults.into_iter().map(|fault| match origin(&fault) {
        Some(dataset) => at_spec(fault, dataset),
        None => fault,
    });
    (moved.collect(), faulty)
}

/// Who reads whom.
struct ReadersOf<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> ReadersOf<'a> {
    fn of(datasets: &'a [Definition]) -> Self {
        let reads =
            datasets.iter().map(|dataset| (dataset.name.as_str(), dataset.reads.iter().map(|read| &**read).collect()));
        ReadersOf(reads.collect())
    }

    /// All that a dataset reads, directly or not.
    fn all(&self, name: &str) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        let mut pending: Vec<&str> = self.0.get(name).into_iter().flatten().copied().collect();
        while let Some(next) = pending.pop() {
            if found.insert(next) {
                pending.extend(self.0.get(next).into_iter().flatten());
            }
        }
        found
    }
}

/// What labels say of an error in generated SQL.
pub(super) struct GeneratedLabels {
    /// At the place in the SQL.
    pub place: &'static str,
    /// At the spec.
    pub origin: &'static str,
}

pub(super) const GENERATED: GeneratedLabels =
    GeneratedLabels { place: "in the SQL generated from it", origin: "comes from here" };

/// Moves a diagnostic to the spec that a file came from, if it is one alone; the place in the SQL stays as a second label.
pub(super) fn at_spec(mut fault: Diagnostic, dataset: &PlannedDataset) -> Diagnostic {
    if let (Some(spec), Some(label)) = (dataset.origin, fault.primary.take_if(|_| dataset.origin.is_some())) {
        let text = if label.text.is_empty() { GENERATED.place.to_owned() } else { label.text };
        fault.related.insert(0, Label { span: label.span, text });
        fault.primary = Some(Label { span: spec, text: GENERATED.origin.to_owned() });
    }
    fault
}

/// Which specs the datasets, flows and files of a pipeline come from: for what a workspace says of them.
#[derive(Debug, Default)]
pub struct SpecOrigins {
    /// By the name of a dataset or flow, without catalog and schema, in lower case.
    names: BTreeMap<String, Span>,
    /// By the path of a file, below the output directory.
    files: BTreeMap<String, Span>,
}

impl SpecOrigins {
    /// The origins of what a build gives.
    pub fn of(compilation: &Compilation) -> SpecOrigins {
        let mut origins = SpecOrigins::default();
        for file in compilation.pipeline_files() {
            let ArtifactKind::Dataset(made) = file.artifact.kind else { continue };
            let planned = compilation.plan.datasets.iter().find(|planned| planned.dataset == made);
            let Some(origin) = planned.and_then(|planned| planned.origin) else { continue };
            origins.files.insert(file.artifact.path().to_owned(), origin);
            // Flows have names of their own; what can't be read has none.
            for statement in lakeflow::parse(&file.text).unwrap_or_default() {
                if let Some(name) = named_by(&statement.kind) {
                    origins.names.entry(name).or_insert(origin);
                }
            }
        }
        origins
    }

    /// Where a dataset or flow comes from; its name may have a catalog and a schema.
    pub fn named(&self, name: &str) -> Option<Span> {
        let last = name.rsplit('.').next().unwrap_or(name).trim_matches('`');
        self.names.get(lakeflow::folded(last).as_ref()).copied()
    }

    /// Where a file comes from, by its path in a workspace, whatever folder it was deployed to.
    pub fn file(&self, path: &str) -> Option<Span> {
        let is_it =
            |known: &str| path.strip_suffix(known).is_some_and(|above| above.is_empty() || above.ends_with('/'));
        self.files.iter().find(|(known, _)| is_it(known)).map(|(_, span)| *span)
    }
}

/// The name of the dataset or flow that a statement makes.
fn named_by(statement: &StatementKind) -> Option<String> {
    let name = match statement {
        StatementKind::CreateStreamingTable(table) => &table.table.name,
        StatementKind::CreateMaterializedView(view) => &view.table.name,
        StatementKind::CreateView(view) => &view.name,
        StatementKind::CreateFlow(flow) => &flow.name,
        _ => return None,
    };
    let last = name.0.last()?.as_ident()?;
    Some(lakeflow::folded(&last.value).into_owned())
}

/// A place as `path:line:column`.
pub fn shown(sources: &SourceMap, span: Span) -> String {
    let at = sources.line_column(span.file, span.range().start);
    format!("{}:{}:{}", sources.path(span.file), at.line, at.column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Dataset;
    use lakeflow::check;
    use lakeflow::diag::Diagnostics;

    /// A pipeline of two files, of which the second reads the first, with a word of each of them.
    fn judged(first: &str, second: &str) -> (SourceMap, Vec<Diagnostic>, BTreeSet<FileId>) {
        let mut sources = SourceMap::default();
        let specs = ["specs/a.yml", "specs/b.yml"].map(|path| sources.add(path, "name\n"));
        let files = [("a", first), ("b", second)].map(|(name, sql)| sources.add(format!("generated/{name}.sql"), sql));
        let datasets = [("A", 0), ("b", 1)].map(|(name, index)| PlannedDataset {
            dataset: Dataset::RowCounts,
            name: name.to_owned(),
            origin: specs.get(index).map(|spec| Span::new(*spec, 0..4)),
        });
        let mut faults = Diagnostics::default();
        let judged = check::judge(&files, check::OutsideTables::Any, &sources, &mut faults);
        let origins = files.into_iter().zip(&datasets).collect();
        let (faults, faulty) = at_specs(faults.into_sorted(), &origins, &judged.datasets);
        (sources, faults, faulty)
    }

    const READER: &str = "CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT y FROM a;";

    #[test]
    fn a_fault_in_generated_sql_is_shown_at_its_spec() {
        let (sources, faults, faulty) = judged("CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT 1 AS x;", READER);
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        let shown = |label: &Label| (sources.path(label.span.file).to_owned(), sources.slice(label.span).to_owned());
        assert_eq!(fault.primary.iter().map(shown).collect::<Vec<_>>(), [("specs/b.yml".into(), "name".into())]);
        assert_eq!(fault.related.iter().map(shown).collect::<Vec<_>>(), [("generated/b.sql".into(), "y".into())]);
        assert_eq!(faulty.iter().map(|file| sources.path(*file)).collect::<Vec<_>>(), ["specs/b.yml"]);
    }

    #[test]
    fn what_follows_from_a_dataset_at_fault_is_left_away() {
        for first in [
            "CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT FROM;",
            "CREATE OR REFRESH STREAMING TABLE a AS SELECT 1 AS x;",
        ] {
            let (sources, faults, faulty) = judged(first, READER);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!(faulty.iter().map(|file| sources.path(*file)).collect::<Vec<_>>(), ["specs/a.yml"]);
        }
    }

    #[test]
    fn datasets_that_read_each_other_are_all_at_fault() {
        let (_, faults, faulty) = judged("CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT x AS y FROM b;", READER);
        assert!(!faults.is_empty() && !faulty.is_empty(), "{faults:?}");
    }
}
