//! Measures: aggregates over rows, and expressions over other measures.

use std::borrow::Cow;

use lakeflow::diag::Diagnostic;
use lakeflow::infer::{self, ExprPlace};
use lakeflow::types::{Column as TypedColumn, DataType};
use lakeflow::yaml::pointer_segment;
use lakeflow::{build, is_same_name};
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::compiled::{Compiled, Reads};
use super::compose::{is_too_large, names_in, report_size};
use super::context::Context;
use super::derived::cycle;
use super::fan_out;
use super::measure_scope::Measures;
use super::names::{self, NameOf};
use super::order::by_dependency;
use super::rounding::{self, Holes};
use super::rows::EntityRows;
use super::written::WrittenExpr;
use crate::codes;
use crate::load::Located;
use crate::model::{Declassified, Expression, HoleName, Measure, MeasureId, PersonalKind};
use crate::spec::{MeasureEntry, MeasureSpec, MetricSpec};

/// A measure with the kind of personal data that its values carry.
pub struct ResolvedMeasure {
    pub measure: Measure,
    pub pii: Option<PersonalKind>,
    /// Its place in the spec.
    pub id: MeasureId,
    /// Nodes of its expression with those of all measures that it uses.
    nodes: usize,
}

/// Resolves all measures of a metric, in the order of the spec.
pub fn resolve(
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Vec<ResolvedMeasure> {
    if spec.spec.measures.is_empty() && !spec.has_lost("/measures") {
        context.push(Diagnostic::error(codes::EMPTY_METRIC, "the metric has no measure").at(spec.key("/measures")));
    }
    let mut pending = vec![];
    let mut done: Vec<ResolvedMeasure> = vec![];
    for (index, (name, entry)) in spec.spec.measures.iter().enumerate() {
        let pointer = format!("/measures/{}", pointer_segment(name));
        context.extend(names::check(name, NameOf::Column, spec.key(&pointer)));
        let (measure, sql_pointer) = match entry {
            MeasureEntry::Sql(sql) => {
                (Cow::Owned(MeasureSpec { sql: sql.clone(), ..MeasureSpec::default() }), pointer.clone())
            }
            MeasureEntry::Full(full) => (Cow::Borrowed(full), format!("{pointer}/sql")),
        };
        let declared = WrittenMeasure { id: MeasureId(index), name, spec: measure, pointer, sql_pointer };
        let Some(expr) = declared.written(spec).parse(context) else { continue };
        if infer::aggregates(&expr) {
            done.extend(aggregate(&declared, expr, spec, rows, reads, context));
        } else {
            pending.push((declared, expr));
        }
    }
    derive(pending, &mut done, spec, rows, context);
    done.sort_by_key(|resolved| resolved.id);
    done
}

/// A measure as written.
struct WrittenMeasure<'a> {
    id: MeasureId,
    name: &'a str,
    spec: Cow<'a, MeasureSpec>,
    pointer: String,
    sql_pointer: String,
}

impl WrittenMeasure<'_> {
    fn written<'a>(&'a self, spec: &'a Located<MetricSpec>) -> WrittenExpr<'a> {
        WrittenExpr::at(spec, &self.sql_pointer, &self.spec.sql)
    }
}

fn aggregate(
    declared: &WrittenMeasure<'_>,
    expr: Expr,
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Option<ResolvedMeasure> {
    let compiled = rows.compile_expr(expr, &declared.written(spec), ExprPlace::measure("a measure"), context)?;
    if let Some(column) = compiled.uses.iter().find(|u| !u.inside_aggregate) {
        let message = format!("column `{}` is used outside an aggregate", column.text);
        let hint = format!("aggregate it, as in `sum({})`", column.text);
        context.push(Diagnostic::error(codes::NOT_AN_AGGREGATE, message).at(column.leaf.span).hint(hint));
        return None;
    }
    if declared.spec.repeated.is_none() {
        fan_out::check(&compiled, rows, context);
    }
    reads.add(&compiled, rows.graph);
    let additive = is_additive(&compiled, rows);
    let pii = compiled.personal_kind(rows.graph);
    let empty = empty_of(&compiled.tree).map(Box::new);
    let mut holes = Holes::default();
    for leaf in &compiled.leaves {
        let ty = match &leaf.named {
            HoleName::Column(path) => rows.column(path).ty.clone(),
            HoleName::Measure(_) | HoleName::Output(_) => DataType::Unknown,
        };
        holes.push(ty, false);
    }
    let measure = finish(declared, compiled, MeasureKind::Aggregate { additive, empty }, &holes, spec, context);
    let nodes = measure.expression.size().nodes;
    Some(ResolvedMeasure { measure, pii, id: declared.id, nodes })
}

/// Resolves expressions over measures, those first that others build on.
fn derive(
    pending: Vec<(WrittenMeasure<'_>, Expr)>,
    done: &mut Vec<ResolvedMeasure>,
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    context: &mut Context<'_>,
) {
    let lost: Vec<String> = spec.lost_keys("/measures").collect();
    let all: Vec<&str> = spec.spec.measures.keys().chain(&lost).map(String::as_str).collect();
    let mentioned = |expr: &Expr| {
        let names = names_in(expr);
        let is_named =
            |d: &WrittenMeasure<'_>| names.iter().any(|n| n.first().is_some_and(|n| is_same_name(n, d.name)));
        pending.iter().enumerate().filter(|(_, (d, _))| is_named(d)).map(|(place, _)| place).collect::<Vec<_>>()
    };
    let uses: Vec<Vec<usize>> = pending.iter().map(|(_, expr)| mentioned(expr)).collect();
    let mut pending: Vec<Option<(WrittenMeasure<'_>, Expr)>> = pending.into_iter().map(Some).collect();
    for component in by_dependency(&uses) {
        let members = component.members.iter().filter_map(|place| pending.get_mut(*place)?.take());
        let members: Vec<_> = members.collect();
        if component.is_cycle {
            let places = members.iter().map(|(d, _)| (d.name, spec.value(&d.sql_pointer))).collect();
            context.push(cycle("measures", places, "an aggregate over rows"));
            continue;
        }
        for (declared, expr) in members {
            let known: Vec<(MeasureId, &Measure)> = done.iter().map(|r| (r.id, &r.measure)).collect();
            let scope = Measures { known: &known, all: &all, rows };
            let Some(compiled) = scope.compile(expr, &declared.written(spec), context) else { continue };
            done.extend(over_measures(&declared, compiled, done, spec, context));
        }
    }
}

/// A measure that is computed from others.
fn over_measures(
    declared: &WrittenMeasure<'_>,
    compiled: Compiled,
    done: &[ResolvedMeasure],
    spec: &Located<MetricSpec>,
    context: &mut Context<'_>,
) -> Option<ResolvedMeasure> {
    if compiled.uses.is_empty() {
        let message = format!("measure `{}` does not aggregate any rows", declared.name);
        let fault = Diagnostic::error(codes::NOT_AN_AGGREGATE, message).at(spec.value(&declared.sql_pointer));
        context.push(fault.hint("a measure is an aggregate, such as `sum(..)` or `count(*)`"));
        return None;
    }
    let used: Vec<&ResolvedMeasure> = compiled
        .uses
        .iter()
        .filter_map(|u| match u.leaf.named {
            HoleName::Measure(id) => done.iter().find(|r| r.id == id),
            HoleName::Column(_) | HoleName::Output(_) => None,
        })
        .collect();
    let pii = used.iter().find_map(|r| r.pii);
    let inner = used.iter().fold(0, |sum: usize, r| sum.saturating_add(r.nodes));
    let mut holes = Holes::default();
    for leaf in &compiled.leaves {
        let measure = used.iter().find(|r| leaf.named == HoleName::Measure(r.id)).map(|r| &r.measure.expression);
        let ty = measure.map_or(DataType::Unknown, |expression| expression.ty.clone());
        holes.push(ty, measure.is_some_and(|expression| Holes::default().is_count(expression.tree())));
    }
    let measure = finish(declared, compiled, MeasureKind::OverMeasures, &holes, spec, context);
    let nodes = measure.expression.size().nodes.saturating_add(inner);
    if is_too_large(nodes) {
        report_size(&declared.written(spec), context);
        return None;
    }
    Some(ResolvedMeasure { measure, pii, id: declared.id, nodes })
}

/// How a measure is computed.
enum MeasureKind {
    /// From rows.
    Aggregate {
        additive: bool,
        /// What the aggregate gives where there are no rows, if that is not NULL.
        empty: Option<Box<Expr>>,
    },
    /// From other measures.
    OverMeasures,
}

fn finish(
    declared: &WrittenMeasure<'_>,
    mut compiled: Compiled,
    kind: MeasureKind,
    holes: &Holes,
    spec: &Located<MetricSpec>,
    context: &mut Context<'_>,
) -> Measure {
    let mut exact = true;
    if let Some(text) = &declared.spec.ty {
        let pointer = format!("{}/type", declared.pointer);
        let wanted = context.data_type(text, &pointer, spec);
        let found = &compiled.ty;
        if !fits(found, &wanted) {
            let message =
                format!("measure `{}` is {found}, which does not fit the declared type {wanted}", declared.name);
            context.push(Diagnostic::error(codes::MEASURE_TYPE, message).at(spec.value(&pointer)));
        }
        exact = keeps_digits(found, &wanted);
        if *found != wanted {
            let (tree, is_exact) = rounding::round(compiled.tree, &wanted, holes);
            compiled.tree = tree;
            if !is_exact {
                let message =
                    format!("measure `{}` may be rounded twice when it is converted to {wanted}", declared.name);
                let hint = "declare types with fewer digits for the measures it divides";
                let fault = Diagnostic::warning(codes::ROUNDED_TWICE, message).at(spec.value(&pointer));
                context.push(fault.hint(hint));
            }
        }
        compiled.ty = wanted;
    }
    let (derived, additive, empty) = match kind {
        MeasureKind::Aggregate { additive, empty } => (false, additive && exact, empty),
        MeasureKind::OverMeasures => (true, false, None),
    };
    let empty = match declared_empty(declared, &compiled.ty, spec, context) {
        None => empty.map(|tree| Expression::new(*tree, vec![], compiled.ty.clone(), false, compiled.origin)),
        declared => declared,
    };
    Measure {
        name: declared.name.to_owned(),
        expression: compiled.into_expression(),
        derived,
        additive,
        empty,
        description: declared.spec.description.clone().unwrap_or_default(),
        pii: None,
        synonyms: synonyms(declared, spec, context),
        unit: declared.spec.unit.clone().unwrap_or_default(),
        declassify: declared.spec.declassify.as_ref().map(|entry| Declassified {
            why: entry.reason().0.to_owned(),
            by: entry.by().iter().map(|name| name.to_lowercase()).collect(),
        }),
        span: spec.key(&declared.pointer),
    }
}

/// Other words for a measure, as many and as long as a metric view takes (lakeflow-sql.md, "Metric views").
fn synonyms(declared: &WrittenMeasure<'_>, spec: &Located<MetricSpec>, context: &mut Context<'_>) -> Vec<String> {
    let words = declared.spec.synonyms.clone().unwrap_or_default();
    let pointer = format!("{}/synonyms", declared.pointer);
    let mut fault = |message: String, pointer: &str| {
        context.push(Diagnostic::error(codes::BAD_VALUE, message).at(spec.value(pointer)));
    };
    if words.len() > 10 {
        fault(format!("{} synonyms given, a metric view takes at most 10", words.len()), &pointer);
    }
    for (i, word) in words.iter().enumerate() {
        let length = word.chars().count();
        if length == 0 || length > 255 {
            fault(format!("a synonym must have 1 to 255 characters, found {length}"), &format!("{pointer}/{i}"));
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
fn is_additive(compiled: &Compiled, rows: &EntityRows<'_>) -> bool {
    let Expr::Function(function) = &compiled.tree else { return false };
    if function.filter.is_some() || function.over.is_some() {
        return false;
    }
    let FunctionArguments::List(list) = &function.args else { return false };
    let distinct = list.duplicate_treatment.is_some();
    match function.name.to_string().to_lowercase().as_str() {
        "sum" => !distinct && matches!(compiled.ty, DataType::BigInt | DataType::Decimal { .. }),
        "count" if !distinct => true,
        "count" => matches!(list.args.as_slice(), [argument] if is_key(argument, compiled, rows)),
        _ => false,
    }
}

/// Whether an argument is the key of the rows, of which no two rows have the same.
fn is_key(argument: &FunctionArg, compiled: &Compiled, rows: &EntityRows<'_>) -> bool {
    let entity = &rows.graph.entities[rows.base.0];
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else { return false };
    let leaf = build::hole_number(expr).and_then(|number| compiled.leaves.get(number));
    match leaf.map(|leaf| &leaf.named) {
        Some(HoleName::Column(column)) => {
            column.path.is_empty() && entity.has_unique_key() && entity.key == [column.column]
        }
        _ => false,
    }
}

/// What an aggregate gives by itself where there are no rows, if that is not NULL.
fn empty_of(expr: &Expr) -> Option<Expr> {
    let Expr::Function(function) = expr else { return None };
    match function.name.to_string().to_lowercase().as_str() {
        "count" | "count_if" | "approx_count_distinct" => Some(build::number(0)),
        "collect_set" | "collect_list" | "array_agg" => Some(build::call("array", [])),
        "array_sort" | "sort_array" | "array_distinct" => {
            let FunctionArguments::List(list) = &function.args else { return None };
            let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))) = list.args.first() else { return None };
            empty_of(inner)
        }
        _ => None,
    }
}

/// The value that a measure is declared to have where there are no rows.
fn declared_empty(
    declared: &WrittenMeasure<'_>,
    ty: &DataType,
    spec: &Located<MetricSpec>,
    context: &mut Context<'_>,
) -> Option<Expression> {
    let text = declared.spec.empty.as_ref()?;
    let pointer = format!("{}/empty", declared.pointer);
    let written = WrittenExpr::at(spec, &pointer, text);
    let expr = written.parse(context)?;
    let no_columns: &[TypedColumn] = &[];
    let info = infer::analyze_expr(&expr, text, no_columns, ExprPlace::row("the value for no rows"));
    if written.report(&info.faults, context) {
        return None;
    }
    let is_null = info.ty == DataType::Null;
    if !is_null && !fits(&info.ty, ty) && info.ty.common(ty).as_ref() != Some(ty) {
        let message = format!("`empty` is {}, but measure `{}` is {ty}", info.ty, declared.name);
        context.push(Diagnostic::error(codes::MEASURE_TYPE, message).at(written.span()));
        return None;
    }
    let tree = if info.ty.common(ty).as_ref() == Some(ty) { expr } else { build::cast(expr, ty) };
    (!is_null).then(|| Expression::new(tree, vec![], ty.clone(), info.nullable, written.span()))
}
