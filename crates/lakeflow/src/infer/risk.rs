//! What can fail because of a single row and has no other form that returns NULL instead.
//!
//! In ANSI mode an error in one row is an error of the whole query. Most functions have a form that returns NULL; the
//! functions here have none. Source: the built-in functions of Databricks SQL, and the results of Spark 4.3.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use sqlparser::ast::Expr;

use super::analyzer::Analyzer;
use crate::expr_text;
use crate::walk;

/// A call or an operator that one row can make fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Its place: the name of the function, or the pattern of an operator.
    pub range: Range<usize>,
    /// What fails, and for what: `conv` fails for ..
    pub message: String,
}

/// Functions with an argument that has to be well formed, which a literal is known to be: its position, and what it is.
const FORMED: &[(&str, usize, &str)] = &[
    ("regexp_extract", 1, "pattern"),
    ("regexp_extract_all", 1, "pattern"),
    ("regexp_replace", 1, "pattern"),
    ("regexp_count", 1, "pattern"),
    ("regexp_instr", 1, "pattern"),
    ("regexp_substr", 1, "pattern"),
    ("regexp_like", 1, "pattern"),
    ("regexp", 1, "pattern"),
    ("rlike", 1, "pattern"),
    ("split", 1, "pattern"),
    ("date_format", 1, "format"),
    ("from_unixtime", 1, "format"),
    ("to_date", 1, "format"),
    ("to_timestamp", 1, "format"),
    ("to_timestamp_ntz", 1, "format"),
    ("try_to_timestamp", 1, "format"),
    ("try_to_date", 1, "format"),
    ("unix_timestamp", 1, "format"),
    ("to_unix_timestamp", 1, "format"),
    ("to_char", 1, "format"),
    ("to_varchar", 1, "format"),
    ("to_number", 1, "format"),
    ("try_to_number", 1, "format"),
    ("format_number", 1, "format"),
    ("format_string", 0, "format"),
    ("printf", 0, "format"),
    ("from_utc_timestamp", 1, "time zone"),
    ("to_utc_timestamp", 1, "time zone"),
    ("convert_timezone", 0, "time zone"),
    ("next_day", 1, "day of the week"),
];

/// Why one row can make a call fail; `None` when none can, or when there is a form that gives NULL.
fn risk(name: &str, args: &[&Expr]) -> Option<String> {
    if let Some((_, at, what)) = FORMED.iter().find(|(function, ..)| *function == name) {
        return args.get(*at).filter(|arg| !is_constant(arg)).map(|_| format!("on an unknown {what}"));
    }
    let why = match name {
        "conv" if !args.iter().all(|arg| is_constant(arg)) => "on numbers that do not fit 64 bits",
        "map" if !has_distinct_keys(args) => "on duplicate keys and on a NULL key",
        "map_from_arrays" | "map_from_entries" | "transform_keys" => "on duplicate keys and on a NULL key",
        "map_concat" | "str_to_map" => "on duplicate keys",
        "decode" if args.len() == 2 => "on bytes that are invalid in the character set",
        "sequence" if args.len() == 3 && !args.iter().all(|arg| is_constant(arg)) => {
            "if the step leads away from the end"
        }
        "from_json" | "from_csv" if args.iter().any(|arg| fails_fast(arg)) => "on malformed input in this mode",
        "raise_error" | "assert_true" => "by design",
        _ => return None,
    };
    Some(why.to_owned())
}

/// Whether an expression names no column, so that all rows fail, or none.
fn is_constant(expr: &Expr) -> bool {
    let names_column = |part: &Expr| match part {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    walk::expressions(expr, names_column).is_continue()
}

/// Whether the keys of `map(key, value, ..)` are literals that differ.
fn has_distinct_keys(args: &[&Expr]) -> bool {
    let keys: Vec<&Expr> = args.iter().step_by(2).copied().collect();
    // As text: the places of two literals differ.
    let texts: BTreeSet<String> = keys.iter().map(|key| expr_text(key)).collect();
    keys.iter().all(|key| is_constant(key)) && texts.len() == keys.len() && !texts.contains("NULL")
}

fn fails_fast(options: &Expr) -> bool {
    expr_text(options).to_ascii_uppercase().contains("'FAILFAST'")
}

impl Analyzer<'_> {
    /// Notes a call that one row can make fail; `range` is the function's name.
    pub(super) fn note_risk(&mut self, name: &str, args: &[&Expr], range: &Range<usize>) {
        if self.records_uses
            && let Some(why) = risk(name, args)
        {
            self.risks.push(Risk { range: range.clone(), message: format!("`{name}` fails {why}") });
        }
    }

    /// Notes the pattern of `LIKE` or `RLIKE` that is not known.
    pub(super) fn note_pattern(&mut self, name: &str, pattern: &Expr) {
        if self.records_uses && !is_constant(pattern) {
            let range = self.range_of_expr(pattern);
            let shown = name.to_uppercase();
            let message = match name {
                "rlike" => format!("`{shown}` fails on an invalid pattern"),
                _ => format!("`{shown}` fails on a pattern in which a `\\` escapes nothing"),
            };
            self.risks.push(Risk { range, message });
        }
    }
}
