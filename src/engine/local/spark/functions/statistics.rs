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
    native("__skewness", &[List], double, |c| moments(c, Moments::skewness)),
    native("__kurtosis", &[List], double, |c| moments(c, Moments::kurtosis)),
    native("__variance", &[List], double, |c| moments(c, |m| m.variance(1.0))),
    native("__var_pop", &[List], double, |c| moments(c, |m| m.variance(0.0))),
    native("__stddev", &[List], double, |c| moments(c, |m| m.variance(1.0).map(f64::sqrt))),
    native("__stddev_pop", &[List], double, |c| moments(c, |m| m.variance(0.0).map(f64::sqrt))),
    native("__corr", &[List], double, correlation),
];

fn double(_: &Given) -> Result<DataType> {
    Ok(DataType::Float64)
}

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

fn moments(call: &Call, of: fn(&Moments) -> Option<f64>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let values = convert(lists.values(), &DataType::Float64, false)?;
    let values = values.as_primitive::<Float64Type>();
    let row = |row: usize| {
        let mut moments = Moments::default();
        range(lists, row).for_each(|i| moments.add(values.value(i as usize)));
        of(&moments)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Float64Array>()))
}

/// Central moments, updated value by value in Spark's order of operations, so that even the last digit agrees.
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    second: f64,
    third: f64,
    fourth: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        let step = delta / self.count;
        self.mean += step;
        self.second += delta * (delta - step);
        let (squared, step_squared) = (delta * delta, step * step);
        self.third = self.third - 3.0 * step * self.second + delta * (squared - step_squared);
        self.fourth = self.fourth - 4.0 * step * self.third - 6.0 * step_squared * self.second
            + delta * (delta * squared - step * step_squared);
    }

    fn variance(&self, less: f64) -> Option<f64> {
        (self.count > less).then(|| self.second / (self.count - less))
    }

    fn skewness(&self) -> Option<f64> {
        let spread = (self.second * self.second * self.second).sqrt();
        (self.count > 0.0 && self.second != 0.0).then(|| self.count.sqrt() * self.third / spread)
    }

    fn kurtosis(&self) -> Option<f64> {
        let known = self.count > 0.0 && self.second != 0.0;
        known.then(|| self.count * self.fourth / (self.second * self.second) - 3.0)
    }
}

/// Pearson's correlation of pairs without a NULL.
fn correlation(call: &Call) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let pairs = lists.values().as_struct();
    let [x, y] = pairs.columns() else { return plan_err!("a correlation needs pairs") };
    let (xs, ys) = (x.as_primitive::<Float64Type>(), y.as_primitive::<Float64Type>());
    let row = |row: usize| {
        let (mut n, mut x_mean, mut y_mean) = (0.0, 0.0, 0.0);
        let (mut together, mut x_spread, mut y_spread) = (0.0, 0.0, 0.0);
        for i in range(lists, row).map(|i| i as usize).filter(|i| xs.is_valid(*i) && ys.is_valid(*i)) {
            n += 1.0;
            let (dx, dy) = (xs.value(i) - x_mean, ys.value(i) - y_mean);
            x_mean += dx / n;
            y_mean += dy / n;
            together += dx * (ys.value(i) - y_mean);
            x_spread += dx * (xs.value(i) - x_mean);
            y_spread += dy * (ys.value(i) - y_mean);
        }
        (n > 1.0).then(|| together / (x_spread * y_spread).sqrt())
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Float64Array>()))
}
