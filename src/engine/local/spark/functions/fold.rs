//! `aggregate` and `reduce`: an array folded from its first element to its last.
//!
//! As in Spark, what a step gives is of the type of the start. A step is taken for all rows at once, and only by rows that
//! have an element left, so that nothing fails that Spark would not compute.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array, new_null_array};
use datafusion::arrow::compute::{interleave, take, take_arrays};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::super::cast::convert;
use super::super::types;

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Fold {
    signature: HigherOrderSignature,
    aliases: Vec<String>,
}

impl Fold {
    /// The function under both of its names.
    pub fn new() -> Self {
        Fold {
            signature: HigherOrderSignature::variadic_any(Volatility::Immutable),
            aliases: vec!["reduce".to_owned()],
        }
    }
}

/// The types of the elements and of the start, of an array, a start, and one lambda or two.
fn operands<L>(fields: &[ValueOrLambda<FieldRef, L>]) -> Result<(DataType, DataType)> {
    let ([ValueOrLambda::Value(list), ValueOrLambda::Value(start), ValueOrLambda::Lambda(_)]
    | [ValueOrLambda::Value(list), ValueOrLambda::Value(start), ValueOrLambda::Lambda(_), ValueOrLambda::Lambda(_)]) =
        fields
    else {
        return plan_err!("`aggregate` takes an array, a start, and one lambda or two");
    };
    match list.data_type() {
        DataType::List(element) => Ok((element.data_type().clone(), start.data_type().clone())),
        other => plan_err!("{} is not an array", types::show(other)),
    }
}

impl HigherOrderUDFImpl for Fold {
    fn name(&self) -> &'static str {
        "aggregate"
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let (element, start) = operands(fields)?;
        let parameter = |ty: &DataType| -> FieldRef { Arc::new(Field::new("", ty.clone(), true)) };
        let step = vec![parameter(&start), parameter(&element)];
        let finish = (fields.len() == 4).then(|| vec![parameter(&start)]);
        Ok(LambdaParametersProgress::Complete(std::iter::once(step).chain(finish).collect()))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs) -> Result<FieldRef> {
        let (_, start) = operands(args.arg_fields)?;
        let given = |position: usize| match args.arg_fields.get(position) {
            Some(ValueOrLambda::Lambda(field)) => Some(field.data_type().clone()),
            _ => None,
        };
        let step = given(2).unwrap_or(DataType::Null);
        if types::show(&step) != types::show(&start) && !step.is_null() {
            let (step, start) = (types::show(&step), types::show(&start));
            return plan_err!("`aggregate` starts with {start}, and a step of it gives {step}; cast the start to that");
        }
        Ok(Arc::new(Field::new("", given(3).unwrap_or(start), true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let [ValueOrLambda::Value(list), ValueOrLambda::Value(start), ValueOrLambda::Lambda(step), finish @ ..] =
            args.args.as_slice()
        else {
            return plan_err!("`aggregate` takes an array, a start, and one lambda or two");
        };
        let list = list.to_array(rows)?;
        let list = list.as_list::<i32>();
        let mut folded = start.to_array(rows)?;
        let ty = folded.data_type().clone();
        let lengths: Vec<u32> =
            (0..rows).map(|row| if list.is_valid(row) { list.value_length(row) as u32 } else { 0 }).collect();
        for place in 0..lengths.iter().copied().max().unwrap_or(0) {
            let begun = |row: usize| lengths.get(row).is_some_and(|length| *length > place);
            let at: UInt32Array = (0..rows).filter(|row| begun(*row)).map(|row| row as u32).collect();
            let elements: UInt32Array =
                at.values().iter().map(|row| list.value_offsets()[*row as usize] as u32 + place).collect();
            let given = [take(&folded, &at, None)?, take(list.values(), &elements, None)?];
            let taken = convert(&evaluate(step, &given, &at)?, &ty, false)?;
            folded = replaced(&folded, &at, &taken)?;
        }
        let at: UInt32Array = (0..rows).filter(|row| list.is_valid(*row)).map(|row| row as u32).collect();
        if at.is_empty() {
            return Ok(ColumnarValue::Array(new_null_array(args.return_type(), rows)));
        }
        let mut results = take(&folded, &at, None)?;
        if let [ValueOrLambda::Lambda(finish)] = finish {
            results = evaluate(finish, &[results], &at)?;
        }
        let results = convert(&results, args.return_type(), false)?;
        let mut next = 0..;
        let places: UInt32Array = (0..rows).map(|row| if list.is_valid(row) { next.next() } else { None }).collect();
        Ok(ColumnarValue::Array(take(&results, &places, None)?))
    }
}

/// What a lambda gives for some of the rows.
fn evaluate(lambda: &LambdaArgument, given: &[ArrayRef], at: &UInt32Array) -> Result<ArrayRef> {
    type Parameter<'a> = Box<dyn Fn() -> Result<ArrayRef> + 'a>;
    let parameters: Vec<Parameter<'_>> =
        given.iter().map(|array| Box::new(move || Ok(Arc::clone(array))) as Parameter<'_>).collect();
    let parameters: Vec<&dyn Fn() -> Result<ArrayRef>> = parameters.iter().map(|p| p.as_ref() as _).collect();
    lambda.evaluate(&parameters, |captured| Ok(take_arrays(captured, at, None)?))?.into_array(at.len())
}

/// The values with others in the place of some.
fn replaced(values: &ArrayRef, at: &UInt32Array, others: &ArrayRef) -> Result<ArrayRef> {
    let mut places: Vec<(usize, usize)> = (0..values.len()).map(|row| (0, row)).collect();
    for (position, row) in at.values().iter().enumerate() {
        if let Some(place) = places.get_mut(*row as usize) {
            *place = (1, position);
        }
    }
    Ok(interleave(&[values.as_ref(), others.as_ref()], &places)?)
}
