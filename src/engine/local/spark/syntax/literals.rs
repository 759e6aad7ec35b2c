//! Numbers, casts, typed texts, intervals and field access.

use chrono::{DateTime, TimeDelta, Utc};
use lakeflow::cast as spark;
use sqlparser::ast::{
    AccessExpr, CastKind, DataType, DateTimeField, Expr, ExtractSyntax, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, Ident, Interval, LimitClause, OrderByKind, Query, Select, Subscript, TypedString,
    UnaryOperator, Value, ValueWithSpan,
};

use super::super::fault::QueryFault;
use super::super::planner::NUMBER;
use super::build::{call, raw_number, text};
use super::names::lowered;

/// The type that a number such as `5L` is cast to, in letters that no cast of an author has.
const OF_LITERAL: &str = "bigint";

/// Hides an integer where the planner asks this engine for its type; gives an exponent Spark's DOUBLE.
pub(super) fn number(digits: String, long: bool) -> Expr {
    if digits.contains(['e', 'E']) {
        call("__cast", vec![text(digits), text("DOUBLE")])
    } else if long {
        call("__cast", vec![text(digits), text(OF_LITERAL)])
    } else if digits.contains('.') {
        raw_number(digits)
    } else {
        hidden(raw_number(digits))
    }
}

/// `-1` is one literal to Spark, so that the smallest integer has a form.
pub(super) fn negative(expr: Expr) -> Expr {
    let minus = |expr| match expr {
        Expr::Value(_) => Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(expr) },
        // The operator of DataFusion wraps around.
        other => call("__negative", vec![other]),
    };
    let (field, expr, syntax) = match expr {
        Expr::Extract { field, expr, syntax } => (field, expr, syntax),
        other => match long_digits(&other).filter(|digits| !digits.starts_with('-')).map(|digits| format!("-{digits}"))
        {
            Some(digits) => return call("__cast", vec![text(digits), text(OF_LITERAL)]),
            None => return minus(other),
        },
    };
    match expr.as_ref() {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. })
            if is_hidden(&field) && !digits.starts_with('-') =>
        {
            hidden(raw_number(format!("-{digits}")))
        }
        _ => minus(Expr::Extract { field, expr, syntax }),
    }
}

/// The digits of a number such as `5L`, as [`number`] has written it.
fn long_digits(expr: &Expr) -> Option<&str> {
    let Expr::Function(Function { args: FunctionArguments::List(list), .. }) = expr else { return None };
    match list.args.as_slice() {
        [digits, ty] if text_of(ty) == Some(OF_LITERAL) => text_of(digits),
        _ => None,
    }
}

fn text_of(arg: &FunctionArg) -> Option<&str> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text),
            ..
        }))) => Some(text),
        _ => None,
    }
}

fn hidden(number: Expr) -> Expr {
    let field = DateTimeField::Custom(Ident::new(NUMBER));
    Expr::Extract { field, syntax: ExtractSyntax::From, expr: Box::new(number) }
}

/// Whether the expression is a number that [`number`] has hidden; such a node is left alone by later rewrites.
pub(super) fn is_hidden(field: &DateTimeField) -> bool {
    matches!(field, DateTimeField::Custom(ident) if ident.value == NUMBER)
}

/// Puts a bare number back where the planner wants one.
pub(super) fn restore(expr: &mut Expr) {
    if let Expr::Extract { field, expr: inner, .. } = expr
        && is_hidden(field)
    {
        *expr = std::mem::replace(inner, Expr::value(Value::Null));
    }
}

/// Positions of ORDER BY, LIMIT and OFFSET are bare numbers.
pub(super) fn restore_in_query(query: &mut Query) {
    if let Some(order) = &mut query.order_by
        && let OrderByKind::Expressions(items) = &mut order.kind
    {
        items.iter_mut().for_each(|item| restore(&mut item.expr));
    }
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, .. }) => {
            limit.iter_mut().for_each(restore);
            offset.iter_mut().for_each(|o| restore(&mut o.value));
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
            restore(offset);
            restore(limit);
        }
        None => {}
    }
}

/// Positions of GROUP BY are bare numbers.
pub(super) fn restore_in_select(select: &mut Select) {
    if let GroupByExpr::Expressions(items, _) = &mut select.group_by {
        items.iter_mut().for_each(restore);
    }
}

/// A cast as a call that names the type; `now` is what a text such as `today` goes by.
pub(super) fn cast(kind: CastKind, mut expr: Expr, to: &DataType, now: DateTime<Utc>) -> Expr {
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(written), .. }) = &mut expr
        && let Some(moment) = named_moment(written, to, now)
    {
        *written = moment;
    }
    let name = match kind {
        CastKind::Cast | CastKind::DoubleColon => "__cast",
        CastKind::TryCast | CastKind::SafeCast => "__try_cast",
    };
    call(name, vec![expr, text(to.to_string())])
}

/// `DATE '2024-01-01'` and `TIMESTAMP '...'`.
pub(super) fn typed(typed: &TypedString, now: DateTime<Utc>) -> Result<Expr, QueryFault> {
    let value = match &typed.value.value {
        Value::SingleQuotedString(value) | Value::DoubleQuotedString(value) => value.clone(),
        other => return Err(QueryFault::refused(format!("the literal {other}"))),
    };
    let value = named_moment(&value, &typed.data_type, now).unwrap_or(value);
    Ok(call("__cast", vec![text(value), text(typed.data_type.to_string())]))
}

/// The day or moment that a word such as `epoch` or `today` names where a date or timestamp is wanted.
fn named_moment(written: &str, to: &DataType, now: DateTime<Utc>) -> Option<String> {
    let is_time = matches!(to, DataType::Date | DataType::Timestamp(..) | DataType::TimestampNtz(_));
    let name = spark::named_time(written).filter(|name| is_time && spark::trimmed(written).len() == name.len())?;
    let shifted = |days| now + TimeDelta::days(days);
    Some(match name {
        "epoch" => "1970-01-01".to_owned(),
        "now" => now.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        "tomorrow" => shifted(1).format("%Y-%m-%d").to_string(),
        "yesterday" => shifted(-1).format("%Y-%m-%d").to_string(),
        _ => now.format("%Y-%m-%d").to_string(),
    })
}

/// `INTERVAL n UNIT`, with the number as the planner wants it.
pub(super) fn interval(mut interval: Interval) -> Result<Expr, QueryFault> {
    if interval.last_field.is_some() {
        return Err(QueryFault::refused("intervals of two units"));
    }
    restore(&mut interval.value);
    // Bounds of window frames take the count as a text only.
    if let Expr::Value(ValueWithSpan { value: Value::Number(count, _), .. }) = interval.value.as_ref() {
        *interval.value = text(count.clone());
    }
    Ok(Expr::Interval(interval))
}

/// `root.a[1]`: a field by name in any letter case, an element from 0 on, a map's value by key.
pub(super) fn access(root: Expr, chain: Vec<AccessExpr>) -> Result<Expr, QueryFault> {
    let mut expr = root;
    for step in chain {
        expr = match step {
            AccessExpr::Dot(Expr::Identifier(field)) => call("__field", vec![expr, text(lowered(field).value)]),
            AccessExpr::Subscript(Subscript::Index { index }) => call("__subscript", vec![expr, index]),
            other => return Err(QueryFault::refused(format!("the access `{other}`"))),
        };
    }
    Ok(expr)
}
