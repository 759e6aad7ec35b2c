//! The analyser: conditions, what a query uses, and expressions of any size.

use lakeflow::infer::{ExprPlace, analyze_condition, analyze_expr, analyze_query};
use lakeflow::types::DataType;
use lakeflow::{parse_expr, parse_query};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

use crate::shop::{ORDERS, Shop, columns};

#[test]
fn a_condition_must_be_boolean() {
    let judge = |text: &str| {
        let expr = parse_expr(text).unwrap();
        analyze_condition(&expr, text, columns(ORDERS).as_slice(), ExprPlace::row("a rule")).faults
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
    let info = analyze_expr(&expr, &text, columns(ORDERS).as_slice(), ExprPlace::row("a rule"));
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
        let faults = analyze_expr(&expr, &text, columns(ORDERS).as_slice(), ExprPlace::row("a rule")).faults;
        std::mem::forget(expr);
        faults.into_iter().map(|f| f.message).collect::<Vec<_>>()
    };
    assert_eq!(faults(200), Vec::<String>::new());
    assert_eq!(faults(1_000), ["the expression is nested too deeply"]);
}
