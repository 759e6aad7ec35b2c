//! The analyser as a spec's author meets it: types, NULLs, and faults with a caret under the word.
//!
//! A case is a file under `tests/infer`: `rows/*.sql` and `measures/*.sql` hold expressions, `queries/*.sql` queries,
//! each ended by `;` at the end of a line. What is expected stands in `.txt` beside it. All see the tables of [`Shop`].

use std::fmt::Write;
use std::path::Path;

use lakeflow::infer::{ExprPlace, TypeFault, analyze_expr, analyze_query};
use lakeflow::types::DataType;
use lakeflow::{parse_expr, parse_query};
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{expect, sql_files};
use crate::shop::{ORDERS, Shop, columns};
use crate::{cases, line_column};

pub fn trials() -> Vec<Trial> {
    let files = |folder: &str| sql_files(&cases().join("infer").join(folder));
    let mut trials =
        each("rows", files("rows"), |path| judge_each(path, |text| expression(text, ExprPlace::row("a rule"))));
    trials.extend(each("measures", files("measures"), |path| {
        judge_each(path, |text| expression(text, ExprPlace::measure("a measure")));
    }));
    trials.extend(each("queries", files("queries"), |path| judge_each(path, query)));
    trials
}

/// Judges every item of a file.
fn judge_each(path: &Path, judge: impl Fn(&str) -> (String, Vec<TypeFault>)) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut shown = String::new();
    for item in text.split_terminator(";\n").map(str::trim).filter(|i| !i.is_empty()) {
        let (info, faults) = judge(item);
        writeln!(shown, "{item}").unwrap();
        if !info.is_empty() {
            writeln!(shown, "  = {info}").unwrap();
        }
        faults.iter().for_each(|fault| shown.push_str(&draw(item, fault)));
        shown.push('\n');
    }
    expect(&path.with_extension("txt"), &shown);
}

fn draw(text: &str, fault: &TypeFault) -> String {
    let at = line_column(text, fault.range.start);
    let line = text.lines().nth(at.line - 1).unwrap_or("");
    let covered = text[fault.range.clone()].lines().next().map_or(0, |l| l.chars().count()).max(1);
    let hint = fault.hint.as_deref().map_or(String::new(), |h| format!(" | {h}"));
    let above = if text.contains('\n') { format!("{line}\n") } else { String::new() };
    format!("{above}{}{} {:?}: {}{hint}\n", " ".repeat(at.column - 1), "^".repeat(covered), fault.kind, fault.message)
}

fn typed(ty: &DataType, nullable: bool) -> String {
    format!("{ty}{}", if nullable { "" } else { " NOT NULL" })
}

fn expression(text: &str, place: ExprPlace) -> (String, Vec<TypeFault>) {
    let scope = columns(ORDERS);
    let expr = parse_expr(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    let info = analyze_expr(&expr, text, scope.as_slice(), place);
    let uses: Vec<&str> = info.columns.iter().filter_map(|c| c.resolved.as_deref()).collect();
    let faults = info.faults;
    let known =
        if info.ty.has_unknown() && !faults.is_empty() { String::new() } else { typed(&info.ty, info.nullable) };
    (if known.is_empty() { known } else { format!("{known} of {uses:?}") }, faults)
}

fn query(text: &str) -> (String, Vec<TypeFault>) {
    let query = parse_query(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    let info = analyze_query(&query, text, &Shop);
    let origin = |o| info.origin(o).map(|(read, column)| format!("{}.{}", read.name.join("."), column.name));
    let columns = info.columns.iter().map(|c| {
        let mut origins: Vec<String> = c.flows.iter().filter_map(|flow| origin(flow.origin)).collect();
        origins.dedup();
        let from = if origins.is_empty() { String::new() } else { format!(" <- {}", origins.join(", ")) };
        format!("{} {}{from}", c.column.name, typed(&c.column.ty, c.column.nullable))
    });
    let kind = if info.streaming { "stream" } else { "batch" };
    let schema = columns.collect::<Vec<_>>().join("\n    ");
    (format!("{kind}\n    {schema}"), info.faults)
}
