//! What `from_json` and `from_csv` have in common: a schema that is written out, and moments as texts.

use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, not_impl_err, plan_err};
use lakeflow::{cast, types as ours};

use super::super::cast::is_time_alone;
use super::super::native::GivenArguments;
use super::super::types;
use super::maps::map_type;

/// The type that the second argument says: a type, or columns.
pub(super) fn schema(function: &str, given: &GivenArguments) -> Result<DataType> {
    let Some(schema) = given.text(1) else {
        return not_impl_err!("`{function}` with a schema that is not a literal");
    };
    let ty = match ours::parse_columns(schema) {
        Ok(columns) if !columns.is_empty() => {
            let field = |c: &ours::Column| Some(Field::new(&c.name, shape(&c.ty)?, true));
            columns.iter().map(field).collect::<Option<Fields>>().map(DataType::Struct)
        }
        _ => ours::DataType::parse(schema).ok().and_then(|ty| shape(&ty)),
    };
    match ty {
        Some(ty) => Ok(ty),
        None => plan_err!("`{schema}` is not a schema that `{function}` can read with in the local engine"),
    }
}

/// The Arrow type; maps too, which tables of this engine do not hold.
fn shape(ty: &ours::DataType) -> Option<DataType> {
    Some(match ty {
        ours::DataType::Map(key, value) => map_type(shape(key)?, shape(value)?),
        ours::DataType::Array(element) => types::array(shape(element)?),
        ours::DataType::Struct(fields) => {
            let field = |f: &ours::Field| Some(Field::new(&f.name, shape(&f.ty)?, true));
            DataType::Struct(fields.iter().map(field).collect::<Option<Fields>>()?)
        }
        other => types::of(other)?,
    })
}

/// A TIMESTAMP as a cast reads it; `None` for a text that is none.
///
/// # Errors
/// For texts that Spark reads by the day of the run, or by rules of its own.
pub(super) fn moment_of(function: &str, text: &str) -> Result<Option<i64>> {
    match cast::timestamp(cast::trimmed(text)) {
        Some(_) if is_time_alone(text) => {
            not_impl_err!("a time without a date as a TIMESTAMP: it is one of the day of the run")
        }
        None if is_time_alone(text) || text.contains("GMT") => {
            not_impl_err!("`{function}` of a TIMESTAMP in this form")
        }
        moment => Ok(moment),
    }
}
