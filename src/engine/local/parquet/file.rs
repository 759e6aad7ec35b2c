//! One Parquet file: its columns in the types that the file itself gives, whatever its writer noted beside them.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::min;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};

/// What files of Spark say of days that they count in the calendar of old.
const LEGACY: [&str; 2] = ["org.apache.spark.legacyDateTime", "org.apache.spark.legacyINT96"];
/// The version of Spark that wrote a file.
const VERSION: &str = "org.apache.spark.version";
/// The first day that both calendars count alike, in days since 1970: 1582-10-15.
const GREGORIAN: i32 = -141_427;
/// From here on time zones have whole offsets in both, in microseconds: 1900-01-01.
const MODERN: i64 = -2_208_988_800_000_000;

/// A file whose footer was read.
pub struct ParquetFile {
    bytes: Bytes,
    metadata: ArrowReaderMetadata,
    is_legacy: bool,
}

impl ParquetFile {
    /// Reads the footer of a file.
    ///
    /// # Errors
    /// Why these are not the bytes of a Parquet file that can be read, as the end of a message that names the file.
    pub fn of(bytes: &[u8]) -> Result<ParquetFile, String> {
        let refused = |e: &dyn std::fmt::Display| format!("the file cannot be read as Parquet: {e}");
        let bytes = Bytes::copy_from_slice(bytes);
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let mut metadata = ArrowReaderMetadata::load(&bytes, options.clone()).map_err(|e| refused(&e))?;
        let mut names = BTreeSet::new();
        if let Some(twin) = metadata.schema().fields().iter().find(|field| !names.insert(field.name().clone())) {
            return Err(format!("the file has two columns `{}`", twin.name()));
        }
        if let Some(schema) = with_moments(&metadata) {
            let footer = Arc::clone(metadata.metadata());
            metadata = ArrowReaderMetadata::try_new(footer, options.with_schema(schema)).map_err(|e| refused(&e))?;
        }
        let notes = metadata.metadata().file_metadata().key_value_metadata();
        let is_legacy = notes.into_iter().flatten().any(|note| {
            let is_old = |version: &String| version.starts_with("1.") || version.starts_with("2.");
            LEGACY.contains(&note.key.as_str()) || note.key == VERSION && note.value.as_ref().is_some_and(is_old)
        });
        Ok(ParquetFile { bytes, metadata, is_legacy })
    }

    /// The columns and their types.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The rows, in batches.
    pub fn batches(&self) -> Result<Vec<RecordBatch>, String> {
        let refused = |e: &dyn std::fmt::Display| format!("the file cannot be read as Parquet: {e}");
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.metadata.clone());
        reader.build().map_err(|e| refused(&e))?.collect::<Result<_, _>>().map_err(|e| refused(&e))
    }

    /// The type that a column has in the file, as the format calls it.
    pub fn shown_type(&self, name: &str) -> String {
        let root = self.metadata.parquet_schema().root_schema();
        let Some(field) = root.get_fields().iter().find(|field| field.name() == name) else { return String::new() };
        let info = field.get_basic_info();
        let physical =
            || if field.is_primitive() { field.get_physical_type().to_string() } else { "nested".to_owned() };
        match (info.logical_type_ref(), info.converted_type()) {
            (_, ConvertedType::DECIMAL) if field.is_primitive() => {
                format!("DECIMAL({},{})", field.get_precision(), field.get_scale())
            }
            (Some(LogicalType::Timestamp(moment)), _) => {
                let zone = if moment.is_adjusted_to_u_t_c { "with" } else { "without" };
                format!("TIMESTAMP {zone} a time zone")
            }
            (_, ConvertedType::UTF8) => "STRING".to_owned(),
            (_, ConvertedType::NONE) => physical(),
            (_, converted) => converted.to_string(),
        }
    }

    /// Refuses moments that old versions of Spark counted in another calendar, which Spark would convert.
    pub fn check_calendar(&self, name: &str, values: &ArrayRef) -> Result<(), String> {
        let is_early = self.is_legacy
            && match values.data_type() {
                DataType::Date32 => min(values.as_primitive::<Date32Type>()).is_some_and(|day| day < GREGORIAN),
                DataType::Timestamp(TimeUnit::Microsecond, _) => {
                    min(values.as_primitive::<TimestampMicrosecondType>()).is_some_and(|moment| moment < MODERN)
                }
                _ => false,
            };
        match is_early {
            true => Err(format!("column `{name}` has days of long ago in the calendar of an old version of Spark")),
            false => Ok(()),
        }
    }
}

/// The columns of a file with moments of 96 bits in microseconds, which hold all of them; `None` if it has none. They are moments in
/// UTC.
fn with_moments(metadata: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let root = metadata.parquet_schema().root_schema();
    let mut is_any = false;
    let fields: Vec<Arc<Field>> = metadata
        .schema()
        .fields()
        .iter()
        .zip(root.get_fields())
        .map(|(field, own)| {
            if !own.is_primitive() || own.get_physical_type() != PhysicalType::INT96 {
                return Arc::clone(field);
            }
            is_any = true;
            let ty = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
            Arc::new(field.as_ref().clone().with_data_type(ty))
        })
        .collect();
    is_any.then(|| Arc::new(Schema::new(fields)))
}
