//! Arrays as sets: distinct elements, union, difference, overlap. NULL is one element; the first occurrence stays.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{Row, Rows};
use datafusion::common::{Result, exec_err, plan_err};

use super::super::cast::convert;
use super::super::native::NativeParam::List;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::arrays::{comparable, gathered, range};

pub(super) const FUNCTIONS: &[Native] = &[
    native("array_distinct", &[List], |g| Ok(g.type_at(0)), distinct),
    native("array_union", &[List, List], common, |c| combined(c, |_, _| true, true)),
    native("array_except", &[List, List], common, |c| combined(c, |row, other| !other.contains(row), false)),
    native("array_intersect", &[List, List], common, |c| combined(c, |row, other| other.contains(row), false)),
    native("arrays_overlap", &[List, List], |g| common(g).map(|_| DataType::Boolean), overlap),
];

fn common(given: &GivenArguments) -> Result<DataType> {
    let (left, right) = (given.type_at(0), given.type_at(1));
    match (&left, &right) {
        (DataType::List(a), DataType::List(b)) if b.data_type().is_null() || a.data_type() == b.data_type() => Ok(left),
        (DataType::List(a), DataType::List(_)) if a.data_type().is_null() => Ok(right),
        _ => plan_err!("{} and {} are not arrays of one type", types::show(&left), types::show(&right)),
    }
}

fn distinct(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let rows = comparable(lists.values())?;
    super::arrays::selected(lists, |range| {
        let mut seen = HashSet::new();
        range.filter(|i| seen.insert(rows.row(*i as usize))).map(Some).collect()
    })
}

/// Two columns of arrays over one row of values, so that positions and comparisons are shared.
struct Pair {
    values: ArrayRef,
    rows: Rows,
    left: ListArray,
    right: ListArray,
    shift: u32,
}

impl Pair {
    fn of(call: &NativeCall) -> Result<Self> {
        let (left, right) = (call.lists(0)?, call.lists(1)?);
        let ty = if left.value_type().is_null() { right.data_type() } else { left.data_type() }.clone();
        let as_list = |list: &ListArray| -> Result<ListArray> {
            let array: ArrayRef = Arc::new(list.clone());
            Ok(convert(&array, &ty, false)?.as_list::<i32>().clone())
        };
        let (left, right) = (as_list(left)?, as_list(right)?);
        let values = concat(&[left.values().as_ref(), right.values().as_ref()])?;
        let Ok(shift) = u32::try_from(left.values().len()) else { return exec_err!("too many elements") };
        Ok(Pair { rows: comparable(&values)?, values, left, right, shift })
    }

    fn valid(&self, row: usize) -> bool {
        self.left.is_valid(row) && self.right.is_valid(row)
    }

    fn of_left(&self, row: usize) -> impl Iterator<Item = u32> {
        range(&self.left, row)
    }

    fn of_right(&self, row: usize) -> impl Iterator<Item = u32> {
        let shift = self.shift;
        range(&self.right, row).map(move |i| i + shift)
    }

    fn row(&self, index: u32) -> Row<'_> {
        self.rows.row(index as usize)
    }
}

fn combined(call: &NativeCall, stays: impl Fn(&Row, &HashSet<Row>) -> bool, both: bool) -> Result<ArrayRef> {
    let pair = Pair::of(call)?;
    let row = |row: usize| {
        let other: HashSet<Row> = pair.of_right(row).map(|i| pair.row(i)).collect();
        let candidates = pair.of_left(row).chain(pair.of_right(row).filter(|_| both));
        let mut seen = HashSet::new();
        candidates.filter(|i| stays(&pair.row(*i), &other) && seen.insert(pair.row(*i))).map(Some).collect()
    };
    let rows = (0..call.rows).map(|i| pair.valid(i).then(|| row(i))).collect();
    gathered(&pair.values, rows)
}

/// True for a common element; else NULL if there is a NULL in either and both have elements; else false.
fn overlap(call: &NativeCall) -> Result<ArrayRef> {
    let pair = Pair::of(call)?;
    let null = |i: &u32| pair.values.is_null(*i as usize);
    let row = |row: usize| {
        if !pair.valid(row) {
            return None;
        }
        let other: HashSet<Row> = pair.of_right(row).filter(|i| !null(i)).map(|i| pair.row(i)).collect();
        if pair.of_left(row).any(|i| !null(&i) && other.contains(&pair.row(i))) {
            return Some(true);
        }
        let filled = pair.of_left(row).next().is_some() && pair.of_right(row).next().is_some();
        let unknown = filled && pair.of_left(row).chain(pair.of_right(row)).any(|i| null(&i));
        (!unknown).then_some(false)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<BooleanArray>()))
}
