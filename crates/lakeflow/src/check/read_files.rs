//! The arguments of `read_files` in a statement.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, Query, TableFactor, Value, Visitor,
};

use super::dataset::{last_part, query_of};
use crate::ast::StatementKind;
use crate::walk;

/// Whether a statement reads files once more when they are overwritten.
pub fn allows_overwrites(kind: &StatementKind) -> bool {
    query_of(kind).is_some_and(|query| option_is_true(query, "allowOverwrites"))
}

/// Whether a call of `read_files` in a query sets an option to true.
fn option_is_true(query: &Query, option: &str) -> bool {
    struct Search<'a> {
        option: &'a str,
    }
    impl Search<'_> {
        fn look(&self, name: &ObjectName, args: &[FunctionArg]) -> ControlFlow<()> {
            let hit = last_part(name) == "read_files" && args.iter().any(|arg| is_set(arg, self.option));
            if hit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    impl Visitor for Search<'_> {
        type Break = ();
        fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
            match factor {
                TableFactor::Table { name, args: Some(args), .. } => self.look(name, &args.args),
                TableFactor::Function { name, args, .. } => self.look(name, args),
                _ => ControlFlow::Continue(()),
            }
        }
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
            let FunctionArguments::List(list) = &function.args else { return ControlFlow::Continue(()) };
            self.look(&function.name, &list.args)
        }
    }
    walk::visit(query, &mut Search { option }).is_break()
}

fn is_set(arg: &FunctionArg, option: &str) -> bool {
    let (name, value) = match arg {
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => (name.value.as_str(), value),
        FunctionArg::ExprNamed { name: Expr::Identifier(name), arg: FunctionArgExpr::Expr(value), .. } => {
            (name.value.as_str(), value)
        }
        _ => return false,
    };
    let truth = match value {
        Expr::Value(v) => match &v.value {
            Value::Boolean(truth) => *truth,
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.eq_ignore_ascii_case("true"),
            _ => false,
        },
        _ => false,
    };
    truth && name.eq_ignore_ascii_case(option)
}
