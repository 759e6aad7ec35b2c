//! Generators: functions that produce rows, in a select list, after `LATERAL VIEW` or in `FROM`.

use sqlparser::ast::{Expr, Function as Call};

use super::OutputColumn;
use super::analyzer::Analyzer;
use super::apply::resolve;
use super::call::{arguments, plain_name};
use super::fault::FaultKind;
use super::flow::{Dependence, Flow, Influence};
use super::rules::{self, Args};
use crate::functions::{self, CallResult, Function, FunctionKind};
use crate::types::{Column, DataType};

/// The generator that `expr` calls, if it calls one.
pub(super) fn generator(expr: &Expr) -> Option<(&Call, &'static Function)> {
    let Expr::Function(call) = expr else { return None };
    let function = functions::lookup(&plain_name(&call.name)?.value)?;
    (function.kind == FunctionKind::Generator).then_some((call, function))
}

impl Analyzer<'_> {
    /// The columns that a generator makes; `None` after a fault.
    pub(super) fn generate(&mut self, call: &Call, function: &'static Function) -> Option<Vec<OutputColumn>> {
        let (args, _) = arguments(call);
        self.generated(function, &args, self.range_of_name(&call.name))
    }

    /// As [`Self::generate`], for a call in `FROM`.
    pub(super) fn generated(
        &mut self,
        function: &'static Function,
        args: &[&Expr],
        range: std::ops::Range<usize>,
    ) -> Option<Vec<OutputColumn>> {
        self.features.generators.push(range.clone());
        let mark = self.flows.len();
        let found = self.matched(function, args, &range)?;
        let columns: Vec<(String, DataType)> = match &found.signature.returns {
            CallResult::Columns(columns) => {
                columns.iter().map(|(name, pattern)| (name.to_string(), resolve(pattern, &found.bindings))).collect()
            }
            CallResult::Rule(rule) => match rules::columns(*rule, &Args { exprs: args, typed: &found.typed }) {
                Ok(columns) => columns,
                Err((at, message)) => {
                    let place = args.get(at).map_or(range.clone(), |arg| self.range_of_expr(arg));
                    self.fault(FaultKind::TypeMismatch, place, format!("`{}` {message}", function.name));
                    return None;
                }
            },
            CallResult::Type(pattern) => vec![("col".into(), resolve(pattern, &found.bindings))],
        };
        self.flows.iter_mut().skip(mark).for_each(Flow::compute);
        self.hold_since(mark, Dependence::Fail);
        let flows = self.flows_since(mark);
        // How many rows there are is told by the value that they are made from.
        self.as_role(Influence::Filter, |a| a.emit(flows.iter().cloned(), &range));
        let output = |(name, ty)| {
            // A position always has a value; elements may be NULL.
            let column = Column { nullable: name != "pos", name, ty };
            OutputColumn { column, named: true, flows: flows.clone() }
        };
        (!columns.is_empty()).then(|| columns.into_iter().map(output).collect())
    }
}
