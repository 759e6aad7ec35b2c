//! `sum` and `avg` with their `try_` forms, by Spark's rules: exact over whole numbers and decimals, one rounding half up,
//! a total that does not fit is an error.
//!
//! DataFusion's own wrap around on overflow and cut averages of decimals off. Here a total is held wider than any
//! column, so that it never depends on the order in which rows come: only the final value has to fit.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Decimal256Array, Float64Array, Int64Array,
};
use datafusion::arrow::datatypes::{
    DECIMAL256_MAX_PRECISION, DataType, Decimal128Type, Decimal256Type, Field, FieldRef, Float64Type, Int64Type, i256,
};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::super::arithmetic::{round_divide, shift};
use super::super::cast::convert;
use super::super::types::{self, MAX_PRECISION};
use super::super::values::one_nan;
use super::totals_of_some::{Distinct, Recent};

/// The four functions.
pub(super) fn functions() -> impl Iterator<Item = AggregateUDF> {
    let of = |name: &str, average, lenient| {
        // Under the name `sum`, DataFusion would add up sums where a DISTINCT stands beside, in a wider type.
        let own = format!("__{name}");
        let signature = Signature::user_defined(Volatility::Immutable);
        AggregateUDF::from(Total { own, aliases: vec![name.to_owned()], average, lenient, signature })
    };
    [of("sum", false, false), of("avg", true, false), of("try_sum", false, true), of("try_avg", true, true)].into_iter()
}

#[derive(Debug)]
struct Total {
    own: String,
    aliases: Vec<String>,
    average: bool,
    lenient: bool,
    signature: Signature,
}

// The registry holds a name once.
impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.own == other.own
    }
}

impl Eq for Total {}

impl Hash for Total {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.own.hash(state);
    }
}

impl Total {
    fn shape(&self, args: &AccumulatorArgs) -> Result<TotalShape> {
        let given = args.expr_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
        let of = working(&given)?;
        Ok(TotalShape { of, returns: args.return_type().clone(), average: self.average, lenient: self.lenient })
    }
}

/// The type in which values are added up.
fn working(given: &DataType) -> Result<DataType> {
    match given {
        DataType::Decimal128(..) => Ok(given.clone()),
        ty if ty.is_integer() => Ok(DataType::Int64),
        ty if ty.is_floating() => Ok(DataType::Float64),
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(DataType::Float64),
        other => plan_err!("{} cannot be added up by the local engine; cast it to a number", types::show(other)),
    }
}

impl AggregateUDFImpl for Total {
    fn name(&self) -> &str {
        &self.own
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let given = arg_types.first().unwrap_or(&DataType::Null);
        Ok(match (working(given)?, self.average) {
            (DataType::Decimal128(p, s), false) => DataType::Decimal128((p + 10).min(MAX_PRECISION), s),
            (DataType::Decimal128(p, s), true) => {
                DataType::Decimal128((p + 4).min(MAX_PRECISION), (s + 4).min(MAX_PRECISION as i8))
            }
            (_, true) => DataType::Float64,
            (other, false) => other,
        })
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let [given] = arg_types else { return plan_err!("`{}` takes one argument", self.aliases.concat()) };
        Ok(vec![match working(given)? {
            // A text is read by Spark's rules, not by those of an implicit cast of DataFusion.
            DataType::Float64 if !given.is_numeric() && !given.is_null() => given.clone(),
            DataType::Int64 if self.average => DataType::Float64,
            other => other,
        }])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let shape = self.shape(&args)?;
        if args.is_distinct {
            return Ok(Box::new(Distinct::new(shape)));
        }
        Ok(Box::new(Single(GroupTotals::new(shape, 1))))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let shape = self.shape(&args)?;
        if shape.of == DataType::Float64 && !args.is_distinct {
            return Ok(Box::new(Recent::new(shape)));
        }
        if !args.is_distinct {
            return Ok(Box::new(Single(GroupTotals::new(shape, 1).moving())));
        }
        self.accumulator(args)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let of = working(args.input_fields.first().map_or(&DataType::Null, |field| field.data_type()))?;
        if args.is_distinct {
            return Ok(vec![Arc::new(Field::new("values", types::array(of), true))]);
        }
        let sum = Field::new("sum", held(&of), true);
        Ok(vec![Arc::new(sum), Arc::new(Field::new("count", DataType::Int64, true))])
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(GroupTotals::new(self.shape(&args)?, 0)))
    }
}

/// The type of a total that is not done yet.
fn held(of: &DataType) -> DataType {
    match of {
        DataType::Float64 => DataType::Float64,
        DataType::Decimal128(_, scale) => DataType::Decimal256(DECIMAL256_MAX_PRECISION, *scale),
        _ => DataType::Decimal256(DECIMAL256_MAX_PRECISION, 0),
    }
}

/// What is added up, and what comes of it.
#[derive(Debug, Clone)]
pub(super) struct TotalShape {
    /// BIGINT, DOUBLE or a DECIMAL.
    pub of: DataType,
    returns: DataType,
    average: bool,
    lenient: bool,
}

impl TotalShape {
    fn fits(value: i256, precision: u8) -> bool {
        value.wrapping_abs() < i256::from_i128(10_i128.pow(u32::from(precision)))
    }

    /// The unscaled result; `None` when it does not fit.
    fn exact(&self, sum: i256, count: i64) -> Option<i128> {
        let (value, precision) = match (&self.of, &self.returns) {
            (DataType::Decimal128(precision, from), DataType::Decimal128(wanted, to)) if self.average => {
                // The sum has a type of its own, which must hold it.
                if !TotalShape::fits(sum, (precision + 10).min(MAX_PRECISION)) {
                    return None;
                }
                let sum = shift(sum, i32::from(to - from))?;
                (round_divide(sum, i256::from_i128(i128::from(count)))?, *wanted)
            }
            (_, DataType::Decimal128(wanted, _)) => (sum, *wanted),
            _ => return sum.to_i128().filter(|v| i64::try_from(*v).is_ok()),
        };
        TotalShape::fits(value, precision).then(|| value.to_i128()).flatten()
    }

    fn results(&self, sums: Sums, counts: &[i64]) -> Result<ArrayRef> {
        let sums = match sums {
            Sums::Float(sums) => {
                let pairs = sums.iter().zip(counts);
                let value = |sum: f64, n: i64| if self.average { sum / n as f64 } else { sum };
                let results = pairs.map(|(sum, n)| (*n > 0).then(|| value(*sum, *n)));
                return Ok(one_nan(Arc::new(results.collect::<Float64Array>())));
            }
            Sums::Exact(sums) => sums,
        };
        let results = sums.iter().zip(counts).map(|(sum, count)| match self.exact(*sum, *count) {
            _ if *count == 0 => Ok(None),
            None if !self.lenient => {
                let name = if self.average { "avg" } else { "sum" };
                exec_err!("arithmetic overflow in `{name}`; `try_{name}` gives NULL instead")
            }
            result => Ok(result),
        });
        match self.returns {
            DataType::Decimal128(precision, scale) => {
                let array = results.collect::<Result<Decimal128Array>>()?;
                Ok(Arc::new(array.with_precision_and_scale(precision, scale)?))
            }
            _ => {
                let narrow = |value: Result<Option<i128>>| Ok(value?.and_then(|v| i64::try_from(v).ok()));
                Ok(Arc::new(results.map(narrow).collect::<Result<Int64Array>>()?))
            }
        }
    }
}

#[derive(Debug)]
enum Sums {
    Exact(Vec<i256>),
    Float(Vec<f64>),
}

/// One total for each group of rows.
#[derive(Debug)]
pub(super) struct GroupTotals {
    shape: TotalShape,
    sums: Sums,
    counts: Vec<i64>,
    /// Whether a sum that leaves BIGINT on its way is left for good, whatever comes after: so it is in Spark.
    is_strict: bool,
}

/// A sum that has left BIGINT: no number of rows leads back.
const FAR: i256 = i256::from_parts(0, 1 << 100);

fn bigint_or_far(sum: i256) -> i256 {
    if sum.to_i128().is_some_and(|sum| i64::try_from(sum).is_ok()) { sum } else { FAR }
}

impl GroupTotals {
    pub fn new(shape: TotalShape, groups: usize) -> Self {
        let sums = match shape.of {
            DataType::Float64 => Sums::Float(vec![0.0; groups]),
            _ => Sums::Exact(vec![i256::ZERO; groups]),
        };
        let is_strict = shape.returns == DataType::Int64 && !shape.average;
        GroupTotals { shape, sums, counts: vec![0; groups], is_strict }
    }

    /// For rows that go again, or come in an order that Spark does not have.
    pub fn moving(self) -> Self {
        GroupTotals { is_strict: false, ..self }
    }

    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups.max(self.counts.len()), 0);
        match &mut self.sums {
            Sums::Exact(sums) => sums.resize(self.counts.len(), i256::ZERO),
            Sums::Float(sums) => sums.resize(self.counts.len(), 0.0),
        }
    }

    /// Adds a total of `count` values to a group, or takes it away when `count` is below 0.
    fn add<T>(sums: &mut [T], counts: &mut [i64], group: usize, count: i64, apply: impl FnOnce(&mut T)) {
        if let (Some(sum), Some(total)) = (sums.get_mut(group), counts.get_mut(group)) {
            apply(sum);
            *total += count;
        }
    }

    /// Adds values, `sign` of 1, or takes them away, `sign` of -1.
    pub fn values(&mut self, values: &ArrayRef, sign: i64, group_of: impl Fn(usize) -> Option<usize>) -> Result<()> {
        let values = convert(values, &self.shape.of, false)?;
        let (counts, is_strict) = (&mut self.counts, self.is_strict);
        let settled = |sum: i256| if is_strict { bigint_or_far(sum) } else { sum };
        let rows = (0..values.len()).filter(|row| values.is_valid(*row));
        let rows = rows.filter_map(|row| group_of(row).map(|group| (row, group)));
        match &mut self.sums {
            Sums::Float(sums) => {
                let values = values.as_primitive::<Float64Type>();
                rows.for_each(|(row, group)| {
                    GroupTotals::add(sums, counts, group, sign, |sum| *sum += sign as f64 * values.value(row));
                });
            }
            Sums::Exact(sums) => {
                let whole = values.as_primitive_opt::<Int64Type>();
                let decimal = values.as_primitive_opt::<Decimal128Type>();
                let value = |row| match (whole, decimal) {
                    (Some(whole), _) => i128::from(whole.value(row)),
                    (_, Some(decimal)) => decimal.value(row),
                    _ => 0,
                };
                rows.for_each(|(row, group)| {
                    let value = i256::from_i128(value(row));
                    let value = if sign < 0 { value.wrapping_neg() } else { value };
                    GroupTotals::add(sums, counts, group, sign, |sum| *sum = settled(sum.wrapping_add(value)));
                });
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], group_of: impl Fn(usize) -> Option<usize>) -> Result<()> {
        let [totals, others] = states else { return exec_err!("a total has a sum and a count") };
        let others = others.as_primitive::<Int64Type>();
        let rows = (0..totals.len()).filter_map(|row| group_of(row).map(|group| (row, group)));
        let is_strict = self.is_strict;
        let settled = |sum: i256| if is_strict { bigint_or_far(sum) } else { sum };
        match &mut self.sums {
            Sums::Float(sums) => {
                let totals = totals.as_primitive::<Float64Type>();
                rows.for_each(|(row, group)| {
                    GroupTotals::add(sums, &mut self.counts, group, others.value(row), |sum| *sum += totals.value(row));
                });
            }
            Sums::Exact(sums) => {
                let totals = totals.as_primitive::<Decimal256Type>();
                rows.for_each(|(row, group)| {
                    let total = totals.value(row);
                    GroupTotals::add(sums, &mut self.counts, group, others.value(row), |sum| {
                        *sum = settled(sum.wrapping_add(total))
                    });
                });
            }
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> (Sums, Vec<i64>) {
        let sums = match &mut self.sums {
            Sums::Exact(sums) => Sums::Exact(emit.take_needed(sums)),
            Sums::Float(sums) => Sums::Float(emit.take_needed(sums)),
        };
        (sums, emit.take_needed(&mut self.counts))
    }

    fn taken(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (sums, counts) = self.take(emit);
        let sums: ArrayRef = match sums {
            Sums::Float(sums) => Arc::new(Float64Array::from(sums)),
            Sums::Exact(sums) => {
                let DataType::Decimal256(precision, scale) = held(&self.shape.of) else {
                    return exec_err!("a total of another type");
                };
                Arc::new(Decimal256Array::from_iter_values(sums).with_precision_and_scale(precision, scale)?)
            }
        };
        Ok(vec![sums, Arc::new(Int64Array::from(counts))])
    }

    /// The results of all groups, which stay as they are.
    pub fn results(&self) -> Result<ArrayRef> {
        let sums = match &self.sums {
            Sums::Exact(sums) => Sums::Exact(sums.clone()),
            Sums::Float(sums) => Sums::Float(sums.clone()),
        };
        self.shape.results(sums, &self.counts)
    }
}

/// The group of a row that a filter lets through.
fn chosen<'a>(groups: &'a [usize], filter: Option<&'a BooleanArray>) -> impl Fn(usize) -> Option<usize> + 'a {
    move |row| {
        let passes = filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        groups.get(row).copied().filter(|_| passes)
    }
}

impl GroupsAccumulator for GroupTotals {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        self.values(first(values)?, 1, chosen(groups, filter))
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (sums, counts) = self.take(emit);
        self.shape.results(sums, &counts)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.taken(emit)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        self.merge(values, chosen(groups, None))
    }

    /// Each row as the total of itself, for when grouping before an exchange does not pay.
    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let values = first(values)?;
        let rows: Vec<usize> = (0..values.len()).collect();
        let mut each = GroupTotals::new(self.shape.clone(), rows.len());
        each.values(values, 1, chosen(&rows, filter))?;
        each.taken(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.counts.capacity() * (size_of::<i64>() + size_of::<i256>())
    }
}

/// The argument of an aggregate.
pub(super) fn first(values: &[ArrayRef]) -> Result<&ArrayRef> {
    values.first().ok_or_else(|| exec_datafusion_err!("an aggregate without an argument"))
}

/// One total, of all rows or of a window that moves.
#[derive(Debug)]
struct Single(GroupTotals);

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.values(first(values)?, 1, |_| Some(0))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.values(first(values)?, -1, |_| Some(0))
    }

    fn supports_retract_batch(&self) -> bool {
        self.0.shape.of != DataType::Float64
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.0.results()?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let arrays = self.0.taken(EmitTo::All)?;
        arrays.iter().map(|array| ScalarValue::try_from_array(array, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge(states, |_| Some(0))
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
