//! The measures of a metric as a scope, for expressions over them.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, VisitMut, VisitorMut};

use super::Context;
use super::compiled::{Compiled, Use, report};
use super::rows::Rows;
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::infer::{self, FaultKind, Place, Resolution, Scope};
use crate::lakeflow::types::DataType;
use crate::load::Located;
use crate::model::Measure;

/// Measures of a metric, as a scope for expressions over them.
pub struct Measures<'a> {
    pub known: &'a [&'a Measure],
    pub all: &'a [&'a str],
    pub rows: &'a Rows<'a>,
    pub per: bool,
}

impl Measures<'_> {
    /// Like [`Rows::compile_expr`], for an expression over measures.
    pub fn compile<T>(
        &self,
        mut expr: Expr,
        sql: &str,
        pointer: &str,
        spec: &Located<T>,
        context: &mut Context<'_>,
    ) -> Option<Compiled> {
        let info = infer::analyze_expr(&expr, sql, self, Place::row("an expression over measures"));
        // A misspelt aggregate makes its columns look like measures: the function is what to report.
        let calls: Vec<_> = info.faults.iter().filter(|f| f.kind == FaultKind::UnknownFunction).cloned().collect();
        if report(&calls, pointer, spec, context) {
            return None;
        }
        let mut uses = vec![];
        for column in &info.columns {
            let span = spec.places.inside(context.sources, pointer, column.range.clone());
            let text = column.parts.join(".");
            if self.rows.knows(&column.parts) && !self.all.iter().any(|m| m.eq_ignore_ascii_case(&text)) {
                let fault = Diagnostic::error(Code::NotAnAggregate, format!("`{text}` is a column, not a measure"));
                context.push(fault.at(span).hint(format!("aggregate it, as in `sum({text})`")));
                return None;
            }
            uses.push(Use {
                text,
                description: String::new(),
                path: vec![],
                pii: None,
                span,
                passes_value: true,
                inside_aggregate: false,
            });
        }
        if report(&info.faults, pointer, spec, context) {
            return None;
        }
        if self.per {
            qualify(&mut expr);
        }
        Some(Compiled { expr, name: None, ty: info.ty, nullable: info.nullable, uses, origin: spec.value(pointer) })
    }

    /// The names of the measures that an expression mentions, in lower case.
    pub fn mentioned(&self, expr: &Expr, sql: &str) -> Vec<String> {
        let info = infer::analyze_expr(expr, sql, self, Place::measure("a measure"));
        info.columns.into_iter().map(|c| c.parts.join(".").to_lowercase()).collect()
    }
}

/// Puts the query part `measured` before every column.
fn qualify(expr: &mut Expr) {
    struct Qualifier;
    impl VisitorMut for Qualifier {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::Identifier(ident) = expr {
                *expr = Expr::CompoundIdentifier(vec![Ident::new("measured"), ident.clone()]);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Qualifier);
}

impl Scope for Measures<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let name = path.first().copied().unwrap_or("");
        let found = |ty, nullable| Resolution::Found { ty, nullable, used: 1, path: name.to_owned() };
        match self.known.iter().find(|m| m.name.eq_ignore_ascii_case(name)) {
            Some(measure) => found(measure.expression.ty.clone(), measure.expression.nullable),
            // A measure at fault is reported where it is defined.
            None if self.all.iter().any(|m| m.eq_ignore_ascii_case(name)) => found(DataType::Unknown, true),
            None if self.rows.graph.is_open(self.rows.base, path) => found(DataType::Unknown, true),
            None => Resolution::Unknown {
                part: 0,
                message: Some(format!("unknown measure `{name}`")),
                candidates: self.all.iter().map(|m| (*m).to_owned()).collect(),
            },
        }
    }
}
