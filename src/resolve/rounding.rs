//! A measure with a declared decimal type is rounded half up, once.
//!
//! `CAST(a / b AS DECIMAL(p,s))` rounds twice: the quotient has a scale of its own, which is small where the operands are
//! long, and DOUBLE between whole numbers. `avg` is such a quotient too. The second rounding is wrong where the first one
//! led onto a half. A quotient of fractions `n / 10^k` lies at least `1 / (2 * 10^max(s,k) * |d|)` away from a half that it
//! does not equal, so that it often can't happen; then the SQL stays as it was written. Else the quotient is computed in an
//! exact form:
//!
//! - `n / d` over operands narrow enough that the quotient keeps all its digits, or
//! - the whole part and the rounded rest on their own: `(n - n % d) / d + CAST(n % d / d AS DECIMAL(s+1,s))`.
//!
//! A divisor is narrowed for that down to [`LEAST_WHOLE`] digits before the point. One that is longer than that is divided by
//! as the measure was written. A count is known to be short, as no table has so many rows.

use lakeflow::build;
use lakeflow::infer::{self, ExprPlace};
use lakeflow::types::{Column, DataType};
use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::estimate::Estimate;

/// Digits before the point that a narrowed divisor keeps at least: a count of rows, a sum of money.
const LEAST_WHOLE: u32 = 12;
/// Digits of a number of rows.
const OF_COUNT: u32 = 15;
/// No decimal has more digits.
const MOST: u32 = 38;
/// Where 38 digits are not enough, a result keeps this many after the point, or as many as there are.
const LEAST_SCALE: u32 = 6;

/// What goes into the holes of an expression.
#[derive(Default)]
pub struct Holes {
    types: Vec<Column>,
    /// Whether each is a number of rows.
    counts: Vec<bool>,
}

impl Holes {
    /// Of the next hole: its type, and whether it is a number of rows.
    pub fn push(&mut self, ty: DataType, is_count: bool) {
        self.types.push(Column::nullable(name_of(self.types.len()), ty));
        self.counts.push(is_count);
    }

    /// Whether an expression is a number of rows.
    pub fn is_count(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Nested(inner) => self.is_count(inner),
            Expr::Function(call) => match (name(call).as_str(), arguments(call).as_slice()) {
                ("count" | "count_if", _) => call.over.is_none(),
                ("nullif" | "coalesce" | "ifnull" | "nvl", [count, Expr::Value(_)]) => self.is_count(count),
                _ => false,
            },
            other => build::hole_number(other).is_some_and(|number| self.counts.get(number) == Some(&true)),
        }
    }

    /// The type of a part of the expression.
    pub fn type_of(&self, expr: &Expr) -> DataType {
        let named = build::filled(expr, |number| build::column([name_of(number).as_str()]));
        infer::analyze_expr(&named, "", self.types.as_slice(), ExprPlace::measure("a measure")).ty
    }
}

fn name_of(hole: usize) -> String {
    format!("hole_{hole}")
}

/// `expr` as a `wanted`, and whether it is certain to be rounded once.
pub fn round(expr: Expr, wanted: &DataType, holes: &Holes) -> (Expr, bool) {
    let exact = match wanted {
        DataType::Decimal { precision, scale } => {
            let target = RoundingTarget { precision: u32::from(*precision), scale: u32::from(*scale) };
            rounded_once(&expr, &target, holes)
        }
        _ => RoundedForm::AsItIs,
    };
    match exact {
        RoundedForm::AsItIs => (build::cast(expr, wanted), true),
        RoundedForm::Exact(exact) => (build::cast(*exact, wanted), true),
        RoundedForm::ExactIfShort(exact) => {
            let forms = [*exact, expr].map(|form| build::cast(form, wanted));
            (build::call("coalesce", forms), true)
        }
        RoundedForm::None => (build::cast(expr, wanted), false),
    }
}

/// In which form an expression is rounded once by a cast.
enum RoundedForm {
    AsItIs,
    Exact(Box<Expr>),
    /// NULL where the divisor is too long.
    ExactIfShort(Box<Expr>),
    None,
}

fn rounded_once(expr: &Expr, target: &RoundingTarget, holes: &Holes) -> RoundedForm {
    // What is a DOUBLE but no quotient of whole numbers has no exact value to begin with.
    let is_exact = holes.type_of(expr).digits().is_some();
    let as_it_is = || Estimate::of(expr, holes).is_some_and(|estimate| estimate.stays_below(target));
    match fraction(expr, holes) {
        None if !is_exact || !divides(expr) => RoundedForm::AsItIs,
        Some(Fraction { below: None, .. }) => RoundedForm::AsItIs,
        _ if as_it_is() => RoundedForm::AsItIs,
        Some(Fraction { above, below: Some(below) }) => exact(&above, &below, target).unwrap_or(RoundedForm::None),
        None => RoundedForm::None,
    }
}

/// Whether a quotient is a part of a computation.
fn divides(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => divides(inner),
        Expr::BinaryOp { op: BinaryOperator::Divide, .. } => true,
        Expr::BinaryOp { left, op, right } if is_exact_operator(op) => divides(left) || divides(right),
        Expr::Function(call) => is_quotient(call),
        _ => false,
    }
}

pub fn is_quotient(call: &Function) -> bool {
    matches!(name(call).as_str(), "avg" | "mean" | "try_avg" | "try_divide")
}

pub struct RoundingTarget {
    pub precision: u32,
    pub scale: u32,
}

/// A value without a rounding in it, with the digits that it has at most.
#[derive(Clone)]
pub struct Exact {
    expr: Expr,
    pub whole: u32,
    pub scale: u32,
    /// Not a decimal yet.
    integral: bool,
}

impl Exact {
    fn precision(&self) -> u32 {
        self.whole + self.scale
    }

    /// As a divisor with so many digits before the point, NULL if it has more.
    fn narrowed(&self, whole: u32) -> Expr {
        if whole == self.whole {
            return self.cast(whole, self.scale);
        }
        build::try_cast(build::bare(self.expr.clone()), &DataType::decimal(whole + self.scale, self.scale))
    }

    /// As a decimal of these digits.
    fn cast(&self, whole: u32, scale: u32) -> Expr {
        let as_it_is = !self.integral && whole == self.whole && scale == self.scale;
        if as_it_is {
            self.expr.clone()
        } else {
            build::cast(build::bare(self.expr.clone()), &DataType::decimal(whole + scale, scale))
        }
    }
}

/// One value over another; a value over nothing is exact.
pub struct Fraction {
    pub above: Exact,
    pub below: Option<Exact>,
}

fn fraction(expr: &Expr, holes: &Holes) -> Option<Fraction> {
    let of = |expr: &Expr| fraction(expr, holes);
    match expr {
        Expr::Nested(inner) => of(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Divide, right } => divided(of(left)?, of(right)?),
        Expr::BinaryOp { left, op, right } if is_exact_operator(op) => {
            let (left, right) = (of(left)?, of(right)?);
            match (&left.below, &right.below, op) {
                (None, None, _) => computed(expr, &left.above, op, &right.above, holes),
                (_, _, BinaryOperator::Multiply) => {
                    let below = match (&left.below, &right.below) {
                        (Some(a), Some(b)) => Some(product(a, b)?),
                        (a, b) => a.clone().or_else(|| b.clone()),
                    };
                    Some(Fraction { above: product(&left.above, &right.above)?, below })
                }
                _ => added(left, op, right),
            }
        }
        Expr::Function(call) => match (name(call).as_str(), arguments(call).as_slice()) {
            ("try_divide", [left, right]) => {
                let mut right = of(right)?;
                right.above.expr = build::call("nullif", [build::bare(right.above.expr), build::number(0)]);
                divided(of(left)?, right)
            }
            ("avg" | "mean" | "try_avg", [value]) => average(call, value, holes),
            _ => atom(expr, holes),
        },
        _ => atom(expr, holes),
    }
}

pub fn is_exact_operator(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::Multiply | BinaryOperator::Plus | BinaryOperator::Minus)
}

/// A part that is taken as it is: what a function or a cast of the author gives is meant to be that.
pub fn atom(expr: &Expr, holes: &Holes) -> Option<Fraction> {
    let ty = holes.type_of(expr);
    let (precision, scale) = ty.digits()?;
    // A whole number that is written out has the digits that it shows.
    let shown = match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) if ty.is_integral() => u32::try_from(digits.len()).ok(),
            _ => None,
        },
        _ => None,
    };
    // BIGINT has 19 digits, though it counts as a decimal of 20.
    let most = if ty == DataType::BigInt { 19 } else { u32::from(precision - scale) };
    let whole = shown.unwrap_or(if holes.is_count(expr) { OF_COUNT } else { most });
    let above = Exact { expr: expr.clone(), whole, scale: u32::from(scale), integral: ty.is_integral() };
    Some(Fraction { above, below: None })
}

/// An operation without a rounding, as it was written.
fn computed(expr: &Expr, left: &Exact, op: &BinaryOperator, right: &Exact, holes: &Holes) -> Option<Fraction> {
    if left.integral && right.integral {
        return atom(expr, holes);
    }
    let (whole, scale) = match op {
        BinaryOperator::Multiply => (left.whole + right.whole + 1, left.scale + right.scale),
        _ => (left.whole.max(right.whole) + 1, left.scale.max(right.scale)),
    };
    let above = Exact { expr: expr.clone(), whole: whole_beside(whole, scale)?, scale, integral: false };
    Some(Fraction { above, below: None })
}

fn product(left: &Exact, right: &Exact) -> Option<Exact> {
    match (is_one(left), is_one(right)) {
        (true, _) => return Some(right.clone()),
        (_, true) => return Some(left.clone()),
        _ => {}
    }
    let (whole, scale) = (left.whole + right.whole + 1, left.scale + right.scale);
    let factor = |exact: &Exact| exact.cast(exact.whole, exact.scale);
    let expr = build::binary(factor(left), BinaryOperator::Multiply, factor(right));
    Some(Exact { expr, whole: whole_beside(whole, scale)?, scale, integral: false })
}

fn is_one(exact: &Exact) -> bool {
    matches!(&exact.expr, Expr::Value(value) if matches!(&value.value, Value::Number(digits, _) if digits == "1"))
}

fn sum(left: &Exact, op: &BinaryOperator, right: &Exact) -> Option<Exact> {
    let (whole, scale) = (left.whole.max(right.whole) + 1, left.scale.max(right.scale));
    let term = |exact: &Exact| exact.cast(exact.whole, exact.scale);
    let expr = build::binary(term(left), op.clone(), term(right));
    Some(Exact { expr, whole: whole_beside(whole, scale)?, scale, integral: false })
}

/// The digits before the point of a result: of what has too many, those behind the point stay as they are up to
/// [`LEAST_SCALE`], and a value that does not fit stops the run.
fn whole_beside(whole: u32, scale: u32) -> Option<u32> {
    (whole + scale <= MOST || scale <= LEAST_SCALE).then(|| whole.min(MOST - scale))
}

fn added(left: Fraction, op: &BinaryOperator, right: Fraction) -> Option<Fraction> {
    let (above, below) = match (left.below, right.below) {
        (Some(a), Some(b)) if a.expr == b.expr => (sum(&left.above, op, &right.above)?, a),
        (Some(a), Some(b)) => (sum(&product(&left.above, &b)?, op, &product(&right.above, &a)?)?, product(&a, &b)?),
        (Some(a), None) => (sum(&left.above, op, &product(&right.above, &a)?)?, a),
        (None, Some(b)) => (sum(&product(&left.above, &b)?, op, &right.above)?, b),
        (None, None) => return None,
    };
    Some(Fraction { above, below: Some(below) })
}

fn divided(left: Fraction, right: Fraction) -> Option<Fraction> {
    let above = match &right.below {
        None => left.above,
        Some(below) => product(&left.above, below)?,
    };
    let below = match &left.below {
        None => right.above,
        Some(below) => product(below, &right.above)?,
    };
    Some(Fraction { above, below: Some(below) })
}

/// An average is a sum over a count.
fn average(call: &Function, value: &Expr, holes: &Holes) -> Option<Fraction> {
    let exact = fraction(value, holes).filter(|f| f.below.is_none() && call.over.is_none())?.above;
    let total = if name(call) == "try_avg" { "try_sum" } else { "sum" };
    let of = |name: &str, value: Expr| {
        let mut call = call.clone();
        call.name = sqlparser::ast::ObjectName::from(vec![sqlparser::ast::Ident::new(name)]);
        if let FunctionArguments::List(list) = &mut call.args {
            list.args = vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(value))];
        }
        Expr::Function(call)
    };
    let is_long = holes.type_of(value) == DataType::BigInt;
    let summed = if is_long { exact.cast(exact.whole, 0) } else { build::bare(value.clone()) };
    let whole = match (is_long, exact.integral) {
        (false, true) => 19,
        _ => (exact.precision() + 10).min(MOST) - exact.scale,
    };
    let above = Exact { expr: of(total, summed), whole, scale: exact.scale, integral: exact.integral && !is_long };
    let count = build::call("nullif", [of("count", build::bare(value.clone())), build::number(0)]);
    Some(Fraction { above, below: Some(Exact { expr: count, whole: OF_COUNT, scale: 0, integral: true }) })
}

fn name(call: &Function) -> String {
    call.name.to_string().to_lowercase()
}

/// The arguments of a call, where all are plain expressions.
fn arguments(call: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &call.args else { return vec![] };
    let mut found = vec![];
    for arg in &list.args {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => found.push(expr),
            _ => return vec![],
        }
    }
    found
}

/// The exact form of a quotient for a type, if there is one.
fn exact(above: &Exact, below: &Exact, target: &RoundingTarget) -> Option<RoundedForm> {
    let form = |whole: u32, expr: Expr| {
        let expr = Box::new(expr);
        if whole == below.whole { RoundedForm::Exact(expr) } else { RoundedForm::ExactIfShort(expr) }
    };
    let least = below.whole.min(LEAST_WHOLE);
    let widths = || (least..=below.whole).rev();
    // With this scale above it, a quotient that keeps all its digits tells a half from what is not.
    let scale = above.scale.max(target.scale.saturating_sub(1));
    let kept = |scale: u32, whole: u32| (scale + whole + below.scale + 1).max(LEAST_SCALE);
    let fits = |whole: u32| above.whole + below.scale + kept(scale, whole) <= MOST;
    if let Some(whole) = widths().find(|whole| fits(*whole)) {
        let above = above.cast(above.whole, scale);
        return Some(form(whole, build::binary(above, BinaryOperator::Divide, below.narrowed(whole))));
    }
    // The rest of a division is shorter than the divisor, so that its quotient keeps its digits however long the
    // dividend is. What is taken off the dividend is exact too, and so is the quotient of what is left.
    let scale = scale.max(below.scale);
    let rest = |whole: u32| above.whole.min(whole);
    let fits = |whole: u32| rest(whole) + below.scale + kept(scale, whole) <= MOST;
    let stays_exact = above.scale.max(below.scale) <= LEAST_SCALE || above.whole + 1 + scale <= MOST;
    let digits = (target.precision - target.scale).max(1);
    let room = stays_exact && digits <= MOST - LEAST_SCALE && target.precision < MOST;
    let whole = widths().find(|whole| room && fits(*whole))?;
    let divisor = below.narrowed(whole);
    let op = |left: Expr, op, right: &Expr| build::binary(left, op, right.clone());
    let remainder = op(above.expr.clone(), BinaryOperator::Modulo, &divisor);
    let wholes = op(op(above.expr.clone(), BinaryOperator::Minus, &remainder), BinaryOperator::Divide, &divisor);
    let remainder = match scale > above.scale.max(below.scale) {
        true => build::cast(remainder, &DataType::decimal(rest(whole) + scale, scale)),
        false => remainder,
    };
    let fraction = op(remainder, BinaryOperator::Divide, &divisor);
    let wholes = build::cast(wholes, &DataType::decimal(digits, 0));
    let fraction = build::cast(fraction, &DataType::decimal(target.scale + 1, target.scale));
    Some(form(whole, build::binary(wholes, BinaryOperator::Plus, fraction)))
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use sqlparser::ast::{Expr, Ident};

    use super::{Holes, round};
    use lakeflow::types::{DataType, parse_columns};
    use lakeflow::{build, expr_text, parse_expr, walk};

    /// What becomes of an expression over these columns; `twice` in front where it may be rounded twice.
    fn rounded(columns: &str, sql: &str, wanted: &str) -> String {
        let columns = parse_columns(columns).unwrap_or_else(|e| panic!("{}", e.message));
        let mut holes = Holes::default();
        columns.iter().for_each(|column| holes.push(column.ty.clone(), column.name.starts_with("count_of")));
        let mut expr = parse_expr(sql).unwrap_or_else(|e| panic!("{}", e.message));
        let _ = walk::expressions_mut(&mut expr, |part| {
            let named = |ident: &Ident| columns.iter().position(|column| column.name == ident.value);
            if let Expr::Identifier(ident) = part
                && let Some(number) = named(ident)
            {
                *part = build::hole(number);
            }
            ControlFlow::<()>::Continue(())
        });
        let wanted = DataType::parse(wanted).unwrap_or_else(|e| panic!("{}", e.message));
        let (expr, once) = round(build::bare(expr), &wanted, &holes);
        let text = expr_text(&build::filled(&expr, |number| build::column([columns[number].name.as_str()])));
        if once { text } else { format!("twice {text}") }
    }

    #[test]
    fn what_cannot_meet_a_half_stays_as_it_is() {
        let columns =
            "revenue decimal(18,2), orders bigint, small int, other int, total decimal(20,2), count_of_orders bigint";
        let same = [
            ("revenue / nullif(orders, 0)", "decimal(18,2)"),
            ("total / nullif(count_of_orders, 0)", "decimal(18,2)"),
            ("revenue", "decimal(10,1)"),
            ("revenue * 2", "decimal(18,1)"),
            ("small / nullif(other, 0)", "decimal(10,6)"),
            ("CAST(revenue / orders AS DECIMAL(20,6)) * 2", "decimal(18,2)"),
        ];
        for (sql, wanted) in same {
            assert_eq!(rounded(columns, sql, wanted), format!("CAST({sql} AS {})", wanted.to_uppercase()));
        }
    }

    #[test]
    fn a_short_dividend_has_a_quotient_with_all_its_digits() {
        assert_eq!(
            rounded("weight bigint, count_of_orders bigint", "weight / nullif(count_of_orders, 0)", "decimal(18,2)"),
            "CAST(CAST(weight AS DECIMAL(20,1)) / CAST(nullif(count_of_orders, 0) AS DECIMAL(15,0)) AS DECIMAL(18,2))"
        );
    }

    #[test]
    fn a_long_dividend_is_taken_apart() {
        let columns = "total decimal(38,2), count_of_orders bigint";
        let divisor = "CAST(nullif(count_of_orders, 0) AS DECIMAL(15,0))";
        assert_eq!(
            rounded(columns, "total / nullif(count_of_orders, 0)", "decimal(18,2)"),
            format!(
                "CAST(CAST((total - total % {divisor}) / {divisor} AS DECIMAL(16,0)) + CAST(total % {divisor} / {divisor} \
                 AS DECIMAL(3,2)) AS DECIMAL(18,2))"
            )
        );
    }

    #[test]
    fn a_divisor_that_may_be_too_long_is_divided_by_as_it_was_written() {
        assert_eq!(
            rounded("revenue decimal(20,2), weight bigint", "revenue / nullif(weight, 0)", "decimal(18,2)"),
            "coalesce(CAST(revenue / TRY_CAST(nullif(weight, 0) AS DECIMAL(17,0)) AS DECIMAL(18,2)), \
             CAST(revenue / nullif(weight, 0) AS DECIMAL(18,2)))"
        );
    }

    #[test]
    fn an_average_is_a_sum_over_a_count() {
        let columns = "fee decimal(10,2), pieces int, nanos bigint";
        let cases = [
            ("avg(fee)", "CAST(sum(fee) / CAST(nullif(count(fee), 0) AS DECIMAL(15,0)) AS DECIMAL(10,2))"),
            (
                "avg(DISTINCT pieces)",
                "CAST(CAST(sum(DISTINCT pieces) AS DECIMAL(20,1)) / CAST(nullif(count(DISTINCT pieces), 0) AS DECIMAL(15,0)) \
                 AS DECIMAL(10,2))",
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(rounded(columns, sql, "decimal(10,2)"), expected);
        }
        let long = rounded(columns, "avg(nanos)", "decimal(20,0)");
        assert!(long.contains("sum(CAST(nanos AS DECIMAL(19,0)))"), "{long}");
    }

    #[test]
    fn quotients_inside_are_brought_over_one_divisor() {
        let columns = "revenue decimal(20,2), cost decimal(20,2), weight bigint";
        assert_eq!(
            rounded(columns, "1 - weight / weight", "decimal(5,4)"),
            "coalesce(CAST(CAST(CAST(weight AS DECIMAL(19,0)) - CAST(weight AS DECIMAL(19,0)) AS DECIMAL(23,3)) / \
             TRY_CAST(weight AS DECIMAL(14,0)) AS DECIMAL(5,4)), CAST(1 - weight / weight AS DECIMAL(5,4)))"
        );
        assert!(rounded(columns, "100 * (revenue / nullif(cost, 0))", "decimal(7,4)").starts_with("coalesce(CAST("));
    }

    #[test]
    fn a_divisor_of_too_many_digits_is_told() {
        let columns = "energy decimal(38,6), capacity decimal(38,6)";
        assert!(rounded(columns, "energy / nullif(capacity, 0)", "decimal(12,6)").starts_with("twice CAST("));
    }
}
