//! Access to what is inside a struct, a map or an array.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, MapArray, StructArray, UInt32Array};
use datafusion::arrow::compute::{is_not_null, nullif, take};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{DataFusionError, Result, exec_err, plan_err};
use lakeflow::is_same_name;

use super::super::cast::convert;
use super::super::native::NativeParam::{Any, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::{comparable, range};

pub(super) const FUNCTIONS: &[Native] = &[
    native("__field", &[Any, Text], field_type, field),
    native("__all_fields", &[Any, Text], all_fields_type, |_| exec_err!("a struct stands for its fields")),
    native("__nth_field", &[Any, Text, Text], nth_type, nth),
    native("__subscript", &[Any, Any], inner_type, |c| at(c, Base::Zero)),
    native("element_at", &[Any, Any], element_type, |c| at(c, Base::One)),
    native("try_element_at", &[Any, Any], element_type, |c| at(c, Base::Lenient)),
    native("get", &[Any, Any], inner_type, |c| at(c, Base::LenientZero)),
];

fn field_type(given: &GivenArguments) -> Result<DataType> {
    let Some(name) = given.text(1) else { return plan_err!("a field needs a name") };
    match given.type_at(0) {
        DataType::Struct(fields) => match fields.iter().find(|f| is_same_name(f.name(), name)) {
            Some(field) => Ok(field.data_type().clone()),
            None => plan_err!("the struct has no field `{name}`"),
        },
        DataType::Map(..) => inner_type(given),
        // An array of structs gives an array of the field's values.
        DataType::List(element) => match element.data_type() {
            DataType::Struct(fields) => match fields.iter().find(|f| is_same_name(f.name(), name)) {
                Some(field) => Ok(types::array(field.data_type().clone())),
                None => plan_err!("the struct has no field `{name}`"),
            },
            other => plan_err!("{} has no field `{name}`", types::show(other)),
        },
        other => plan_err!("{} has no field `{name}`", types::show(&other)),
    }
}

/// A field of a NULL struct is NULL, whatever its buffer holds.
fn within(structs: &StructArray, column: &ArrayRef) -> Result<ArrayRef> {
    match structs.nulls() {
        Some(_) => Ok(nullif(column.as_ref(), &datafusion::arrow::compute::is_null(structs)?)?),
        None => Ok(Arc::clone(column)),
    }
}

/// The field at a position, from 0 on, of a struct that has to have so many.
fn nth_type(given: &GivenArguments) -> Result<DataType> {
    let number = |position: usize| given.text(position).and_then(|text| text.parse::<usize>().ok());
    match (given.type_at(0), number(1), number(2)) {
        (DataType::Struct(fields), Some(place), Some(count)) if fields.len() == count => {
            fields.get(place).map_or_else(|| plan_err!("a struct has no such field"), |f| Ok(f.data_type().clone()))
        }
        (DataType::Struct(fields), _, Some(count)) => {
            plan_err!("`inline` gives {} columns and is given {count} names", fields.len())
        }
        (other, ..) => plan_err!("`inline` takes an array of structs, not of {}", types::show(&other)),
    }
}

/// A place where columns stand for the fields of a struct, and the names of these. It is raised as an error, because a query
/// has to say its columns before the types of its parts are known.
#[derive(Debug)]
pub(in super::super) struct WantedFields {
    /// The text that the call was marked with.
    pub place: String,
    /// The fields, in order.
    pub names: Vec<String>,
}

impl std::fmt::Display for WantedFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "columns are wanted for {}", self.names.join(", "))
    }
}

impl std::error::Error for WantedFields {}

/// What a plan failed for, if it was that the fields of a struct were not known.
pub(in super::super) fn wanted_fields(error: &DataFusionError) -> Option<&WantedFields> {
    match error.find_root() {
        DataFusionError::External(cause) => cause.downcast_ref(),
        _ => None,
    }
}

fn all_fields_type(given: &GivenArguments) -> Result<DataType> {
    match (given.type_at(0), given.text(1)) {
        (DataType::Struct(fields), Some(place)) => {
            let names = fields.iter().map(|field| field.name().clone()).collect();
            Err(DataFusionError::External(Box::new(WantedFields { place: place.to_owned(), names })))
        }
        (other, _) => plan_err!("`inline` takes an array of structs, not of {}", types::show(&other)),
    }
}

fn nth(call: &NativeCall) -> Result<ArrayRef> {
    let place = super::strings::constant(call, 1)?.and_then(|text| text.parse::<usize>().ok());
    let Some(structs) = call.arg(0)?.as_struct_opt() else { return exec_err!("`inline` of no struct") };
    match place.and_then(|place| structs.columns().get(place)) {
        Some(column) => within(structs, column),
        None => exec_err!("a struct has no such field"),
    }
}

fn field(call: &NativeCall) -> Result<ArrayRef> {
    let array = call.arg(0)?;
    let Some(name) = super::strings::constant(call, 1)? else { return exec_err!("a field needs a name") };
    let of = |structs: &ArrayRef| -> Result<ArrayRef> {
        let structs = structs.as_struct();
        let position = structs.fields().iter().position(|f| is_same_name(f.name(), &name));
        let Some(column) = position.and_then(|p| structs.columns().get(p)) else {
            return exec_err!("the struct has no field `{name}`");
        };
        within(structs, column)
    };
    match array.data_type() {
        DataType::Struct(_) => of(array),
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let values = of(lists.values())?;
            let rows = (0..lists.len()).map(|row| lists.is_valid(row).then(|| range(lists, row).map(Some).collect()));
            super::arrays::gathered(&values, rows.collect())
        }
        _ => at(call, Base::Zero),
    }
}

fn inner_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::List(element) if given.type_at(1).is_integer() || given.type_at(1).is_null() => {
            Ok(element.data_type().clone())
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                fields.get(1).map_or_else(|| plan_err!("a map without values"), |f| Ok(f.data_type().clone()))
            }
            _ => plan_err!("a map without values"),
        },
        DataType::Struct(_) => field_type(given),
        other => plan_err!("{} has no elements", types::show(&other)),
    }
}

/// As Spark wants it, a position that counts from 1 is no BIGINT.
fn element_type(given: &GivenArguments) -> Result<DataType> {
    match (given.type_at(0), given.type_at(1)) {
        (DataType::List(_), DataType::Int64) => plan_err!("a position in an array is an INT, not BIGINT: cast it"),
        _ => inner_type(given),
    }
}

/// Where arrays begin, and whether a position beyond the end is an error.
#[derive(Clone, Copy, PartialEq)]
enum Base {
    Zero,
    LenientZero,
    One,
    Lenient,
}

fn at(call: &NativeCall, base: Base) -> Result<ArrayRef> {
    match call.arg(0)?.data_type() {
        DataType::Map(..) => lookup(call),
        DataType::Struct(_) => field(call),
        _ => element(call, base),
    }
}

fn element(call: &NativeCall, base: Base) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let positions = convert(call.arg(1)?, &DataType::Int32, false)?;
    let positions = positions.as_primitive::<Int32Type>();
    let mut chosen = Vec::with_capacity(call.rows);
    for row in 0..call.rows {
        if lists.is_null(row) || positions.is_null(row) {
            chosen.push(None);
            continue;
        }
        let mut range = range(lists, row);
        let position = i64::from(positions.value(row));
        if position == 0 && matches!(base, Base::One | Base::Lenient) {
            return exec_err!("an array has no element 0; the first is 1");
        }
        let index = match base {
            Base::Zero | Base::LenientZero => position,
            _ if position < 0 => range.len() as i64 + position,
            _ => position - 1,
        };
        let found = usize::try_from(index).ok().and_then(|i| range.nth(i));
        if found.is_none() && matches!(base, Base::Zero | Base::One) {
            return exec_err!("the array has no element at this position; `try_element_at` and `get` give NULL");
        }
        chosen.push(found);
    }
    Ok(take(lists.values().as_ref(), &UInt32Array::from(chosen), None)?)
}

/// The value of a key; NULL when the map does not have it.
fn lookup(call: &NativeCall) -> Result<ArrayRef> {
    let maps: &MapArray = call.arg(0)?.as_map();
    let keys = convert(call.arg(1)?, maps.keys().data_type(), false)?;
    let (wanted, known) = (comparable(&keys)?, comparable(maps.keys())?);
    let usable = is_not_null(&keys)?;
    let find = |row: usize| {
        if maps.is_null(row) || !usable.value(row) {
            return None;
        }
        let at = |i: usize| maps.value_offsets().get(i).map_or(0, |o| *o as usize);
        (at(row)..at(row + 1)).find(|i| known.row(*i) == wanted.row(row)).and_then(|i| u32::try_from(i).ok())
    };
    let chosen: UInt32Array = (0..call.rows).map(find).collect();
    Ok(take(maps.values().as_ref(), &chosen, None)?)
}
