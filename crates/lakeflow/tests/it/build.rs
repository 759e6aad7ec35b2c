//! Trees that are put together of parts mean what they say: printed and parsed, each is the same tree again, brackets
//! apart.

use std::ops::ControlFlow;

use lakeflow::build::{self, bare};
use lakeflow::types::DataType;
use lakeflow::walk;
use lakeflow::{expr_text, parse_expr};
use proptest::prelude::*;
use sqlparser::ast::{BinaryOperator, Expr};

fn operator() -> impl Strategy<Value = BinaryOperator> {
    prop::sample::select(vec![
        BinaryOperator::Or,
        BinaryOperator::And,
        BinaryOperator::Eq,
        BinaryOperator::NotEq,
        BinaryOperator::Lt,
        BinaryOperator::GtEq,
        BinaryOperator::Spaceship,
        BinaryOperator::BitwiseOr,
        BinaryOperator::BitwiseXor,
        BinaryOperator::BitwiseAnd,
        BinaryOperator::Plus,
        BinaryOperator::Minus,
        BinaryOperator::StringConcat,
        BinaryOperator::Multiply,
        BinaryOperator::Divide,
        BinaryOperator::Modulo,
        BinaryOperator::MyIntegerDivide,
    ])
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        prop::sample::select(vec!["a", "net-tax", "größe", "order", "$HOME", "x/y", "a`b"])
            .prop_map(|name| build::column([name])),
        prop::sample::select(vec!["b", "Select", "1st"]).prop_map(|name| build::column(["t", name])),
        (-3_i64..100).prop_map(build::number),
        prop::sample::select(vec!["", "it's", "back\\slash", "--", "/*", "\n"]).prop_map(build::string),
        any::<bool>().prop_map(build::truth),
        Just(build::null()),
    ]
}

/// Trees that the constructors make.
fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(6, 60, 3, |inner| {
        let some = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (inner.clone(), operator(), inner.clone()).prop_map(|(a, op, b)| build::binary(a, op, b)),
            some().prop_map(build::and),
            some().prop_map(build::or),
            inner.clone().prop_map(build::not),
            inner.clone().prop_map(build::is_null),
            inner.clone().prop_map(build::is_not_null),
            inner.clone().prop_map(build::is_not_true),
            inner.clone().prop_map(build::nested),
            inner.clone().prop_map(|e| build::rlike(e, "^a.*\\z")),
            (inner.clone(), some()).prop_map(|(e, list)| build::in_list(e, list)),
            some().prop_map(|args| build::call("coalesce", args)),
            inner.clone().prop_map(|e| build::cast(e, &DataType::Decimal { precision: 18, scale: 2 })),
            inner.clone().prop_map(|e| build::try_cast(e, &DataType::Date)),
            (inner.clone(), inner.clone(), prop::option::of(inner.clone()))
                .prop_map(|(when, then, otherwise)| build::case([(when, then)], otherwise)),
        ]
    })
}

/// The tree without any brackets.
fn without_brackets(mut tree: Expr) -> Expr {
    let _ = walk::expressions_mut(&mut tree, |expr| {
        *expr = bare(expr.clone());
        ControlFlow::<()>::Continue(())
    });
    tree
}

fn reads_as_itself(tree: Expr) {
    let text = expr_text(&tree);
    let parsed = parse_expr(&text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    assert_eq!(without_brackets(parsed), without_brackets(tree), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_built_tree_is_read_as_itself(tree in tree()) {
        reads_as_itself(tree);
    }

    #[test]
    fn a_filled_tree_is_read_as_itself(outer in tree(), fillings in prop::collection::vec(tree(), 1..4)) {
        // Some leaves become holes; what fills them stands there as a part.
        let mut number = 0;
        let mut with_holes = outer;
        let _ = walk::expressions_mut(&mut with_holes, |expr| {
            if matches!(expr, Expr::Identifier(_)) {
                *expr = build::hole(number % fillings.len());
                number += 1;
            }
            ControlFlow::<()>::Continue(())
        });
        reads_as_itself(build::filled(&with_holes, |n| fillings[n].clone()));
    }
}
