//! Parquet files of values of specs, for sample data.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::ArrowWriterOptions;
use lakeflow::types::DataType as SqlType;

use crate::engine::local::spark;
use crate::model::Constant;

/// A column of a file.
pub struct ParquetColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// Its values; one of another type is left out.
    pub values: Vec<Option<Constant>>,
}

/// The bytes of a file with these columns, the same for the same values.
///
/// # Errors
/// A type that no file can have, or columns of different lengths.
pub fn parquet_bytes(columns: &[ParquetColumn]) -> Result<Vec<u8>, String> {
    let (mut fields, mut arrays) = (vec![], vec![]);
    for column in columns {
        let ty = spark::arrow_type(&column.ty).ok_or_else(|| format!("no file has columns of type {}", column.ty))?;
        arrays.push(array(&column.values, &ty)?);
        fields.push(Field::new(&column.name, ty, true));
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|e| e.to_string())?;
    let mut bytes = vec![];
    let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, schema, options).map_err(|e| e.to_string())?;
    writer.write(&batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    Ok(bytes)
}

fn array(values: &[Option<Constant>], ty: &DataType) -> Result<ArrayRef, String> {
    let all = || values.iter().map(Option::as_ref);
    let array: ArrayRef = match ty {
        DataType::Utf8 => Arc::new(all().map(|value| value.map(ToString::to_string)).collect::<StringArray>()),
        DataType::Boolean => Arc::new(
            all()
                .map(|v| if let Some(Constant::Boolean(truth)) = v { Some(*truth) } else { None })
                .collect::<BooleanArray>(),
        ),
        DataType::Decimal128(precision, scale) => {
            let digits =
                all().map(|v| if let Some(Constant::Decimal { unscaled, .. }) = v { Some(*unscaled) } else { None });
            let digits = digits.collect::<Decimal128Array>().with_precision_and_scale(*precision, *scale);
            Arc::new(digits.map_err(|e| e.to_string())?)
        }
        DataType::Date32 => Arc::new(
            all().map(|v| if let Some(Constant::Date(day)) = v { Some(*day) } else { None }).collect::<Date32Array>(),
        ),
        DataType::Timestamp(_, zone) => {
            let moments = all().map(|v| if let Some(Constant::Timestamp(at)) = v { Some(*at) } else { None });
            Arc::new(moments.collect::<TimestampMicrosecondArray>().with_timezone_opt(zone.clone()))
        }
        ty if ty.is_floating() => Arc::new(
            all()
                .map(|v| if let Some(Constant::Double(value)) = v { Some(value.value()) } else { None })
                .collect::<Float64Array>(),
        ),
        _ => Arc::new(
            all()
                .map(|v| if let Some(Constant::Integer(value)) = v { Some(*value) } else { None })
                .collect::<Int64Array>(),
        ),
    };
    cast(&array, ty).map_err(|e| e.to_string())
}
