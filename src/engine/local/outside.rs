//! Tables that something else keeps: their rows are read from files in the landing directory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use lakeflow::check::OutsideTable;
use lakeflow::types::Column;
use lakeflow::{build, is_same_name};
use sqlparser::ast::{Ident, SelectItem, SetExpr};

use super::RunFault;
use super::csv::{self, CsvFormat, CsvRecord};
use super::decode;
use super::landing;
use super::spark::{LastPart, OUTSIDE_PREFIX, Session};
use super::table::Table;
use crate::model::rows_file;

/// A header, and fields in quotes that double a quotation mark; a field without a text is NULL.
const FORMAT: CsvFormat = CsvFormat { delimiter: ',', quote: '"', escape: '"', comment: None };

/// The tables that a session knows: by their names, the name there and how many rows there are.
pub type OutsideNames = BTreeMap<String, (String, usize)>;

/// Reads the rows of all tables and makes them known.
///
/// # Errors
/// A file that is not there, that lacks a column, or with a value that is not of the type of its column.
pub async fn register(tables: &[OutsideTable], landing: &Path, session: &Session) -> Result<OutsideNames, RunFault> {
    let mut names = OutsideNames::new();
    for (number, table) in tables.iter().enumerate() {
        let rows = read(table, landing, session).await?;
        let registered = format!("{OUTSIDE_PREFIX}_{number}");
        rows.register(session, &registered)?;
        names.insert(table.key(), (registered, rows.rows()));
    }
    Ok(names)
}

async fn read(table: &OutsideTable, landing: &Path, session: &Session) -> Result<Table, RunFault> {
    let file = rows_file(&table.key());
    let path = landing.join(&file);
    let fault = |why: String| RunFault::landing(&path, why);
    if !path.is_file() {
        let name = table.name.join(".");
        let header = table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",");
        let why =
            format!("file not found; local runs read the rows of table `{name}` there, with the header `{header}`");
        return Err(fault(why));
    }
    let landed = landing::file(landing, &file)?;
    let text = decode::text_of(&landed, None)?;
    let records = csv::records(&text, FORMAT).map_err(fault)?;
    let Some((header, rows)) = records.split_first() else { return Err(fault("the file has no header".to_owned())) };
    if let Some(row) = rows.iter().find(|row| row.fields.len() != header.fields.len()) {
        let (found, wanted) = (row.fields.len(), header.fields.len());
        return Err(fault(format!("line {}: expected {wanted} fields, found {found}", row.line)));
    }
    let texts = texts(&table.columns, header, rows).map_err(fault)?;
    let typed = typed(&table.columns, &texts, session).await?;
    for ((column, texts), values) in table.columns.iter().zip(texts.batch.columns()).zip(typed.batch.columns()) {
        // A text that is no value of the type has become NULL.
        let lost = (0..texts.len()).find(|row| texts.is_valid(*row) && values.is_null(*row));
        if let Some(row) = lost.and_then(|row| rows.get(row)) {
            return Err(fault(format!("line {}: the value of `{}` is not {}", row.line, column.name, column.ty)));
        }
    }
    Ok(typed)
}

/// The columns that are read, as texts.
fn texts(columns: &[Column], header: &CsvRecord, rows: &[CsvRecord]) -> Result<Table, String> {
    let mut arrays: Vec<ArrayRef> = vec![];
    for column in columns {
        let place = header.fields.iter().position(|name| is_same_name(name, &column.name));
        let place = place.ok_or_else(|| format!("no column `{}`", column.name))?;
        let texts = rows.iter().map(|row| row.fields.get(place).filter(|text| !text.is_empty()));
        arrays.push(Arc::new(texts.collect::<StringArray>()));
    }
    let fields: Vec<Field> = columns.iter().map(|c| Field::new(&c.name, DataType::Utf8, true)).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| e.to_string())?;
    Ok(Table { batch })
}

/// The values of the texts, as Spark casts them; NULL for what is none.
async fn typed(columns: &[Column], texts: &Table, session: &Session) -> Result<Table, RunFault> {
    let registered = format!("{OUTSIDE_PREFIX}_texts");
    texts.register(session, &registered)?;
    let value = |column: &Column| {
        let own = build::column([column.name.to_lowercase().as_str()]);
        SelectItem::ExprWithAlias {
            expr: build::try_cast(own, &column.ty),
            alias: Ident::with_quote('`', &column.name),
        }
    };
    let failed = |why: String| RunFault::failed("a table outside of the pipeline", why);
    let query = lakeflow::parse_query(&format!("SELECT * FROM {registered}"));
    let mut query = query.map_err(|fault| failed(fault.message))?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = columns.iter().map(value).collect();
    }
    let rows = session.query(&query, &mut LastPart).await;
    let (schema, batches) = rows.map_err(|fault| RunFault::of("a table outside of the pipeline", fault))?;
    Table::of(&schema, &batches).map_err(|e| failed(e.to_string()))
}
