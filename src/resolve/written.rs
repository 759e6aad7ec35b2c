//! An expression as it is written in a spec: its text, and how positions in it are found.

use std::ops::ControlFlow;

use lakeflow::diag::Diagnostic;
use lakeflow::infer::{FaultKind, Risk, TypeFault};
use lakeflow::source::Span;
use lakeflow::walk;
use lakeflow::yaml::Places;
use sqlparser::ast::{Expr, Value};

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::spec::expanded;

/// An expression as it stands in a spec.
#[derive(Debug, Clone, Copy)]
pub struct WrittenExpr<'a> {
    /// SQL as the YAML value holds it, without quotes or indentation of the YAML.
    pub sql: &'a str,
    /// JSON pointer to it.
    pub pointer: &'a str,
    places: &'a Places,
}

impl<'a> WrittenExpr<'a> {
    /// The expression at `pointer` of a spec.
    pub fn at<T>(spec: &'a Located<T>, pointer: &'a str, sql: &'a str) -> WrittenExpr<'a> {
        WrittenExpr { sql, pointer, places: &spec.places }
    }

    /// The place of the whole.
    pub fn span(&self) -> Span {
        self.places.value(self.pointer)
    }

    /// The place of a part of the text.
    pub fn inside(&self, range: std::ops::Range<usize>, context: &Context<'_>) -> Span {
        self.places.inside(context.sources, self.pointer, range)
    }

    /// Its tree; `None` after a fault, which is reported.
    pub fn parse(&self, context: &mut Context<'_>) -> Option<Expr> {
        match lakeflow::parse_expr(self.sql) {
            Ok(expr) => {
                self.check_texts(&expr, context);
                Some(expr)
            }
            Err(fault) => {
                let span = self.inside(fault.range, context);
                context.push(Diagnostic::error(codes::SQL_SYNTAX, fault.message).at(span).maybe_hint(fault.hint));
                None
            }
        }
    }

    /// Reports string literals that would be replaced on their way, although they are written with an escape or in
    /// parts. What stands there plainly was reported before.
    fn check_texts(&self, expr: &Expr, context: &mut Context<'_>) {
        if expanded(self.sql).is_some() {
            return;
        }
        let _ = walk::expressions(expr, |part| {
            if let Expr::Value(literal) = part
                && let Value::SingleQuotedString(text) = &literal.value
                && let Some(range) = expanded(text)
            {
                let what = text.get(range).unwrap_or(text);
                let message = format!("`{what}` would be expanded by a pipeline, a bundle or a job");
                let span = self.inside(lakeflow::range_of_node(self.sql, part).unwrap_or(0..self.sql.len()), context);
                context.push(
                    Diagnostic::error(codes::EXPANDED_TEXT, message)
                        .at(span)
                        .hint("the escape is lost in the generated file: build the value from columns, or avoid it"),
                );
            }
            ControlFlow::<()>::Continue(())
        });
    }

    /// Reports the faults of an analysis; true if there was one.
    pub fn report(&self, faults: &[TypeFault], context: &mut Context<'_>) -> bool {
        for fault in faults {
            let span = self.inside(fault.range.clone(), context);
            let diagnostic = Diagnostic::error(fault.kind.code(), fault.message.clone()).at(span);
            let hint = fault.hint.clone().or_else(|| self.quote_hint(fault));
            context.push(diagnostic.maybe_hint(hint));
        }
        !faults.is_empty()
    }

    /// How to write the text that an unknown name is compared with: `status = paid`.
    fn quote_hint(&self, fault: &TypeFault) -> Option<String> {
        let name = self.sql.get(fault.range.clone()).filter(|_| fault.kind == FaultKind::UnknownColumn)?;
        let before = self.sql.get(..fault.range.start)?.trim_end();
        let is_compared = before.ends_with(['=', '>']) && !name.contains('`');
        is_compared.then(|| format!("to compare with a text, write `'{name}'`"))
    }

    /// Warns of what one row can make fail, where no guard is known.
    pub fn warn(&self, risks: &[Risk], context: &mut Context<'_>) {
        for risk in risks {
            let message = format!("a single row can fail the update: {}", risk.message);
            let warning =
                Diagnostic::warning(codes::ROW_MAY_FAIL, message).at(self.inside(risk.range.clone(), context));
            let hint = "there is no variant that returns NULL instead: filter out such values with a rule on the entity, or rewrite the expression";
            context.push(warning.hint(hint));
        }
    }
}
