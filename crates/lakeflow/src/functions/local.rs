//! What the local engine does not support: functions as data, in `local_lacks.txt`, one per line, and forms of expressions.
//!
//! Both are here, and not with the engine, so that a build without the engine gives the same warnings about a spec. Tests
//! query the engine for every form of every function, and for forms of expressions, and compare.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlparser::ast::{
    BinaryOperator, DataType as SqlType, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments,
};

/// Forms that are lacking: all, or those with these numbers of arguments.
enum Lacking {
    All,
    WithArguments(Vec<usize>),
}

static LACKING: LazyLock<BTreeMap<&'static str, Lacking>> = LazyLock::new(|| {
    let lines = include_str!("local_lacks.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let counts: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
        (name, if counts.is_empty() { Lacking::All } else { Lacking::WithArguments(counts) })
    };
    lines.map(read).collect()
});

/// Whether the local engine refuses the built-in function of this name, in any letter case, with so many arguments.
pub fn is_lacking_locally(name: &str, arguments: usize) -> bool {
    match LACKING.get(name.to_ascii_lowercase().as_str()) {
        None => false,
        Some(Lacking::All) => true,
        Some(Lacking::WithArguments(counts)) => counts.contains(&arguments),
    }
}

/// Aggregates that the local engine computes over distinct values.
const WITH_DISTINCT: [&str; 12] = [
    "count",
    "sum",
    "avg",
    "mean",
    "try_sum",
    "try_avg",
    "min",
    "max",
    "collect_list",
    "collect_set",
    "array_agg",
    "approx_count_distinct",
];

/// Whether the local engine computes the aggregate of this name, in any letter case, over distinct values.
pub fn takes_distinct_locally(name: &str) -> bool {
    WITH_DISTINCT.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What the local engine does not support of an expression, leaving its parts aside, as a message names it: a run stops at
/// a query that contains it. `None` for all other expressions.
pub fn lacking_locally(expr: &Expr) -> Option<String> {
    let what = match expr {
        Expr::Collate { .. } => "COLLATE",
        Expr::Cast { data_type, .. } => return lacking_type(data_type),
        Expr::JsonAccess { .. } => "the path operator `:`",
        Expr::Interval(interval) if interval.last_field.is_some() => "an interval of two units",
        Expr::BinaryOp { left, op: BinaryOperator::Multiply | BinaryOperator::Divide, right }
            if is_interval(left) || is_interval(right) =>
        {
            "an interval times or divided by a number"
        }
        Expr::Function(function) => return lacking_call(function),
        _ => return None,
    };
    Some(what.to_owned())
}

fn is_interval(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_interval(inner),
        expr => matches!(expr, Expr::Interval(_)),
    }
}

/// The type of a cast, if the local engine does not have it.
fn lacking_type(ty: &SqlType) -> Option<String> {
    let text = ty.to_string().to_ascii_uppercase();
    if text.contains(" COLLATE ") {
        return Some("COLLATE".to_owned());
    }
    let lacking = ["VARCHAR(", "CHAR(", "CHARACTER(", "MAP", "VARIANT", "INTERVAL", "TIME(", "GEOGRAPHY", "GEOMETRY"];
    let is_lacking = lacking.iter().any(|word| text.starts_with(word)) || text == "TIME";
    is_lacking.then(|| format!("a cast to {text}"))
}

fn lacking_call(function: &Function) -> Option<String> {
    let [part] = function.name.0.as_slice() else { return None };
    let name = &part.as_ident()?.value;
    let FunctionArguments::List(list) = &function.args else { return None };
    if is_lacking_locally(name, list.args.len()) {
        return Some(format!("this form of `{name}`"));
    }
    if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) && !takes_distinct_locally(name) {
        return Some(format!("DISTINCT in `{name}`"));
    }
    let is_descending = function.within_group.iter().any(|order| order.options.asc == Some(false));
    if is_descending && ["percentile_cont", "percentile_disc"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Some(format!("`{name}` of values in descending order"));
    }
    let without_window = ["max_by", "min_by", "listagg", "string_agg"];
    if function.over.is_some() && without_window.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Some(format!("`{name}` over a window"));
    }
    if name.eq_ignore_ascii_case("from_csv")
        && let Some(option) = list.args.get(2).and_then(other_option)
    {
        return Some(format!("the option {option} of `from_csv`"));
    }
    let of_arrays = ["approx_percentile", "percentile_approx"];
    let is_array = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(call))) => {
            call.name.to_string().eq_ignore_ascii_case("array")
        }
        _ => false,
    };
    if of_arrays.iter().any(|own| name.eq_ignore_ascii_case(own)) && list.args.get(1).is_some_and(is_array) {
        return Some(format!("`{name}` of several shares"));
    }
    None
}

/// The options of `from_csv` that the local engine knows.
const CSV_OPTIONS: [&str; 6] = ["sep", "delimiter", "quote", "escape", "nullValue", "mode"];

/// The first key of a map that is no such option.
fn other_option(map: &FunctionArg) -> Option<String> {
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(map))) = map else { return None };
    let FunctionArguments::List(list) = &map.args else { return None };
    let keys = list.args.iter().step_by(2).map(|key| key.to_string());
    keys.into_iter()
        .find(|key| !CSV_OPTIONS.iter().any(|known| key.trim_matches(['\'', '"']).eq_ignore_ascii_case(known)))
}
