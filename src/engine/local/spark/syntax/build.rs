//! Small builders for syntax trees.

use lakeflow::ast::call_of;
use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Value};

/// `name(args)`.
pub(super) fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Function(call_of(name, args))
}

/// A text literal.
pub(super) fn text(value: impl Into<String>) -> Expr {
    Expr::value(Value::SingleQuotedString(value.into()))
}

/// A number as it stands.
pub(super) fn raw_number(value: impl Into<String>) -> Expr {
    Expr::value(Value::Number(value.into(), false))
}

/// A column.
pub(super) fn column(name: impl Into<String>) -> Expr {
    Expr::Identifier(Ident::with_quote('"', name))
}

/// `CASE WHEN condition THEN value [ELSE otherwise] END`.
pub(super) fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    let conditions =
        branches.into_iter().map(|(condition, result)| sqlparser::ast::CaseWhen { condition, result }).collect();
    Expr::Case {
        case_token: sqlparser::ast::helpers::attached_token::AttachedToken::empty(),
        end_token: sqlparser::ast::helpers::attached_token::AttachedToken::empty(),
        operand: None,
        conditions,
        else_result: otherwise.map(Box::new),
    }
}

/// The plain arguments of a call; `None` when one is named, a wildcard or a subquery.
pub(super) fn arguments(function: &Function) -> Option<Vec<Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let plain = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    list.args.iter().map(plain).collect()
}

/// Puts other arguments into a call; its clauses stay.
pub(super) fn set_arguments(function: &mut Function, args: Vec<Expr>) {
    if let FunctionArguments::List(list) = &mut function.args {
        list.args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    }
}

/// Gives a call another name.
pub(super) fn rename(function: &mut Function, name: &str) {
    function.name = ObjectName::from(vec![Ident::new(name)]);
}
