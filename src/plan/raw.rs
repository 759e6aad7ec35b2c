//! The columns of the table that holds what files hold: of CSV, one for each column of the entity; of JSON and Parquet, one for
//! each field of the records that any column is read from.

use lakeflow::is_same_name;
use lakeflow::types::DataType;

use crate::model::{Entity, EntityColumn, FileFormat, PersonalKind};

/// The column of raw and quarantine tables for what is no record.
pub const CORRUPT: &str = "_corrupt_record";

/// The column of raw and quarantine tables for what no other column takes.
pub const RESCUED: &str = "_rescued_data";

/// A column of a raw table.
#[derive(Debug, Clone, PartialEq)]
pub struct RawColumn {
    /// Its name in the table.
    pub name: String,
    /// Its name in the files.
    pub field: String,
    /// The type that it is read as.
    pub ty: DataType,
    /// The kind of personal data in it.
    pub pii: Option<PersonalKind>,
}

/// The columns of the raw table of an entity, in the order in which its columns name them.
pub fn raw_columns(entity: &Entity) -> Vec<RawColumn> {
    match entity.files().map(|files| &files.format) {
        None => vec![],
        Some(FileFormat::Csv(_)) => entity.columns.iter().map(own).collect(),
        Some(FileFormat::Json(_)) => fields(entity, |_| DataType::String),
        Some(FileFormat::Parquet) => fields(entity, read_type),
    }
}

fn own(column: &EntityColumn) -> RawColumn {
    RawColumn { name: column.name.clone(), field: column.header.clone(), ty: DataType::String, pii: column.pii }
}

/// The type that a column of Parquet is read as. Integers are read in full and made smaller afterwards: a reader that is asked for a
/// smaller type, or for a signed one where the file has none, cuts off digits (Spark 4.3).
pub fn read_type(column: &EntityColumn) -> DataType {
    if column.ty.is_integral() { DataType::BigInt } else { column.ty.clone() }
}

/// The column of a raw table that a column of the entity is read from.
pub fn raw_column_of<'a>(raw: &'a [RawColumn], column: &EntityColumn) -> Option<&'a RawColumn> {
    raw.iter().find(|raw| raw.field == column.header)
}

/// Fields keep their names, so that what the spec makes of them can change while the table stays.
fn fields(entity: &Entity, ty: impl Fn(&EntityColumn) -> DataType) -> Vec<RawColumn> {
    let mut raw: Vec<RawColumn> = vec![];
    for column in &entity.columns {
        if let Some(known) = raw.iter_mut().find(|known| known.field == column.header) {
            known.pii = joined(known.pii, kind_of_field(column));
            continue;
        }
        let mut name: String = column.header.chars().map(|c| if is_refused(c) { '_' } else { c }).collect();
        while raw.iter().any(|other| is_same_name(&other.name, &name)) {
            name.push('_');
        }
        raw.push(RawColumn { name, field: column.header.clone(), ty: ty(column), pii: kind_of_field(column) });
    }
    raw
}

/// Whether Delta tables have no column with this character in its name (lakeflow-sql.md, "Names and literals").
fn is_refused(c: char) -> bool {
    " ,;{}()=.`".contains(c) || c.is_control()
}

/// The kind of personal data in the field that a column is read from. What else lies in a field beside a personal part is
/// not known.
fn kind_of_field(column: &EntityColumn) -> Option<PersonalKind> {
    column.pii.map(|kind| if column.path.is_empty() { kind } else { PersonalKind::Other })
}

fn joined(one: Option<PersonalKind>, other: Option<PersonalKind>) -> Option<PersonalKind> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(PersonalKind::Other),
        (one, other) => one.or(other),
    }
}
