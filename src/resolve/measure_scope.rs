//! The measures of a metric as a scope, for expressions over them.

use lakeflow::diag::Diagnostic;
use lakeflow::infer::{self, ExprPlace, FaultKind, Resolution, Scope};
use lakeflow::is_same_name;
use lakeflow::types::DataType;
use sqlparser::ast::Expr;

use super::compiled::{Compiled, Use};
use super::compose::{NamedPart, compose};
use super::context::Context;
use super::guard::guarded;
use super::rows::EntityRows;
use super::written::WrittenExpr;
use crate::codes;
use crate::model::{HoleName, Leaf, Measure, MeasureId};

/// Measures of a metric, as a scope for expressions over them.
pub struct Measures<'a> {
    /// Those that are resolved.
    pub known: &'a [(MeasureId, &'a Measure)],
    /// The names of all, in the order of the spec.
    pub all: &'a [&'a str],
    pub rows: &'a EntityRows<'a>,
}

impl Measures<'_> {
    /// Like [`EntityRows::compile_expr`], for an expression over measures.
    pub fn compile(&self, mut expr: Expr, written: &WrittenExpr<'_>, context: &mut Context<'_>) -> Option<Compiled> {
        let judge = |e: &Expr| infer::analyze_expr(e, written.sql, self, ExprPlace::row("an expression over measures"));
        let mut info = judge(&expr);
        guarded(&mut expr, &mut info, false, judge);
        // A misspelt aggregate makes its columns look like measures: the function is what to report.
        let comes_first = |kind| matches!(kind, FaultKind::UnknownFunction | FaultKind::WindowNotAllowed);
        let calls: Vec<_> = info.faults.iter().filter(|f| comes_first(f.kind)).cloned().collect();
        if written.report(&calls, context) {
            return None;
        }
        let (mut uses, mut parts) = (vec![], vec![]);
        for used in &info.columns {
            let span = written.inside(used.range.clone(), context);
            let text = used.parts.join(".");
            let Some(id) = used.parts.first().and_then(|name| self.id(name)) else {
                let path: Vec<&str> = used.parts.iter().map(String::as_str).collect();
                if self.rows.find(&path).is_some() {
                    let message = format!("`{text}` is a column, not a measure");
                    let fault = Diagnostic::error(codes::NOT_AN_AGGREGATE, message).at(span);
                    context.push(fault.hint(format!("aggregate it, as in `sum({text})`")));
                    return None;
                }
                // It may be declared in what could not be read; otherwise it is one of the faults.
                if info.faults.is_empty() {
                    context.leave_undecided();
                    return None;
                }
                continue;
            };
            let leaf = Leaf { named: HoleName::Measure(id), span, word: span, release: None };
            parts.push(NamedPart::of_leaf(used.range.start, 1, leaf.clone()));
            uses.push(Use { text, leaf, passes_value: true, inside_aggregate: false });
        }
        if written.report(&info.faults, context) {
            return None;
        }
        written.warn(&info.risks, context);
        let (tree, leaves) = compose(expr, parts, written, context)?;
        let (ty, nullable, origin) = (info.ty, info.nullable, written.span());
        Some(Compiled { tree, leaves, name: None, ty, nullable, uses, origin })
    }

    fn id(&self, name: &str) -> Option<MeasureId> {
        self.all.iter().position(|known| is_same_name(known, name)).map(MeasureId)
    }
}

impl Scope for Measures<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let name = path.first().copied().unwrap_or("");
        let found = |ty, nullable| Resolution::Found { ty, nullable, used: 1, path: name.to_owned() };
        match self.known.iter().find(|(_, m)| is_same_name(&m.name, name)) {
            Some((_, measure)) => found(measure.expression.ty.clone(), measure.expression.nullable),
            // A measure at fault is reported where it is defined.
            None if self.id(name).is_some() => found(DataType::Unknown, true),
            None if self.rows.graph.is_open(self.rows.base, path) => found(DataType::Unknown, true),
            None => Resolution::Unknown {
                part: 0,
                message: Some(format!("unknown measure `{name}`")),
                candidates: self.all.iter().map(|m| (*m).to_owned()).collect(),
            },
        }
    }
}
