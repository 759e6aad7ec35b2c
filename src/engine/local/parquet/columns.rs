//! The columns of one file as specs would declare them, with their values as texts.

use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use lakeflow::types::DataType as SqlType;

use super::damage;
use super::file::ParquetFile;

/// A column of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileColumn {
    /// Its name in the file.
    pub name: String,
    /// Its type as an entity declares it; `None` if no column of an entity has it.
    pub ty: Option<SqlType>,
    /// Its type as the file calls it.
    pub shown: String,
    /// Its values as texts, NULL as an empty one; none if it has no type.
    pub texts: Vec<String>,
}

/// The columns of a file and its number of rows, with the texts of at most `most` of them.
///
/// # Errors
/// Why these are not the bytes of a Parquet file.
pub fn parquet_columns(bytes: &[u8], most: usize) -> Result<(Vec<FileColumn>, usize), String> {
    if bytes.is_empty() {
        return Ok((vec![], 0));
    }
    damage::contained(|| {
        let file = ParquetFile::of(bytes)?;
        let column = |field: &datafusion::arrow::datatypes::FieldRef| FileColumn {
            name: field.name().clone(),
            ty: declared(field.data_type()),
            shown: file.shown_type(field.name()),
            texts: vec![],
        };
        let mut columns: Vec<FileColumn> = file.schema().fields().iter().map(column).collect();
        let mut rows = 0;
        for batch in file.batches()? {
            let taken = batch.num_rows().min(most.saturating_sub(rows));
            for (column, array) in columns.iter_mut().zip(batch.columns()).filter(|(column, _)| column.ty.is_some()) {
                let options = FormatOptions::default();
                let format = ArrayFormatter::try_new(array.as_ref(), &options).map_err(|e| e.to_string())?;
                let text = |row: usize| if array.is_null(row) { String::new() } else { format.value(row).to_string() };
                column.texts.extend((0..taken).map(text));
            }
            rows += taken;
        }
        Ok((columns, rows))
    })
}

/// The type that a column of an entity has for values of a file.
fn declared(ty: &DataType) -> Option<SqlType> {
    Some(match ty {
        DataType::Utf8 => SqlType::String,
        DataType::Boolean => SqlType::Boolean,
        DataType::Int8 => SqlType::TinyInt,
        DataType::Int16 | DataType::UInt8 => SqlType::SmallInt,
        DataType::Int32 | DataType::UInt16 => SqlType::Int,
        DataType::Int64 | DataType::UInt32 => SqlType::BigInt,
        DataType::UInt64 => SqlType::Decimal { precision: 20, scale: 0 },
        DataType::Float32 => SqlType::Float,
        DataType::Float64 => SqlType::Double,
        DataType::Decimal128(precision, scale) => {
            SqlType::Decimal { precision: *precision, scale: u8::try_from(*scale).ok()? }
        }
        DataType::Date32 => SqlType::Date,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => return None,
        DataType::Timestamp(_, Some(_)) => SqlType::Timestamp,
        DataType::Timestamp(_, None) => SqlType::TimestampNtz,
        _ => return None,
    })
}
