//! A dashboard as a starting point, for a metric that has a time column: a page for each period, with every table of
//! it.
//!
//! It reads the tables, not the raw data, and only adds up what can be added up: a measure that is not a sum (an
//! average, a count of distinct values) is drawn only from the table that has it for the whole.

use askama::Template;
use heck::ToTitleCase;
use lakeflow::types::DataType;
use serde::Serialize;

use super::widget::{self, PlacedWidget, Shown, WIDTH, WidgetFormat, WidgetPlace};
use crate::model::{Grain, Measure, Metric, MetricTable, Time};
use crate::render::text::Ident;

#[derive(Template)]
#[template(path = "serving/dataset.sql")]
struct Query<'a> {
    columns: Vec<Ident<'a>>,
    table: Ident<'a>,
}

#[derive(Serialize)]
struct DashboardFile<'a> {
    datasets: Vec<DashboardDataset<'a>>,
    pages: Vec<Page<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DashboardDataset<'a> {
    name: &'a str,
    display_name: &'a str,
    query_lines: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    name: String,
    display_name: String,
    page_type: &'static str,
    layout: Vec<PlacedWidget<'a>>,
}

/// A table with what its widgets show.
struct Drawn<'a> {
    table: &'a MetricTable,
    title: String,
    dimensions: Vec<Shown<'a>>,
}

/// The dashboard of a metric with tables over time, as JSON.
pub fn dashboard(metric: &Metric) -> Result<String, askama::Error> {
    let grains = metric.time.iter().flat_map(|time| &time.grains);
    let over_time = |grain: &Grain| {
        let tables = metric.tables.iter().filter(|table| table.grain == Some(*grain));
        (grain_title(*grain), tables.map(drawn).collect::<Vec<_>>())
    };
    let grains: Vec<(&str, Vec<Drawn<'_>>)> = grains.map(over_time).collect();
    let periods: Vec<Shown<'_>> = grains.iter().map(|(title, _)| Shown::column(Time::COLUMN, *title)).collect();
    let measures: Vec<Shown<'_>> = metric.measures.iter().map(shown).collect();
    let summed = metric.measures.iter().zip(&measures).find(|(measure, _)| measure.additive).map(|(_, m)| m.sum());
    let pages = grains.iter().zip(&periods).map(|((title, tables), time)| {
        let title = title.to_lowercase();
        let layout = layout(tables, time, &measures, summed.as_ref());
        Page { name: format!("by_{title}"), display_name: format!("By {title}"), page_type: "PAGE_TYPE_CANVAS", layout }
    });
    let datasets = grains.iter().flat_map(|(_, tables)| tables).filter_map(|drawn| dataset(metric, drawn));
    let dashboard = DashboardFile { datasets: datasets.collect(), pages: pages.collect() };
    serde_json::to_string_pretty(&dashboard).map_err(askama::Error::custom)
}

fn drawn(table: &MetricTable) -> Drawn<'_> {
    let dimensions = table.dimensions.iter().map(|d| Shown::column(&d.name, d.name.to_title_case())).collect();
    Drawn { table, title: table.name.to_title_case(), dimensions }
}

fn dataset<'a>(metric: &Metric, drawn: &'a Drawn<'_>) -> Option<DashboardDataset<'a>> {
    let name = &drawn.table.name;
    let names = drawn.table.dimensions.iter().map(|d| &d.name).chain(metric.measures.iter().map(|m| &m.name));
    let columns = std::iter::once(Ident::new(Time::COLUMN)).chain(names.map(Ident::new)).collect();
    let query = Query { columns, table: Ident::new(name) }.render().ok()?;
    let query_lines = query.trim_end().lines().map(|line| format!("{line}\n")).collect();
    Some(DashboardDataset { name, display_name: &drawn.title, query_lines })
}

/// The period on top; below it a line for each measure of the whole, then each table with its bars.
fn layout<'a>(
    tables: &'a [Drawn<'_>],
    time: &'a Shown<'_>,
    measures: &'a [Shown<'_>],
    summed: Option<&'a Shown<'_>>,
) -> Vec<PlacedWidget<'a>> {
    let names: Vec<&str> = tables.iter().map(|drawn| drawn.table.name.as_str()).collect();
    let mut layout = vec![widget::date_range("period", &names, time, WidgetPlace { x: 0, y: 0, width: 2, height: 1 })];
    let (wholes, parts): (Vec<_>, Vec<_>) = tables.iter().partition(|drawn| drawn.dimensions.is_empty());
    let mut row = 1;
    for Drawn { table, .. } in wholes {
        for (index, measure) in measures.iter().enumerate() {
            let place = WidgetPlace { x: index % 2 * 3, y: row + index / 2 * 4, width: 3, height: 4 };
            layout.push(widget::line(format!("{}_{}", table.name, measure.name), &table.name, time, measure, place));
        }
        row += measures.len().div_ceil(2) * 4;
    }
    for Drawn { table, title, dimensions } in parts {
        let mut place = WidgetPlace { x: 0, y: row, width: WIDTH, height: 6 };
        if let (Some(dimension), Some(value)) = (dimensions.last(), summed) {
            let own = WidgetPlace { width: 2, ..place };
            layout.push(widget::bar(format!("{}_bar", table.name), &table.name, dimension, value, own));
            place = WidgetPlace { x: own.width, width: WIDTH - own.width, ..place };
        }
        let columns: Vec<&Shown<'_>> = std::iter::once(time).chain(dimensions).chain(measures).collect();
        layout.push(widget::table(format!("{}_rows", table.name), &table.name, title, &columns, place));
        row += place.height;
    }
    layout
}

fn grain_title(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "Day",
        Grain::Week => "Week",
        Grain::Month => "Month",
        Grain::Quarter => "Quarter",
        Grain::Year => "Year",
    }
}

fn shown(measure: &Measure) -> Shown<'_> {
    Shown { format: format(measure), ..Shown::column(&measure.name, measure.name.to_title_case()) }
}

/// Money as money; other numbers with the digits of their type.
fn format(measure: &Measure) -> Option<WidgetFormat<'_>> {
    let places = match measure.expression.ty {
        DataType::Decimal { scale, .. } => scale,
        DataType::BigInt | DataType::Int | DataType::SmallInt | DataType::TinyInt => 0,
        _ => return None,
    };
    let is_currency = measure.unit.len() == 3 && measure.unit.chars().all(|c| c.is_ascii_uppercase());
    Some(WidgetFormat::new(is_currency.then_some(measure.unit.as_str()), places))
}
