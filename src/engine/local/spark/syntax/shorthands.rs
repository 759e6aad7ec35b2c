//! Functions that are another way to write something simple, and those whose lambda takes several parameters.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

use super::super::functions::BETWEEN_NAMES;
use super::build::{call, case, text};
use super::calls::{binary, not_null};
use super::lambda::{over_fields, parameters};
use super::literals::number;

/// The types that are functions too: `int(x)` casts.
const CASTS: [(&str, &str); 13] = [
    ("bigint", "BIGINT"),
    ("binary", "BINARY"),
    ("boolean", "BOOLEAN"),
    ("date", "DATE"),
    ("decimal", "DECIMAL(10,0)"),
    ("double", "DOUBLE"),
    ("float", "FLOAT"),
    ("int", "INT"),
    ("smallint", "SMALLINT"),
    ("string", "STRING"),
    ("timestamp", "TIMESTAMP"),
    ("tinyint", "TINYINT"),
    ("to_timestamp_ntz", "TIMESTAMP_NTZ"),
];

/// Functions that are another way to write something simple.
pub(super) fn shorthand(name: &str, args: &[Expr]) -> Option<Expr> {
    if let ([value], Some((_, ty))) = (args, CASTS.iter().find(|(cast, _)| *cast == name)) {
        return Some(call("__cast", vec![value.clone(), text(*ty)]));
    }
    Some(match (name, args) {
        ("equal_null", [a, b]) => Expr::Nested(Box::new(binary(a, BinaryOperator::Spaceship, b))),
        ("nullifzero", [value]) => {
            let zero = binary(value, BinaryOperator::Eq, &number("0".to_owned(), false));
            case(vec![(zero, Expr::value(Value::Null))], Some(value.clone()))
        }
        ("zeroifnull", [value]) => call("coalesce", vec![value.clone(), number("0".to_owned(), false)]),
        ("div", [a, b]) => Expr::Nested(Box::new(binary(a, BinaryOperator::MyIntegerDivide, b))),
        ("log", [value]) => call("ln", vec![value.clone()]),
        ("dateadd", [day, days]) => call("date_add", vec![day.clone(), days.clone()]),
        ("like" | "ilike", [..]) => call(&format!("__{name}"), args.to_vec()),
        ("decode", [bytes, charset]) => call("__decode_bytes", vec![bytes.clone(), charset.clone()]),
        ("replace", [value, part]) => call("replace", vec![value.clone(), part.clone(), text("")]),
        ("ltrim", [part, value]) => call("__trim_start", vec![value.clone(), part.clone()]),
        ("rtrim", [part, value]) => call("__trim_end", vec![value.clone(), part.clone()]),
        ("regr_count", [y, x]) => return Some(count_pairs(y, x)),
        ("assert_not_null", [value]) => value.clone(),
        _ => return lambdas(name, args),
    })
}

/// `count` of rows in which neither is NULL.
fn count_pairs(y: &Expr, x: &Expr) -> Expr {
    let both = binary(&not_null(y), BinaryOperator::And, &not_null(x));
    call("count", vec![case(vec![(both, number("1".to_owned(), false))], None)])
}

/// Functions with a lambda, by those that take one element.
fn lambdas(name: &str, args: &[Expr]) -> Option<Expr> {
    let field = |list: Expr, field: &str| call("__field", vec![list, text(field)]);
    Some(match (name, args) {
        ("forall" | "all_match", [list, Expr::Lambda(lambda)]) => {
            let mut lambda = lambda.clone();
            let body = std::mem::replace(lambda.body.as_mut(), Expr::value(Value::Null));
            *lambda.body = Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(body))) };
            let any = call("array_any_match", vec![list.clone(), Expr::Lambda(lambda)]);
            Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(any) }
        }
        ("array_filter", [list, Expr::Lambda(lambda)]) if parameters(lambda).len() == 2 => {
            let positioned = call("__with_position", vec![list.clone()]);
            field(call("array_filter", vec![positioned, over_fields(lambda, &["col", "pos"])?]), "col")
        }
        ("zip_with", [left, right, Expr::Lambda(lambda)]) => {
            let names = text(format!("0{BETWEEN_NAMES}1"));
            let pairs = call("__zipped", vec![names, left.clone(), right.clone()]);
            call("array_transform", vec![pairs, over_fields(lambda, &["0", "1"])?])
        }
        ("map_filter", [map, Expr::Lambda(lambda)]) => {
            let entries = call("map_entries", vec![map.clone()]);
            let kept = call("array_filter", vec![entries, over_fields(lambda, &["key", "value"])?]);
            call("map_from_entries", vec![kept])
        }
        ("transform_values", [map, Expr::Lambda(lambda)]) => {
            let entries = call("map_entries", vec![map.clone()]);
            let values = call("array_transform", vec![entries, over_fields(lambda, &["key", "value"])?]);
            call("map_from_arrays", vec![call("map_keys", vec![map.clone()]), values])
        }
        ("transform_keys", [map, Expr::Lambda(lambda)]) => {
            let entries = call("map_entries", vec![map.clone()]);
            let keys = call("array_transform", vec![entries, over_fields(lambda, &["key", "value"])?]);
            call("map_from_arrays", vec![keys, call("map_values", vec![map.clone()])])
        }
        _ => return None,
    })
}
