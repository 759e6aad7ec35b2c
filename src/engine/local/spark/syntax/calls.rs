//! Calls and special forms that DataFusion knows under another name, or that are made of simpler ones.

use chrono::{DateTime, Utc};
use lakeflow::functions::takes_distinct_locally;
use sqlparser::ast::{
    BinaryOperator, CeilFloorKind, DateTimeField, DuplicateTreatment, Expr, Function, FunctionArgumentClause,
    FunctionArguments, NullTreatment, OrderByExpr, OrderByOptions, TrimWhereField, UnaryOperator, Value, ValueWithSpan,
};

use super::super::fault::QueryFault;
use super::super::functions::BETWEEN_NAMES;
use super::build::{arguments, call, case, rename, set_arguments, text};
use super::fields::ALL_FIELDS;
use super::lambda::{fields_of_parameters, over_fields, parameters};
use super::literals::{is_hidden, number, restore};
use super::names::lowered;
use super::shorthands::shorthand;
use super::windows;

/// Forms with a syntax of their own, as calls.
pub(super) fn special_form(expr: Expr) -> Result<Expr, QueryFault> {
    Ok(match expr {
        Expr::Extract { field, expr, syntax } => match is_hidden(&field) {
            true => Expr::Extract { field, expr, syntax },
            false => call("date_part", vec![text(field.to_string()), *expr]),
        },
        Expr::Trim { expr, trim_where, trim_what, trim_characters: None } => {
            let name = match trim_where {
                None | Some(TrimWhereField::Both) => "trim",
                Some(TrimWhereField::Leading) => "__trim_start",
                Some(TrimWhereField::Trailing) => "__trim_end",
            };
            call(name, std::iter::once(*expr).chain(trim_what.map(|w| *w)).collect())
        }
        Expr::Substring { expr, substring_from: Some(from), substring_for, .. } => {
            call("substring", [*expr, *from].into_iter().chain(substring_for.map(|f| *f)).collect())
        }
        Expr::Position { expr, r#in } => call("locate", vec![*expr, *r#in]),
        Expr::Ceil { expr, field } => rounded("ceil", *expr, field)?,
        Expr::Floor { expr, field } => rounded("floor", *expr, field)?,
        Expr::Like { negated, any: false, expr, pattern, escape_char } => {
            like("__like", negated, *expr, *pattern, escape_char)?
        }
        Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
            like("__ilike", negated, *expr, *pattern, escape_char)?
        }
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let args = [*expr, *overlay_what, *overlay_from].into_iter().chain(overlay_for.map(|length| *length));
            call("overlay", args.collect())
        }
        Expr::UnaryOp { op: UnaryOperator::BangNot, expr } => Expr::UnaryOp { op: UnaryOperator::Not, expr },
        Expr::UnaryOp { op: UnaryOperator::BitwiseNot, expr } => call("__bitwise_not", vec![*expr]),
        Expr::Struct { values, fields } if fields.is_empty() => named_struct(values)?,
        Expr::Lambda(mut lambda) => {
            match &mut lambda.params {
                sqlparser::ast::OneOrManyWithParens::One(param) => param.name = lowered(param.name.clone()),
                sqlparser::ast::OneOrManyWithParens::Many(params) => {
                    params.iter_mut().for_each(|param| param.name = lowered(param.name.clone()));
                }
            }
            fields_of_parameters(&mut lambda);
            Expr::Lambda(lambda)
        }
        other => other,
    })
}

/// `LIKE` by Spark's rules for its escape.
fn like(
    name: &str,
    negated: bool,
    value: Expr,
    pattern: Expr,
    escape: Option<ValueWithSpan>,
) -> Result<Expr, QueryFault> {
    let escape = match escape.map(|escape| escape.value) {
        None => None,
        Some(Value::SingleQuotedString(escape) | Value::DoubleQuotedString(escape)) => Some(text(escape)),
        Some(other) => return Err(QueryFault::refused(format!("the escape `{other}` of LIKE"))),
    };
    let one = |pattern: Expr| {
        let found = call(name, [value.clone(), pattern].into_iter().chain(escape.clone()).collect());
        if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(found) } } else { found }
    };
    // `LIKE ALL (a, b)` is read as a call of `all`.
    if let Expr::Function(function) = &pattern
        && function.name.to_string().eq_ignore_ascii_case("all")
        && let Some(patterns) = arguments(function)
    {
        let all = patterns.into_iter().map(one).reduce(|a, b| binary(&a, BinaryOperator::And, &b));
        return all.map(|all| Expr::Nested(Box::new(all))).ok_or_else(|| QueryFault::refused("LIKE ALL of no pattern"));
    }
    Ok(one(pattern))
}

fn rounded(name: &str, expr: Expr, field: CeilFloorKind) -> Result<Expr, QueryFault> {
    match field {
        CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => Ok(call(name, vec![expr])),
        CeilFloorKind::Scale(scale) => Ok(call(name, vec![expr, number(scale.value.to_string(), false)])),
        _ => Err(QueryFault::refused(format!("`{name}` to a scale or unit"))),
    }
}

/// The name in `a.name` and `a['name']`.
fn taken_by_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => taken_by_name(inner),
        Expr::Function(function) if matches!(function.name.to_string().as_str(), "__field" | "__subscript") => {
            match arguments(function)?.get(1)? {
                Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(name), .. }) => Some(name.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `struct(a, 1 AS b, x)` with the names that Spark gives: the alias, the column's own, what is taken by name, or `colN`.
fn named_struct(values: Vec<Expr>) -> Result<Expr, QueryFault> {
    let mut args = vec![];
    for (position, value) in values.into_iter().enumerate() {
        let (name, value) = match value {
            Expr::Named { expr, name } => (name.value, *expr),
            Expr::Identifier(ident) => (ident.value.clone(), Expr::Identifier(ident)),
            Expr::CompoundIdentifier(parts) => match parts.last() {
                Some(last) => (last.value.clone(), Expr::CompoundIdentifier(parts)),
                None => return Err(QueryFault::refused("a name without parts")),
            },
            other => (taken_by_name(&other).unwrap_or_else(|| format!("col{}", position + 1)), other),
        };
        args.extend([text(name), value]);
    }
    Ok(call("named_struct", args))
}

/// Rewrites one call whose arguments are rewritten already.
pub(super) fn function(mut function: Function, now: DateTime<Utc>) -> Result<Expr, QueryFault> {
    let name = function.name.to_string().to_lowercase().replace(['`', '"'], "");
    if let Some(window) = &mut function.over {
        windows::over(window, &name)?;
    }
    if name.starts_with("__") && !INTERNAL.contains(&name.as_str()) {
        return Err(QueryFault::refused(format!("the function `{name}`")));
    }
    let name = match ALIASES.iter().find(|(alias, _)| *alias == name) {
        Some((_, target)) => {
            rename(&mut function, target);
            (*target).to_owned()
        }
        None => name,
    };
    if let Some(moment) = present(&name, &function, now) {
        return Ok(moment);
    }
    if let FunctionArguments::List(list) = &function.args
        && list.clauses.iter().any(|clause| !matches!(clause, FunctionArgumentClause::IgnoreOrRespectNulls(_)))
    {
        return Err(QueryFault::refused(format!("a clause among the arguments of `{name}`")));
    }
    let Some(args) = arguments(&function) else { return Ok(Expr::Function(function)) };
    if let Some(simple) = shorthand(&name, &args).or_else(|| conditional(&name, &args)) {
        return Ok(simple);
    }
    if let Some(simple) = units(&name, &args)? {
        return Ok(simple);
    }
    aggregate(&name, args, function)
}

/// Functions that only this rewriter calls.
const INTERNAL: [&str; 20] = [
    ALL_FIELDS,
    "__cast",
    "__try_cast",
    "__negative",
    "__field",
    "__subscript",
    "__trim_start",
    "__trim_end",
    "__with_position",
    "__exploded",
    "__pairs",
    "__or_null",
    "__like",
    "__ilike",
    "__bitwise_not",
    "__json_field",
    "__variant_text",
    "__nth_field",
    "__stacked",
    "__zipped",
];

/// Other names for functions: (name, function).
const ALIASES: &[(&str, &str)] = &[
    ("array", "make_array"),
    ("filter", "array_filter"),
    ("exists", "array_any_match"),
    ("std", "stddev"),
    ("stddev_samp", "stddev"),
    ("var_samp", "variance"),
    ("every", "bool_and"),
    ("some", "bool_or"),
    ("any", "bool_or"),
    ("mean", "avg"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("chr", "char"),
    ("sha", "sha1"),
    ("charindex", "locate"),
    ("position", "locate"),
    ("negative", "__negative"),
    ("timediff", "timestampdiff"),
    ("make_timestamp_ltz", "make_timestamp"),
    ("to_timestamp_ltz", "to_timestamp"),
    ("to_varchar", "to_char"),
];

/// The present moment as a constant of the query.
fn present(name: &str, function: &Function, now: DateTime<Utc>) -> Option<Expr> {
    let bare = match &function.args {
        FunctionArguments::None => true,
        FunctionArguments::List(list) => list.args.is_empty(),
        FunctionArguments::Subquery(_) => false,
    };
    let (format, ty) = match name {
        "current_timestamp" | "now" | "localtimestamp" => ("%Y-%m-%d %H:%M:%S%.6f", "TIMESTAMP"),
        "current_date" | "curdate" => ("%Y-%m-%d", "DATE"),
        _ => return None,
    };
    bare.then(|| call("__cast", vec![text(now.format(format).to_string()), text(ty)]))
}

pub(super) fn binary(left: &Expr, op: BinaryOperator, right: &Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right.clone()) }
}

pub(super) fn not_null(expr: &Expr) -> Expr {
    Expr::IsNotNull(Box::new(expr.clone()))
}

fn conditional(name: &str, args: &[Expr]) -> Option<Expr> {
    Some(match (name, args) {
        ("if" | "iff", [condition, yes, no]) => case(vec![(condition.clone(), yes.clone())], Some(no.clone())),
        ("nvl" | "ifnull", [_, _]) => call("coalesce", args.to_vec()),
        ("nvl2", [value, yes, no]) => case(vec![(not_null(value), yes.clone())], Some(no.clone())),
        ("nullif", [value, other]) => {
            let null = Expr::value(Value::Null);
            case(vec![(binary(value, BinaryOperator::Eq, other), null)], Some(value.clone()))
        }
        ("try_variant_get", [variant, path, ty]) => {
            call("__variant_text", vec![parsed_text(variant, ty)?, path.clone()])
        }
        ("from_csv", [csv, schema, Expr::Function(options)]) => {
            call("from_csv", vec![csv.clone(), schema.clone(), text(joined(options)?)])
        }
        ("isnull", [value]) => Expr::IsNull(Box::new(value.clone())),
        ("isnotnull", [value]) => not_null(value),
        ("decode", [value, rest @ ..]) if rest.len() >= 2 => {
            let pairs = rest.chunks_exact(2);
            let otherwise = pairs.remainder().first().cloned();
            let branch = |pair: &[Expr]| match pair {
                [search, result] => Some((binary(value, BinaryOperator::Spaceship, search), result.clone())),
                _ => None,
            };
            case(pairs.filter_map(branch).collect(), otherwise)
        }
        ("date_part" | "datepart", [Expr::Value(_), _]) => call("date_part", args.to_vec()),
        ("mod" | "pmod" | "try_add" | "try_subtract" | "try_multiply" | "try_divide" | "try_mod", [left, right]) => {
            // As an operator, so that the planner sees the literals among the operands.
            binary(left, BinaryOperator::Custom(name.to_owned()), right)
        }
        ("transform", [list, Expr::Lambda(lambda)]) => match parameters(lambda).len() {
            1 => call("array_transform", vec![list.clone(), Expr::Lambda(lambda.clone())]),
            2 => {
                let positioned = call("__with_position", vec![list.clone()]);
                call("array_transform", vec![positioned, over_fields(lambda, &["col", "pos"])?])
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// Keys and values of a map that is written out.
fn joined(map: &Function) -> Option<String> {
    if !map.name.to_string().eq_ignore_ascii_case("map") {
        return None;
    }
    let part = |arg: Expr| match arg {
        Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text) | Value::DoubleQuotedString(text), ..
        }) => Some(text).filter(|text| !text.contains(BETWEEN_NAMES)),
        _ => None,
    };
    let parts: Vec<String> = arguments(map)?.into_iter().map(part).collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join(&BETWEEN_NAMES.to_string()))
}

/// The JSON text of which a variant is made to take a text from it.
fn parsed_text(variant: &Expr, ty: &Expr) -> Option<Expr> {
    let Expr::Function(parse) = variant else { return None };
    let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(ty), .. }) = ty else { return None };
    let is_parsed = parse.name.to_string().eq_ignore_ascii_case("try_parse_json");
    let [text] = <[Expr; 1]>::try_from(arguments(parse)?).ok()?;
    (is_parsed && ty.eq_ignore_ascii_case("string")).then_some(text)
}

/// `datediff(MONTH, a, b)`: the unit is a word, not a column.
fn units(name: &str, args: &[Expr]) -> Result<Option<Expr>, QueryFault> {
    let target = match (name, args.len()) {
        ("datediff" | "date_diff" | "timestampdiff", 3) => "__units_between",
        ("dateadd" | "date_add" | "timestampadd", 3) => "__add_units",
        _ => return Ok(None),
    };
    let [Expr::Identifier(unit), rest @ ..] = args else {
        return Err(QueryFault::refused(format!("`{name}` without a unit as its first word")));
    };
    Ok(Some(call(target, std::iter::once(text(unit.value.to_uppercase())).chain(rest.iter().cloned()).collect())))
}

fn aggregate(name: &str, args: Vec<Expr>, mut function: Function) -> Result<Expr, QueryFault> {
    if is_distinct(&function) && !takes_distinct_locally(name) {
        return Err(QueryFault::refused(format!("DISTINCT in `{name}`")));
    }
    match (name, args.as_slice()) {
        ("count_if", [condition]) => {
            let counted = case(vec![(condition.clone(), number("1".to_owned(), false))], None);
            rename(&mut function, "count");
            set_arguments(&mut function, vec![counted]);
        }
        ("count", [_, _, ..]) => several_distinct(&mut function, &args)?,
        ("max_by" | "min_by", [value, by]) => extreme(&mut function, value, by, name == "max_by")?,
        ("first" | "last" | "first_value" | "last_value" | "any_value", [value, rest @ ..]) => {
            if let [flag] = rest {
                function.null_treatment = ignoring(flag)?;
            }
            let first = !name.starts_with("last");
            rename(&mut function, if first { "first_value" } else { "last_value" });
            set_arguments(&mut function, vec![value.clone()]);
        }
        ("array_agg" | "collect_list", _) => {
            let distinct = is_distinct(&function);
            rename(&mut function, if distinct { "collect_set" } else { "collect_list" });
            if let FunctionArguments::List(list) = &mut function.args {
                list.duplicate_treatment = None;
            }
        }
        ("approx_count_distinct", [value]) => {
            set_arguments(&mut function, vec![value.clone()]);
            make_distinct(&mut function);
            rename(&mut function, "count");
        }
        ("row_number" | "rank" | "dense_rank", []) => return Ok(as_int(function)),
        ("grouping", [_]) => return Ok(call("__cast", vec![Expr::Function(function), text("TINYINT")])),
        ("lag" | "lead" | "ntile" | "nth_value", [_, ..]) => {
            let mut args = args.clone();
            // Offsets are bare numbers to the planner; a default keeps its type.
            let offset = usize::from(name != "ntile");
            args.iter_mut().skip(offset).take(1).for_each(restore);
            set_arguments(&mut function, args);
            if name == "ntile" {
                return Ok(as_int(function));
            }
        }
        _ => return statistic(name, &args, function),
    }
    Ok(Expr::Function(function))
}

/// Statistics: most are functions of all values of a group, so that they agree with Spark to the last digit.
fn statistic(name: &str, args: &[Expr], function: Function) -> Result<Expr, QueryFault> {
    match (name, args) {
        ("percentile_approx" | "approx_percentile", [value, share, ..]) => {
            return Ok(over_collected("__percentile_disc", function, value, vec![share.clone()]));
        }
        ("stddev" | "stddev_pop" | "variance" | "var_pop" | "skewness" | "kurtosis" | "mode", [value]) => {
            return Ok(over_collected(&format!("__{name}"), function, value, vec![]));
        }
        // Of values that are equally frequent, the least one is taken anyway.
        ("mode", [value, Expr::Value(ValueWithSpan { value: Value::Boolean(true), .. })]) => {
            return Ok(over_collected("__mode", function, value, vec![]));
        }
        (
            "corr" | "covar_pop" | "covar_samp" | "regr_avgx" | "regr_avgy" | "regr_intercept" | "regr_r2"
            | "regr_slope" | "regr_sxx" | "regr_sxy" | "regr_syy",
            [x, y],
        ) => {
            let pair = call("named_struct", vec![text("x"), to_double(x), text("y"), to_double(y)]);
            return Ok(over_collected(&format!("__{name}"), function, &pair, vec![]));
        }
        ("listagg" | "string_agg", [value, rest @ ..]) => return listagg(function, value, rest),
        ("percentile", [value, share]) => {
            return Ok(over_collected("__percentile", function, &to_double(value), vec![share.clone()]));
        }
        ("median", [value]) => {
            let half = to_double(&text("0.5"));
            return Ok(over_collected("__percentile", function, &to_double(value), vec![half]));
        }
        ("percentile_cont" | "percentile_disc", [share]) => return within_group(name, function, share),
        _ => {}
    }
    Ok(Expr::Function(function))
}

/// `percentile_cont(share) WITHIN GROUP (ORDER BY value)`.
fn within_group(name: &str, mut function: Function, share: &Expr) -> Result<Expr, QueryFault> {
    let order = std::mem::take(&mut function.within_group);
    let [OrderByExpr { expr, options, .. }] = order.as_slice() else {
        return Err(QueryFault::refused(format!("`{name}` without WITHIN GROUP and one value")));
    };
    if options.asc == Some(false) {
        return Err(QueryFault::refused(format!("`{name}` of values in descending order")));
    }
    let own = if name == "percentile_cont" { "__percentile" } else { "__percentile_of_rank" };
    Ok(over_collected(own, function, &to_double(expr), vec![share.clone()]))
}

/// A rank is an INT to Spark.
fn as_int(function: Function) -> Expr {
    call("__cast", vec![Expr::Function(function), text("INT")])
}

fn to_double(expr: &Expr) -> Expr {
    call("__cast", vec![expr.clone(), text("DOUBLE")])
}

fn is_distinct(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct))
}

fn make_distinct(function: &mut Function) {
    if let FunctionArguments::List(list) = &mut function.args {
        list.duplicate_treatment = Some(DuplicateTreatment::Distinct);
    }
}

fn ignoring(flag: &Expr) -> Result<Option<NullTreatment>, QueryFault> {
    match flag {
        Expr::Value(ValueWithSpan { value: Value::Boolean(true), .. }) => Ok(Some(NullTreatment::IgnoreNulls)),
        Expr::Value(ValueWithSpan { value: Value::Boolean(false), .. }) => Ok(None),
        other => Err(QueryFault::refused(format!("`{other}` where TRUE or FALSE says whether NULLs are ignored"))),
    }
}

/// `count(a, b)` counts rows in which no argument is NULL.
fn several_distinct(function: &mut Function, args: &[Expr]) -> Result<(), QueryFault> {
    let all = args.iter().map(not_null).reduce(|a, b| binary(&a, BinaryOperator::And, &b));
    let Some(all) = all else { return Ok(()) };
    let names = args.iter().enumerate().flat_map(|(i, arg)| [text(format!("c{i}")), arg.clone()]);
    let tuple = call("named_struct", names.collect());
    set_arguments(function, vec![case(vec![(all, tuple)], None)]);
    Ok(())
}

fn and_filter(function: &mut Function, condition: Expr) {
    let filter = function.filter.take().map(|given| binary(&given, BinaryOperator::And, &condition));
    function.filter = Some(Box::new(filter.unwrap_or(condition)));
}

/// `max_by(x, y)` as the first `x` by descending `y`, rows without `y` left out.
fn extreme(function: &mut Function, value: &Expr, by: &Expr, greatest: bool) -> Result<(), QueryFault> {
    if function.over.is_some() {
        return Err(QueryFault::refused("`max_by` and `min_by` over a window"));
    }
    and_filter(function, not_null(by));
    rename(function, "first_value");
    set_arguments(function, vec![value.clone()]);
    if let FunctionArguments::List(list) = &mut function.args {
        // Also says where NULL stands in a struct: below everything else.
        let options = OrderByOptions { asc: Some(!greatest), nulls_first: Some(!greatest) };
        let order = OrderByExpr { expr: by.clone(), options, with_fill: None };
        list.clauses.push(FunctionArgumentClause::OrderBy(vec![order]));
    }
    Ok(())
}

/// A function of all values of a group, which an aggregate collects first; FILTER and OVER stay with the aggregate.
fn over_collected(name: &str, mut function: Function, value: &Expr, more: Vec<Expr>) -> Expr {
    rename(&mut function, "collect_list");
    set_arguments(&mut function, vec![value.clone()]);
    call(name, std::iter::once(Expr::Function(function)).chain(more).collect())
}

fn listagg(mut function: Function, value: &Expr, rest: &[Expr]) -> Result<Expr, QueryFault> {
    if is_distinct(&function) || function.over.is_some() {
        return Err(QueryFault::refused("`listagg` with DISTINCT or over a window"));
    }
    let order = std::mem::take(&mut function.within_group);
    let separator = rest.first().cloned().unwrap_or_else(|| text(""));
    and_filter(&mut function, not_null(value));
    rename(&mut function, "__ordered_list");
    set_arguments(&mut function, vec![value.clone()]);
    if let FunctionArguments::List(list) = &mut function.args
        && !order.is_empty()
    {
        list.clauses.push(FunctionArgumentClause::OrderBy(order));
    }
    Ok(call("array_join", vec![Expr::Function(function), separator]))
}
