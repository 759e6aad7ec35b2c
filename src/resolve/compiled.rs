//! Expressions that passed the analyser: what they are, which columns they use, and how faults find their place.

use std::collections::BTreeSet;

use sqlparser::ast::Expr;

use super::Context;
use super::open::Columns;
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::infer::{self, FaultKind, Place};
use crate::lakeflow::{
    self,
    types::{Column as TypedColumn, DataType},
};
use crate::load::Located;
use crate::model::{Column, Expression, PersonalKind};
use crate::source::Span;

/// An expression that is ready for a query.
pub struct Compiled {
    pub expr: Expr,
    pub name: Option<String>,
    pub ty: DataType,
    pub nullable: bool,
    /// The columns it reads, with derived expressions seen through.
    pub uses: Vec<Use>,
    /// The spec text.
    pub origin: Span,
}

/// One use of a column.
pub struct Use {
    /// The path as written, or as a derived expression wrote it.
    pub text: String,
    /// What the column holds.
    pub description: String,
    /// References that lead to it.
    pub path: Vec<String>,
    /// The kind of personal data it holds.
    pub pii: Option<PersonalKind>,
    /// Where the spec mentions it.
    pub span: Span,
    /// Whether its values, and not only their number, reach the result.
    pub passes_value: bool,
    /// Whether it stands inside an aggregate.
    pub inside_aggregate: bool,
}

/// What the expressions of a metric read.
#[derive(Default)]
pub struct Reads {
    /// The paths of references they need.
    pub paths: BTreeSet<Vec<String>>,
    /// The kinds of personal data in the columns they name.
    pub kinds: BTreeSet<PersonalKind>,
}

impl Reads {
    /// Notes what one more of them reads.
    pub fn add(&mut self, compiled: &Compiled) {
        let paths = compiled.uses.iter().map(|u| &u.path).filter(|path| !path.is_empty());
        self.paths.extend(paths.cloned());
        self.kinds.extend(compiled.uses.iter().filter_map(|u| u.pii));
    }
}

impl Compiled {
    /// The name of the column or derived expression, if it is nothing but that.
    pub fn column_name(&self) -> Option<String> {
        self.name.clone()
    }

    /// The kind of personal data whose values it passes on.
    pub fn personal_kind(&self) -> Option<PersonalKind> {
        self.uses.iter().filter(|u| u.passes_value).find_map(|u| u.pii)
    }

    /// The expression as SQL text.
    pub fn expression(&self) -> Expression {
        let expr = if let Expr::Nested(inner) = &self.expr { inner } else { &self.expr };
        Expression { sql: lakeflow::expr_text(expr), ty: self.ty.clone(), nullable: self.nullable, origin: self.origin }
    }

    /// The comment of the one column it shows.
    pub fn description(&self) -> String {
        match (&self.expr, self.uses.as_slice()) {
            (Expr::CompoundIdentifier(_), [only]) => only.description.clone(),
            _ => String::new(),
        }
    }
}

/// A condition over named columns, not qualified, with the columns it reads, each once.
pub struct Condition {
    pub expression: Expression,
    pub columns: Vec<TypedColumn>,
}

/// A condition on one row: rules, deletions, the rows that an audience sees. After a fault it is TRUE.
pub fn condition<T>(
    sql: &str,
    pointer: &str,
    spec: &Located<T>,
    columns: Columns<'_>,
    context: &mut Context<'_>,
) -> Condition {
    let origin = spec.value(pointer);
    let placeholder = Condition {
        expression: Expression { sql: "TRUE".into(), ty: DataType::Boolean, nullable: false, origin },
        columns: vec![],
    };
    let Some(expr) = context.parse_expr(sql, pointer, spec) else { return placeholder };
    let info = infer::analyze_condition(&expr, sql, &columns, Place::row("a condition on one row"));
    if report(&info.faults, pointer, spec, context) {
        return placeholder;
    }
    let is_read = |c: &&TypedColumn| info.columns.iter().any(|used| used.resolved.as_ref() == Some(&c.name));
    Condition {
        expression: Expression { sql: lakeflow::expr_text(&expr), ty: info.ty, nullable: info.nullable, origin },
        columns: columns.known.iter().filter(is_read).cloned().collect(),
    }
}

/// The columns of an entity as a condition sees them: each may be NULL until the rules were judged.
pub fn typed(columns: &[Column]) -> Vec<TypedColumn> {
    columns.iter().map(|c| TypedColumn::nullable(&c.name, c.ty.clone())).collect()
}

/// Reports the faults of an analysis at their place in the spec; true if there was one.
pub fn report<T>(faults: &[infer::Fault], pointer: &str, spec: &Located<T>, context: &mut Context<'_>) -> bool {
    for fault in faults {
        let span = spec.places.inside(context.sources, pointer, fault.range.clone());
        let diagnostic = Diagnostic::error(code_of(fault.kind), fault.message.clone()).at(span);
        context.push(diagnostic.maybe_hint(fault.hint.clone()));
    }
    !faults.is_empty()
}

/// The code for a kind of fault in the SQL of a spec.
pub fn code_of(kind: FaultKind) -> Code {
    match kind {
        FaultKind::UnknownColumn | FaultKind::UnknownTable | FaultKind::AmbiguousColumn => Code::UnknownColumn,
        FaultKind::UnknownFunction => Code::UnknownFunction,
        FaultKind::WrongArguments => Code::WrongArguments,
        FaultKind::NotBoolean => Code::NotBoolean,
        FaultKind::SubqueryNotAllowed => Code::SubqueryNotAllowed,
        FaultKind::AggregateNotAllowed => Code::AggregateNotAllowed,
        FaultKind::WindowNotAllowed | FaultKind::GeneratorNotAllowed => Code::WindowNotAllowed,
        FaultKind::NestedAggregate => Code::NestedAggregate,
        FaultKind::NotDeterministic => Code::NotDeterministic,
        FaultKind::InexactSum => Code::InexactSum,
        FaultKind::TypeMismatch | FaultKind::MissingGroupBy | FaultKind::ColumnCount | FaultKind::Unsupported => {
            Code::TypeMismatch
        }
    }
}
