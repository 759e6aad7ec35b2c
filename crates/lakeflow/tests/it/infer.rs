//! The analyser as a spec's author meets it: types, NULLs, and faults with a caret under the word.
//!
//! A case is a file under `tests/infer`: `rows/*.sql` and `measures/*.sql` hold expressions, `queries/*.sql` queries,
//! each ended by `;` at the end of a line. Its snapshot stands beside it. All see the tables of [`Shop`].

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use crate::line_column;
use lakeflow::functions::Stability;
use lakeflow::infer::{Catalog, Fault, Place, Relation, UserFunction, analyze_condition, analyze_expr, analyze_query};
use lakeflow::types::{Column, DataType, parse_columns};
use lakeflow::{parse_expr, parse_query};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

const ORDERS: &str = "order_id STRING NOT NULL, customer_id STRING, order_date DATE, placed_at TIMESTAMP, quantity INT, \
     price DECIMAL(10,2), weight DOUBLE, status STRING NOT NULL, paid BOOLEAN, tags ARRAY<STRING> NOT NULL, \
     attributes MAP<STRING, INT>, address STRUCT<street: STRING, `zip code`: STRING, geo: STRUCT<lat: DOUBLE, lon: DOUBLE>>, \
     payload VARIANT, lines ARRAY<STRUCT<sku: STRING, amount: DECIMAL(8,2)>>, `straße` STRING";
const CUSTOMERS: &str = "customer_id STRING NOT NULL, name STRING, state STRING, order_date DATE";

/// A catalog of two tables, a stream and a function.
struct Shop;

impl Catalog for Shop {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        match name {
            ["orders"] | ["main", "shop", "orders"] => Some(Relation::of(columns(ORDERS))),
            ["customers"] => Some(Relation::of(columns(CUSTOMERS))),
            ["incoming"] => {
                let columns = columns(CUSTOMERS).into();
                Some(Arc::new(Relation { columns, streaming: true, ..Relation::default() }))
            }
            _ => None,
        }
    }

    fn table_names(&self) -> Vec<String> {
        ["orders", "customers", "incoming"].map(String::from).to_vec()
    }

    fn function(&self, name: &[&str]) -> Option<Arc<UserFunction>> {
        let found = matches!(name, ["shop", "mask_name"]);
        let (params, returns) = (vec![DataType::String], DataType::String);
        found.then(|| Arc::new(UserFunction { params, returns, stability: Stability::Session }))
    }
}

fn columns(ddl: &str) -> Vec<Column> {
    parse_columns(ddl).unwrap()
}

/// Runs `judge` on every item of every file of a folder.
fn cases(folder: &str, judge: impl Fn(&str) -> (String, Vec<Fault>)) {
    insta::glob!("../infer", &format!("{folder}/*.sql"), |path| {
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
        snapshot(folder, path, shown);
    });
}

fn draw(text: &str, fault: &Fault) -> String {
    let at = line_column(text, fault.range.start);
    let line = text.lines().nth(at.line - 1).unwrap_or("");
    let covered = text[fault.range.clone()].lines().next().map_or(0, |l| l.chars().count()).max(1);
    let hint = fault.hint.as_deref().map_or(String::new(), |h| format!(" | {h}"));
    let above = if text.contains('\n') { format!("{line}\n") } else { String::new() };
    format!("{above}{}{} {:?}: {}{hint}\n", " ".repeat(at.column - 1), "^".repeat(covered), fault.kind, fault.message)
}

fn snapshot(folder: &str, path: &Path, text: String) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../infer/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_suffix("");
    settings.set_omit_expression(true);
    settings.remove_input_file();
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn typed(ty: &DataType, nullable: bool) -> String {
    format!("{ty}{}", if nullable { "" } else { " NOT NULL" })
}

fn expression(text: &str, place: Place) -> (String, Vec<Fault>) {
    let scope = columns(ORDERS);
    let expr = parse_expr(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    let info = analyze_expr(&expr, text, scope.as_slice(), place);
    let uses: Vec<&str> = info.columns.iter().filter_map(|c| c.resolved.as_deref()).collect();
    let faults = info.faults;
    let known =
        if info.ty.has_unknown() && !faults.is_empty() { String::new() } else { typed(&info.ty, info.nullable) };
    (if known.is_empty() { known } else { format!("{known} of {uses:?}") }, faults)
}

#[test]
fn expressions_over_rows() {
    cases("rows", |text| expression(text, Place::row("a rule")));
}

#[test]
fn expressions_over_groups() {
    cases("measures", |text| expression(text, Place::measure("a measure")));
}

#[test]
fn queries() {
    cases("queries", |text| {
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
    });
}

#[test]
fn a_condition_must_be_boolean() {
    let judge = |text: &str| {
        let expr = parse_expr(text).unwrap();
        analyze_condition(&expr, text, columns(ORDERS).as_slice(), Place::row("a rule")).faults
    };
    assert!(judge("quantity > 0").is_empty());
    let messages: Vec<String> = judge("quantity + 1").into_iter().map(|f| f.message).collect();
    assert_eq!(messages, ["a rule must be BOOLEAN, found INT"]);
}

#[test]
fn what_a_query_uses_is_told() {
    let text = "SELECT DISTINCT o.status, row_number() OVER (ORDER BY rand()) AS n FROM STREAM(orders) o \
                LEFT JOIN customers c ON o.customer_id = c.customer_id LIMIT 3";
    let info = analyze_query(&parse_query(text).unwrap(), text, &Shop);
    assert!(info.streaming && !info.deterministic());
    assert_eq!(info.unstable.iter().map(|u| u.function.as_str()).collect::<Vec<_>>(), ["rand"]);
    let features = &info.features;
    let counts = [
        &features.all.windows,
        &features.all.aggregates,
        &features.all.distinct,
        &features.all.limit,
        &features.all.order_by,
    ];
    assert_eq!(counts.map(Vec::len), [1, 0, 1, 1, 0]);
    assert_eq!(
        features.joins.iter().map(|j| (j.left_streaming, j.right_streaming)).collect::<Vec<_>>(),
        [(true, false)]
    );
    assert_eq!(
        info.reads.iter().map(|r| (r.name.join("."), r.stream)).collect::<Vec<_>>(),
        [("orders".to_string(), true), ("customers".to_string(), false),]
    );
}

/// Trees can also come from sqlparser itself, which bounds the depth of chains by nothing.
#[test]
fn a_chain_takes_no_stack() {
    let text = vec!["quantity > 0"; 20_000].join(" AND ");
    let expr = Parser::new(&DatabricksDialect {}).try_with_sql(&text).unwrap().parse_expr().unwrap();
    let info = analyze_expr(&expr, &text, columns(ORDERS).as_slice(), Place::row("a rule"));
    assert_eq!((info.ty, info.faults.len(), info.columns.len()), (DataType::Boolean, 0, 20_000));
    // Dropping so deep a tree is more than a test thread can do.
    std::mem::forget(expr);
}

/// The parser needs far more stack than the analyser, so it gets a thread of its own.
#[test]
fn deep_nesting_ends_in_an_answer() {
    let faults = |depth: usize| {
        let text = format!("{}status{}", "upper(".repeat(depth), ")".repeat(depth));
        let parse = |text: String| {
            let mut parser =
                Parser::new(&DatabricksDialect {}).with_recursion_limit(5_000).try_with_sql(&text).unwrap();
            parser.parse_expr().unwrap()
        };
        let owned = text.clone();
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(move || parse(owned)).unwrap();
        let expr = thread.join().unwrap();
        let faults = analyze_expr(&expr, &text, columns(ORDERS).as_slice(), Place::row("a rule")).faults;
        std::mem::forget(expr);
        faults.into_iter().map(|f| f.message).collect::<Vec<_>>()
    };
    assert_eq!(faults(200), Vec::<String>::new());
    assert_eq!(faults(1_000), ["the expression is nested too deeply"]);
}
