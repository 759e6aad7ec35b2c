//! Functions of all values of a group, which an aggregate has collected into an array (NULLs left out).

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, plan_err};

use super::super::cast::convert;
use super::super::native::Param::{Double, List};
use super::super::native::{Call, Given, Native, native};
use super::super::types;
use super::arrays::{comparable, range};

pub(super) const FUNCTIONS: &[Native] = &[
    native("__percentile_disc", &[List, Double], element, percentile),
    native("__mode", &[List], element, mode),
    native("__skewness", &[List], |_| Ok(DataType::Float64), |c| moments(c, skewness)),
    native("__kurtosis", &[List], |_| Ok(DataType::Float64), |c| moments(c, kurtosis)),
];

fn element(given: &Given) -> Result<DataType> {
    match given.type_at(0) {
        DataType::List(field) => Ok(field.data_type().clone()),
        other => plan_err!("{} has no elements", types::show(&other)),
    }
}

/// The smallest value that at least the given share of all values does not exceed.
fn percentile(call: &Call) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let rows = comparable(lists.values())?;
    let shares = call.values::<Float64Type>(1)?;
    let pick = |row: usize| {
        let mut values: Vec<u32> = range(lists, row).collect();
        values.sort_by(|a, b| rows.row(*a as usize).cmp(&rows.row(*b as usize)));
        let rank = (shares.value(row) * values.len() as f64).ceil().max(1.0) as usize;
        values.get(rank - 1).copied()
    };
    let chosen: UInt32Array = (0..call.rows).map(|row| lists.is_valid(row).then(|| pick(row)).flatten()).collect();
    Ok(take(lists.values().as_ref(), &chosen, None)?)
}

/// The most frequent value; of several, the least, so that the answer does not depend on the order of rows.
fn mode(call: &Call) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let rows = comparable(lists.values())?;
    let pick = |row: usize| {
        let mut values: Vec<u32> = range(lists, row).collect();
        values.sort_by(|a, b| rows.row(*a as usize).cmp(&rows.row(*b as usize)));
        let runs = values.chunk_by(|a, b| rows.row(*a as usize) == rows.row(*b as usize));
        let mut best: &[u32] = &[];
        for run in runs {
            if run.len() > best.len() {
                best = run;
            }
        }
        best.first().copied()
    };
    let chosen: UInt32Array = (0..call.rows).map(|row| lists.is_valid(row).then(|| pick(row)).flatten()).collect();
    Ok(take(lists.values().as_ref(), &chosen, None)?)
}

fn moments(call: &Call, of: fn(&[f64]) -> Option<f64>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let values = convert(lists.values(), &DataType::Float64, false)?;
    let values = values.as_primitive::<Float64Type>();
    let row = |row: usize| {
        let numbers: Vec<f64> = range(lists, row).map(|i| values.value(i as usize)).collect();
        of(&numbers)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Float64Array>()))
}

/// Second, third and fourth central moments, as sums.
fn sums(values: &[f64]) -> (f64, f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let power = |n: i32| values.iter().map(|v| (v - mean).powi(n)).sum::<f64>();
    (power(2), power(3), power(4))
}

fn skewness(values: &[f64]) -> Option<f64> {
    let (m2, m3, _) = sums(values);
    let n = values.len() as f64;
    (!values.is_empty() && m2 != 0.0).then(|| n.sqrt() * m3 / (m2 * m2 * m2).sqrt())
}

fn kurtosis(values: &[f64]) -> Option<f64> {
    let (m2, _, m4) = sums(values);
    (!values.is_empty() && m2 != 0.0).then(|| values.len() as f64 * m4 / (m2 * m2) - 3.0)
}
