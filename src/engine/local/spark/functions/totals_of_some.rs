//! Totals over some of the rows only: over distinct values, and over the floating point values of a window that moves.

use std::collections::{BTreeSet, VecDeque};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

use super::super::cast::convert;
use super::arrays::comparable;
use super::totals::{GroupTotals, TotalShape, first};

/// The total of the distinct values of a group.
#[derive(Debug)]
pub(super) struct Distinct {
    shape: TotalShape,
    seen: BTreeSet<Box<[u8]>>,
    values: Vec<ArrayRef>,
}

impl Distinct {
    pub fn new(shape: TotalShape) -> Self {
        Distinct { shape, seen: BTreeSet::new(), values: vec![] }
    }

    fn add(&mut self, values: &ArrayRef) -> Result<()> {
        let mut values = convert(values, &self.shape.of, false)?;
        if values.data_type() == &DataType::Float64 {
            // Minus zero and zero are one value.
            let floats = values.as_primitive::<Float64Type>();
            values = std::sync::Arc::new(floats.unary::<_, Float64Type>(|v| if v == 0.0 { 0.0 } else { v }));
        }
        let rows = comparable(&values)?;
        let fresh = (0..values.len()).filter(|row| values.is_valid(*row));
        let fresh = fresh.filter(|row| self.seen.insert(rows.row(*row).as_ref().into()));
        let fresh: UInt32Array = fresh.filter_map(|row| u32::try_from(row).ok()).collect();
        if !fresh.is_empty() {
            self.values.push(take(values.as_ref(), &fresh, None)?);
        }
        Ok(())
    }

    fn all(&self) -> Result<ArrayRef> {
        let parts: Vec<&dyn Array> = self.values.iter().map(AsRef::as_ref).collect();
        if parts.is_empty() {
            return Ok(datafusion::arrow::array::new_empty_array(&self.shape.of));
        }
        Ok(concat(&parts)?)
    }
}

impl Accumulator for Distinct {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add(first(values)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(lists) = first(states)?.as_list_opt::<i32>() else { return exec_err!("distinct values in no list") };
        lists.iter().flatten().try_for_each(|values| self.add(&values))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut total = GroupTotals::new(self.shape.clone(), 1).moving();
        total.values(&self.all()?, 1, |_| Some(0))?;
        ScalarValue::try_from_array(&total.results()?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![SingleRowListArrayBuilder::new(self.all()?).build_list_scalar()])
    }

    fn size(&self) -> usize {
        let keys: usize = self.seen.iter().map(|key| key.len()).sum();
        size_of_val(self) + keys + self.values.iter().map(|v| v.get_array_memory_size()).sum::<usize>()
    }
}

/// The total of the floating point values in a window, added up anew for each row: taking away what leaves the window
/// would keep its rounding errors.
#[derive(Debug)]
pub(super) struct Recent {
    shape: TotalShape,
    values: VecDeque<Option<f64>>,
}

impl Recent {
    pub fn new(shape: TotalShape) -> Self {
        Recent { shape, values: VecDeque::new() }
    }
}

impl Accumulator for Recent {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = convert(first(values)?, &DataType::Float64, false)?;
        self.values.extend(values.as_primitive::<Float64Type>().iter());
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.values.drain(..first(values)?.len().min(self.values.len()));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let values: datafusion::arrow::array::Float64Array = self.values.iter().copied().collect();
        let mut total = GroupTotals::new(self.shape.clone(), 1).moving();
        total.values(&(std::sync::Arc::new(values) as ArrayRef), 1, |_| Some(0))?;
        ScalarValue::try_from_array(&total.results()?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        exec_err!("the total of a window that moves is never merged")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        exec_err!("the total of a window that moves is never merged")
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<Option<f64>>()
    }
}
