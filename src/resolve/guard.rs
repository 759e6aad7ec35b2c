//! No row stops an update: an expression that would fail for one row gives NULL for it instead.
//!
//! Databricks runs in ANSI mode, where a division by zero, a text that is not a number or a sum beyond its type is an
//! error of the whole update. So each part of an expression that can fail is replaced by its form that returns NULL: a
//! rule is then violated, a row left out, and nothing deleted. What can't fail, given its types, stays as it was
//! written. Every form has the type of what it replaces (tests/spark/guards.jsonl has Spark's results).

use std::ops::ControlFlow;

use lakeflow::build;
use lakeflow::functions::total::casts;
use lakeflow::infer::{ExprInfo, NodeTypes, aggregates};
use lakeflow::types::DataType;
use lakeflow::walk;
use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Subscript, UnaryOperator, Value, VisitorMut,
};

/// Guards every part of an expression whose parts have these types. `rows` says that all of it is computed for each row;
/// otherwise sums and differences outside of its aggregates stay: they are over groups, and an overflow there is no fault
/// of a row. True if anything was changed.
fn guard(expr: &mut Expr, types: &NodeTypes, rows: bool) -> bool {
    let mut guard = RowGuard { types, rows, inside_aggregates: 0, changed: false };
    let _ = walk::visit_mut(expr, &mut guard);
    guard.changed
}

/// Guards an expression that was judged, and judges it once more where that changed it: a guarded part may be NULL.
pub fn guarded(expr: &mut Expr, info: &mut ExprInfo, rows: bool, judge: impl FnOnce(&Expr) -> ExprInfo) {
    if info.faults.is_empty() {
        // SQL would cast such a text without a word; in a spec it is said.
        info.faults = std::mem::take(&mut info.casts);
    }
    if info.faults.is_empty() && guard(expr, &info.types, rows) {
        let again = judge(expr);
        info.nullable = again.nullable;
    }
}

struct RowGuard<'a> {
    types: &'a NodeTypes,
    rows: bool,
    inside_aggregates: usize,
    changed: bool,
}

impl VisitorMut for RowGuard<'_> {
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

impl RowGuard<'_> {
    /// The form of an expression that can't fail; `None` when it can't fail as it is.
    fn guarded(&self, expr: &Expr) -> Option<Expr> {
        match expr {
            Expr::BinaryOp { left, op, right } => self.operation(expr, left, op, right),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => self.turned("negative", inner),
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
            Expr::Ceil { expr: inner, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) }
            | Expr::Floor { expr: inner, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.in_range(expr, inner)
            }
            Expr::Function(function) => self.call(expr, function),
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
                let divisor = self.divisor(left, right)?;
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
            _ => None,
        }
    }

    /// A divisor that is never zero; `None` for one that is not anyway.
    fn divisor(&self, dividend: &Expr, divisor: &Expr) -> Option<Expr> {
        let is_decimal = matches!(self.types.of(dividend), Some(DataType::Decimal { .. }));
        if is_decimal && is_zero(divisor) {
            // Beside a decimal, a number that is written out has as many digits as it shows, and not those of an INT.
            return never_zero(&build::cast(divisor.clone(), &DataType::decimal(1, 0)));
        }
        never_zero(divisor)
    }

    /// Whether a sum, difference or product may be beyond its type: whole numbers, and decimals whose digits were cut.
    fn overflows(&self, whole: &Expr) -> bool {
        match self.types.of(whole) {
            Some(ty) if ty.is_integral() => true,
            Some(DataType::Decimal { precision, .. }) => *precision == lakeflow::types::MAX_PRECISION,
            _ => false,
        }
    }

    /// `ceil` or `floor` of a floating point number, which may be beyond BIGINT.
    fn in_range(&self, whole: &Expr, value: &Expr) -> Option<Expr> {
        self.types.of(value).filter(|ty| ty.is_floating())?;
        let size = build::call("abs", [taken(value)]);
        let is_near = build::binary(size, BinaryOperator::Lt, build::digits("9.2E18"));
        Some(build::call("if", [is_near, whole.clone(), build::null()]))
    }

    /// `abs(a)` or `-a` of a whole number: the least one has no opposite.
    fn turned(&self, name: &str, value: &Expr) -> Option<Expr> {
        let ty = self.types.of(value).filter(|ty| ty.is_integral() && self.counts_rows() && !is_literal(value))?;
        let zero = match ty {
            DataType::Int | DataType::BigInt => build::number(0),
            // What is subtracted from an INT would be one.
            narrow => build::cast(build::number(0), narrow),
        };
        let turned = build::call("try_subtract", [zero, taken(value)]);
        if name == "negative" {
            return Some(turned);
        }
        let is_negative = build::binary(value.clone(), BinaryOperator::Lt, build::number(0));
        Some(build::call("if", [is_negative, turned, taken(value)]))
    }

    fn slice(&self, list: &Expr, start: &Expr, length: &Expr) -> Option<Expr> {
        let from = never_zero(start);
        let count = (!is_natural(length)).then(|| {
            let is_negative = build::binary(length.clone(), BinaryOperator::Lt, build::number(0));
            build::call("if", [is_negative, build::null(), taken(length)])
        });
        if from.is_none() && count.is_none() {
            return None;
        }
        let [start, count] =
            [(from, start), (count, length)].map(|(guarded, own)| guarded.unwrap_or_else(|| taken(own)));
        Some(build::call("slice", [taken(list), start, count]))
    }

    fn call(&self, whole: &Expr, function: &Function) -> Option<Expr> {
        let args = arguments(function)?;
        let name = function.name.to_string().to_lowercase();
        match (name.as_str(), args.as_slice()) {
            ("url_decode" | "parse_url" | "to_number" | "to_binary" | "parse_json", _) => {
                Some(renamed(&format!("try_{name}"), &args))
            }
            ("mod" | "pmod", [value, divisor]) => {
                Some(build::call(&name, [taken(value), self.divisor(value, divisor)?]))
            }
            ("ceil" | "ceiling" | "floor", [value]) => self.in_range(whole, value),
            ("abs" | "negative", [value]) => self.turned(&name, value),
            ("round" | "bround", [value, digits]) if !is_natural(digits) => {
                let ty = self.types.of(value).filter(|ty| ty.is_integral())?;
                let exact = build::cast(taken(value), &DataType::decimal(20, 0));
                Some(build::try_cast(build::call(&name, [exact, taken(digits)]), ty))
            }
            (cast, [value]) if named_cast(cast).is_some() => {
                let to = named_cast(cast)?;
                (!always_casts(self.types.of(value)?, &to)).then(|| build::try_cast(taken(value), &to))
            }
            _ => self.call_of_time(&name, &args).or_else(|| self.call_of_place(&name, &args)),
        }
    }

    /// Calls that give dates and times.
    fn call_of_time(&self, name: &str, args: &[&Expr]) -> Option<Expr> {
        match (name, args) {
            ("to_date" | "date", [text]) => {
                let is_date = matches!(self.types.of(text), Some(DataType::Date | DataType::Timestamp));
                (!is_date).then(|| build::try_cast(taken(text), &DataType::Date))
            }
            ("to_date", [_, _]) => Some(build::cast(renamed("try_to_timestamp", args), &DataType::Date)),
            ("to_timestamp", [_, ..]) => Some(renamed("try_to_timestamp", args)),
            ("make_timestamp" | "make_interval", _) => Some(renamed(&format!("try_{name}"), args)),
            ("unix_timestamp" | "to_unix_timestamp", [text, format]) => {
                let time = build::call("try_to_timestamp", [taken(text), taken(format)]);
                Some(build::call("unix_timestamp", [time]))
            }
            ("make_date", [year, month, day]) => {
                let zero = || build::number(0);
                let parts = [taken(year), taken(month), taken(day), zero(), zero(), zero()];
                Some(build::cast(build::call("try_make_timestamp", parts), &DataType::Date))
            }
            ("timestamp_seconds", [number]) => Some(build::call(name, [only_seconds(number, 1)])),
            ("timestamp_millis", [number]) => Some(build::call(name, [only_seconds(number, 1_000)])),
            ("timestamp_micros", [number]) => Some(build::call(name, [only_seconds(number, 1_000_000)])),
            _ => None,
        }
    }

    /// Calls that take the place of something in a list or a text.
    fn call_of_place(&self, name: &str, args: &[&Expr]) -> Option<Expr> {
        match (name, args) {
            ("split_part", [text, delimiter, part]) => {
                Some(build::call(name, [taken(text), taken(delimiter), never_zero(part)?]))
            }
            ("element_at", [list, index]) if matches!(self.types.of(list), Some(DataType::Array(_))) => {
                let index = never_zero(index).unwrap_or_else(|| taken(index));
                Some(build::call("try_element_at", [taken(list), index]))
            }
            ("array_insert", [list, index, value]) => {
                Some(build::call(name, [taken(list), never_zero(index)?, taken(value)]))
            }
            ("slice", [list, start, length]) => self.slice(list, start, length),
            ("elt", [index, texts @ ..]) if !is_literal(index) => {
                let last = i64::try_from(texts.len()).ok()?;
                let texts = texts.iter().map(|text| taken(text));
                Some(build::call("elt", std::iter::once(only_between(index, 1, last)).chain(texts)))
            }
            _ => None,
        }
    }
}

/// A call with the same arguments under another name.
fn renamed(name: &str, args: &[&Expr]) -> Expr {
    build::call(name, args.iter().map(|arg| taken(arg)))
}

/// `if(value >= least AND value <= greatest, value, NULL)`
fn only_between(value: &Expr, least: i64, greatest: i64) -> Expr {
    let compared = |op, end| build::binary(value.clone(), op, build::number(end));
    let test = build::and([compared(BinaryOperator::GtEq, least), compared(BinaryOperator::LtEq, greatest)]);
    build::call("if", [test, taken(value), build::null()])
}

/// A number of seconds, or of parts of them, from the year 1 through 9999.
fn only_seconds(value: &Expr, parts: i64) -> Expr {
    only_between(value, -62_135_596_800 * parts, 253_402_300_800 * parts - 1)
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

/// Whether it is a number that is not negative.
fn is_natural(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::Number(..)))
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
