//! `CASE`: conditions select one of the branches.

use sqlparser::ast::{CaseWhen, Expr};

use super::analyzer::{Analyzer, Typed};
use super::fault::FaultKind;
use super::flow::{ExprOutcome, Influence};
use crate::functions::total;
use crate::types::DataType;

/// The branches of a `CASE`.
#[derive(Default)]
struct Branches<'e> {
    /// What comes out so far.
    result: Option<Typed>,
    types: Vec<DataType>,
    /// Those that are texts.
    texts: Vec<&'e Expr>,
}

impl Analyzer<'_> {
    pub(super) fn case(&mut self, operand: Option<&Expr>, conditions: &[CaseWhen], otherwise: Option<&Expr>) -> Typed {
        let mark = self.flows.len();
        let value = operand.map(|o| (self.as_role(Influence::Conditional, |a| a.expr(o)), o));
        self.chooses_since(mark);
        let mut branches = Branches::default();
        for case in conditions {
            let mark = self.flows.len();
            self.as_role(Influence::Conditional, |a| match &value {
                Some((value, operand)) => drop(a.compared(value, operand, &case.condition)),
                None => drop(a.condition(&case.condition, "a `WHEN`")),
            });
            self.chooses_since(mark);
            self.branch(&mut branches, &case.result);
        }
        if let Some(otherwise) = otherwise {
            self.branch(&mut branches, otherwise);
        }
        let Branches { result, types, texts } = branches;
        let mut result = result.unwrap_or_else(Typed::unknown);
        result.nullable |= otherwise.is_none();
        for text in texts {
            self.converted(text, &DataType::String, &result.ty);
        }
        let types: Vec<&DataType> = types.iter().collect();
        self.outcome = if total::meet(&types) { ExprOutcome::TOTAL } else { ExprOutcome::default() };
        result
    }

    /// Adds a branch of `CASE`, whose type is the common one of all.
    fn branch<'e>(&mut self, branches: &mut Branches<'e>, branch: &'e Expr) {
        let typed = self.expr(branch);
        if typed.ty == DataType::String {
            branches.texts.push(branch);
        }
        branches.types.push(typed.ty.clone());
        branches.result = Some(match branches.result.take() {
            None => Typed { digits: None, ..typed },
            Some(so_far) => match so_far.ty.common(&typed.ty) {
                Some(ty) => Typed::new(ty, so_far.nullable || typed.nullable),
                None => {
                    let range = self.range_of_expr(branch);
                    let message = format!("branches of `CASE` have no common type: {} and {}", so_far.ty, typed.ty);
                    self.fault(FaultKind::TypeMismatch, range, message);
                    Typed::unknown()
                }
            },
        });
    }
}
