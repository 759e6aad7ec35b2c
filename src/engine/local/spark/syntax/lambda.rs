//! Lambdas of several parameters, as lambdas over one struct of them: DataFusion's functions hand one element at a time.

use std::ops::ControlFlow;

use lakeflow::walk;
use sqlparser::ast::{Expr, Ident, LambdaFunction, OneOrManyWithParens, Visitor, VisitorMut};

use super::build::{call, column, text};

/// The element that stands for all parameters.
const ELEMENT: &str = "__element";

/// The names of a lambda's parameters.
pub(super) fn parameters(lambda: &LambdaFunction) -> Vec<&str> {
    match &lambda.params {
        OneOrManyWithParens::One(param) => vec![param.name.value.as_str()],
        OneOrManyWithParens::Many(params) => params.iter().map(|param| param.name.value.as_str()).collect(),
    }
}

/// A lambda of one parameter whose fields, in this order, are those of `lambda`; `None` where their numbers differ, or a
/// lambda inside gives one of the names another meaning.
pub(super) fn over_fields(lambda: &LambdaFunction, fields: &[&str]) -> Option<Expr> {
    let names: Vec<String> = parameters(lambda).into_iter().map(str::to_owned).collect();
    if names.len() != fields.len() || walk::visit(lambda.body.as_ref(), &mut Shadowed(&names)).is_break() {
        return None;
    }
    let mut lambda = lambda.clone();
    let mut single = match &lambda.params {
        OneOrManyWithParens::Many(params) => params.first()?.clone(),
        OneOrManyWithParens::One(param) => param.clone(),
    };
    single.name = Ident::with_quote('"', ELEMENT);
    lambda.params = OneOrManyWithParens::One(single);
    let places = names.iter().map(String::as_str).zip(fields.iter().copied()).collect();
    let _ = walk::visit_mut(lambda.body.as_mut(), &mut Substitute(places));
    Some(Expr::Lambda(lambda))
}

/// `x.a` in the body, where `x` is a parameter, takes a field.
pub(super) fn fields_of_parameters(lambda: &mut LambdaFunction) {
    struct Fields(Vec<String>);
    impl VisitorMut for Fields {
        type Break = ();

        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::CompoundIdentifier(parts) = expr
                && let Some((parameter, fields)) = parts.split_first()
                && self.0.contains(&parameter.value)
            {
                let field = |of: Expr, field: &Ident| call("__field", vec![of, text(field.value.clone())]);
                *expr = fields.iter().fold(column(parameter.value.clone()), field);
            }
            ControlFlow::Continue(())
        }
    }
    let names = parameters(lambda).into_iter().map(str::to_owned).collect();
    let _ = walk::visit_mut(lambda.body.as_mut(), &mut Fields(names));
}

/// Finds a lambda with a parameter of one of these names.
struct Shadowed<'a>(&'a [String]);

impl Visitor for Shadowed<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Lambda(inner) if parameters(inner).iter().any(|name| self.0.iter().any(|own| own == name)) => {
                ControlFlow::Break(())
            }
            // A lambda over fields has this parameter.
            Expr::Lambda(inner) if parameters(inner).contains(&ELEMENT) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Puts the field of the element in the place of each name.
struct Substitute<'a>(Vec<(&'a str, &'a str)>);

impl VisitorMut for Substitute<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Identifier(ident) = expr
            && let Some((_, field)) = self.0.iter().find(|(name, _)| *name == ident.value)
        {
            *expr = call("__field", vec![column(ELEMENT), text(*field)]);
        }
        ControlFlow::Continue(())
    }
}
