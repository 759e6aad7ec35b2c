//! Expressions as terms, from the leaves up: each node is hashed with the terms of its parts in their places.

use std::ops::ControlFlow;

use lakeflow::functions::{self, FunctionKind};
use lakeflow::walk;
use lakeflow::{expr_text, folded};
use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    Value, ValueWithSpan, VisitorMut,
};

use super::{Ctes, Evaluator, Term, TermScope, hide, term};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl Evaluator {
    /// What an expression computes.
    pub(in super::super) fn expr(&mut self, expr: &Expr, scope: &TermScope<'_>, ctes: &Ctes) -> Term {
        let mut copy = expr.clone();
        let mut terms = Terms { evaluator: self, scope, ctes, parameters: vec![], fields: vec![] };
        let _ = walk::visit_mut(&mut copy, &mut terms);
        term_of(&copy)
    }
}

/// What stands for a term in a tree.
fn mark(term: Term) -> Expr {
    Expr::Identifier(Ident::new(format!("{term:?}")))
}

fn unmark(expr: &Expr) -> Option<Term> {
    let Expr::Identifier(ident) = expr else { return None };
    let digits = ident.value.strip_prefix('#')?;
    u128::from_str_radix(digits, 16).ok().map(Term)
}

/// The term of a tree whose parts are terms already.
fn term_of(expr: &Expr) -> Term {
    unmark(expr).unwrap_or_else(|| term("expr").text(&expr_text(expr).to_lowercase()).end())
}

struct Terms<'t> {
    evaluator: &'t mut Evaluator,
    scope: &'t TermScope<'t>,
    ctes: &'t Ctes,
    /// Parameters of the lambda functions around, outermost first.
    parameters: Vec<Vec<String>>,
    /// Names of the fields of the structs around.
    fields: Vec<Option<Vec<String>>>,
}

impl VisitorMut for Terms<'_> {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        hide(value);
        GO_ON
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) => *expr = self.name(std::slice::from_ref(name)),
            Expr::CompoundIdentifier(path) => *expr = self.name(path),
            Expr::Subquery(query) => {
                let rows = self.evaluator.query(query, self.ctes, Some(self.scope));
                *expr = mark(term("value of").term(rows.all()).end());
            }
            Expr::Exists { subquery, negated } => {
                let rows = self.evaluator.query(subquery, self.ctes, Some(self.scope)).rows;
                *expr = mark(term("exists").text(&negated.to_string()).term(rows).end());
            }
            Expr::InSubquery { expr: value, subquery, negated } => {
                let value = self.evaluator.expr(value, self.scope, self.ctes);
                let rows = self.evaluator.query(subquery, self.ctes, Some(self.scope));
                let of = rows.columns.iter().map(|(_, value)| *value).chain(rows.rest);
                let of = term("in").text(&negated.to_string()).term(value).term(rows.rows).terms(of);
                *expr = mark(of.end());
            }
            Expr::CompoundFieldAccess { access_chain, .. } => access_chain.iter_mut().for_each(name_field),
            Expr::Lambda(lambda) => {
                let depth = self.parameters.len();
                let names = lambda.params.iter().map(|p| folded(&p.name.value).into_owned()).collect();
                self.parameters.push(names);
                use sqlparser::ast::OneOrManyWithParens::{Many, One};
                let params = match &mut lambda.params {
                    One(param) => std::slice::from_mut(param),
                    Many(params) => params.as_mut_slice(),
                };
                for (position, param) in params.iter_mut().enumerate() {
                    param.name = parameter(depth, position);
                }
            }
            Expr::Function(call) => self.fields.push(fields_of(call)),
            Expr::Struct { values, .. } => self.fields.push(values.iter().map(name_of).collect()),
            _ => {}
        }
        GO_ON
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let made = match expr {
            Expr::Identifier(_) | Expr::Value(_) | Expr::Named { .. } => return GO_ON,
            Expr::Nested(inner) => {
                let inner = std::mem::replace(&mut **inner, Expr::value(Value::Null));
                *expr = inner;
                return GO_ON;
            }
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.evaluator.known.and([term_of(left), term_of(right)])
            }
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                self.evaluator.known.or([term_of(left), term_of(right)])
            }
            Expr::Cast { kind, .. } => {
                if *kind == CastKind::DoubleColon {
                    *kind = CastKind::Cast;
                }
                term_of(expr)
            }
            Expr::Case { operand: None, conditions, else_result: None, .. } => {
                let name = match conditions.as_slice() {
                    [only] => text_of(&only.result).map(|name| (name, term_of(&only.condition))),
                    _ => None,
                };
                let whole = term_of(expr);
                if let Some((name, condition)) = name {
                    self.evaluator.known.note_case(whole, name, condition);
                }
                whole
            }
            Expr::Lambda(_) => {
                self.parameters.pop();
                term_of(expr)
            }
            Expr::Struct { values, .. } => {
                let names = self.fields.pop().flatten();
                let values: Vec<Term> = values.iter().map(value_of).collect();
                let whole = term_of(expr);
                self.structure(whole, names, &values)
            }
            Expr::Function(call) => {
                let names = self.fields.pop().flatten();
                self.call(call, names)
            }
            _ => term_of(expr),
        };
        *expr = mark(made);
        GO_ON
    }
}

impl Terms<'_> {
    /// What stands for a name.
    fn name(&self, path: &[Ident]) -> Expr {
        let path: Vec<String> = path.iter().map(|part| folded(&part.value).into_owned()).collect();
        let own = path.split_first().and_then(|(name, fields)| {
            let depth = self.parameters.iter().rposition(|names| names.contains(name))?;
            let position = self.parameters.get(depth)?.iter().position(|known| known == name)?;
            Some((parameter(depth, position), fields))
        });
        match own {
            None => mark(self.scope.resolve(&path, &self.evaluator.known)),
            Some((name, [])) => Expr::Identifier(name),
            Some((name, fields)) => {
                let value = term("parameter").text(&name.value).end();
                mark(fields.iter().fold(value, |value, field| term("field").term(value).text(field).end()))
            }
        }
    }

    /// A struct whose fields have names.
    fn structure(&mut self, whole: Term, names: Option<Vec<String>>, values: &[Term]) -> Term {
        let Some(names) = names.filter(|names| names.len() == values.len()) else { return whole };
        let fields: Vec<(String, Term)> = names.into_iter().zip(values.iter().copied()).collect();
        let made = fields.iter().fold(term("struct"), |made, (name, value)| made.text(name).term(*value)).end();
        self.evaluator.known.note_struct(made, fields);
        made
    }

    /// A call whose arguments are terms.
    fn call(&mut self, call: &Function, names: Option<Vec<String>>) -> Term {
        let name = call.name.to_string().to_lowercase();
        let whole = term_of(&Expr::Function(call.clone()));
        let looks_around =
            call.over.is_some() || functions::lookup(&name).is_none_or(|f| f.kind != FunctionKind::Scalar);
        if looks_around {
            let all = takes_all_columns(call).then(|| self.scope.factors.iter().map(|factor| factor.relation.all()));
            let context = term("over").term(whole).terms(self.scope.context).terms(all.into_iter().flatten());
            return context.end();
        }
        let arguments = match &call.args {
            FunctionArguments::List(list) => list.args.iter().map(expr_of).collect::<Option<Vec<&Expr>>>(),
            _ => None,
        };
        let Some(arguments) = arguments else { return whole };
        let known = &mut self.evaluator.known;
        match (name.as_str(), arguments.as_slice()) {
            ("struct", values) => {
                let values: Vec<Term> = values.iter().map(|value| value_of(value)).collect();
                return self.structure(whole, names, &values);
            }
            ("array", elements) => {
                let element = |e: &&Expr| text_of(e).ok_or_else(|| term_of(e));
                known.note_array(whole, &elements.iter().map(element).collect::<Vec<_>>());
            }
            ("array_compact", [array]) => known.alias(term_of(array), whole),
            ("array_contains", [array, element]) => {
                let texts = text_of(element).map(|text| vec![text]);
                return texts.and_then(|texts| known.overlap(term_of(array), &texts)).unwrap_or(whole);
            }
            ("arrays_overlap", [array, other]) => {
                let texts = known.texts(term_of(other)).map(<[String]>::to_vec);
                return texts.and_then(|texts| known.overlap(term_of(array), &texts)).unwrap_or(whole);
            }
            _ => {}
        }
        whole
    }
}

/// The name of a parameter of a lambda function, whatever it was called.
fn parameter(depth: usize, position: usize) -> Ident {
    Ident::new(format!("parameter_{depth}_{position}"))
}

/// Keeps the name of a field from being taken for a column.
fn name_field(access: &mut AccessExpr) {
    if let AccessExpr::Dot(field) = access
        && let Expr::Identifier(name) = field
    {
        *field = Expr::value(Value::Placeholder(folded(&name.value).into_owned()));
    }
}

/// The hash of a text.
fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// An element of a struct without its name.
fn value_of(expr: &Expr) -> Term {
    match expr {
        Expr::Named { expr, .. } => term_of(expr),
        expr => term_of(expr),
    }
}

fn expr_of(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// The name of a field of `struct(..)`.
fn name_of(value: &Expr) -> Option<String> {
    let ident = match value {
        Expr::Named { name, .. } => name,
        Expr::Identifier(name) => name,
        Expr::CompoundIdentifier(path) => path.last()?,
        _ => return None,
    };
    Some(folded(&ident.value).into_owned())
}

/// The names of the fields that a call of `struct` makes, if each has one.
fn fields_of(call: &Function) -> Option<Vec<String>> {
    let FunctionArguments::List(list) = &call.args else { return None };
    let is_struct = call.name.to_string().eq_ignore_ascii_case("struct");
    is_struct.then(|| list.args.iter().map(|a| name_of(expr_of(a)?)).collect())?
}

/// Whether `*` among the arguments means all columns, and not all rows.
fn takes_all_columns(call: &Function) -> bool {
    let FunctionArguments::List(list) = &call.args else { return false };
    let is_star = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(_)) => false,
        FunctionArg::Unnamed(_) => true,
        _ => false,
    };
    let counts_rows = call.name.to_string().eq_ignore_ascii_case("count") && list.duplicate_treatment.is_none();
    list.args.iter().any(is_star) && !counts_rows
}
