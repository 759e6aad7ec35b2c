//! What an expression's being NULL, or failing, discloses about a column: the table of total forms, applied to
//! operands.

use sqlparser::ast::{Expr, UnaryOperator, Value};

use super::analyzer::{Analyzer, Typed};
use super::flow::{Dependence, ExprOutcome, Release};
use super::rules::string_literal;
use crate::functions::total::{self, FormPromise, LiteralOperand, Operand, OperandUse};
use crate::types::DataType;

impl Analyzer<'_> {
    /// Notes what `name` over operands does with the columns in them.
    pub(super) fn conclude(&mut self, name: &str, operands: &[(&Expr, &Typed)]) {
        let operands: Vec<Operand<'_>> = operands.iter().map(|(expr, typed)| operand(expr, typed)).collect();
        self.outcome = match total::form(name, &operands).map(|form| form.known) {
            Some(FormPromise::Total) => ExprOutcome::TOTAL,
            Some(FormPromise::NeverFails) => ExprOutcome::Computed(Dependence::Null),
            None if name.starts_with("try_") => ExprOutcome::Computed(Dependence::Null),
            None => ExprOutcome::default(),
        };
    }

    /// The same for a call, whose arguments were noted since `mark`.
    pub(super) fn conclude_call(&mut self, name: &str, args: &[&Expr], typed: &[Option<Typed>], mark: usize) {
        let known: Option<Vec<(&Expr, &Typed)>> =
            args.iter().zip(typed).map(|(arg, typed)| Some((*arg, typed.as_ref()?))).collect();
        match (name, known) {
            ("named_struct", _) if args.iter().step_by(2).all(|arg| string_literal(arg).is_some()) => {
                self.outcome = ExprOutcome::Passes;
            }
            ("size" | "cardinality" | "array_size", _) => {
                for flow in self.flows.iter_mut().skip(mark).filter(|flow| flow.hold == Dependence::Collected) {
                    flow.release = flow.release.or(Some(Release::Distinct));
                }
                self.outcome = ExprOutcome::default();
            }
            // The value in another form; whether there is one hangs on what the text is.
            ("try_parse_json" | "parse_json", _) => {
                self.hold_since(mark, Dependence::Fail);
                self.outcome = ExprOutcome::Passes;
            }
            // The same values, each once or in another order.
            ("array_distinct" | "array_sort" | "sort_array", Some(operands)) if operands.len() == 1 => {
                self.outcome = ExprOutcome::Settled;
            }
            (name, Some(operands)) => {
                if name == "equal_null" {
                    self.compared_with_null(&operands, mark);
                }
                self.conclude(name, &operands);
            }
            (_, None) => self.outcome = ExprOutcome::default(),
        }
    }

    /// An argument of a call, noted since `mark`: what is only asked whether it is there does not show; what decides
    /// between others decides whether there is one.
    pub(super) fn argument_since(&mut self, mark: usize, function: &str, index: usize, args: &[&Expr]) {
        match total::part(function, index) {
            OperandUse::Value => {}
            OperandUse::Presence => {
                self.release_since(mark, Release::Presence);
                self.chooses_since(mark);
            }
            OperandUse::Choice => self.chooses_since(mark),
        }
        let name = index.checked_sub(1).and_then(|before| string_literal(args.get(before)?));
        if let (Some(name), "named_struct", true) = (name, function, index % 2 == 1) {
            self.put_into_field(name, mark);
        }
        if let ("variant_get" | "try_variant_get" | "get_json_object", 0) = (function, index) {
            let path = args.get(1).and_then(|path| string_literal(path)).unwrap_or_default();
            names_of_path(path).into_iter().for_each(|name| self.take_field(name, mark));
        }
    }

    /// `x <=> NULL` asks whether there is an `x`.
    pub(super) fn compared_with_null(&mut self, operands: &[(&Expr, &Typed)], mark: usize) {
        if operands.iter().any(|(_, typed)| typed.ty == DataType::Null) {
            self.release_since(mark, Release::Presence);
        }
    }
}

fn operand<'a>(expr: &Expr, typed: &'a Typed) -> Operand<'a> {
    Operand { ty: &typed.ty, nullable: typed.nullable, literal: literal(expr) }
}

fn literal(expr: &Expr) -> Option<LiteralOperand> {
    match expr {
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => literal(inner),
        Expr::Value(value) => Some(match &value.value {
            Value::Number(digits, _) if digits.chars().any(|c| ('1'..='9').contains(&c)) => LiteralOperand::NonZero,
            Value::Placeholder(_) => return None,
            _ => LiteralOperand::Other,
        }),
        _ => None,
    }
}

/// The names of fields with which a path into JSON begins, `$.a['b c'].d`; none behind an index or a wildcard.
fn names_of_path(path: &str) -> Vec<&str> {
    let mut names = vec![];
    let mut rest = path.strip_prefix('$').unwrap_or_default();
    loop {
        let step = match (rest.strip_prefix('.'), rest.strip_prefix('[')) {
            (Some(after), _) => Some(after.split_at(after.find(['.', '[']).unwrap_or(after.len()))),
            (_, Some(after)) => ['\'', '"'].iter().find_map(|quote| {
                let (name, after) = after.strip_prefix(*quote)?.split_once(*quote)?;
                Some((name, after.strip_prefix(']')?))
            }),
            _ => None,
        };
        match step {
            Some((name, after)) if !name.is_empty() && !name.contains('*') => {
                names.push(name);
                rest = after;
            }
            _ => return names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_with_names() {
        assert_eq!(names_of_path("$.a['b.c'].d"), ["a", "b.c", "d"]);
        assert_eq!(names_of_path("$[\"a\"].b[0].c"), ["a", "b"]);
        for open in ["$", "", "a", "$[0].a", "$.*", "$['*']", "$.", "$['a"] {
            assert!(names_of_path(open).is_empty(), "{open}");
        }
    }
}
