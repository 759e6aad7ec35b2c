//! One shape for every scalar function of this engine: a table row of name, parameters, result type and body.
//!
//! DataFusion's own function trait asks for a type and five methods a function; the functions here differ in less. The
//! shape refuses implicit conversions that Spark does by other rules than Arrow: a caller has to write the cast.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, ListArray, PrimitiveArray, StringArray, new_empty_array,
};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::types;
use super::values::{one_nan, within_calendar};

/// What a function takes at one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NativeParam {
    /// STRING; numbers other than floating point, dates and booleans are written out.
    Text,
    /// INT.
    Int,
    /// INT, and no wider integer, as Spark wants it of some functions.
    JustInt,
    /// BIGINT.
    Long,
    /// DOUBLE.
    Double,
    /// BOOLEAN.
    Flag,
    /// DATE.
    Date,
    /// TIMESTAMP.
    Timestamp,
    /// ARRAY of anything.
    List,
    /// Anything, as it is.
    Any,
}

/// What is known of a call when its result type is asked for.
pub(super) struct GivenArguments<'a> {
    /// Types of the arguments.
    pub types: Vec<DataType>,
    /// The arguments that are literals.
    pub literals: &'a [Option<&'a ScalarValue>],
}

impl GivenArguments<'_> {
    /// The text of a literal argument.
    pub fn text(&self, position: usize) -> Option<&str> {
        self.literals.get(position).copied().flatten().and_then(|v| v.try_as_str()).flatten()
    }

    /// The type of an argument; NULL's type when there is none.
    pub fn type_at(&self, position: usize) -> DataType {
        self.types.get(position).cloned().unwrap_or(DataType::Null)
    }
}

/// One evaluation over a batch; every argument has as many rows as the batch.
pub(super) struct NativeCall {
    args: Vec<ArrayRef>,
    /// Type the result must have.
    pub returns: DataType,
    /// Rows of the batch.
    pub rows: usize,
}

impl NativeCall {
    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.args.len()
    }

    /// All arguments.
    pub fn args(&self) -> &[ArrayRef] {
        &self.args
    }

    /// One argument.
    pub fn arg(&self, position: usize) -> Result<&ArrayRef> {
        self.args.get(position).ok_or_else(|| exec_datafusion_err!("argument {} is missing", position + 1))
    }

    /// One argument of texts.
    pub fn text(&self, position: usize) -> Result<&StringArray> {
        let array = self.arg(position)?;
        array.as_string_opt::<i32>().ok_or_else(|| exec_datafusion_err!("argument {} is not a string", position + 1))
    }

    /// One argument of numbers, dates or timestamps.
    pub fn values<T: ArrowPrimitiveType>(&self, position: usize) -> Result<&PrimitiveArray<T>> {
        let array = self.arg(position)?;
        array.as_primitive_opt::<T>().ok_or_else(|| exec_datafusion_err!("argument {} has another type", position + 1))
    }

    /// One argument of booleans.
    pub fn flags(&self, position: usize) -> Result<&BooleanArray> {
        let array = self.arg(position)?;
        array.as_boolean_opt().ok_or_else(|| exec_datafusion_err!("argument {} is not a boolean", position + 1))
    }

    /// One argument of arrays.
    pub fn lists(&self, position: usize) -> Result<&ListArray> {
        let array = self.arg(position)?;
        array.as_list_opt::<i32>().ok_or_else(|| exec_datafusion_err!("argument {} is not an array", position + 1))
    }
}

/// A function: how it is called, what it gives, how it is computed.
#[derive(Clone, Copy)]
pub(super) struct Native {
    /// Name in SQL, lower case.
    pub name: &'static str,
    /// What it takes, in order.
    pub params: &'static [NativeParam],
    /// How many of the last `params` may be left out.
    pub optional: usize,
    /// Whether the last of `params` may stand any number of times more.
    pub variadic: bool,
    /// The result type.
    pub returns: fn(&GivenArguments) -> Result<DataType>,
    /// The computation.
    pub body: fn(&NativeCall) -> Result<ArrayRef>,
}

/// A function of fixed parameters.
pub(super) const fn native(
    name: &'static str,
    params: &'static [NativeParam],
    returns: fn(&GivenArguments) -> Result<DataType>,
    body: fn(&NativeCall) -> Result<ArrayRef>,
) -> Native {
    Native { name, params, optional: 0, variadic: false, returns, body }
}

impl Native {
    /// The last `count` parameters may be left out.
    pub const fn optional(mut self, count: usize) -> Self {
        self.optional = count;
        self
    }

    /// The last parameter may be repeated.
    pub const fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// The form that DataFusion calls; a function of a new value each row says so by `volatility`.
    pub fn udf(self, volatility: Volatility) -> ScalarUDF {
        ScalarUDF::new_from_impl(Registered { native: self, signature: Signature::user_defined(volatility) })
    }

    fn param(&self, position: usize) -> Option<NativeParam> {
        match self.params.get(position) {
            Some(param) => Some(*param),
            None if self.variadic => self.params.last().copied(),
            None => None,
        }
    }
}

struct Registered {
    native: Native,
    signature: Signature,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.native.name)
    }
}

// Two functions are the same when they bear the same name: the registry holds a name once.
impl PartialEq for Registered {
    fn eq(&self, other: &Self) -> bool {
        self.native.name == other.native.name
    }
}

impl Eq for Registered {}

impl Hash for Registered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.native.name.hash(state);
    }
}

impl ScalarUDFImpl for Registered {
    fn name(&self) -> &str {
        self.native.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        (self.native.returns)(&GivenArguments { types: arg_types.to_vec(), literals: &[] })
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let types = args.arg_fields.iter().map(|f| f.data_type().clone()).collect();
        let returns = (self.native.returns)(&GivenArguments { types, literals: args.scalar_arguments })?;
        Ok(Arc::new(Field::new(self.native.name, returns, true)))
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.native.name;
        if arg_types.len() + self.native.optional < self.native.params.len() {
            return plan_err!("`{name}` needs more arguments");
        }
        let mut coerced = Vec::with_capacity(arg_types.len());
        for (position, given) in arg_types.iter().enumerate() {
            let Some(param) = self.native.param(position) else {
                return plan_err!("`{name}` takes fewer arguments");
            };
            match coerce(param, given) {
                Some(ty) => coerced.push(ty),
                None => {
                    let given = types::show(given);
                    return plan_err!("argument {} of `{name}` cannot be {given} here; cast it first", position + 1);
                }
            }
        }
        Ok(coerced)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        // Bodies read constants from the first row, which a table that nobody has delivered to does not have.
        if rows == 0 {
            return Ok(ColumnarValue::Array(new_empty_array(args.return_field.data_type())));
        }
        let arrays = args.args.into_iter().map(|a| a.into_array(rows)).collect::<Result<Vec<_>>>()?;
        arrays.iter().try_for_each(within_calendar)?;
        let call = NativeCall { args: arrays, returns: args.return_field.data_type().clone(), rows };
        let result = one_nan((self.native.body)(&call)?);
        within_calendar(&result)?;
        if result.data_type() != &call.returns {
            return exec_err!("`{}` gave {} instead of {}", self.native.name, result.data_type(), call.returns);
        }
        Ok(ColumnarValue::Array(result))
    }
}

fn coerce(param: NativeParam, given: &DataType) -> Option<DataType> {
    use DataType as T;
    let wanted = match param {
        NativeParam::Any => return Some(given.clone()),
        NativeParam::List => return matches!(given, T::List(_)).then(|| given.clone()),
        NativeParam::Text => T::Utf8,
        NativeParam::Int | NativeParam::JustInt => T::Int32,
        NativeParam::Long => T::Int64,
        NativeParam::Double => T::Float64,
        NativeParam::Flag => T::Boolean,
        NativeParam::Date => T::Date32,
        NativeParam::Timestamp => types::timestamp(),
    };
    let fits = match (param, given) {
        (_, T::Null) => true,
        (_, given) if *given == wanted => true,
        (NativeParam::Text, T::LargeUtf8 | T::Utf8View | T::Boolean | T::Date32 | T::Decimal128(..)) => true,
        (NativeParam::Text | NativeParam::Int | NativeParam::Long, given) => given.is_integer(),
        (NativeParam::Double, given) => given.is_numeric(),
        (NativeParam::Date, T::Timestamp(..) | T::Utf8) => true,
        (NativeParam::Timestamp, T::Timestamp(..) | T::Date32 | T::Utf8) => true,
        _ => false,
    };
    fits.then_some(wanted)
}
