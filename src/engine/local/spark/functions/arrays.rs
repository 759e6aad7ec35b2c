//! Functions on arrays: which elements stay, and in what order.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, ListArray, StringArray, UInt32Array, new_null_array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{concat as concat_arrays, take};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Int32Type, Int64Type};
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::{Result, exec_datafusion_err, exec_err, not_impl_err, plan_err};

use super::super::cast::{convert, texts};
use super::super::native::NativeParam::{Any, Flag, Int, JustInt, List, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::super::values::Room;

pub(super) const FUNCTIONS: &[Native] = &[
    native("size", &[Any], |_| Ok(DataType::Int32), size),
    native("cardinality", &[Any], |_| Ok(DataType::Int32), size),
    native("array_size", &[Any], |_| Ok(DataType::Int32), size),
    native("array_contains", &[List, Any], |g| fitting(g, 1).map(|_| DataType::Boolean), contains),
    native("array_position", &[List, Any], |g| fitting(g, 1).map(|_| DataType::Int64), position),
    native("array_compact", &[List], first, |c| {
        let lists = c.lists(0)?;
        selected(lists, |range| range.filter(|i| !lists.values().is_null(*i as usize)).map(Some).collect())
    }),
    native("sort_array", &[List, Flag], first, sort_array).optional(1),
    native("array_sort", &[List], first, |c| sorted(c.lists(0)?, false, false)),
    native("slice", &[List, Int, Int], first, slice),
    native("array_max", &[List], element, |c| extreme(c.lists(0)?, true)),
    native("array_min", &[List], element, |c| extreme(c.lists(0)?, false)),
    native("array_join", &[List, Text, Text], |_| Ok(DataType::Utf8), join).optional(1),
    native("array_append", &[List, Any], |g| fitting(g, 1), |c| with_element(c, false)),
    native("array_prepend", &[List, Any], |g| fitting(g, 1), |c| with_element(c, true)),
    native("array_repeat", &[Any, JustInt], |g| Ok(types::array(g.type_at(0))), repeat),
    native("sequence", &[Any, Any, Any], sequence_type, sequence).optional(1),
    native("flatten", &[List], element, super::maps::flattened),
    native("array_remove", &[List, Any], |g| fitting(g, 1), removed),
    native("array_insert", &[List, JustInt, Any], |g| fitting(g, 2), inserted),
    native("__stacked", &[Any], stacked_type, stacked).variadic(),
];

fn first(given: &GivenArguments) -> Result<DataType> {
    Ok(given.type_at(0))
}

/// The type of the array, if an element of the type at a position needs no wider one.
fn fitting(given: &GivenArguments, position: usize) -> Result<DataType> {
    let (array, added) = (element(given)?, given.type_at(position));
    let width = |ty: &DataType| ty.primitive_width().unwrap_or(0);
    let whole = array.is_integer() && added.is_integer() && width(&added) <= width(&array);
    if added == array || added.is_null() || whole {
        return Ok(given.type_at(0));
    }
    not_impl_err!("{} in an array of {}; cast it to that type", types::show(&added), types::show(&array))
}

fn element(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::List(field) => Ok(field.data_type().clone()),
        other => plan_err!("{} has no elements", types::show(&other)),
    }
}

/// The positions of a row's elements among all values.
pub(super) fn range(lists: &ListArray, row: usize) -> Range<u32> {
    let offsets = lists.value_offsets();
    let at = |i: usize| offsets.get(i).and_then(|o| u32::try_from(*o).ok()).unwrap_or(0);
    at(row)..at(row + 1)
}

/// Arrays made of chosen elements; `None` stands for NULL. A NULL array stays NULL.
pub(super) fn selected(lists: &ListArray, mut choose: impl FnMut(Range<u32>) -> Vec<Option<u32>>) -> Result<ArrayRef> {
    let rows = (0..lists.len()).map(|row| lists.is_valid(row).then(|| choose(range(lists, row)))).collect();
    gathered(lists.values(), rows)
}

/// Arrays made of the values at the given positions, one array a row.
pub(super) fn gathered(values: &ArrayRef, rows: Vec<Option<Vec<Option<u32>>>>) -> Result<ArrayRef> {
    let valid: Vec<bool> = rows.iter().map(Option::is_some).collect();
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)));
    let indices: UInt32Array = rows.into_iter().flatten().flatten().collect();
    let elements = take(values.as_ref(), &indices, None)?;
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    Ok(Arc::new(ListArray::try_new(field, offsets, elements, Some(valid.into()))?))
}

/// Values in a form that compares by bytes, for equality and order of any type.
pub(super) fn comparable(values: &ArrayRef) -> Result<Rows> {
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
    Ok(converter.convert_columns(&[Arc::clone(values)])?)
}

fn size(call: &NativeCall) -> Result<ArrayRef> {
    let array = call.arg(0)?;
    let lengths: Vec<i32> = match array.data_type() {
        DataType::List(_) => call.lists(0)?.offsets().lengths().map(|n| n as i32).collect(),
        DataType::Map(..) => array.as_map().offsets().lengths().map(|n| n as i32).collect(),
        DataType::Null => return Ok(new_null_array(&DataType::Int32, array.len())),
        other => return exec_err!("{} has no size", types::show(other)),
    };
    Ok(Arc::new(Int32Array::new(lengths.into(), array.logical_nulls())))
}

/// The element type of the array and the searched values in one comparable form.
fn searched(call: &NativeCall) -> Result<(Rows, Rows, ArrayRef)> {
    let lists = call.lists(0)?;
    let element = lists.value_type();
    let wanted = call.arg(1)?;
    if element == DataType::Utf8 && !matches!(wanted.data_type(), DataType::Utf8 | DataType::Null) {
        return exec_err!("an array of STRING cannot hold {}", types::show(wanted.data_type()));
    }
    let wanted = convert(wanted, &element, false)?;
    Ok((comparable(lists.values())?, comparable(&wanted)?, wanted))
}

fn contains(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let (values, wanted_rows, wanted) = searched(call)?;
    let row = |row: usize| {
        if lists.is_null(row) || wanted.is_null(row) {
            return None;
        }
        let mut range = range(lists, row);
        let found = range.clone().any(|i| values.row(i as usize) == wanted_rows.row(row));
        // Not found beside a NULL is unknown.
        let unknown = !found && range.any(|i| lists.values().is_null(i as usize));
        (!unknown).then_some(found)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<BooleanArray>()))
}

fn position(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let (values, wanted_rows, wanted) = searched(call)?;
    let row = |row: usize| {
        let known = lists.is_valid(row) && wanted.is_valid(row);
        known.then(|| {
            range(lists, row).position(|i| values.row(i as usize) == wanted_rows.row(row)).map_or(0, |p| p as i64 + 1)
        })
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<datafusion::arrow::array::Int64Array>()))
}

fn sort_array(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let ascending = call.len() < 2 || call.flags(1)?.iter().next().flatten() != Some(false);
    sorted(lists, !ascending, ascending)
}

fn sorted(lists: &ListArray, descending: bool, nulls_first: bool) -> Result<ArrayRef> {
    let rows = comparable(lists.values())?;
    let null = |i: &u32| lists.values().is_null(*i as usize);
    selected(lists, |range| {
        let (nulls, mut values): (Vec<u32>, Vec<u32>) = range.partition(null);
        values.sort_by(|a, b| {
            let order = rows.row(*a as usize).cmp(&rows.row(*b as usize));
            if descending { order.reverse() } else { order }
        });
        let ordered = if nulls_first { [nulls, values] } else { [values, nulls] };
        ordered.into_iter().flatten().map(Some).collect()
    })
}

fn slice(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let (starts, lengths) = (call.values::<Int32Type>(1)?, call.values::<Int32Type>(2)?);
    let mut rows = vec![];
    for row in 0..call.rows {
        if lists.is_null(row) || starts.is_null(row) || lengths.is_null(row) {
            rows.push(None);
            continue;
        }
        let (start, length) = (starts.value(row), lengths.value(row));
        if start == 0 || length < 0 {
            return exec_err!("`slice` starts at 1 or -1 and takes no negative length");
        }
        let range = range(lists, row);
        let skip = if start > 0 { i64::from(start) - 1 } else { range.len() as i64 + i64::from(start) };
        let taken = match usize::try_from(skip) {
            Ok(skip) => range.skip(skip).take(length as usize).map(Some).collect(),
            Err(_) => vec![],
        };
        rows.push(Some(taken));
    }
    gathered(lists.values(), rows)
}

fn extreme(lists: &ListArray, greatest: bool) -> Result<ArrayRef> {
    let rows = comparable(lists.values())?;
    let best = |row: usize| {
        let values = range(lists, row).filter(|i| lists.values().is_valid(*i as usize));
        let key = |i: &u32| rows.row(*i as usize);
        if greatest { values.max_by_key(key) } else { values.min_by_key(key) }
    };
    let chosen: UInt32Array = (0..lists.len()).map(|row| lists.is_valid(row).then(|| best(row)).flatten()).collect();
    Ok(take(lists.values().as_ref(), &chosen, None)?)
}

/// NULL elements are left out unless a text stands for them.
fn join(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let values = texts(lists.values())?;
    let separators = call.text(1)?;
    let replacements = if call.len() > 2 { Some(call.text(2)?) } else { None };
    let row = |row: usize| {
        if lists.is_null(row) || separators.is_null(row) {
            return None;
        }
        if replacements.is_some_and(|r| r.is_null(row)) {
            return None;
        }
        let replacement = replacements.map(|r| r.value(row));
        let part = |i: u32| if values.is_valid(i as usize) { Some(values.value(i as usize)) } else { replacement };
        let parts: Vec<&str> = range(lists, row).filter_map(part).collect();
        Some(parts.join(separators.value(row)))
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<StringArray>()))
}

fn with_element(call: &NativeCall, before: bool) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let added = convert(call.arg(1)?, &lists.value_type(), false)?;
    let values = concat_arrays(&[lists.values().as_ref(), added.as_ref()])?;
    let base = lists.values().len();
    let row = |row: usize| {
        let new = u32::try_from(base + row).ok();
        let old = range(lists, row).map(Some);
        if before {
            std::iter::once(new).chain(old).collect()
        } else {
            old.chain(std::iter::once(new)).collect::<Vec<_>>()
        }
    };
    gathered(&values, (0..call.rows).map(|i| lists.is_valid(i).then(|| row(i))).collect())
}

/// Without the elements that equal a value; NULL elements stay.
fn removed(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let (values, wanted_rows, wanted) = searched(call)?;
    let row = |row: usize| {
        let known = lists.is_valid(row) && wanted.is_valid(row);
        known.then(|| range(lists, row).filter(|i| values.row(*i as usize) != wanted_rows.row(row)).map(Some).collect())
    };
    gathered(lists.values(), (0..call.rows).map(row).collect())
}

/// With an element put in at a position, from 1 on or from -1 backwards; a gap is filled with NULL.
fn inserted(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let positions = call.values::<Int32Type>(1)?;
    let added = convert(call.arg(2)?, &lists.value_type(), false)?;
    let values = concat_arrays(&[lists.values().as_ref(), added.as_ref()])?;
    let mut rows = vec![];
    for row in 0..call.rows {
        if lists.is_null(row) || positions.is_null(row) {
            rows.push(None);
            continue;
        }
        let mut elements: Vec<Option<u32>> = range(lists, row).map(Some).collect();
        let new = u32::try_from(lists.values().len() + row).ok();
        let position = positions.value(row);
        let (size, wanted) = (elements.len(), position.unsigned_abs() as usize);
        if wanted > MOST_ELEMENTS {
            return exec_err!("`array_insert` at a position so far");
        }
        match position {
            0 => return exec_err!("an array has no element 0; the first is 1"),
            1.. => {
                elements.resize(size.max(wanted - 1), None);
                elements.insert(wanted - 1, new);
            }
            _ if wanted <= size + 1 => elements.insert(size + 1 - wanted, new),
            _ => {
                let gap = std::iter::repeat_n(None, wanted - size - 1);
                elements = std::iter::once(new).chain(gap).chain(elements).collect();
            }
        }
        rows.push(Some(elements));
    }
    gathered(&values, rows)
}

/// No array of this engine is longer.
const MOST_ELEMENTS: usize = 10_000_000;

fn repeat(call: &NativeCall) -> Result<ArrayRef> {
    let counts = call.values::<Int32Type>(1)?;
    let mut room = Room::of_elements();
    let rows = counts.iter().enumerate().map(|(row, count)| {
        let Some(count) = count.map(|n| usize::try_from(n).unwrap_or(0)) else { return Ok(None) };
        room.take("array_repeat", count)?;
        Ok(Some(vec![u32::try_from(row).ok(); count]))
    });
    gathered(call.arg(0)?, rows.collect::<Result<_>>()?)
}

/// The elements of all arrays of a row in one; NULL when any array is NULL.
pub(super) fn concatenated(call: &NativeCall) -> Result<ArrayRef> {
    let DataType::List(field) = &call.returns else { return exec_err!("`concat` of arrays gives an array") };
    let lists = call.args().iter().map(|a| convert(a, &call.returns, false)).collect::<Result<Vec<_>>>()?;
    let lists: Vec<&ListArray> = lists.iter().map(|l| l.as_list::<i32>()).collect();
    let values: Vec<&dyn Array> = lists.iter().map(|l| l.values().as_ref()).collect();
    let values = if values.is_empty() { new_null_array(field.data_type(), 0) } else { concat_arrays(&values)? };
    let row = |row: usize| {
        let mut base = 0;
        let mut taken = vec![];
        for list in &lists {
            if list.is_null(row) {
                return None;
            }
            taken.extend(range(list, row).map(|i| Some(i + base)));
            base += u32::try_from(list.values().len()).unwrap_or(0);
        }
        Some(taken)
    };
    gathered(&values, (0..call.rows).map(row).collect())
}

fn sequence_type(given: &GivenArguments) -> Result<DataType> {
    let numbers = given.types.iter().filter(|ty| ty.is_integer());
    let widest = numbers.clone().max_by_key(|ty| ty.primitive_width());
    match (given.type_at(0), given.type_at(1), widest) {
        (DataType::Date32, DataType::Date32, _) => Ok(types::array(DataType::Date32)),
        (_, _, Some(widest)) if numbers.count() == given.types.len() => Ok(types::array(widest.clone())),
        (from, to, _) => {
            let (from, to) = (types::show(&from), types::show(&to));
            plan_err!("`sequence` from {from} to {to} is not supported by the local engine")
        }
    }
}

fn sequence(call: &NativeCall) -> Result<ArrayRef> {
    let step = if call.len() > 2 { Some(step_of(call.arg(2)?)?) } else { None };
    let (from, to) = (long(call.arg(0)?)?, long(call.arg(1)?)?);
    let (from, to) = (from.as_primitive::<Int64Type>(), to.as_primitive::<Int64Type>());
    let mut values = vec![];
    let mut rows = vec![];
    let mut room = Room::of_elements();
    for row in 0..call.rows {
        if from.is_null(row) || to.is_null(row) {
            rows.push(None);
            continue;
        }
        let (start, end) = (from.value(row), to.value(row));
        let step = step.unwrap_or(if start <= end { 1 } else { -1 });
        if step == 0 || (step > 0) != (start <= end) && start != end {
            return exec_err!("`sequence` cannot reach its end by this step");
        }
        let begin = values.len();
        let length = (i128::from(end) - i128::from(start)) / i128::from(step);
        room.take("sequence", usize::try_from(length).unwrap_or(usize::MAX))?;
        let mut value = start;
        while if step > 0 { value <= end } else { value >= end } {
            values.push(value);
            value = value.checked_add(step).ok_or_else(|| exec_datafusion_err!("`sequence` is too long"))?;
        }
        rows.push(Some((begin..values.len()).map(|i| u32::try_from(i).ok()).collect()));
    }
    let values: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(values));
    let DataType::List(field) = &call.returns else { return exec_err!("`sequence` gives an array") };
    let values: ArrayRef = match field.data_type() {
        DataType::Date32 => {
            let days = values.as_primitive::<Int64Type>().iter().map(|d| d.and_then(|d| i32::try_from(d).ok()));
            Arc::new(days.collect::<datafusion::arrow::array::Date32Array>())
        }
        ty => convert(&values, ty, false)?,
    };
    gathered(&values, rows)
}

fn long(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().iter().map(|d| d.map(i64::from));
            Ok(Arc::new(days.collect::<datafusion::arrow::array::Int64Array>()))
        }
        _ => convert(array, &DataType::Int64, false),
    }
}

fn step_of(array: &ArrayRef) -> Result<i64> {
    use datafusion::arrow::datatypes::IntervalMonthDayNanoType;
    if let Some(intervals) = array.as_primitive_opt::<IntervalMonthDayNanoType>() {
        return match intervals.iter().next().flatten() {
            Some(step) if step.months == 0 && step.nanoseconds == 0 => Ok(i64::from(step.days)),
            _ => exec_err!("`sequence` by months or hours is not supported by the local engine"),
        };
    }
    let steps = long(array)?;
    steps.as_primitive::<Int64Type>().iter().next().flatten().ok_or_else(|| exec_datafusion_err!("a step of NULL"))
}

/// An array of values that are of one type as they stand.
fn stacked_type(given: &GivenArguments) -> Result<DataType> {
    let mut own = given.types.iter().filter(|ty| !ty.is_null());
    let first = own.next().cloned().unwrap_or(DataType::Null);
    match own.find(|ty| **ty != first) {
        Some(other) => {
            plan_err!("a column of `stack` is of {} and of {}: cast one", types::show(&first), types::show(other))
        }
        None => Ok(types::array(first)),
    }
}

fn stacked(call: &NativeCall) -> Result<ArrayRef> {
    let DataType::List(field) = &call.returns else { return exec_err!("`stack` is made of arrays") };
    let columns = call.args().iter().map(|a| convert(a, field.data_type(), false)).collect::<Result<Vec<_>>>()?;
    let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    let values = concat_arrays(&columns)?;
    let place = |row: usize, column: usize| u32::try_from(column * call.rows + row).ok();
    let row = |row: usize| Some((0..columns.len()).map(|column| place(row, column)).collect());
    gathered(&values, (0..call.rows).map(row).collect())
}
