//! Functions of all values of a group, which an aggregate has collected into an array (NULLs left out).

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, exec_err, plan_err};

use super::super::cast::convert;
use super::super::native::NativeParam::{Any, Double, List};
use super::super::native::{GivenArguments, Native, NativeCall, native};
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
    native("__percentile", &[List, Any], percentile_type, interpolated),
    native("__percentile_of_rank", &[List, Double], element, percentile),
    native("__corr", &[List], double, |c| pairs(c, Pairs::correlation)),
    native("__covar_pop", &[List], double, |c| pairs(c, |p| p.mean_of(p.together, 0.0))),
    native("__covar_samp", &[List], double, |c| pairs(c, |p| p.mean_of(p.together, 1.0))),
    native("__regr_avgx", &[List], double, |c| pairs(c, |p| p.average(p.y_sum))),
    native("__regr_avgy", &[List], double, |c| pairs(c, |p| p.average(p.x_sum))),
    native("__regr_sxx", &[List], double, |c| pairs(c, |p| p.known(p.y_moments.second))),
    native("__regr_syy", &[List], double, |c| pairs(c, |p| p.known(p.x_moments.second))),
    native("__regr_sxy", &[List], double, |c| pairs(c, |p| p.known(p.together))),
    native("__regr_slope", &[List], double, |c| pairs(c, Pairs::slope)),
    native("__regr_intercept", &[List], double, |c| pairs(c, |p| Some(p.x_mean - p.slope()? * p.y_mean))),
    native("__regr_r2", &[List], double, |c| pairs(c, Pairs::determination)),
];

fn double(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Float64)
}

fn element(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::List(field) => Ok(field.data_type().clone()),
        other => plan_err!("{} has no elements", types::show(&other)),
    }
}

/// The smallest value that at least the given share of all values does not exceed.
fn percentile(call: &NativeCall) -> Result<ArrayRef> {
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
fn mode(call: &NativeCall) -> Result<ArrayRef> {
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

fn moments(call: &NativeCall, of: fn(&Moments) -> Option<f64>) -> Result<ArrayRef> {
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

fn percentile_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(1) {
        DataType::List(_) => Ok(types::array(DataType::Float64)),
        ty if ty.is_numeric() || ty.is_null() => Ok(DataType::Float64),
        other => plan_err!("{} is not a fraction", types::show(&other)),
    }
}

/// The value at a share of the way from the least to the greatest, between two neighbours by Spark's formula.
fn interpolated(call: &NativeCall) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let values = convert(lists.values(), &DataType::Float64, false)?;
    let values = values.as_primitive::<Float64Type>();
    let at = |sorted: &[f64], share: f64| -> Result<Option<f64>> {
        if !(0.0..=1.0).contains(&share) {
            return exec_err!("a percentile is a share from 0 to 1");
        }
        let Some(last) = sorted.len().checked_sub(1) else { return Ok(None) };
        let position = last as f64 * share;
        let (lower, higher) = (position.floor(), position.ceil());
        let value = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
        let (low, high) = (value(lower), value(higher));
        Ok(Some(if lower == higher || low == high { low } else { low + (high - low) * (position - lower) }))
    };
    let sorted = |row: usize| {
        let mut sorted: Vec<f64> = range(lists, row).map(|i| values.value(i as usize)).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    if let Some(shares) = call.arg(1)?.as_list_opt::<i32>() {
        let all = convert(shares.values(), &DataType::Float64, false)?;
        let all = all.as_primitive::<Float64Type>();
        let (mut results, mut rows) = (vec![], vec![]);
        for row in 0..call.rows {
            let sorted = sorted(row);
            let begin = results.len();
            for i in range(shares, row) {
                results.push(at(&sorted, all.value(i as usize))?);
            }
            rows.push((!sorted.is_empty()).then(|| (begin..results.len()).map(|i| u32::try_from(i).ok()).collect()));
        }
        let results: ArrayRef = Arc::new(Float64Array::from(results));
        return super::arrays::gathered(&results, rows);
    }
    let shares = convert(call.arg(1)?, &DataType::Float64, false)?;
    let shares = shares.as_primitive::<Float64Type>();
    let rows =
        (0..call.rows).map(|row| if shares.is_null(row) { Ok(None) } else { at(&sorted(row), shares.value(row)) });
    Ok(Arc::new(rows.collect::<Result<Float64Array>>()?))
}

/// Sums over pairs without a NULL, updated pair by pair in Spark's order of operations. Of `regr_..(y, x)`, the first is `x`
/// here.
#[derive(Default)]
struct Pairs {
    n: f64,
    x_mean: f64,
    y_mean: f64,
    together: f64,
    together_of_y: f64,
    x_spread: f64,
    y_spread: f64,
    x_sum: f64,
    y_sum: f64,
    x_moments: Moments,
    y_moments: Moments,
}

impl Pairs {
    fn add(&mut self, x: f64, y: f64) {
        (self.x_sum, self.y_sum) = (self.x_sum + x, self.y_sum + y);
        self.x_moments.add(x);
        self.y_moments.add(y);
        self.n += 1.0;
        let (dx, dy) = (x - self.x_mean, y - self.y_mean);
        self.x_mean += dx / self.n;
        self.y_mean += dy / self.n;
        self.together += dx * (y - self.y_mean);
        // The same sum, but for the order of operations.
        self.together_of_y += dy * (x - self.x_mean);
        self.x_spread += dx * (x - self.x_mean);
        self.y_spread += dy * (y - self.y_mean);
    }

    fn mean_of(&self, sum: f64, less: f64) -> Option<f64> {
        (self.n > less).then(|| sum / (self.n - less))
    }

    /// Pearson's; NULL where one side does not vary.
    fn correlation(&self) -> Option<f64> {
        let spread = (self.x_spread * self.y_spread).sqrt();
        (self.n > 1.0 && spread != 0.0).then(|| self.together / spread)
    }

    fn known(&self, value: f64) -> Option<f64> {
        (self.n > 0.0).then_some(value)
    }

    fn average(&self, sum: f64) -> Option<f64> {
        (self.n > 0.0).then(|| sum / self.n)
    }

    fn slope(&self) -> Option<f64> {
        (self.n > 0.0 && self.y_moments.second != 0.0).then(|| self.together_of_y / self.y_moments.second)
    }

    fn determination(&self) -> Option<f64> {
        if self.n == 0.0 || self.y_spread == 0.0 {
            return None;
        }
        if self.x_spread == 0.0 {
            return Some(1.0);
        }
        let correlation = self.together / (self.x_spread * self.y_spread).sqrt();
        Some(correlation * correlation)
    }
}

fn pairs(call: &NativeCall, of: impl Fn(&Pairs) -> Option<f64>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let pairs = lists.values().as_struct();
    let [x, y] = pairs.columns() else { return plan_err!("a function of pairs needs pairs") };
    let (xs, ys) = (x.as_primitive::<Float64Type>(), y.as_primitive::<Float64Type>());
    let row = |row: usize| {
        let mut sums = Pairs::default();
        let known = range(lists, row).map(|i| i as usize).filter(|i| xs.is_valid(*i) && ys.is_valid(*i));
        known.for_each(|i| sums.add(xs.value(i), ys.value(i)));
        of(&sums)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<Float64Array>()))
}
