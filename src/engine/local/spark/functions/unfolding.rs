//! What `explode` and `posexplode` unfold: arrays and maps as arrays of structs, one field for each column.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, ListArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err, plan_err};

use super::super::native::NativeParam::{Any, List};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::{gathered, range};

pub(super) const FUNCTIONS: &[Native] = &[
    native("__with_position", &[Any], with_position_type, with_position),
    native("__exploded", &[Any], exploded_type, exploded),
    native("__pairs", &[Any], pairs_type, exploded),
    native("__or_null", &[List], |given| Ok(given.type_at(0)), or_null),
];

/// The columns that `explode` makes of a value: `col` of an array, `key` and `value` of a map.
fn unfolded(given: &GivenArguments) -> Result<Vec<Field>> {
    match given.type_at(0) {
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                Ok(fields.iter().map(|field| Field::new(field.name(), field.data_type().clone(), true)).collect())
            }
            other => plan_err!("{} is not an entry of a map", types::show(other)),
        },
        DataType::List(element) => Ok(vec![Field::new("col", element.data_type().clone(), true)]),
        other => plan_err!("`explode` takes an array or a map, found {}", types::show(&other)),
    }
}

fn exploded_type(given: &GivenArguments) -> Result<DataType> {
    Ok(types::array(DataType::Struct(unfolded(given)?.into())))
}

fn pairs_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Map(..) => exploded_type(given),
        other => plan_err!("`explode` of {} gives 1 column and is given 2 names", types::show(&other)),
    }
}

fn with_position_type(given: &GivenArguments) -> Result<DataType> {
    let position = Field::new("pos", DataType::Int32, true);
    let fields: Vec<Field> = std::iter::once(position).chain(unfolded(given)?).collect();
    Ok(types::array(DataType::Struct(fields.into())))
}

/// Each element of an array as a struct of one field, each entry of a map as one of two.
fn exploded(call: &NativeCall) -> Result<ArrayRef> {
    unfolded_to(call, None)
}

/// Each element or entry with its position from 0 on.
fn with_position(call: &NativeCall) -> Result<ArrayRef> {
    let (offsets, length) = match call.arg(0)?.as_map_opt() {
        Some(map) => (map.offsets(), map.entries().len()),
        None => (call.lists(0)?.offsets(), call.lists(0)?.values().len()),
    };
    let mut positions = vec![0; length];
    for bounds in offsets.windows(2) {
        let [begin, end] = *bounds else { continue };
        for place in begin..end {
            if let Some(slot) = usize::try_from(place).ok().and_then(|index| positions.get_mut(index)) {
                *slot = place - begin;
            }
        }
    }
    unfolded_to(call, Some(Arc::new(Int32Array::from(positions))))
}

/// An array of structs out of an array or a map: the positions, if given, then the parts.
fn unfolded_to(call: &NativeCall, positions: Option<ArrayRef>) -> Result<ArrayRef> {
    let (parts, offsets, nulls) = match call.arg(0)?.as_map_opt() {
        Some(map) => (map.entries().columns().to_vec(), map.offsets(), map.nulls()),
        None => {
            let lists = call.lists(0)?;
            (vec![Arc::clone(lists.values())], lists.offsets(), lists.nulls())
        }
    };
    let DataType::List(item) = &call.returns else { return exec_err!("`explode` gives an array") };
    let DataType::Struct(fields) = item.data_type() else { return exec_err!("`explode` gives structs") };
    let columns = positions.into_iter().chain(parts).collect();
    let values = StructArray::try_new(fields.clone(), columns, None)?;
    Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets.clone(), Arc::new(values), nulls.cloned())?))
}

/// An array of one NULL in place of NULL and of an empty array: what OUTER generators unfold.
fn or_null(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let row = |row: usize| {
        let range = range(lists, row);
        if lists.is_null(row) || range.is_empty() { vec![None] } else { range.map(Some).collect() }
    };
    gathered(lists.values(), (0..call.rows).map(|i| Some(row(i))).collect())
}
