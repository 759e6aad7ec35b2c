//! Tables of metrics and the proof that they add up.

use std::borrow::Cow;

use askama::Template;

use super::columns::{self, Definition};
use super::text::{Ident, Literal, Sql};
use super::{current_rows, filters, first_text, header};
use crate::lakeflow::types::DataType;
use crate::model::{Dimension, Grain, Join, JoinKind, Measure, Metric, MetricId, MetricTable, Per, Project};
use crate::plan::{self, Dataset};

/// The query over the measured rows, shared by all kinds of table.
#[derive(Default)]
struct Body {
    columns: Vec<String>,
    from: String,
    joins: Vec<String>,
    conditions: Vec<String>,
    group_by: Vec<String>,
}

#[derive(Template)]
#[template(path = "pipeline/metric_table.sql")]
struct Table<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<Definition<'a>>,
    comment: Literal,
    row_filter: Option<Sql>,
    body: Body,
    outer: Vec<String>,
}

pub fn table(project: &Project, id: MetricId, index: usize) -> Result<String, askama::Error> {
    let metric = &project.metrics[id.0];
    let Some(table) = metric.tables.get(index) else { return Ok(String::new()) };
    let row_filter = columns::row_filter(project, Dataset::MetricTable(id, index));
    match &metric.per {
        Some(per) => per_table(project, metric, table, per, row_filter),
        None => grouped_table(project, metric, table, row_filter),
    }
}

fn grouped_table(
    project: &Project,
    metric: &Metric,
    table: &MetricTable,
    row_filter: Option<Sql>,
) -> Result<String, askama::Error> {
    let mut columns = vec![];
    let mut body = body(project, metric);
    let mut outer = vec![];
    if let (Some(grain), Some(time)) = (table.grain, &metric.time) {
        let period = period(&time.expression.sql, &time.expression.ty, grain);
        columns.push(Definition::new("period_start", &DataType::Date, period_comment(grain)));
        body.columns.push(format!("{period} AS period_start"));
        body.group_by.push(period);
        outer.push("period_start".to_owned());
    }
    for dimension in &table.dimensions {
        columns.push(dimension_definition(project, dimension));
        body.columns.push(aliased(&dimension.expression.sql, &dimension.name));
        body.group_by.push(dimension.expression.sql.clone());
        outer.push(Ident::new(&dimension.name).to_string());
    }
    for measure in &metric.measures {
        columns.push(measure_definition(project, measure));
        let name = Ident::new(&measure.name).to_string();
        let aliased = aliased(&measure.expression.sql, &measure.name);
        if measure.derived {
            outer.push(aliased);
        } else {
            body.columns.push(aliased);
            outer.push(name);
        }
    }
    let derived = metric.measures.iter().any(|m| m.derived);
    Table {
        header: header(&title(metric, table), &metric.origin.path)?,
        name: Ident::new(&table.name),
        columns,
        comment: Literal::new(comment(metric, table)),
        row_filter,
        body,
        outer: if derived { outer } else { vec![] },
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/metric_per.sql")]
struct PerTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<Definition<'a>>,
    comment: Literal,
    row_filter: Option<Sql>,
    body: Body,
    outer: Vec<String>,
    entity: Ident<'a>,
    key: Ident<'a>,
    joins: Vec<String>,
    conditions: Vec<String>,
}

fn per_table(
    project: &Project,
    metric: &Metric,
    table: &MetricTable,
    per: &Per,
    row_filter: Option<Sql>,
) -> Result<String, askama::Error> {
    let entity = project.entity(per.entity);
    let reference = Ident::new(&project.entity(metric.from).column(per.reference).name);
    let key = format!("{}.{reference}", Ident::new(&project.entity(metric.from).name));
    let mut body = body(project, metric);
    body.columns.push(format!("{key} AS _key"));
    body.group_by.push(key);
    let (mut columns, mut outer) = (vec![], vec![]);
    for dimension in &per.columns {
        columns.push(dimension_definition(project, dimension));
        outer.push(aliased(&dimension.expression.sql, &dimension.name));
    }
    for measure in &metric.measures {
        columns.push(measure_definition(project, measure));
        let name = Ident::new(&measure.name);
        let value = if measure.derived { measure.expression.sql.clone() } else { format!("measured.{name}") };
        outer.push(match &measure.empty {
            Some(empty) => format!("coalesce({value}, {empty}) AS {name}"),
            None => aliased(&value, &measure.name),
        });
        if !measure.derived {
            body.columns.push(aliased(&measure.expression.sql, &measure.name));
        }
    }
    let key_column = entity.key_columns().next().map_or("", |c| c.name.as_str());
    let mut conditions = join_conditions(project, &per.joins);
    conditions.extend(current_rows(entity, &entity.name));
    conditions.extend(per.filter.as_ref().map(|f| f.sql.clone()));
    PerTable {
        header: header(&title(metric, table), &metric.origin.path)?,
        name: Ident::new(&table.name),
        columns,
        comment: Literal::new(comment(metric, table)),
        row_filter,
        body,
        outer,
        entity: Ident::new(&entity.name),
        key: Ident::new(key_column),
        joins: per.joins.iter().map(|j| join(project, j)).collect(),
        conditions: guarded(conditions),
    }
    .render()
}

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
    body: Body,
    left_out: String,
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

pub fn reconciliation(project: &Project, metric: &Metric) -> Result<String, askama::Error> {
    let additive: Vec<&Measure> = metric.measures.iter().filter(|m| m.additive).collect();
    let from = project.entity(metric.from);
    let name = format!("{}_reconciliation", metric.name);
    let mut body = body(project, metric);
    body.columns.extend(additive.iter().map(|m| aliased(&m.expression.sql, &m.name)));
    body.columns.push("count(*) AS _rows".to_owned());
    let current = current_rows(from, &from.name);
    let mut left_out = join_conditions(project, &metric.joins);
    left_out.extend(current.clone());
    left_out.push(match &metric.filter {
        Some(filter) => format!("({}) IS NOT TRUE", filter.sql),
        None => "FALSE".to_owned(),
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
            Some(condition) => format!("{} WHERE {condition}", Ident::new(&from.name)),
            None => Ident::new(&from.name).to_string(),
        },
        body,
        left_out: guarded(left_out).join("\n    AND "),
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

/// FROM, joins and conditions of the measured rows.
fn body(project: &Project, metric: &Metric) -> Body {
    let from = project.entity(metric.from);
    Body {
        from: Ident::new(&from.name).to_string(),
        joins: metric.joins.iter().map(|j| join(project, j)).collect(),
        conditions: guarded(conditions(project, metric)),
        ..Body::default()
    }
}

/// What measured rows meet besides the joins.
pub fn conditions(project: &Project, metric: &Metric) -> Vec<String> {
    let from = project.entity(metric.from);
    let mut conditions = join_conditions(project, &metric.joins);
    conditions.extend(current_rows(from, &from.name));
    conditions.extend(metric.filter.as_ref().map(|f| f.sql.clone()));
    conditions
}

fn join(project: &Project, join: &Join) -> String {
    let entity = project.entity(join.entity);
    let (table, alias) = (Ident::new(&entity.name), Ident::new(&join.alias));
    let named = if table == alias { table.to_string() } else { format!("{table} AS {alias}") };
    let word = if join.kind == JoinKind::Inner { "INNER" } else { "LEFT" };
    let mut on = format!(
        "{alias}.{} = {}.{}",
        Ident::new(&join.key),
        Ident::new(&join.from_alias),
        Ident::new(&join.from_column)
    );
    if let Some(current) = current_rows(entity, &join.alias) {
        on.push_str(" AND ");
        on.push_str(&current);
    }
    format!("{word} JOIN {named} ON {on}")
}

/// Rows that refer to nothing stay; rows that refer to something unknown wait until it is known.
fn join_conditions(_project: &Project, joins: &[Join]) -> Vec<String> {
    let unresolved = joins.iter().filter(|j| j.kind == JoinKind::LeftResolved);
    unresolved
        .map(|j| {
            let (from, column) = (Ident::new(&j.from_alias), Ident::new(&j.from_column));
            format!("({from}.{column} IS NULL OR {}.{} IS NOT NULL)", Ident::new(&j.alias), Ident::new(&j.key))
        })
        .collect()
}

/// Conditions that AND can join: those of several words with OR get parentheses where there is more than one.
fn guarded(conditions: Vec<String>) -> Vec<String> {
    if conditions.len() < 2 {
        return conditions;
    }
    let needs = |c: &str| {
        c.split_whitespace().any(|w| w.eq_ignore_ascii_case("or")) && !(c.starts_with('(') && c.ends_with(')'))
    };
    conditions.into_iter().map(|c| if needs(&c) { format!("({c})") } else { c }).collect()
}

/// The first day of a period, as a DATE. `trunc` has no unit for a day.
pub fn period(sql: &str, ty: &DataType, grain: Grain) -> String {
    let date = if *ty == DataType::Date { sql.to_owned() } else { format!("CAST({sql} AS DATE)") };
    match grain {
        Grain::Day => date,
        Grain::Week => format!("trunc({date}, 'WEEK')"),
        Grain::Month => format!("trunc({date}, 'MM')"),
        Grain::Quarter => format!("trunc({date}, 'QUARTER')"),
        Grain::Year => format!("trunc({date}, 'YEAR')"),
    }
}

pub fn period_comment(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "The day",
        Grain::Week => "First day of the ISO week, a Monday",
        Grain::Month => "First day of the month",
        Grain::Quarter => "First day of the quarter",
        Grain::Year => "First day of the year",
    }
}

fn dimension_definition<'a>(project: &Project, dimension: &'a Dimension) -> Definition<'a> {
    let ty = &dimension.expression.ty;
    Definition::new(&dimension.name, ty, &dimension.description).masked(project, dimension.pii)
}

fn measure_definition<'a>(project: &Project, measure: &'a Measure) -> Definition<'a> {
    let comment = match (measure.description.as_str(), measure.unit.as_str()) {
        (text, "") => Cow::from(text),
        ("", unit) => format!("In {unit}").into(),
        (text, unit) => format!("{text}, in {unit}").into(),
    };
    Definition::new(&measure.name, &measure.expression.ty, &comment).masked(project, measure.pii)
}

/// `sql AS name`, or the column alone when it bears the name already.
fn aliased(sql: &str, name: &str) -> String {
    let name = Ident::new(name).to_string();
    let column = sql.rsplit('.').next().unwrap_or(sql);
    let is_column = sql.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '`'));
    if is_column && column == name { sql.to_owned() } else { format!("{sql} AS {name}") }
}

fn title(metric: &Metric, table: &MetricTable) -> String {
    format!("{}: {}", table.name, first_text(&[&table.description, &metric.description, "a table of a metric."]))
}

fn comment<'a>(metric: &'a Metric, table: &'a MetricTable) -> &'a str {
    first_text(&[&table.description, &metric.description, &metric.name])
}
