//! Rows of datasets: columns as declared, expectations, change data capture.

mod cdc;
mod columns;
mod expectations;

pub(super) use cdc::apply as apply_changes;
pub(super) use columns::{appended, as_declared};
pub(super) use expectations::{Judged, judge};

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use sqlparser::ast::{Expr, Ident, ObjectName, Query, SelectItem, SetExpr, TableFactor};

use super::spark::Fault;
use crate::lakeflow;

/// Rows with their columns, which bear lower-case names.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows, in pieces.
    pub batches: Vec<RecordBatch>,
    /// The columns' names as they are written.
    pub names: Vec<String>,
}

impl Rows {
    /// Rows as a query gives them: their columns bear the names as written.
    ///
    /// # Errors
    /// When two columns have one name.
    pub fn of(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Self, Fault> {
        let names: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.to_lowercase())) {
            return Err(Fault::failed(format!("the query delivers two columns `{twice}`")));
        }
        let lower =
            |field: &Arc<Field>| field.as_ref().clone().with_name(field.name().to_lowercase()).with_nullable(true);
        let lowered = Arc::new(Schema::new(schema.fields().iter().map(lower).collect::<Vec<_>>()));
        let rebuild = |batch: &RecordBatch| RecordBatch::try_new(Arc::clone(&lowered), batch.columns().to_vec());
        let batches = batches.iter().map(rebuild).collect::<Result<Vec<_>, _>>();
        Ok(Rows { batches: batches.map_err(|e| Fault::failed(e.to_string()))?, schema: lowered, names })
    }

    /// The rows under other column names; no names change nothing.
    ///
    /// # Errors
    /// When there are not as many names as columns.
    pub fn renamed(self, names: &[String]) -> Result<Self, Fault> {
        if names.is_empty() {
            return Ok(self);
        }
        if names.len() != self.names.len() {
            return Err(Fault::failed(format!(
                "{} columns are named, the query delivers {}",
                names.len(),
                self.names.len()
            )));
        }
        let renamed = self.schema.fields().iter().zip(names).map(|(f, name)| f.as_ref().clone().with_name(name));
        Rows::of(&Arc::new(Schema::new(renamed.collect::<Vec<_>>())), &self.batches)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.batches.iter().map(|batch| batch.num_rows() as u64).sum()
    }

    /// All rows in one piece.
    ///
    /// # Errors
    /// When they are too many for one.
    pub fn whole(&self) -> Result<RecordBatch, Fault> {
        concat_batches(&self.schema, &self.batches).map_err(|e| Fault::failed(e.to_string()))
    }

    /// The same columns with other rows.
    pub fn with(&self, batches: Vec<RecordBatch>) -> Self {
        Rows { schema: Arc::clone(&self.schema), batches, names: self.names.clone() }
    }
}

/// `SELECT *, expression AS alias, .. FROM table`.
///
/// # Errors
/// Never for a table of a session; a fault of this module otherwise.
pub(super) fn select_with(table: &ObjectName, more: Vec<(Expr, String)>) -> Result<Query, Fault> {
    let broken = || Fault::failed("the engine could not build a query");
    let mut query = lakeflow::parse_query("SELECT * FROM rows").map_err(|_| broken())?;
    let SetExpr::Select(select) = query.body.as_mut() else { return Err(broken()) };
    for (expr, alias) in more {
        select.projection.push(SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('`', alias) });
    }
    match select.from.first_mut().map(|from| &mut from.relation) {
        Some(TableFactor::Table { name, .. }) => *name = table.clone(),
        _ => return Err(broken()),
    }
    Ok(query)
}
