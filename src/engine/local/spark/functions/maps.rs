//! Maps made of arrays, of entries, of texts and of other maps; arrays side by side.
//!
//! A key that stands twice is an error in Spark, and so is one that is NULL.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, MapArray, StringArray, StructArray, UInt32Array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};

use super::super::cast::convert;
use super::super::native::NativeParam::{Any, List, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::{comparable, gathered, range};
use super::regex::CompiledRegex;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("map_from_arrays", &[List, List], |g| Ok(map_type(element(g, 0)?, element(g, 1)?)), from_arrays),
    native("map_from_entries", &[List], entries_type, from_entries),
    native("map_concat", &[Any], |g| Ok(g.type_at(0)), map_concat).variadic(),
    native("map_contains_key", &[Any, Any], key_type, contains_key),
    native("str_to_map", &[Text, Text, Text], |_| Ok(map_type(DataType::Utf8, DataType::Utf8)), from_text).optional(2),
    native("__zipped", &[Text, List], zipped_type, zipped).variadic(),
];

/// MAP of `key` to `value`.
pub(super) fn map_type(key: DataType, value: DataType) -> DataType {
    let fields = Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(fields), false)), false)
}

fn element(given: &GivenArguments, position: usize) -> Result<DataType> {
    match given.type_at(position) {
        DataType::List(field) => Ok(field.data_type().clone()),
        other => plan_err!("{} is not an array", types::show(&other)),
    }
}

fn entries_type(given: &GivenArguments) -> Result<DataType> {
    match element(given, 0)? {
        DataType::Struct(fields) => match fields.as_ref() {
            [key, value] => Ok(map_type(key.data_type().clone(), value.data_type().clone())),
            _ => plan_err!("an entry of a map has a key and a value"),
        },
        other => plan_err!("{} is not an entry of a map", types::show(&other)),
    }
}

/// Positions of a key and of its value.
pub(super) type Pairs = Vec<(u32, Option<u32>)>;

/// A map for each row of pairs: positions among the keys, and among the values.
pub(super) fn built(keys: &ArrayRef, values: &ArrayRef, rows: Vec<Option<Pairs>>, ty: &DataType) -> Result<ArrayRef> {
    let comparable = comparable(keys)?;
    for row in rows.iter().flatten() {
        let mut seen = HashSet::new();
        for (key, _) in row {
            if keys.is_null(*key as usize) {
                return exec_err!("the key of a map is NULL");
            }
            if !seen.insert(comparable.row(*key as usize)) {
                return exec_err!("duplicate key in a map");
            }
        }
    }
    let DataType::Map(entries, sorted) = ty else { return exec_err!("{} is not a map", types::show(ty)) };
    let DataType::Struct(fields) = entries.data_type() else { return exec_err!("a map without entries") };
    let valid: Vec<bool> = rows.iter().map(Option::is_some).collect();
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)));
    let pairs: Vec<(u32, Option<u32>)> = rows.into_iter().flatten().flatten().collect();
    let key_places: UInt32Array = pairs.iter().map(|(key, _)| Some(*key)).collect();
    let value_places: UInt32Array = pairs.iter().map(|(_, value)| *value).collect();
    let columns = vec![take(keys.as_ref(), &key_places, None)?, take(values.as_ref(), &value_places, None)?];
    let structs = StructArray::try_new(fields.clone(), columns, None)?;
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, structs, Some(valid.into()), *sorted)?))
}

fn from_arrays(call: &NativeCall) -> Result<ArrayRef> {
    let (keys, values) = (call.lists(0)?, call.lists(1)?);
    let mut rows = vec![];
    for row in 0..call.rows {
        let (k, v) = (range(keys, row), range(values, row));
        if keys.is_null(row) || values.is_null(row) {
            rows.push(None);
        } else if k.len() != v.len() {
            return exec_err!("`map_from_arrays` of arrays of different lengths");
        } else {
            rows.push(Some(k.zip(v.map(Some)).collect()));
        }
    }
    built(keys.values(), values.values(), rows, &call.returns)
}

fn from_entries(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let entries = lists.values().as_struct();
    let [keys, values] = entries.columns() else { return exec_err!("an entry of a map has a key and a value") };
    // A NULL entry makes the whole map NULL.
    let row = |row: usize| {
        let whole = lists.is_valid(row) && range(lists, row).all(|i| entries.is_valid(i as usize));
        whole.then(|| range(lists, row).map(|i| (i, Some(i))).collect())
    };
    built(keys, values, (0..call.rows).map(row).collect(), &call.returns)
}

fn entries_of(map: &MapArray, row: usize) -> std::ops::Range<u32> {
    let at = |i: usize| map.value_offsets().get(i).and_then(|o| u32::try_from(*o).ok()).unwrap_or(0);
    at(row)..at(row + 1)
}

fn map_concat(call: &NativeCall) -> Result<ArrayRef> {
    if call.args().iter().any(|a| a.data_type() != &call.returns || !matches!(a.data_type(), DataType::Map(..))) {
        return not_impl_err!("`map_concat` of maps of different types");
    }
    let maps: Vec<&MapArray> = call.args().iter().map(|a| a.as_map()).collect();
    let keys = concat(&maps.iter().map(|m| m.keys().as_ref()).collect::<Vec<_>>())?;
    let values = concat(&maps.iter().map(|m| m.values().as_ref()).collect::<Vec<_>>())?;
    let row = |row: usize| {
        let mut base = 0;
        let mut pairs = vec![];
        for map in &maps {
            if map.is_null(row) {
                return None;
            }
            pairs.extend(entries_of(map, row).map(|i| (i + base, Some(i + base))));
            base += u32::try_from(map.keys().len()).unwrap_or(0);
        }
        Some(pairs)
    };
    built(&keys, &values, (0..call.rows).map(row).collect(), &call.returns)
}

fn key_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Map(..) => Ok(DataType::Boolean),
        other => plan_err!("{} is not a map", types::show(&other)),
    }
}

fn contains_key(call: &NativeCall) -> Result<ArrayRef> {
    let map = call.arg(0)?.as_map();
    let wanted = convert(call.arg(1)?, map.keys().data_type(), false)?;
    let (keys, wanted_rows) = (comparable(map.keys())?, comparable(&wanted)?);
    let row = |row: usize| {
        let known = map.is_valid(row) && wanted.is_valid(row);
        known.then(|| entries_of(map, row).any(|i| keys.row(i as usize) == wanted_rows.row(row)))
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<BooleanArray>()))
}

/// Pairs of a text: between and inside of them stand patterns.
fn from_text(call: &NativeCall) -> Result<ArrayRef> {
    let pattern = |position: usize, default: &str| match call.len() > position {
        true => Ok(constant(call, position)?),
        false => Ok::<_, datafusion::common::DataFusionError>(Some(default.to_owned())),
    };
    let (Some(between), Some(inside)) = (pattern(1, ",")?, pattern(2, ":")?) else {
        return not_impl_err!("`str_to_map` with a delimiter of NULL");
    };
    let (between, inside) = (CompiledRegex::new(&between)?, CompiledRegex::new(&inside)?);
    let (mut keys, mut values): (Vec<String>, Vec<Option<String>>) = (vec![], vec![]);
    let mut rows = vec![];
    for text in call.text(0)?.iter() {
        let Some(text) = text else {
            rows.push(None);
            continue;
        };
        let mut pairs = vec![];
        for pair in between.parts(text, usize::MAX)? {
            let mut parts = inside.parts(&pair, 2)?.into_iter();
            let place = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            keys.push(parts.next().unwrap_or_default());
            values.push(parts.next());
            pairs.push((place, Some(place)));
        }
        rows.push(Some(pairs));
    }
    let (keys, values): (ArrayRef, ArrayRef) = (Arc::new(StringArray::from(keys)), Arc::new(StringArray::from(values)));
    built(&keys, &values, rows, &call.returns)
}

/// Between the names of the fields of [`zipped`].
pub(in super::super) const BETWEEN_NAMES: char = '\u{1f}';

fn zipped_type(given: &GivenArguments) -> Result<DataType> {
    let names = given.text(0).unwrap_or_default().split(BETWEEN_NAMES).enumerate();
    let fields = names.map(|(i, name)| Ok(Field::new(name, element(given, i + 1)?, true)));
    Ok(types::array(DataType::Struct(fields.collect::<Result<Fields>>()?)))
}

/// Arrays side by side, the shorter ones filled up with NULL; NULL when any is NULL.
fn zipped(call: &NativeCall) -> Result<ArrayRef> {
    let lists = (1..call.len()).map(|i| call.lists(i)).collect::<Result<Vec<_>>>()?;
    let lengths: Vec<Option<usize>> = (0..call.rows)
        .map(|row| {
            let whole = lists.iter().all(|list| list.is_valid(row));
            whole.then(|| lists.iter().map(|list| range(list, row).len()).max().unwrap_or(0))
        })
        .collect();
    let DataType::List(item) = &call.returns else { return exec_err!("`arrays_zip` gives an array") };
    let DataType::Struct(fields) = item.data_type() else { return exec_err!("`arrays_zip` gives structs") };
    let mut columns = vec![];
    for list in &lists {
        let places = lengths.iter().enumerate().flat_map(|(row, length)| {
            let own = range(list, row);
            (0..length.unwrap_or(0)).map(move |i| own.clone().nth(i))
        });
        columns.push(take(list.values().as_ref(), &places.collect::<UInt32Array>(), None)?);
    }
    let structs = StructArray::try_new(fields.clone(), columns, None)?;
    let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|length| length.unwrap_or(0)));
    let valid: Vec<bool> = lengths.iter().map(Option::is_some).collect();
    Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, Arc::new(structs), Some(valid.into()))?))
}

/// The elements of the arrays in an array; NULL when one of them is NULL.
pub(super) fn flattened(call: &NativeCall) -> Result<ArrayRef> {
    let outer = call.lists(0)?;
    let Some(inner) = outer.values().as_list_opt::<i32>() else { return exec_err!("`flatten` of no array of arrays") };
    let row = |row: usize| {
        let whole = outer.is_valid(row) && range(outer, row).all(|i| inner.is_valid(i as usize));
        whole.then(|| range(outer, row).flat_map(|i| range(inner, i as usize)).map(Some).collect())
    };
    gathered(inner.values(), (0..call.rows).map(row).collect())
}
