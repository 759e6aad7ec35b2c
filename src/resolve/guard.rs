//! No row stops an update: what would fail for one row gives NULL for it.
//!
//! Databricks runs in ANSI mode, where a division by zero, a text that is no number or a sum beyond its type is an error of
//! the whole update. So each part of an expression that can fail is put into its form that gives NULL: a rule is then
//! broken, a row left out, nothing deleted. What can't fail for its types stays as it was written. Every form has the type
//! of what it replaces (tests/spark/guards.jsonl has Spark's answers).

use std::ops::ControlFlow;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Subscript,
    UnaryOperator, Value, VisitMut, VisitorMut,
};

use crate::lakeflow::build;
use crate::lakeflow::functions::total::casts;
use crate::lakeflow::infer::{ExprInfo, NodeTypes, aggregates};
use crate::lakeflow::types::DataType;

/// Guards every part of an expression whose parts have these types. `rows` says that all of it is computed for each row;
/// otherwise sums and differences outside of its aggregates stay: they are over groups, and an overflow there is no fault
/// of a row. True if anything was changed.
fn guard(expr: &mut Expr, types: &NodeTypes, rows: bool) -> bool {
    let mut guard = Guard { types, rows, inside_aggregates: 0, changed: false };
    let _ = expr.visit(&mut guard);
    guard.changed
}

/// Guards an expression that was judged, and judges it once more where that changed it: a guarded part may be NULL.
pub fn guarded(expr: &mut Expr, info: &mut ExprInfo, rows: bool, judge: impl FnOnce(&Expr) -> ExprInfo) {
    if info.faults.is_empty() && guard(expr, &info.types, rows) {
        let again = judge(expr);
        info.nullable = again.nullable;
    }
}

struct Guard<'a> {
    types: &'a NodeTypes,
    rows: bool,
    inside_aggregates: usize,
    changed: bool,
}

impl VisitorMut for Guard<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        self.inside_aggregates += usize::from(is_aggregate(expr));
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        self.inside_aggregates -= usize::from(is_aggregate(expr));
        if let Some(guarded) = self.guarded(expr) {
            *expr = guarded;
            self.changed = true;
        }
        ControlFlow::Continue(())
    }
}

fn is_aggregate(expr: &Expr) -> bool {
    // Whether it is one itself, not whether it holds one.
    matches!(expr, Expr::Function(function) if aggregates(&Expr::Function(without_arguments(function))))
}

fn without_arguments(function: &Function) -> Function {
    Function { args: FunctionArguments::None, filter: None, within_group: vec![], ..function.clone() }
}

impl Guard<'_> {
    /// The form of an expression that can't fail; `None` when it can't fail as it is.
    fn guarded(&self, expr: &Expr) -> Option<Expr> {
        match expr {
            Expr::BinaryOp { left, op, right } => self.operation(expr, left, op, right),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => {
                let is_least = matches!(self.types.of(expr), Some(DataType::Int | DataType::BigInt));
                (is_least && self.counts_rows() && !is_literal(inner))
                    .then(|| build::call("try_subtract", [build::number(0), taken(inner)]))
            }
            Expr::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr: inner, data_type, .. } => {
                let to = DataType::from_sql(data_type).ok()?;
                (!always_casts(self.types.of(inner)?, &to)).then(|| build::try_cast(taken(inner), &to))
            }
            Expr::CompoundFieldAccess { root, access_chain } => match access_chain.as_slice() {
                [AccessExpr::Subscript(Subscript::Index { index })]
                    if matches!(self.types.of(root), Some(DataType::Array(_))) =>
                {
                    Some(build::call("get", [taken(root), taken(index)]))
                }
                _ => None,
            },
            Expr::InList { expr: value, list, negated } => {
                let cast = Box::new(build::try_cast(taken(value), &self.partner(value, list.iter())?));
                Some(Expr::InList { expr: cast, list: list.clone(), negated: *negated })
            }
            Expr::Between { expr: value, low, high, negated } => {
                let ends = [low.as_ref(), high.as_ref()];
                let partner = self.partner(value, ends.iter().copied())?;
                let cast = Box::new(build::try_cast(taken(value), &partner));
                Some(Expr::Between { expr: cast, low: low.clone(), high: high.clone(), negated: *negated })
            }
            Expr::Function(function) => self.call(function),
            _ => None,
        }
    }

    /// Whether the current place is computed for each row.
    fn counts_rows(&self) -> bool {
        self.rows || self.inside_aggregates > 0
    }

    fn operation(&self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Expr> {
        use BinaryOperator as Op;
        match op {
            Op::Divide | Op::MyIntegerDivide | Op::Modulo => {
                let divisor = never_zero(right)?;
                Some(build::binary(left.clone(), op.clone(), divisor))
            }
            Op::Plus | Op::Minus | Op::Multiply if self.counts_rows() && self.overflows(whole) => {
                let name = match op {
                    Op::Plus => "try_add",
                    Op::Minus => "try_subtract",
                    _ => "try_multiply",
                };
                Some(build::call(name, [taken(left), taken(right)]))
            }
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq | Op::Spaceship => {
                if let Some(partner) = self.partner(left, [right].into_iter()) {
                    return Some(build::binary(build::try_cast(taken(left), &partner), op.clone(), right.clone()));
                }
                let partner = self.partner(right, [left].into_iter())?;
                Some(build::binary(left.clone(), op.clone(), build::try_cast(taken(right), &partner)))
            }
            _ => None,
        }
    }

    /// Whether a sum, difference or product may be beyond its type: whole numbers, and decimals whose digits were cut.
    fn overflows(&self, whole: &Expr) -> bool {
        match self.types.of(whole) {
            Some(ty) if ty.is_integral() => true,
            Some(DataType::Decimal { precision, .. }) => *precision == crate::lakeflow::types::MAX_PRECISION,
            _ => false,
        }
    }

    /// The type to which `value`, a text that is no literal, is cast beside `others`; `None` when it is not cast.
    fn partner<'e>(&self, value: &Expr, mut others: impl Iterator<Item = &'e Expr>) -> Option<DataType> {
        if self.types.of(value) != Some(&DataType::String) || is_literal(value) {
            return None;
        }
        others.find_map(|other| match self.types.of(other)? {
            ty if ty.is_integral() => Some(DataType::BigInt),
            ty if ty.is_numeric() => Some(DataType::Double),
            ty @ (DataType::Date | DataType::Timestamp | DataType::Boolean) => Some(ty.clone()),
            _ => None,
        })
    }

    fn call(&self, function: &Function) -> Option<Expr> {
        let args = arguments(function)?;
        let name = function.name.to_string().to_lowercase();
        let renamed = |to: &str| Some(build::call(to, args.iter().map(|arg| taken(arg))));
        match (name.as_str(), args.as_slice()) {
            ("to_date" | "date", [text]) => {
                let is_date = matches!(self.types.of(text), Some(DataType::Date | DataType::Timestamp));
                (!is_date).then(|| build::try_cast(taken(text), &DataType::Date))
            }
            ("to_date", [_, _]) => Some(build::cast(renamed("try_to_timestamp")?, &DataType::Date)),
            ("to_timestamp", [_, ..]) => renamed("try_to_timestamp"),
            ("make_timestamp", _) => renamed("try_make_timestamp"),
            ("url_decode", [_]) => renamed("try_url_decode"),
            ("parse_url", _) => renamed("try_parse_url"),
            ("unix_timestamp" | "to_unix_timestamp", [text, format]) => {
                let time = build::call("try_to_timestamp", [taken(text), taken(format)]);
                Some(build::call("unix_timestamp", [time]))
            }
            ("make_date", [year, month, day]) => {
                let zero = || build::number(0);
                let parts = [taken(year), taken(month), taken(day), zero(), zero(), zero()];
                Some(build::cast(build::call("try_make_timestamp", parts), &DataType::Date))
            }
            ("mod" | "pmod", [value, divisor]) => Some(build::call(&name, [taken(value), never_zero(divisor)?])),
            ("split_part", [text, delimiter, part]) => {
                Some(build::call(&name, [taken(text), taken(delimiter), never_zero(part)?]))
            }
            ("element_at", [list, index]) if matches!(self.types.of(list), Some(DataType::Array(_))) => {
                let index = never_zero(index).unwrap_or_else(|| taken(index));
                Some(build::call("try_element_at", [taken(list), index]))
            }
            (cast, [value]) => {
                let to = named_cast(cast)?;
                (!always_casts(self.types.of(value)?, &to)).then(|| build::try_cast(taken(value), &to))
            }
            _ => None,
        }
    }
}

/// An operand as an argument, where it needs no brackets.
fn taken(expr: &Expr) -> Expr {
    build::bare(expr.clone())
}

/// The arguments of a call that is nothing but its name and them.
fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let is_plain = list.duplicate_treatment.is_none() && list.clauses.is_empty() && function.over.is_none();
    let args = list.args.iter().map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    if is_plain { args.collect() } else { None }
}

/// `nullif(divisor, 0)`; `None` for a number that is not zero.
fn never_zero(divisor: &Expr) -> Option<Expr> {
    if is_not_zero(divisor) {
        return None;
    }
    Some(build::call("nullif", [taken(divisor), build::number(0)]))
}

fn is_not_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => is_not_zero(inner),
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.chars().any(|c| ('1'..='9').contains(&c)),
            _ => false,
        },
        Expr::Function(function) => {
            // Guarded by its author.
            function.name.to_string().eq_ignore_ascii_case("nullif")
                && arguments(function).is_some_and(|args| matches!(args.as_slice(), [_, zero] if is_zero(zero)))
        }
        _ => false,
    }
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(&value.value, Value::Number(digits, _) if digits == "0"))
}

fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => is_literal(inner),
        other => matches!(other, Expr::Value(_) | Expr::TypedString(_)),
    }
}

/// The type of functions that are casts: `int(x)`.
fn named_cast(name: &str) -> Option<DataType> {
    Some(match name {
        "tinyint" => DataType::TinyInt,
        "smallint" => DataType::SmallInt,
        "int" => DataType::Int,
        "bigint" => DataType::BigInt,
        "float" => DataType::Float,
        "double" => DataType::Double,
        "boolean" => DataType::Boolean,
        "timestamp" => DataType::Timestamp,
        _ => return None,
    })
}

/// Whether every value of a type can be cast to another one.
fn always_casts(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        (T::Unknown, _) | (_, T::String | T::Unknown) => true,
        // Dates of four digits are all that files hold.
        (T::Date | T::Timestamp | T::TimestampNtz, T::Date | T::Timestamp | T::TimestampNtz) => true,
        // Numbers beyond the last timestamp become it.
        (from, T::Timestamp) if from.is_numeric() => true,
        _ => casts(from, to),
    }
}
