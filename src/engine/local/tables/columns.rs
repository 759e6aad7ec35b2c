//! Columns of a table against the columns of a query: found by name, cast to the declared type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::super::spark::{Fault, convert, type_of};
use super::Rows;
use crate::lakeflow::ast::Column;

/// The rows in the order and the types of the declared columns; a declared column that is not delivered is NULL.
///
/// # Errors
/// When a delivered column is not declared, a value does not fit its column, or a column that may not be NULL is.
pub(in super::super) fn as_declared(rows: &Rows, columns: &[Column]) -> Result<Rows, Fault> {
    if columns.is_empty() {
        return Ok(rows.clone());
    }
    let declared = |name: &str| columns.iter().any(|c| c.name.value.eq_ignore_ascii_case(name));
    if let Some(extra) = rows.schema.fields().iter().find(|f| !declared(f.name())) {
        return Err(Fault::failed(format!("the query delivers `{}`, which is not declared", extra.name())));
    }
    let target = columns
        .iter()
        .map(|c| Ok((c.name.value.clone(), type_of(&c.data_type)?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    let cast = by_name(rows, &target)?;
    for (position, column) in columns.iter().enumerate().filter(|(_, c)| c.not_null) {
        let missing: usize =
            cast.batches.iter().filter_map(|b| b.columns().get(position)).map(|c| c.logical_null_count()).sum();
        if missing > 0 {
            let name = &column.name.value;
            return Err(Fault::failed(format!("column `{name}` is NOT NULL, but {missing} rows have no value for it")));
        }
    }
    Ok(cast)
}

/// The rows with exactly the given columns, cast to their types.
///
/// # Errors
/// When a value does not fit its column.
fn by_name(rows: &Rows, target: &[(String, DataType)]) -> Result<Rows, Fault> {
    let fields: Vec<_> = target.iter().map(|(name, ty)| Field::new(name.to_lowercase(), ty.clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let find = |name: &str| rows.schema.fields().iter().position(|f| f.name().eq_ignore_ascii_case(name));
    let places: Vec<Option<usize>> = target.iter().map(|(name, _)| find(name)).collect();
    let mut batches = vec![];
    for batch in &rows.batches {
        let column = |((name, ty), place): (&(String, DataType), &Option<usize>)| -> Result<ArrayRef, Fault> {
            match place.and_then(|p| batch.columns().get(p)) {
                Some(column) => Ok(convert(column, ty, false)
                    .map_err(|e| Fault::failed(format!("column `{name}`: {}", Fault::from(e))))?),
                None => Ok(new_null_array(ty, batch.num_rows())),
            }
        };
        let columns = target.iter().zip(&places).map(column).collect::<Result<Vec<_>, _>>()?;
        batches.push(RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| Fault::failed(e.to_string()))?);
    }
    Ok(Rows { schema, batches, names: target.iter().map(|(name, _)| name.clone()).collect() })
}

/// The rows of a further flow behind those of the first, column by column of the same name.
///
/// # Errors
/// When the further flow delivers a column that the first does not, or a value that does not fit.
pub(in super::super) fn appended(first: &Rows, more: &Rows) -> Result<Rows, Fault> {
    let types = first.schema.fields().iter().map(|f| f.data_type().clone());
    let target: Vec<_> = first.names.iter().cloned().zip(types).collect();
    let known = |name: &str| target.iter().any(|(column, _)| column.eq_ignore_ascii_case(name));
    if let Some(extra) = more.names.iter().find(|name| !known(name)) {
        return Err(Fault::failed(format!("a flow delivers `{extra}`, which the first flow does not")));
    }
    // Both sides are rebuilt, so that they agree in every detail of their schema.
    let (first, more) = (by_name(first, &target)?, by_name(more, &target)?);
    Ok(first.with(first.batches.iter().chain(&more.batches).cloned().collect()))
}
