//! Result types that unification can't express: they depend on the values of literals, on names, or on digits.
//!
//! Each rule is named in the function table (`@sum`); an `Err` contains the index of the faulty argument and the
//! message.

use sqlparser::ast::{Expr, UnaryOperator, Value};

use super::analyzer::Typed;
use super::expr::{field_name, implied_name};
use super::operators;
use crate::functions::ResultRule;
use crate::types::{Arithmetic, DataType, Field, parse_columns};

/// The arguments of a call: as written, and their types (`None` for lambdas and bare words).
pub(super) struct Args<'a> {
    pub exprs: &'a [&'a Expr],
    pub typed: &'a [Option<Typed>],
}

type RuleResult = Result<DataType, (usize, String)>;

impl Args<'_> {
    fn ty(&self, index: usize) -> DataType {
        self.typed.get(index).and_then(Option::as_ref).map_or(DataType::Unknown, |t| t.ty.clone())
    }

    fn typed(&self, index: usize) -> Typed {
        self.typed.get(index).cloned().flatten().unwrap_or_else(Typed::unknown)
    }

    fn len(&self) -> usize {
        self.exprs.len()
    }

    /// A string written out.
    fn text(&self, index: usize) -> Option<&str> {
        self.exprs.get(index).and_then(|e| string_literal(e))
    }

    /// A whole number written out.
    fn number(&self, index: usize) -> Option<i64> {
        self.exprs.get(index).and_then(|e| whole_literal(e))
    }

    /// The common type of every `step`th argument from `first` on.
    fn common(&self, first: usize, step: usize) -> RuleResult {
        let mut so_far = DataType::Null;
        for index in (first..self.len()).step_by(step) {
            let ty = self.ty(index);
            so_far = so_far
                .common(&ty)
                .ok_or_else(|| (index, format!("requires values of one type, found {so_far} and {ty}")))?;
        }
        Ok(so_far)
    }

    fn fault(&self, index: usize, wanted: &str) -> (usize, String) {
        (index, format!("takes {wanted} here, found {}", self.ty(index)))
    }
}

/// The type of a call by its rule.
pub(super) fn result(rule: ResultRule, args: &Args<'_>) -> RuleResult {
    let first = args.ty(0);
    if first == DataType::Unknown
        && !matches!(rule, ResultRule::ShiftUnit | ResultRule::Struct | ResultRule::NamedStruct)
    {
        return Ok(DataType::Unknown);
    }
    match rule {
        ResultRule::Add => operator(args, &sqlparser::ast::BinaryOperator::Plus),
        ResultRule::Subtract => operator(args, &sqlparser::ast::BinaryOperator::Minus),
        ResultRule::Multiply => operator(args, &sqlparser::ast::BinaryOperator::Multiply),
        ResultRule::Divide => operator(args, &sqlparser::ast::BinaryOperator::Divide),
        ResultRule::Mod => operators::arithmetic(Arithmetic::Remainder, &args.typed(0), &args.typed(1))
            .ok_or_else(|| args.fault(0, "numbers")),
        ResultRule::Round => Ok(round(&first, args)),
        ResultRule::Ceil => Ok(ceil(&first, args)),
        ResultRule::Sum => first.summed().ok_or_else(|| args.fault(0, "a number")),
        ResultRule::Avg => first.averaged().ok_or_else(|| args.fault(0, "a number")),
        ResultRule::Percentile => Ok(many_if_array(DataType::Double, &args.ty(1))),
        ResultRule::PercentileOf => Ok(many_if_array(first, &args.ty(1))),
        ResultRule::Histogram => Ok(DataType::array(DataType::structure([("x", first), ("y", DataType::Double)]))),
        ResultRule::ToNumber => Ok(args.text(1).map_or(DataType::Unknown, number_format)),
        ResultRule::Decode => decode(args),
        ResultRule::DatePart => Ok(args.text(0).and_then(part_type).unwrap_or(DataType::Unknown)),
        ResultRule::ShiftUnit => Ok(shifted(args)),
        ResultRule::ShiftBits => Ok(operators::bits_of(&first)),
        ResultRule::Window => {
            let border = if first == DataType::TimestampNtz { DataType::TimestampNtz } else { DataType::Timestamp };
            Ok(DataType::structure([("start", border.clone()), ("end", border)]))
        }
        ResultRule::Struct => Ok(structure(args)),
        ResultRule::NamedStruct => named_struct(args),
        ResultRule::Map => Ok(DataType::map(args.common(0, 2)?, args.common(1, 2)?)),
        ResultRule::MapEntries => match first {
            DataType::Map(key, value) => Ok(DataType::array(DataType::structure([("key", *key), ("value", *value)]))),
            _ => Ok(DataType::Unknown),
        },
        ResultRule::MapFromEntries => entries(&first).ok_or_else(|| args.fault(0, "an array of structs of two fields")),
        ResultRule::ArraysZip => Ok(arrays_zip(args)),
        ResultRule::FromSchema => from_schema(args),
        ResultRule::VariantGet => {
            args.text(2).map_or(Ok(DataType::Unknown), |text| DataType::parse(text).map_err(|e| (2, e.message)))
        }
        ResultRule::Inline | ResultRule::JsonTuple | ResultRule::Stack => Ok(DataType::Unknown),
    }
}

fn operator(args: &Args<'_>, op: &sqlparser::ast::BinaryOperator) -> RuleResult {
    match operators::operator_type(op, &args.typed(0), &args.typed(1)) {
        Ok(Some(ty)) => Ok(ty),
        _ => Err((1, format!("does not take {} and {}", args.ty(0), args.ty(1)))),
    }
}

fn round(value: &DataType, args: &Args<'_>) -> DataType {
    match value {
        DataType::String => DataType::Double,
        value if args.len() == 1 => value.rounded(0),
        value => args.number(1).map_or(DataType::Unknown, |places| value.rounded(places)),
    }
}

/// `ceil` and `floor`: whole numbers, unless digits to keep are given.
fn ceil(value: &DataType, args: &Args<'_>) -> DataType {
    match value {
        DataType::Decimal { scale: 0, .. } if args.len() == 1 => value.clone(),
        DataType::Decimal { .. } if args.len() == 1 => value.rounded(0),
        _ if args.len() == 1 => DataType::BigInt,
        // With digits to keep, everything is a decimal first.
        DataType::Float | DataType::Double | DataType::String => {
            DataType::decimal(30, 15).rounded(args.number(1).unwrap_or(0))
        }
        value => {
            let (precision, scale) = value.digits().unwrap_or((38, 0));
            let places = args.number(1).unwrap_or(0);
            DataType::decimal(u32::from(precision), u32::from(scale)).rounded(places)
        }
    }
}

fn many_if_array(one: DataType, points: &DataType) -> DataType {
    if matches!(points, DataType::Array(_)) { DataType::array(one) } else { one }
}

/// The digits of a format such as `'999.99'`.
fn number_format(format: &str) -> DataType {
    let (whole, fraction) = format.split_once(['.', 'D', 'd']).unwrap_or((format, ""));
    let digits = |text: &str| text.chars().filter(|c| matches!(c, '0' | '9')).count() as u32;
    DataType::decimal(digits(whole) + digits(fraction), digits(fraction))
}

/// `decode(value, search, result, .., default)`.
fn decode(args: &Args<'_>) -> RuleResult {
    let mut so_far = DataType::Null;
    let pairs = (args.len() - 1) / 2;
    let default = args.len().is_multiple_of(2).then(|| args.len() - 1);
    for index in (0..pairs).map(|p| 2 * p + 2).chain(default) {
        let ty = args.ty(index);
        so_far = so_far
            .common(&ty)
            .ok_or_else(|| (index, format!("requires results of one type, found {so_far} and {ty}")))?;
    }
    Ok(so_far)
}

/// The type of `extract(part FROM ..)`; `None` for a part that does not exist.
pub(crate) fn part_type(part: &str) -> Option<DataType> {
    match part.to_ascii_uppercase().as_str() {
        "SECOND" | "S" | "SEC" | "SECONDS" | "SECS" => Some(DataType::decimal(8, 6)),
        "YEAR" | "Y" | "YEARS" | "YR" | "YRS" | "YEAROFWEEK" | "QUARTER" | "QTR" | "MONTH" | "MON" | "MONS"
        | "MONTHS" | "WEEK" | "W" | "WEEKS" | "DAY" | "D" | "DAYS" | "DAYOFWEEK" | "DOW" | "DAYOFWEEK_ISO"
        | "DOW_ISO" | "DOY" | "DAYOFYEAR" | "HOUR" | "H" | "HOURS" | "HR" | "HRS" | "MINUTE" | "M" | "MIN" | "MINS"
        | "MINUTES" => Some(DataType::Int),
        _ => None,
    }
}

/// `timestampadd(unit, n, moment)`: days and more leave a date a date only in `dateadd` of days; Spark gives a timestamp.
fn shifted(args: &Args<'_>) -> DataType {
    match args.ty(2) {
        DataType::TimestampNtz => DataType::TimestampNtz,
        DataType::Unknown => DataType::Unknown,
        _ => DataType::Timestamp,
    }
}

fn structure(args: &Args<'_>) -> DataType {
    let name = |(i, e): (usize, &&Expr)| field_name(e).unwrap_or_else(|| format!("col{}", i + 1));
    DataType::structure(args.exprs.iter().enumerate().map(name).zip((0..args.len()).map(|i| args.ty(i))))
}

fn named_struct(args: &Args<'_>) -> RuleResult {
    if !args.len().is_multiple_of(2) {
        return Err((args.len() - 1, "takes pairs of a name and a value".into()));
    }
    let mut fields = Vec::new();
    for index in (0..args.len()).step_by(2) {
        let name = args.text(index).ok_or_else(|| (index, "takes names as string literals".to_string()))?;
        fields.push(Field { name: name.to_string(), ty: args.ty(index + 1) });
    }
    Ok(DataType::Struct(fields.into()))
}

fn entries(ty: &DataType) -> Option<DataType> {
    let DataType::Array(element) = ty else { return None };
    match &**element {
        DataType::Struct(fields) => match &**fields {
            [key, value] => Some(DataType::map(key.ty.clone(), value.ty.clone())),
            _ => None,
        },
        ty if ty.is_open() => Some(DataType::Unknown),
        _ => None,
    }
}

fn arrays_zip(args: &Args<'_>) -> DataType {
    let name = |(i, e): (usize, &&Expr)| implied_name(e).map_or_else(|| i.to_string(), |n| n.value.clone());
    let element = |i| match args.ty(i) {
        DataType::Array(element) => *element,
        _ => DataType::Unknown,
    };
    DataType::array(DataType::structure(args.exprs.iter().enumerate().map(name).zip((0..args.len()).map(element))))
}

/// `from_json(text, schema)`: the schema is a type or a list of columns, written out.
fn from_schema(args: &Args<'_>) -> RuleResult {
    let Some(text) = args.text(1) else { return Ok(DataType::Unknown) };
    if let Ok(ty) = DataType::parse(text) {
        return Ok(ty);
    }
    let columns = parse_columns(text).map_err(|e| (1, format!("has an invalid schema: {}", e.message)))?;
    Ok(DataType::structure(columns.into_iter().map(|c| (c.name, c.ty))))
}

/// A string written out.
pub(super) fn string_literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(literal) => match &literal.value {
            Value::SingleQuotedString(text)
            | Value::DoubleQuotedString(text)
            | Value::SingleQuotedRawStringLiteral(text)
            | Value::DoubleQuotedRawStringLiteral(text) => Some(text),
            _ => None,
        },
        Expr::Nested(inner) => string_literal(inner),
        _ => None,
    }
}

/// A whole number written out, with or without sign.
pub(super) fn whole_literal(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(literal) => match &literal.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => whole_literal(expr).map(i64::wrapping_neg),
        Expr::Nested(inner) => whole_literal(inner),
        _ => None,
    }
}

/// The position of a column that an expression of `GROUP BY` or `ORDER BY` is: an INT that stands alone. Spark 4.3 takes one of
/// another type for a constant.
pub(super) fn position(expr: &Expr) -> Option<i64> {
    let is_long = |mut expr: &Expr| loop {
        match expr {
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => expr = inner,
            Expr::Value(literal) => return matches!(literal.value, Value::Number(_, true)),
            _ => return false,
        }
    };
    whole_literal(expr).filter(|position| i32::try_from(*position).is_ok() && !is_long(expr))
}

/// The columns that `inline`, `json_tuple` and `stack` make; none where they can't be told.
pub(super) fn columns(rule: ResultRule, args: &Args<'_>) -> Result<Vec<(String, DataType)>, (usize, String)> {
    match rule {
        ResultRule::Inline => match args.ty(0) {
            DataType::Array(element) => match *element {
                DataType::Struct(fields) => Ok(fields.iter().map(|f| (f.name.clone(), f.ty.clone())).collect()),
                ty if ty.is_open() => Ok(Vec::new()),
                _ => Err(args.fault(0, "an array of structs")),
            },
            _ => Ok(Vec::new()),
        },
        ResultRule::JsonTuple => Ok((1..args.len()).map(|i| (format!("c{}", i - 1), DataType::String)).collect()),
        ResultRule::Stack => stack(args),
        _ => Ok(Vec::new()),
    }
}

/// The columns of `stack(rows, value, ..)`. Values of one column are of the very same type: none is converted.
fn stack(args: &Args<'_>) -> Result<Vec<(String, DataType)>, (usize, String)> {
    let Some(rows) = args.number(0) else { return Ok(Vec::new()) };
    let rows = usize::try_from(rows).ok().filter(|rows| *rows > 0);
    let rows = rows.ok_or_else(|| (0, "takes a positive number of rows here".to_owned()))?;
    let width = (args.len() - 1).div_ceil(rows);
    let column = |place: usize| {
        let mut own = DataType::Null;
        for index in (1 + place..args.len()).step_by(width) {
            match args.ty(index) {
                DataType::Null => {}
                ty if ty.has_unknown() => return Ok((format!("col{place}"), DataType::Unknown)),
                ty if own == DataType::Null => own = ty,
                ty if ty == own => {}
                ty => return Err((index, format!("requires values of one type in a column, found {own} and {ty}"))),
            }
        }
        Ok((format!("col{place}"), own))
    };
    (0..width).map(column).collect()
}
