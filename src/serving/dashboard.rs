//! A dashboard to begin with, for a metric that has a time column: a page for each period, with every table of it.
//!
//! It reads the tables, not the raw data, and only sums up what may be summed up: a measure that is no sum (an average, a
//! count of distinct values) is drawn only from the table that holds it for the whole.

use askama::Template;
use heck::ToTitleCase;
use serde_json::{Value, json};

use super::widget::{self, Shown, WIDTH};
use crate::lakeflow::types::DataType;
use crate::model::{Grain, Measure, Metric, MetricTable};
use crate::render::text::Ident;

#[derive(Template)]
#[template(path = "serving/dataset.sql")]
struct Dataset {
    columns: Vec<Ident>,
    table: Ident,
}

/// The dashboard of a metric; `None` if it has no tables over time.
pub fn dashboard(metric: &Metric) -> Option<Value> {
    let time = metric.time.as_ref().filter(|_| metric.per.is_none())?;
    let over_time = |grain: Grain| metric.tables.iter().filter(move |table| table.grain == Some(grain));
    let tables: Vec<&MetricTable> = time.grains.iter().flat_map(|grain| over_time(*grain)).collect();
    let datasets: Vec<Value> = tables.iter().filter_map(|table| dataset(metric, table)).collect();
    let pages: Vec<Value> =
        time.grains.iter().map(|grain| page(metric, *grain, &over_time(*grain).collect::<Vec<_>>())).collect();
    Some(json!({"datasets": datasets, "pages": pages}))
}

fn dataset(metric: &Metric, table: &MetricTable) -> Option<Value> {
    let names = table.dimensions.iter().map(|d| &d.name).chain(metric.measures.iter().map(|m| &m.name));
    let columns = std::iter::once(Ident::new("period_start")).chain(names.map(Ident::new)).collect();
    let query = Dataset { columns, table: Ident::new(&table.name) }.render().ok()?;
    let lines: Vec<String> = query.trim_end().lines().map(|line| format!("{line}\n")).collect();
    Some(json!({"name": table.name, "displayName": table.name.to_title_case(), "queryLines": lines}))
}

/// The period on top; below it a line for each measure of the whole, then each table with its bars.
fn page(metric: &Metric, grain: Grain, tables: &[&MetricTable]) -> Value {
    let time = Shown::column("period_start", grain_title(grain));
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let mut layout = vec![widget::date_range("period", &names, &time, (0, 0, 2, 1))];
    let mut row = 1;
    for table in tables.iter().filter(|table| table.dimensions.is_empty()) {
        for (index, measure) in metric.measures.iter().enumerate() {
            let (x, y) = (index % 2 * 3, row + index / 2 * 4);
            let name = format!("{}_{}", table.name, measure.name);
            layout.push(widget::line(&name, &table.name, &time, &shown(measure), (x, y, 3, 4)));
        }
        row += metric.measures.len().div_ceil(2) * 4;
    }
    for table in tables.iter().filter(|table| !table.dimensions.is_empty()) {
        let (mut x, height) = (0, 6);
        if let (Some(dimension), Some(measure)) = (table.dimensions.last(), metric.measures.iter().find(|m| m.additive))
        {
            let by = Shown::column(&dimension.name, &dimension.name.to_title_case());
            let value = Shown::sum(&measure.name, &measure.name.to_title_case(), format(measure));
            layout.push(widget::bar(&format!("{}_bar", table.name), &table.name, &by, &value, (0, row, 2, height)));
            x = 2;
        }
        let columns: Vec<Shown> = std::iter::once(time.clone())
            .chain(table.dimensions.iter().map(|d| Shown::column(&d.name, &d.name.to_title_case())))
            .chain(metric.measures.iter().map(shown))
            .collect();
        let title = table.name.to_title_case();
        let name = format!("{}_rows", table.name);
        layout.push(widget::table(&name, &table.name, &title, &columns, (x, row, WIDTH - x, height)));
        row += height;
    }
    json!({
        "name": format!("by_{}", grain_title(grain).to_lowercase()),
        "displayName": format!("By {}", grain_title(grain).to_lowercase()),
        "pageType": "PAGE_TYPE_CANVAS",
        "layout": layout,
    })
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

fn shown(measure: &Measure) -> Shown {
    Shown { format: format(measure), ..Shown::column(&measure.name, &measure.name.to_title_case()) }
}

/// Money as money; other numbers with the digits of their type.
fn format(measure: &Measure) -> Option<Value> {
    let places = match measure.expression.ty {
        DataType::Decimal { scale, .. } => scale,
        DataType::BigInt | DataType::Int | DataType::SmallInt | DataType::TinyInt => 0,
        _ => return None,
    };
    let decimals = json!({"type": "exact", "places": places});
    let is_currency = measure.unit.len() == 3 && measure.unit.chars().all(|c| c.is_ascii_uppercase());
    Some(match is_currency {
        true => json!({"type": "number-currency", "currencyCode": measure.unit, "decimalPlaces": decimals}),
        false => json!({"type": "number-plain", "decimalPlaces": decimals}),
    })
}
