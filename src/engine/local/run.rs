//! One run: every dataset in order, then the new tables at once.
//!
//! A dataset that fails does not hide the faults of others: all that do not read it are still computed, and all faults
//! are reported. Nothing is kept of a run with a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use datafusion::datasource::MemTable;
use sqlparser::ast::{Expr, Ident, ObjectName, Query, Value};
use tokio::runtime::Runtime;

use super::definition::{Feed, Parts, name_of};
use super::landing::Landing;
use super::parameters::{self, Parameters};
use super::relations::{PipelineRelations, parts};
use super::report::{DatasetReport, RunReport};
use super::runtime;
use super::spark::{Fault, Session};
use super::tables::{self, Judged, Rows};
use super::warehouse::Warehouse;
use crate::check::{Definition, Kind, Pipeline};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::ast::{AutoCdc, Expectation, Statement, Violation};
use crate::lakeflow::range_of;
use crate::source::{FileId, SourceMap, Span};
use crate::world::World;

/// What is run on what.
pub struct LocalRun<'a> {
    /// The judged pipeline.
    pub pipeline: &'a Pipeline,
    /// The texts of its files.
    pub sources: &'a SourceMap,
    /// Values of `${key}`; `landing` is always the directory below.
    pub parameters: BTreeMap<String, String>,
    /// The delivered files.
    pub landing: &'a Path,
    /// Where the tables are kept.
    pub warehouse: &'a Path,
    /// The door to the disk.
    pub world: &'a dyn World,
}

/// Computes all datasets and replaces the tables of the warehouse.
///
/// # Errors
/// One diagnostic a fault, sorted by place: a file or directory that cannot be used (`E1001`, `E0101`, `E0902`), a
/// construct that this engine does not have (`E1002`), an expectation that stops the update (`E1003`), a query that
/// fails (`E1004`). The earlier tables stay as they were.
pub fn run(run: &LocalRun<'_>) -> Result<RunReport, Vec<Diagnostic>> {
    let started = Instant::now();
    let opened = || -> Result<_, Fault> {
        let landing = Landing::open(run.world, run.landing)?;
        Ok((landing, Warehouse::open(run.world, run.warehouse)?, runtime()?))
    };
    let (landing, mut warehouse, runtime) = opened().map_err(|fault| vec![placeless(&fault)])?;
    let mut values = run.parameters.clone();
    values.insert("landing".to_owned(), run.landing.display().to_string());
    let qualified = run.pipeline.datasets.iter().map(|d| (d.name.clone(), qualifier(run.pipeline, d))).collect();
    let mut execution = Execution {
        run,
        landing: &landing,
        parameters: &values,
        session: Session::new(),
        datasets: qualified,
        rows: BTreeMap::new(),
        reads: 0,
    };
    let mut faults = Diagnostics::default();
    let mut failed = BTreeSet::new();
    let mut report = RunReport::default();
    for definition in &run.pipeline.datasets {
        if definition.reads.iter().any(|name| failed.contains(name)) {
            failed.insert(definition.name.clone());
            continue;
        }
        match execution.dataset(&runtime, definition) {
            Ok(done) => report.datasets.push(done),
            Err(found) => {
                failed.insert(definition.name.clone());
                faults.extend(found);
            }
        }
    }
    if faults.has_errors() {
        return Err(faults.into_sorted());
    }
    execution.store(&mut warehouse).map_err(|fault| vec![placeless(&fault)])?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

pub(super) fn placeless(fault: &Fault) -> Diagnostic {
    Diagnostic::error(fault.code(), fault.to_string())
}

/// Catalog and schema under which a dataset is defined.
fn qualifier(pipeline: &Pipeline, definition: &Definition) -> Vec<String> {
    let name = statement(pipeline, definition).and_then(|(_, statement)| name_of(&statement.kind));
    let mut parts = name.map(parts).unwrap_or_default();
    parts.pop();
    parts
}

fn statement<'p>(pipeline: &'p Pipeline, definition: &Definition) -> Option<(FileId, &'p Statement)> {
    let file = pipeline.files.get(definition.place.0)?;
    Some((file.file, file.statements.get(definition.place.1)?))
}

struct Execution<'a> {
    run: &'a LocalRun<'a>,
    landing: &'a Landing<'a>,
    parameters: &'a Parameters,
    session: Session,
    datasets: BTreeMap<String, Vec<String>>,
    /// What was computed so far.
    rows: BTreeMap<String, (Rows, bool)>,
    reads: usize,
}

impl Execution<'_> {
    fn dataset(&mut self, runtime: &Runtime, definition: &Definition) -> Result<DatasetReport, Vec<Diagnostic>> {
        let started = Instant::now();
        let Some((file, statement)) = statement(self.run.pipeline, definition) else { return Err(vec![]) };
        let span = self.name_span(file, statement);
        let label = format!("while `{}` is computed", definition.name);
        let at = |fault: &Fault| vec![placeless(fault).at_labelled(span, label.as_str())];
        let parts = Parts::of(self.run.pipeline, statement).map_err(|fault| at(&fault))?;
        let (rows, rows_in) = self.fed(runtime, &parts).map_err(|fault| at(&fault))?;
        let rows = tables::as_declared(&rows, parts.columns).map_err(|fault| at(&fault))?;
        let judged = self.judged(runtime, &rows, parts.expectations).map_err(|fault| at(&fault))?;
        let total = rows.count();
        self.enforce(file, definition, &parts, &judged, total)?;
        let report = DatasetReport {
            name: parts.name,
            kind: definition.kind,
            private: parts.private,
            rows_in,
            rows_out: judged.rows.count(),
            dropped: total - judged.rows.count(),
            expectations: judged.reports,
            seconds: 0.0,
        };
        let visible = !parts.private && definition.kind != Kind::TemporaryView;
        self.keep(&definition.name, judged.rows, visible).map_err(|fault| at(&fault))?;
        Ok(DatasetReport { seconds: started.elapsed().as_secs_f64(), ..report })
    }

    fn name_span(&self, file: FileId, statement: &Statement) -> Span {
        let text = self.run.sources.text(file);
        let ident = name_of(&statement.kind).and_then(|name| name.0.last()).and_then(|part| part.as_ident());
        let range = ident.and_then(|ident| range_of(text, ident.span)).filter(|range| !range.is_empty());
        Span::new(file, range.unwrap_or_else(|| statement.range.clone()))
    }

    /// The rows of a dataset before expectations, and how many were delivered.
    fn fed(&mut self, runtime: &Runtime, parts: &Parts<'_>) -> Result<(Rows, u64), Fault> {
        match parts.feeds.as_slice() {
            [] => Err(Fault::failed(format!("nothing writes into `{}`", parts.name))),
            [Feed::Changes(cdc)] => self.changes(runtime, cdc),
            feeds => {
                let mut together: Option<Rows> = None;
                for feed in feeds {
                    let Feed::Query(query) = feed else {
                        return Err(Fault::refused("AUTO CDC beside another flow into one table"));
                    };
                    let rows = self.query(runtime, query)?;
                    together = Some(match together {
                        None => rows,
                        Some(first) => tables::appended(&first, &rows)?,
                    });
                }
                let rows = together
                    .map_or_else(|| Err(Fault::failed("nothing to read")), |rows| rows.renamed(&parts.renamed))?;
                let count = rows.count();
                Ok((rows, count))
            }
        }
    }

    /// Runs a query over the datasets computed so far.
    fn query(&mut self, runtime: &Runtime, query: &Query) -> Result<Rows, Fault> {
        let mut query = query.clone();
        parameters::substitute(&mut query, self.parameters)?;
        let names = self.rows.values().flat_map(|(rows, _)| &rows.names);
        let known: BTreeMap<String, String> = names.map(|name| (name.to_lowercase(), name.clone())).collect();
        let mut relations = PipelineRelations {
            session: &self.session,
            landing: self.landing,
            parameters: self.parameters,
            datasets: &self.datasets,
            reads: &mut self.reads,
        };
        let (schema, batches) = runtime.block_on(self.session.query(&query, &mut relations, &known))?;
        Rows::of(&schema, &batches)
    }

    fn changes(&mut self, runtime: &Runtime, cdc: &AutoCdc) -> Result<(Rows, u64), Fault> {
        let never = || Expr::value(Value::Boolean(false));
        let deletion = cdc.apply_as_delete.clone().unwrap_or_else(never);
        let items = vec![
            (cdc.sequence_by.clone(), "__sequence".to_owned()),
            (Expr::IsTrue(Box::new(Expr::Nested(Box::new(deletion)))), "__deletion".to_owned()),
        ];
        let query = tables::select_with(&cdc.source, items)?;
        let changes = self.query(runtime, &query)?;
        let count = changes.count();
        Ok((tables::apply_changes(&changes, cdc)?, count))
    }

    fn judged(&mut self, runtime: &Runtime, rows: &Rows, expectations: &[Expectation]) -> Result<Judged, Fault> {
        if expectations.is_empty() {
            return Ok(Judged { rows: rows.clone(), reports: vec![] });
        }
        const OUTPUT: &str = "__output";
        let table = MemTable::try_new(Arc::clone(&rows.schema), vec![rows.batches.clone()])?;
        self.session.register(OUTPUT, Arc::new(table))?;
        self.datasets.insert(OUTPUT.to_owned(), vec![]);
        let items = expectations.iter().enumerate().map(|(i, e)| (e.predicate.clone(), format!("__expectation_{i}")));
        let output = ObjectName::from(vec![Ident::new(OUTPUT)]);
        let query = tables::select_with(&output, items.collect())?;
        let judged = self.query(runtime, &query)?;
        tables::judge(rows, &judged.batches, expectations)
    }

    /// Expectations that stop the update.
    fn enforce(
        &self,
        file: FileId,
        definition: &Definition,
        parts: &Parts<'_>,
        judged: &Judged,
        total: u64,
    ) -> Result<(), Vec<Diagnostic>> {
        let text = self.run.sources.text(file);
        let stops = parts.expectations.iter().zip(&judged.reports);
        let stops = stops.filter(|(_, r)| r.action == Some(Violation::FailUpdate) && r.failed > 0);
        let faults: Vec<Diagnostic> = stops
            .map(|(expectation, report)| {
                let (rule, failed, name) = (&report.name, report.failed, &definition.name);
                let message = format!("`{failed}` of {total} rows of `{name}` violate `{rule}`: the update is stopped");
                let range = range_of(text, expectation.name.span).unwrap_or(0..0);
                let hint = "`gen query` still reads the tables of the run before";
                Diagnostic::error(Code::ExpectationFailed, message).at(Span::new(file, range)).hint(hint)
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn keep(&mut self, name: &str, rows: Rows, visible: bool) -> Result<(), Fault> {
        let table = MemTable::try_new(Arc::clone(&rows.schema), vec![rows.batches.clone()])?;
        self.session.register(name, Arc::new(table))?;
        self.rows.insert(name.to_owned(), (rows, visible));
        Ok(())
    }

    fn store(&self, warehouse: &mut Warehouse<'_>) -> Result<(), Fault> {
        let mut pending = warehouse.begin();
        for (name, (rows, visible)) in &self.rows {
            pending.add(name, rows, *visible)?;
        }
        pending.commit()
    }
}
