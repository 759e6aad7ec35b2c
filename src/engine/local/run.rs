//! A run: every dataset of a pipeline, each after those it reads.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::DataType;
use lakeflow::ast::{DeclaredColumn, Statement};
use lakeflow::check::{Definition, Pipeline, Writers, expectations_of, query_of, table_of, writers};
use sqlparser::ast::Query;

use super::cdc;
use super::culprit;
use super::expectation;
use super::header::LandingNote;
use super::hold::{Hold, hold};
use super::outside::{self, OutsideNames};
use super::relations::PipelineRelations;
use super::report::{DatasetReport, RunReport};
use super::runtime::runtime;
use super::spark::{QueryFault, Session};
use super::table::Table;
use super::warehouse::WarehouseWriter;
use super::{RunFault, spark};

/// What is to be run.
pub struct RunRequest<'a> {
    /// The pipeline, judged and in order.
    pub pipeline: &'a Pipeline,
    /// Values of `${key}`, except for `landing`.
    pub parameters: &'a BTreeMap<String, String>,
    /// The directory that `${landing}` means.
    pub landing: &'a Path,
    /// Where the tables are kept; replaced as a whole when the run succeeds.
    pub warehouse: &'a Path,
}

/// How long a run waits for another one on the same warehouse.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a pipeline and replaces the warehouse, after another run that is doing so.
///
/// # Errors
/// The first fault. The warehouse is then as it was.
pub fn run(request: &RunRequest<'_>) -> Result<RunReport, RunFault> {
    run_held(request, &hold(request.warehouse, PATIENCE)?)
}

/// Runs a pipeline and replaces the warehouse that is held.
///
/// # Errors
/// As [`run`].
pub fn run_held(request: &RunRequest<'_>, _: &Hold) -> Result<RunReport, RunFault> {
    let mut writer = WarehouseWriter::begin(request.warehouse)?;
    let report = runtime()?.block_on(run_all(request, &mut writer))?;
    writer.finish()?;
    Ok(report)
}

async fn run_all(request: &RunRequest<'_>, writer: &mut WarehouseWriter) -> Result<RunReport, RunFault> {
    let session = Session::new();
    let outside = outside::register(&request.pipeline.outside, request.landing, &session).await?;
    let writers = writers(&request.pipeline.files);
    let mut report = RunReport::default();
    let mut rows: BTreeMap<String, usize> = outside.iter().map(|(name, (_, rows))| (name.clone(), *rows)).collect();
    let run = Run { request, session: &session, outside: &outside };
    for definition in &request.pipeline.datasets {
        let start = Instant::now();
        let foreign = || RunFault::failed(&definition.name, "it is defined in another pipeline");
        let statement = definition.statement(&request.pipeline.files).ok_or_else(foreign)?;
        let made = run.make(statement, writers.get(&definition.name), definition).await?;
        let result = conform(definition, made.table)?;
        require_values(definition, table_of(&statement.kind).map_or(&[], |t| &t.columns), &result)?;
        let before = result.rows();
        let expectations = expectations_of(&statement.kind);
        let (table, expectations) =
            expectation::apply(&session, &definition.name, expectations, result, &statement.kind).await?;
        table.register(&session, &definition.name)?;
        writer.add(&definition.name, &table, definition.private)?;
        let read = definition.reads.iter().filter_map(|name| rows.get(name.as_str())).collect::<Vec<_>>();
        let rows_in = if let [one] = read.as_slice() { **one } else { made.rows_in };
        rows.insert(definition.name.clone(), table.rows());
        report.datasets.push(DatasetReport {
            name: definition.name.clone(),
            kind: definition.kind,
            rows_in,
            rows_out: table.rows(),
            dropped: before - table.rows(),
            expectations,
            notes: made.notes,
            seconds: start.elapsed().as_secs_f64(),
        });
    }
    Ok(report)
}

struct MadeTable {
    table: Table,
    rows_in: usize,
    notes: Vec<LandingNote>,
}

/// What all datasets of a run are made with.
struct Run<'a> {
    request: &'a RunRequest<'a>,
    session: &'a Session,
    outside: &'a OutsideNames,
}

impl Run<'_> {
    /// The result of a dataset before its expectations.
    async fn make(
        &self,
        statement: &Statement,
        writers: Option<&Writers<'_>>,
        definition: &Definition,
    ) -> Result<MadeTable, RunFault> {
        if let Some(query) = query_of(&statement.kind) {
            return self.query(&definition.name, query).await;
        }
        if let Some(cdc) = writers.and_then(|writers| writers.changes) {
            let (table, rows_in) = cdc::apply(self.session, &definition.name, cdc).await?;
            return Ok(MadeTable { table, rows_in, notes: vec![] });
        }
        let mut made: Option<MadeTable> = None;
        for flow in writers.iter().flat_map(|writers| &writers.inserts) {
            let next = self.query(&definition.name, &flow.query).await?;
            made = Some(match made {
                None => next,
                Some(before) => {
                    let table = before.table.append_by_name(&next.table);
                    let table = table.map_err(|e| RunFault::failed(&definition.name, e))?;
                    let notes = before.notes.into_iter().chain(next.notes).collect();
                    MadeTable { table, rows_in: before.rows_in + next.rows_in, notes }
                }
            });
        }
        made.ok_or_else(|| RunFault::failed(&definition.name, "nothing writes into it"))
    }

    async fn query(&self, name: &str, query: &Query) -> Result<MadeTable, RunFault> {
        let Run { request, session, outside } = *self;
        let fill = |text: &str| filled(text, request.parameters);
        let mut relations = PipelineRelations {
            session,
            landing: request.landing,
            outside,
            parameters: &fill,
            reads: 0,
            rows_read: 0,
            notes: vec![],
            fault: None,
        };
        let result = session.query(query, &mut relations).await;
        let (schema, batches) = match (result, relations.fault.take()) {
            (Ok(rows), _) => rows,
            (Err(_), Some(fault)) => return Err(fault),
            (Err(fault), None) => {
                let mut named = RunFault::of(name, fault);
                if let RunFault::Failed { column, values, .. } = &mut named
                    && let Some(culprit) = culprit::find(session, query, &mut relations).await
                {
                    (*column, *values) = (Some(culprit.column), culprit.values);
                }
                return Err(named);
            }
        };
        let table = Table::of(&schema, &batches).map_err(|e| RunFault::failed(name, e))?;
        Ok(MadeTable { table, rows_in: relations.rows_read, notes: relations.notes })
    }
}

/// A text with its `${key}` parameters filled in.
fn filled(text: &str, parameters: &BTreeMap<String, String>) -> Result<String, QueryFault> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (key, behind) =
            after.split_once('}').ok_or_else(|| QueryFault::failed(format!("`{text}` has no closing `}}`")))?;
        let value = parameters.get(key).ok_or_else(|| QueryFault::failed(format!("parameter `{key}` has no value")))?;
        out.push_str(before);
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// The result with the declared columns, in their order and type; without a declaration as the query gives it.
fn conform(definition: &Definition, table: Table) -> Result<Table, RunFault> {
    let failed = |why: &dyn std::fmt::Display| RunFault::failed(&definition.name, why.to_string());
    let mut columns: Vec<(String, DataType)> = vec![];
    for column in definition.columns.iter() {
        let found = table.index_of(&column.name).map(|i| table.batch.column(i).data_type().clone());
        let declared = spark::arrow_type(&column.ty).or(found);
        columns.push((column.name.clone(), declared.ok_or_else(|| failed(&format!("no column `{}`", column.name)))?));
    }
    if columns.is_empty() { Ok(table) } else { table.conform(&columns).map_err(|e| failed(&e)) }
}

/// Refuses rows without a value for a column that is declared NOT NULL (lakeflow-sql.md, "Streaming tables": the write
/// fails).
fn require_values(definition: &Definition, declared: &[DeclaredColumn], table: &Table) -> Result<(), RunFault> {
    for column in declared.iter().filter(|c| c.not_null) {
        let name = &column.name.value;
        let missing = table.index_of(name).map_or(0, |i| table.batch.column(i).logical_null_count());
        if missing > 0 {
            let why = format!("column `{name}` is NOT NULL, but {missing} rows have no value for it");
            return Err(RunFault::failed(&definition.name, why));
        }
    }
    Ok(())
}
