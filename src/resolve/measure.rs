//! Measures: aggregates over rows, and expressions over other measures.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, VisitMut, VisitorMut,
};

use super::Context;
use super::compiled::{Compiled, Reads};
use super::measure_scope::Measures;
use super::names::{self, NameOf};
use super::rows::Rows;
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::ast::call_of;
use crate::lakeflow::infer::{self, Place};
use crate::lakeflow::{self, types::DataType};
use crate::load::{Located, pointer_segment};
use crate::model::{Expression, Measure, PersonalKind};
use crate::source::Span;
use crate::spec::{MeasureEntry, MeasureSpec, MetricSpec};

/// A measure with the kind of personal data that its values carry.
pub struct Resolved {
    pub measure: Measure,
    pub pii: Option<PersonalKind>,
}

/// Resolves all measures of a metric, in the order of the spec. With `per`, expressions over measures read them from
/// the query part `measured`.
pub fn resolve(
    spec: &Located<MetricSpec>,
    rows: &Rows<'_>,
    per: bool,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Vec<Resolved> {
    if spec.spec.measures.is_empty() && !spec.has_lost("/measures") {
        context.push(Diagnostic::error(Code::EmptyMetric, "the metric has no measure").at(spec.key("/measures")));
    }
    let mut pending = vec![];
    let mut done: Vec<Resolved> = vec![];
    for (name, entry) in &spec.spec.measures {
        let pointer = format!("/measures/{}", pointer_segment(name));
        context.extend(names::check(name, NameOf::Column, spec.key(&pointer)));
        let (measure, sql_pointer) = match entry {
            MeasureEntry::Sql(sql) => {
                (Cow::Owned(MeasureSpec { sql: sql.clone(), ..MeasureSpec::default() }), pointer.clone())
            }
            MeasureEntry::Full(full) => (Cow::Borrowed(full), format!("{pointer}/sql")),
        };
        let Some(expr) = context.parse_expr(&measure.sql, &sql_pointer, spec) else { continue };
        let declared = Declared { name, spec: measure, pointer, sql_pointer };
        if infer::aggregates(&expr) {
            done.extend(aggregate(&declared, expr, spec, rows, reads, context));
        } else {
            pending.push((declared, expr));
        }
    }
    derive(pending, &mut done, spec, rows, per, context);
    let position = |r: &Resolved| spec.spec.measures.get_index_of(&r.measure.name);
    done.sort_by_key(position);
    done
}

/// A measure as written.
struct Declared<'a> {
    name: &'a str,
    spec: Cow<'a, MeasureSpec>,
    pointer: String,
    sql_pointer: String,
}

fn aggregate(
    declared: &Declared<'_>,
    expr: Expr,
    spec: &Located<MetricSpec>,
    rows: &Rows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Option<Resolved> {
    let (sql, place) = (&declared.spec.sql, Place::measure("a measure"));
    let compiled = rows.compile_expr(expr, sql, &declared.sql_pointer, place, spec, context)?;
    let span = spec.value(&declared.sql_pointer);
    if let Some(column) = compiled.uses.iter().find(|u| !u.inside_aggregate) {
        let message = format!("`{}` stands outside of an aggregate", column.text);
        let hint = "a measure is an aggregate over rows, or an expression over other measures";
        context.push(Diagnostic::error(Code::NotAnAggregate, message).at(column.span).hint(hint));
        return None;
    }
    reads.add(&compiled);
    let additive = is_additive(&compiled, rows);
    let pii = compiled.personal_kind();
    let empty = empty_value(&compiled.expr, declared, spec, context);
    Some(Resolved { measure: finish(declared, compiled, false, additive, empty, span, spec, context), pii })
}

/// Resolves expressions over measures, those first that others build on.
fn derive(
    pending: Vec<(Declared<'_>, Expr)>,
    done: &mut Vec<Resolved>,
    spec: &Located<MetricSpec>,
    rows: &Rows<'_>,
    per: bool,
    context: &mut Context<'_>,
) {
    let lost: Vec<String> = spec.lost_keys("/measures").collect();
    let all: Vec<&str> = spec.spec.measures.keys().chain(&lost).map(String::as_str).collect();
    let names = Measures { known: &[], all: &all, rows, per };
    let with_mentioned = pending.into_iter().map(|(declared, expr)| {
        let mentioned = names.mentioned(&expr, &declared.spec.sql);
        (declared, expr, mentioned)
    });
    let mut pending: Vec<_> = with_mentioned.collect();
    while !pending.is_empty() {
        let waiting: Vec<String> = pending.iter().map(|(declared, ..)| declared.name.to_lowercase()).collect();
        let ready = pending.iter().position(|(.., mentioned)| !mentioned.iter().any(|n| waiting.contains(n)));
        let Some(index) = ready else {
            let pending: Vec<_> = pending.iter().map(|(declared, ..)| declared).collect();
            report_cycle(&pending, spec, context);
            return;
        };
        let (declared, expr, _) = pending.remove(index);
        let known: Vec<&Measure> = done.iter().map(|r| &r.measure).collect();
        let scope = Measures { known: &known, all: &all, rows, per };
        let compiled = scope.compile(expr, &declared.spec.sql, &declared.sql_pointer, spec, context);
        let Some(compiled) = compiled else { continue };
        let span = spec.value(&declared.sql_pointer);
        if compiled.uses.is_empty() {
            let fault = Diagnostic::error(
                Code::NotAnAggregate,
                format!("measure `{}` computes nothing from rows", declared.name),
            );
            context.push(fault.at(span).hint("a measure is an aggregate, such as `sum(..)` or `count(*)`"));
            continue;
        }
        let used = |r: &&Resolved| compiled.uses.iter().any(|u| u.text.eq_ignore_ascii_case(&r.measure.name));
        let pii = done.iter().filter(used).find_map(|r| r.pii);
        let empty = declared_empty(&declared, spec, context);
        done.push(Resolved { measure: finish(&declared, compiled, true, false, empty, span, spec, context), pii });
    }
}

fn report_cycle(pending: &[&Declared<'_>], spec: &Located<MetricSpec>, context: &mut Context<'_>) {
    let names: Vec<&str> = pending.iter().map(|d| d.name).collect();
    let message = if let [name] = names.as_slice() {
        format!("measure `{name}` is defined by itself")
    } else {
        format!("measures `{}` are defined by each other", names.join("`, `"))
    };
    let mut fault = Diagnostic::error(Code::DefinitionCycle, message);
    for (i, declared) in pending.iter().enumerate() {
        let span = spec.value(&declared.sql_pointer);
        fault = if i == 0 { fault.at(span) } else { fault.related(span, "part of the cycle") };
    }
    context.push(fault.hint("at least one of them must be an aggregate over rows"));
}

#[expect(clippy::too_many_arguments, reason = "the last step of both kinds of measure, with all they found out")]
fn finish(
    declared: &Declared<'_>,
    mut compiled: Compiled,
    derived: bool,
    additive: bool,
    empty: Option<String>,
    span: Span,
    spec: &Located<MetricSpec>,
    context: &mut Context<'_>,
) -> Measure {
    guard_divisions(&mut compiled.expr);
    let mut sql = lakeflow::expr_text(&compiled.expr);
    let mut ty = compiled.ty.clone();
    let mut exact = true;
    if let Some(text) = &declared.spec.ty {
        let pointer = format!("{}/type", declared.pointer);
        let wanted = context.data_type(text, &pointer, spec);
        if !fits(&ty, &wanted) {
            let message = format!("measure `{}` is {ty}, which is no {wanted}", declared.name);
            context.push(Diagnostic::error(Code::MeasureType, message).at(spec.value(&pointer)));
        }
        if ty != wanted {
            sql = format!("CAST({sql} AS {wanted})");
        }
        exact = keeps_digits(&ty, &wanted);
        ty = wanted;
    }
    Measure {
        name: declared.name.to_owned(),
        expression: Expression { sql, ty, nullable: compiled.nullable, origin: span },
        derived,
        additive: additive && exact,
        empty,
        description: declared.spec.description.clone().unwrap_or_default(),
        pii: None,
        synonyms: synonyms(declared, spec, context),
        unit: declared.spec.unit.clone().unwrap_or_default(),
        declassify: declared.spec.declassify.clone(),
        span: spec.key(&declared.pointer),
    }
}

/// Other words for a measure, as many and as long as a metric view takes (reference section 7).
fn synonyms(declared: &Declared<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) -> Vec<String> {
    let words = declared.spec.synonyms.clone().unwrap_or_default();
    let pointer = format!("{}/synonyms", declared.pointer);
    let mut fault = |message: String, pointer: &str| {
        context.push(Diagnostic::error(Code::BadValue, message).at(spec.value(pointer)));
    };
    if words.len() > 10 {
        fault(format!("{} synonyms are given, and a metric view takes 10", words.len()), &pointer);
    }
    for (i, word) in words.iter().enumerate() {
        let length = word.chars().count();
        if length == 0 || length > 255 {
            fault(format!("a synonym has 1 to 255 characters, not {length}"), &format!("{pointer}/{i}"));
        }
    }
    words
}

/// Whether a value can be given a declared type: numbers become other numbers, everything else stays what it is.
fn fits(found: &DataType, wanted: &DataType) -> bool {
    let unknown = *found == DataType::Unknown || *wanted == DataType::Unknown;
    unknown || found == wanted || found.is_numeric() && wanted.is_numeric()
}

/// Whether a value of one type has no digit after the point that the other lacks: sums of rounded values differ from
/// the rounded sum.
fn keeps_digits(found: &DataType, wanted: &DataType) -> bool {
    match (found.digits(), wanted.digits()) {
        (Some((_, scale)), Some((_, kept))) => kept >= scale,
        _ => false,
    }
}

/// Whether sums over disjoint groups make the sum of the whole, exactly: sums of whole or decimal numbers, counts of
/// rows, and counts of the distinct keys of the rows.
fn is_additive(compiled: &Compiled, rows: &Rows<'_>) -> bool {
    let Expr::Function(function) = &compiled.expr else { return false };
    if function.filter.is_some() || function.over.is_some() {
        return false;
    }
    let FunctionArguments::List(list) = &function.args else { return false };
    let distinct = list.duplicate_treatment.is_some();
    let entity = &rows.graph.entities[rows.base.0];
    match function.name.to_string().to_lowercase().as_str() {
        "sum" => !distinct && matches!(compiled.ty, DataType::BigInt | DataType::Decimal { .. }),
        "count" if !distinct => true,
        "count" => {
            let [key] = entity.key.as_slice() else { return false };
            let key = format!("{}.{}", entity.name, entity.column(*key).name);
            matches!(list.args.as_slice(), [argument] if argument.to_string().eq_ignore_ascii_case(&key))
        }
        _ => false,
    }
}

/// The value where there are no rows: as declared, or what the aggregate gives by itself.
fn empty_value(
    expr: &Expr,
    declared: &Declared<'_>,
    spec: &Located<MetricSpec>,
    context: &mut Context<'_>,
) -> Option<String> {
    if declared.spec.empty.is_some() {
        return declared_empty(declared, spec, context);
    }
    let name = |f: &Function| f.name.to_string().to_lowercase();
    let Expr::Function(function) = expr else { return None };
    match name(function).as_str() {
        "count" | "count_if" | "approx_count_distinct" => Some("0".to_owned()),
        "collect_set" | "collect_list" | "array_agg" => Some("array()".to_owned()),
        "array_sort" | "sort_array" | "array_distinct" => {
            let FunctionArguments::List(list) = &function.args else { return None };
            let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))) = list.args.first() else { return None };
            empty_value(inner, declared, spec, context)
        }
        _ => None,
    }
}

fn declared_empty(declared: &Declared<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) -> Option<String> {
    let text = declared.spec.empty.as_ref()?;
    let pointer = format!("{}/empty", declared.pointer);
    let expr = context.parse_expr(text, &pointer, spec)?;
    Some(lakeflow::expr_text(&expr))
}

/// A division by zero gives NULL: every divisor that is no literal is guarded.
fn guard_divisions(expr: &mut Expr) {
    struct Guard;
    impl VisitorMut for Guard {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::BinaryOp { op: BinaryOperator::Divide, right, .. } = expr
                && !is_number(right)
            {
                let divisor = std::mem::replace(right.as_mut(), Expr::value(Value::Null));
                let divisor = if let Expr::Nested(inner) = divisor { *inner } else { divisor };
                **right = never_zero(divisor);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Guard);
}

/// `nullif(divisor, 0)`
fn never_zero(divisor: Expr) -> Expr {
    let zero = Expr::value(Value::Number("0".to_owned(), false));
    Expr::Function(call_of("nullif", [divisor, zero]))
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(v) if matches!(&v.value, Value::Number(n, _) if n.chars().any(|c| ('1'..='9').contains(&c))))
}
