//! Queries over the tables that a run has kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::datasource::MemTable;
use sqlparser::ast::{ObjectName, TableFactor};

use super::relations::parts;
use super::run::placeless;
use super::runtime;
use super::spark::{Fault, Relations, Session};
use super::warehouse::Warehouse;
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::lakeflow;
use crate::source::{FileId, Span};

/// The rows that a query gives.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its columns, named as they are written.
    pub schema: SchemaRef,
    /// Its rows, in pieces.
    pub batches: Vec<RecordBatch>,
}

/// Runs a SELECT over the tables of a warehouse. `file` is where diagnostics place the text of the query.
///
/// # Errors
/// A fault of syntax (`E0801`), a table that is not there (`E0802`), a construct that this engine does not have
/// (`E1002`), a query that fails (`E1004`).
pub fn query(warehouse: &Warehouse<'_>, sql: &str, file: FileId) -> Result<Answer, Diagnostic> {
    let whole = Span::new(file, 0..sql.len());
    let text = sql.trim_end().trim_end_matches(';');
    let parsed = lakeflow::parse_query(text).map_err(|fault| {
        let found = Diagnostic::error(Code::PipelineSyntax, fault.message).at(Span::new(file, fault.range));
        found.maybe_hint(fault.hint)
    })?;
    let session = Session::new();
    let mut tables = StoredRelations { warehouse, session: &session, names: BTreeMap::new(), unknown: None };
    let run = async {
        let plan = session.plan(&parsed, &mut tables).await?;
        session.named(&parsed, plan, &tables.names).await
    };
    let outcome = runtime().and_then(|runtime| runtime.block_on(run));
    let unknown = tables.unknown.take();
    match outcome {
        Ok((schema, batches)) => Ok(Answer { schema, batches }),
        Err(fault) => Err(match unknown {
            Some(name) => {
                let visible = warehouse.tables().iter().filter(|t| t.visible).map(|t| t.name.as_str());
                let found = Diagnostic::error(Code::UnresolvedName, fault.to_string()).at(whole);
                found.maybe_hint(did_you_mean(&name, visible))
            }
            None => placeless(&fault).at(whole),
        }),
    }
}

/// Reads a table from the warehouse when a query names it.
struct StoredRelations<'a> {
    warehouse: &'a Warehouse<'a>,
    session: &'a Session,
    /// Names of columns as they are written, by their lower-case form.
    names: BTreeMap<String, String>,
    /// The table that was not found.
    unknown: Option<String>,
}

impl Relations for StoredRelations<'_> {
    fn table(&mut self, name: &ObjectName) -> Result<String, Fault> {
        let Some(last) = parts(name).pop() else { return Err(Fault::failed(format!("`{name}` is no table name"))) };
        let Some(rows) = self.warehouse.read(&last)? else {
            self.unknown = Some(last);
            return Err(Fault::failed(format!("the warehouse has no table `{name}`")));
        };
        self.names.extend(rows.names.iter().map(|name| (name.to_lowercase(), name.clone())));
        self.session.register(&last, Arc::new(MemTable::try_new(rows.schema, vec![rows.batches])?))?;
        Ok(last)
    }

    fn function(&mut self, _: &TableFactor) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}
