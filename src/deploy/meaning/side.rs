//! A pipeline as it is written: its datasets, with what their rows are computed from.

mod dataset;
mod facts;
mod flow;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lakeflow::ast::StatementKind;
use lakeflow::check::{self, DatasetKind, Definition, Judged, OutsideTables, Parsed};
use lakeflow::diag::Diagnostics;
use lakeflow::folded;
use lakeflow::source::SourceMap;

pub(super) use facts::Facts;
pub(super) use flow::{FlowSide, Merge, StreamRead};

use super::term::{Evaluator, TermRelation, completed, may_be, term};
use super::{PipelineSql, UnreadFile};
use crate::codes;

/// A dataset, with what its rows are computed from.
#[derive(Debug)]
pub(super) struct DatasetSide {
    /// Its name with catalog and schema, as far as they are known.
    pub(super) full: String,
    /// The parts of that.
    pub(super) path: Vec<String>,
    /// The last part of its name.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: DatasetKind,
    /// Datasets of the pipeline that it reads.
    pub(super) reads: BTreeSet<String>,
    /// What writes into it, its own query too.
    pub(super) flows: Vec<FlowSide>,
    /// Its rows, down to files and tables outside.
    pub(super) whole: TermRelation,
    /// Its rows, down to the datasets that it reads.
    pub(super) local: TermRelation,
    /// The same, whatever files are read.
    pub(super) placeless: TermRelation,
    /// What its definition says besides.
    pub(super) facts: Facts,
}

/// A pipeline, each dataset after those it reads.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) datasets: Vec<DatasetSide>,
    /// Old names of datasets by their new ones.
    pub(super) renamed: BTreeMap<String, String>,
}

impl Side {
    /// Reads a pipeline.
    pub(super) fn read(sql: &PipelineSql) -> Result<Side, Vec<UnreadFile>> {
        let (mut sources, mut diagnostics, mut trees) = (SourceMap::default(), Diagnostics::default(), vec![]);
        let add = |file: &super::PipelineFile| sources.add(file.path.clone(), filled(&file.text, &sql.configuration));
        let files: Vec<_> = sql.files.iter().map(add).collect();
        let judged = check::judge_and_keep(&files, OutsideTables::Any, &sources, &mut diagnostics, &mut trees);
        let unread: Vec<UnreadFile> = diagnostics
            .into_sorted()
            .into_iter()
            .filter(|found| matches!(found.code, codes::PIPELINE_SYNTAX | codes::DUPLICATE_DATASET))
            .map(|found| UnreadFile {
                path: found.primary.map(|label| sources.path(label.span.file).to_owned()).unwrap_or_default(),
                why: found.message,
            })
            .collect();
        if !unread.is_empty() {
            return Err(unread);
        }
        let places = places(&trees, sql);
        let renamed = sql.renamed.iter().map(|(new, old)| (folded(new).into_owned(), folded(old).into_owned()));
        Ok(Side { datasets: datasets(&judged, &trees, &places), renamed: renamed.collect() })
    }

    /// A dataset by the last part of its name.
    pub(super) fn named(&self, name: &str) -> Option<&DatasetSide> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }

    /// A dataset by its full name.
    pub(super) fn get(&self, full: &str) -> Option<&DatasetSide> {
        self.datasets.iter().find(|dataset| dataset.full == full)
    }

    /// A dataset by a name as it is written.
    pub(super) fn read_as(&self, name: &[String]) -> Option<&DatasetSide> {
        let found = name.last().and_then(|last| self.named(last));
        found.filter(|dataset| may_be(&dataset.path, name))
    }

    /// What a dataset reads where temporary views are looked through.
    pub(super) fn read_through_views(&self, dataset: &DatasetSide) -> BTreeSet<String> {
        let (mut found, mut open): (BTreeSet<String>, Vec<&str>) =
            (BTreeSet::new(), dataset.reads.iter().map(String::as_str).collect());
        while let Some(name) = open.pop() {
            if !found.insert(name.to_owned()) {
                continue;
            }
            let view = self.named(name).filter(|read| read.kind == DatasetKind::TemporaryView);
            open.extend(view.into_iter().flat_map(|view| view.reads.iter().map(String::as_str)));
        }
        found.retain(|name| self.named(name).is_some_and(|read| read.kind != DatasetKind::TemporaryView));
        found
    }

    /// What the flows of a dataset read as streams where temporary views are looked through.
    pub(super) fn sources(&self, flow: &FlowSide) -> BTreeSet<StreamRead> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<&StreamRead> = flow.sources.iter().collect();
        while let Some(source) = open.pop() {
            let view = match source {
                StreamRead::Table(name) => self.read_as(name).filter(|read| read.kind == DatasetKind::TemporaryView),
                StreamRead::Files(_) => None,
            };
            match view {
                Some(view) if seen.insert(&view.name) => open.extend(view.flows.iter().flat_map(|flow| &flow.sources)),
                Some(_) => {}
                None => drop(found.insert(source.clone())),
            }
        }
        found
    }
}

/// A text with the values of its parameters; a parameter without a value stays as it is.
pub fn filled(text: &str, configuration: &BTreeMap<String, String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("${") {
        let value = behind.split_once('}').and_then(|(key, after)| Some((configuration.get(key)?, after)));
        out.push_str(before);
        match value {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push_str("${");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What the statements before one in its file say of it.
#[derive(Debug, Clone, Default)]
struct FilePlace {
    /// Catalog and schema of names, as far as they are known.
    path: Vec<String>,
    /// Settings by name.
    settings: BTreeMap<String, String>,
}

impl FilePlace {
    fn settings(&self) -> String {
        self.settings.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
    }
}

/// By file and statement.
type Places = BTreeMap<(usize, usize), FilePlace>;

fn places(files: &[Arc<Parsed>], sql: &PipelineSql) -> Places {
    let mut places = Places::new();
    for (file, parsed) in files.iter().enumerate() {
        let (mut catalog, mut schema) = (folded(&sql.catalog).into_owned(), folded(&sql.schema).into_owned());
        let mut settings = BTreeMap::new();
        for (index, statement) in parsed.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::UseCatalog(name) | StatementKind::SetCatalog(name) => {
                    catalog = check::last_part(name).into_owned();
                }
                StatementKind::UseSchema(name) => {
                    schema = check::last_part(name).into_owned();
                    if let [first, _] = name.0.as_slice() {
                        catalog = first.as_ident().map(|i| folded(&i.value).into_owned()).unwrap_or_default();
                    }
                }
                StatementKind::Set { key, value } => drop(settings.insert(key.to_string(), value.to_string())),
                _ => {
                    // A catalog alone says nothing.
                    let path = if schema.is_empty() { vec![] } else { vec![catalog.clone(), schema.clone()] };
                    let path = path.into_iter().filter(|part| !part.is_empty()).collect();
                    places.insert((file, index), FilePlace { path, settings: settings.clone() });
                }
            }
        }
    }
    places
}

/// Finds what each dataset is computed from: first over the datasets that it reads, then over what those read.
fn datasets(judged: &Judged, files: &[Arc<Parsed>], places: &Places) -> Vec<DatasetSide> {
    let flows = flow::all(files);
    let mut found = vec![];
    let (mut local, mut whole) = (Evaluator::default(), Evaluator::default());
    let mut placeless = Evaluator { any_files: true, ..Evaluator::default() };
    for definition in &judged.datasets {
        let Some(statement) = definition.statement(files) else { continue };
        let known = (path(definition, &statement.kind, places), Arc::new(named(definition)));
        local.tables.insert(definition.name.clone(), known.clone());
        placeless.tables.insert(definition.name.clone(), known);
    }
    for (definition, origins) in judged.datasets.iter().zip(&judged.origins) {
        let Some(statement) = definition.statement(files).map(|statement| &statement.kind) else { continue };
        let flows = flows.get(&definition.name).map_or(&[][..], Vec::as_slice);
        let place = places.get(&definition.place).cloned().unwrap_or_default();
        let settings = place.settings();
        let input =
            dataset::DatasetInput { definition, origins, statement, flows, place: &place.path, settings: &settings };
        let rows = dataset::relation(&mut whole, &input);
        let path = path(definition, statement, places);
        whole.tables.insert(definition.name.clone(), (path.clone(), Arc::new(rows.clone())));
        let own = dataset::relation(&mut local, &input);
        found.push(DatasetSide {
            full: path.join("."),
            path,
            name: definition.name.clone(),
            kind: definition.kind,
            reads: definition.reads.clone(),
            flows: flow::facts(&mut whole, &input),
            facts: Facts::of(&mut local, &input, &own),
            placeless: dataset::relation(&mut placeless, &input),
            whole: rows,
            local: own,
        });
    }
    found
}

/// A dataset of which nothing but its name and columns is known.
fn named(definition: &Definition) -> TermRelation {
    let rows = term("dataset").text(&definition.name).end();
    let column = |name: &str| (folded(name).into_owned(), term("column of").term(rows).text(&folded(name)).end());
    let columns: Vec<_> = definition.columns.iter().map(|c| column(&c.name)).collect();
    let rest = columns.is_empty().then_some(rows);
    TermRelation { rows, columns, rest }
}

/// All parts of a name, as far as they are known.
fn path(definition: &Definition, statement: &StatementKind, places: &Places) -> Vec<String> {
    let name = match statement {
        StatementKind::CreateView(view) => Some(&view.name),
        other => check::table_of(other).map(|table| &table.name),
    };
    let parts: Vec<String> = name.map(super::term::parts).unwrap_or_default();
    if definition.kind == DatasetKind::TemporaryView {
        return parts;
    }
    let place = places.get(&definition.place).map_or(&[][..], |place| place.path.as_slice());
    completed(place, &parts)
}
