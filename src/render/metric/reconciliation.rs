//! The check that the tables of a metric add up to the rows that they were computed from.

use askama::Template;
use lakeflow::build;
use lakeflow::types::DataType;

use super::query::{MeasuredQuery, MetricQuery, conjuncts, join_conditions};
use crate::model::{Measure, MeasureId, MetricTable};
use crate::plan;
use crate::render::names::current_rows;
use crate::render::text::{Ident, Literal, Sql};
use crate::render::{filters, header};

#[derive(Template)]
#[template(path = "pipeline/reconciliation.sql")]
struct Reconciliation<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    ty: DataType,
    from_name: String,
    from_literal: Literal,
    from_current: String,
    body: MeasuredQuery,
    left_out: Vec<Sql>,
    measures: Vec<ReconciledMeasure<'a>>,
    totals: Vec<Total<'a>>,
    orphan_rows: String,
}

struct ReconciledMeasure<'a> {
    name: Ident<'a>,
    literal: Literal,
}

struct Total<'a> {
    dataset: Literal,
    table: Ident<'a>,
    measure: Ident<'a>,
    literal: Literal,
}

pub fn reconciliation(query: &MetricQuery<'_>) -> Result<String, askama::Error> {
    let (project, metric) = (query.project, query.metric);
    let measures = || metric.measures.iter().enumerate().filter(|(_, measure)| measure.additive);
    let additive: Vec<&Measure> = measures().map(|(_, measure)| measure).collect();
    let from = project.entity(metric.from);
    let name = format!("{}_reconciliation", metric.name);
    let mut body = query.body();
    body.columns.extend(measures().filter_map(|(index, _)| query.aggregate(MeasureId(index)).cloned()));
    body.columns.push(Sql("count(*) AS _rows".to_owned()));
    let current = current_rows(from, &from.name);
    let mut left_out = join_conditions(&metric.joins, |column| query.aliases.column(column));
    left_out.extend(current.clone());
    left_out.push(match &metric.filter {
        Some(filter) => build::is_not_true(query.aliases.expr(filter)),
        None => build::truth(false),
    });
    Reconciliation {
        header: header(
            &format!(
                "{name}: proof that every table of {} adds up to {}, and that no row is lost on the way.",
                metric.name, from.name
            ),
            &metric.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Proof that every table of {} adds up to {}", metric.name, from.name)),
        ty: total_type(&additive),
        from_name: from.name.clone(),
        from_literal: Literal::new(&from.name),
        from_current: match current {
            Some(condition) => format!("{} WHERE {}", Ident::new(&from.name), Sql::of(&condition)),
            None => Ident::new(&from.name).to_string(),
        },
        body,
        left_out: conjuncts(left_out),
        measures: additive
            .iter()
            .map(|m| ReconciledMeasure { name: Ident::new(&m.name), literal: Literal::new(&m.name) })
            .collect(),
        totals: metric.tables.iter().flat_map(|t| additive.iter().map(move |m| total(t, m))).collect(),
        orphan_rows: if plan::has_orphans(from) {
            format!("(SELECT count(*) FROM {})", Ident::new(plan::orphans_name(from)))
        } else {
            "0".to_owned()
        },
    }
    .render()
}

fn total<'a>(table: &'a MetricTable, measure: &'a Measure) -> Total<'a> {
    Total {
        dataset: Literal::new(&table.name),
        table: Ident::new(&table.name),
        measure: Ident::new(&measure.name),
        literal: Literal::new(&measure.name),
    }
}

/// A decimal that holds the sums of all measures exactly.
fn total_type(measures: &[&Measure]) -> DataType {
    let scale = measures.iter().map(|m| match m.expression.ty {
        DataType::Decimal { scale, .. } => scale,
        _ => 0,
    });
    DataType::Decimal { precision: 38, scale: scale.max().unwrap_or(0) }
}
