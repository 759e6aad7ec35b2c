//! Files of Parquet: values of the types of their columns, and what is wrong with such files. Only a program with the engine can
//! write them.

use lakeflow::types::DataType;

use super::csv_text;
use super::delivery::{Delivery, FileShape};
use super::values::Values;
use crate::engine::local::{ParquetColumn, parquet_bytes};
use crate::model::{ColumnId, Constant, EntityColumn};
use crate::resolve;

/// The bytes of a delivery. What is no value of its column has no place in one, and is left out.
pub fn bytes(values: &Values<'_>, delivery: &Delivery) -> Vec<u8> {
    if delivery.shape == FileShape::Empty {
        return vec![];
    }
    let rows: Vec<&Vec<String>> = delivery.rows.iter().filter(|row| !row.is_empty()).collect();
    let as_texts = (delivery.shape == FileShape::Broken).then(|| of_other_type(values)).flatten();
    let column = |(id, column): (ColumnId, &EntityColumn)| {
        let ty = if as_texts == Some(id) { DataType::String } else { column.ty.clone() };
        let value = |row: &&Vec<String>| typed(row.get(id.0)?, &ty);
        let name = csv_text::header(values, delivery.shape, id, column);
        ParquetColumn { name, values: rows.iter().map(value).collect(), ty }
    };
    let mut columns: Vec<ParquetColumn> = values.columns().map(column).collect();
    match delivery.shape {
        FileShape::Windows => columns.reverse(),
        FileShape::Extra => columns.push(ParquetColumn {
            name: "exported_by".to_owned(),
            ty: DataType::String,
            values: (0..rows.len()).map(|row| Some(Constant::Text(format!("clerk {}", row % 7)))).collect(),
        }),
        _ => {}
    }
    // All columns have the length of the rows, and a type that entities can have.
    parquet_bytes(&columns).unwrap_or_default()
}

/// A text as a value of its type; `None` for what is none.
fn typed(text: &str, ty: &DataType) -> Option<Constant> {
    if *ty == DataType::String {
        return (!text.is_empty()).then(|| Constant::Text(text.to_owned()));
    }
    resolve::read(text.trim_matches(' '), ty)
}

/// The last column that a broken file may have as texts.
fn of_other_type(values: &Values<'_>) -> Option<ColumnId> {
    let may = |(id, column): &(ColumnId, &EntityColumn)| column.ty != DataType::String && !values.is_protected(*id);
    values.columns().filter(may).last().map(|(id, _)| id)
}
