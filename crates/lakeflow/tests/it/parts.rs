//! Parts of statements have the lines that the formatter gives them inside of the whole, and the printer's blanks are the
//! formatter's.

use std::fs;
use std::ops::Range;

use lakeflow::ast::{Expr, Query};
use lakeflow::fmt::format;
use lakeflow::fmt::part::{Spot, clause, element, expr, list, moved, query};
use lakeflow::{expr_text, parse_query, query_text, tokens};
use proptest::prelude::*;
use serde_json::Value;
use sqlparser::ast::{SelectItem, SetExpr};

use crate::root;

/// Queries of all kinds.
fn queries() -> Vec<Query> {
    let text = fs::read_to_string(root().join("tests/spark/functions.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| parse_query(line["sql"].as_str()?).ok()).collect()
}

/// Expressions of all kinds, as they are printed.
fn expressions() -> Vec<String> {
    let columns = |query: Query| match *query.body {
        SetExpr::Select(select) => select.projection,
        _ => vec![],
    };
    let value = |item: SelectItem| match item {
        SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) => Some(expr),
        _ => None,
    };
    let values = queries().into_iter().flat_map(columns).filter_map(value);
    let mut found: Vec<String> =
        values.filter(|value| !matches!(value, Expr::Value(_))).map(|v| expr_text(&v)).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn an_expression_is_printed_as_it_is_laid_out() {
    let mut differ = vec![];
    for expression in expressions() {
        let text = format!("SELECT {expression} AS r\n");
        let formatted = format(&text);
        if text.len() <= 99 && formatted.text != text {
            differ.push(format!("{text}{}", formatted.text));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Expressions put together, so that some take many lines.
fn composed() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(expressions());
    (0..6u8, leaf.clone(), leaf.clone(), leaf).prop_map(|(kind, a, b, c)| match kind {
        0 => a,
        1 => format!("coalesce({a}, {b}, {c})"),
        2 => format!("CASE WHEN ({a}) IS NULL THEN {b} ELSE {c} END"),
        3 => format!("({a}) = ({b}) AND ({b}) > ({c}) OR ({c}) IS NULL"),
        4 => format!("({a}) IN ('first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth')"),
        _ => format!("({a}) + ({b}) - ({c})"),
    })
}

/// A view over a query in brackets, in one line.
fn flat(columns: &[String], on: &str, condition: &str, groups: &[String]) -> String {
    let (columns, groups) = (columns.join(", "), groups.join(", "));
    format!(
        "CREATE VIEW v AS WITH m AS (SELECT {columns} FROM t LEFT JOIN customers AS u ON {on} WHERE {condition} \
         GROUP BY {groups}) SELECT * FROM m;"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_have_the_lines_that_they_have_in_the_whole(
        columns in prop::collection::vec(composed(), 1..5),
        on in composed(),
        condition in composed(),
        groups in prop::collection::vec(composed(), 1..3),
    ) {
        let columns: Vec<String> = columns.iter().enumerate().map(|(index, e)| format!("{e} AS c{index}")).collect();
        let whole = format(&flat(&columns, &on, &condition, &groups));
        prop_assume!(whole.as_written.is_empty());
        let parts = [
            list("SELECT", &columns, 1),
            "FROM t".to_owned(),
            clause(&format!("LEFT JOIN customers AS u ON {on}"), 1).into_owned(),
            clause(&format!("WHERE {condition}"), 1).into_owned(),
            list("GROUP BY", &groups, 1),
        ];
        let text = format!("CREATE VIEW v\nAS\nWITH m AS (\n  {}\n)\n\nSELECT *\nFROM m;\n", parts.join("\n  "));
        prop_assert_eq!(&whole.text, &text);
        let inner = format!(
            "SELECT {} FROM t LEFT JOIN customers AS u ON {on} WHERE {condition} GROUP BY {}",
            columns.join(", "),
            groups.join(", "),
        );
        prop_assert_eq!(query(&inner, 1), parts.join("\n  "));
    }

    #[test]
    fn every_word_is_found_again(query_ in prop::sample::select(queries()), level in 0..30usize) {
        let text = query_text(&query_);
        let laid = query(&text, level);
        let places = |text: &str| -> Vec<Range<usize>> { tokens(text).pieces.into_iter().map(|piece| piece.range).collect() };
        prop_assert_eq!(moved(&text, &laid, &places(&text)), places(&laid));
        let backwards: Vec<Range<usize>> = places(&text).into_iter().rev().collect();
        let expected: Vec<Range<usize>> = places(&laid).into_iter().rev().collect();
        prop_assert_eq!(moved(&text, &laid, &backwards), expected);
    }
}

#[test]
fn the_rest_of_a_line_counts() {
    let text = format!("coalesce({}, 0)", "a".repeat(80));
    assert_eq!(expr(&text, Spot::line(0)), text);
    let broken = format!("coalesce(\n    {},\n    0\n  )", "a".repeat(80));
    assert_eq!(expr(&text, Spot { level: 1, column: 10 }), broken);
}

/// One column stands behind `SELECT`, so the blank before it counts in the part as it does in the whole.
#[test]
fn a_sum_that_just_fits_breaks_as_in_the_whole() {
    let query = "(SELECT max(v) FROM u WHERE u.id = t.id)";
    let window = "sum(id) OVER (ORDER BY d RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW)";
    for pad in 0..8 {
        let column = format!("({query}) + ({query}) - ({}{window}) AS c0", "a".repeat(pad));
        let text = format!("WITH m AS (SELECT {column} FROM t) SELECT * FROM m;");
        let part = list("SELECT", &[&column], 1);
        let expected = format!("WITH m AS (\n  {part}\n  FROM t\n)\n\nSELECT *\nFROM m;\n");
        assert_eq!(format(&text).text, expected);
    }
}

#[test]
fn elements_of_a_table_have_the_lines_of_the_formatter() {
    let rule = "CONSTRAINT every_line_is_accounted_for EXPECT (coalesce(raw = clean + bad + dropped + others, FALSE)) ON \
                VIOLATION FAIL UPDATE,";
    let text = [
        "CREATE OR REFRESH MATERIALIZED VIEW v (\n  ",
        &element(rule, 1),
        "\n  a DECIMAL(18,2)\n)\nAS\nSELECT *\nFROM t;\n",
    ];
    assert_eq!(format(&text.concat()).text, text.concat());
}
