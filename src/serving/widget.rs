//! Widgets of an AI/BI dashboard, as its file format writes them.
//!
//! There is no published schema for the format (`.lvdash.json`); what is written here is what exported dashboards
//! contain. A page is a grid of six columns.

use std::borrow::Cow;

use serde::Serialize;

/// Columns of a page.
pub const WIDTH: usize = 6;

/// A value that a widget shows: its name in the query, the expression, and how it is called.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// Name within the widget.
    pub name: String,
    /// Expression over the columns of the dataset.
    pub expression: String,
    /// Title for people.
    pub title: String,
    /// How numbers are written.
    pub format: Option<WidgetFormat<'a>>,
}

/// How a number is written: `number-plain`, or `number-currency` with the code of a currency.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WidgetFormat<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency_code: Option<&'a str>,
    decimal_places: Decimals,
}

#[derive(Debug, Clone, Serialize)]
struct Decimals {
    #[serde(rename = "type")]
    kind: &'static str,
    places: u8,
}

impl<'a> WidgetFormat<'a> {
    /// A number with so many decimals; an amount, if there is a currency.
    pub fn new(currency_code: Option<&'a str>, places: u8) -> WidgetFormat<'a> {
        let kind = if currency_code.is_some() { "number-currency" } else { "number-plain" };
        WidgetFormat { kind, currency_code, decimal_places: Decimals { kind: "exact", places } }
    }
}

impl<'a> Shown<'a> {
    /// A column as it is.
    pub fn column(name: &str, title: impl Into<String>) -> Shown<'a> {
        Shown { name: name.to_owned(), expression: quoted(name), title: title.into(), format: None }
    }

    /// The sum of a column.
    pub fn sum(&self) -> Shown<'a> {
        let (name, expression) = (format!("sum({})", self.name), format!("SUM({})", self.expression));
        Shown { name, expression, ..self.clone() }
    }

    fn field(&self) -> WidgetField<'_> {
        WidgetField { name: &self.name, expression: &self.expression }
    }

    fn encoding(&self, scale: &'static str) -> Encoding<'_> {
        let scale = Scale { kind: scale, sort: None };
        Encoding { field_name: &self.name, scale, display_name: &self.title, format: self.format.as_ref() }
    }

    fn listed(&self, query_name: Option<String>) -> Listed<'_> {
        Listed { field_name: &self.name, display_name: &self.title, query_name }
    }
}

/// Where a widget stands.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WidgetPlace {
    /// Column of its left edge.
    pub x: usize,
    /// Row of its upper edge.
    pub y: usize,
    /// In columns of the grid, at most six.
    pub width: usize,
    /// In rows of the grid.
    pub height: usize,
}

/// A widget in its place.
#[derive(Debug, Serialize)]
pub struct PlacedWidget<'a> {
    widget: Widget<'a>,
    position: WidgetPlace,
}

#[derive(Debug, Serialize)]
struct Widget<'a> {
    name: String,
    queries: Vec<Query<'a>>,
    spec: Spec<'a>,
}

#[derive(Debug, Serialize)]
struct Query<'a> {
    name: String,
    query: Selected<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selected<'a> {
    dataset_name: &'a str,
    fields: Vec<WidgetField<'a>>,
    disaggregated: bool,
}

#[derive(Debug, Serialize)]
struct WidgetField<'a> {
    name: &'a str,
    expression: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    version: u8,
    widget_type: &'static str,
    encodings: Encodings<'a>,
    frame: WidgetFrame<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Encodings<'a> {
    Axes { x: Encoding<'a>, y: Encoding<'a> },
    Columns { columns: Vec<Listed<'a>> },
    Fields { fields: Vec<Listed<'a>> },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Encoding<'a> {
    field_name: &'a str,
    scale: Scale,
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a WidgetFormat<'a>>,
}

#[derive(Debug, Serialize)]
struct Scale {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<Sort>,
}

#[derive(Debug, Serialize)]
struct Sort {
    by: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    field_name: &'a str,
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_name: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WidgetFrame<'a> {
    show_title: bool,
    title: Cow<'a, str>,
}

/// A line over time.
pub fn line<'a>(
    name: String,
    dataset: &'a str,
    time: &'a Shown<'_>,
    value: &'a Shown<'_>,
    place: WidgetPlace,
) -> PlacedWidget<'a> {
    let encodings = Encodings::Axes { x: time.encoding("temporal"), y: value.encoding("quantitative") };
    let spec = Spec { version: 3, widget_type: "line", encodings, frame: frame(&value.title) };
    let fields = vec![time.field(), value.field()];
    widget(name, vec![query(MAIN.to_owned(), dataset, fields, true)], spec, place)
}

/// A bar for each value of a dimension, the longest first.
pub fn bar<'a>(
    name: String,
    dataset: &'a str,
    dimension: &'a Shown<'_>,
    value: &'a Shown<'_>,
    place: WidgetPlace,
) -> PlacedWidget<'a> {
    let mut y = dimension.encoding("categorical");
    y.scale.sort = Some(Sort { by: "x-reversed" });
    let encodings = Encodings::Axes { x: value.encoding("quantitative"), y };
    let title = format!("{} by {}", value.title, dimension.title.to_lowercase());
    let spec = Spec { version: 3, widget_type: "bar", encodings, frame: frame(title) };
    let fields = vec![dimension.field(), value.field()];
    widget(name, vec![query(MAIN.to_owned(), dataset, fields, false)], spec, place)
}

/// The rows of a dataset.
pub fn table<'a>(
    name: String,
    dataset: &'a str,
    title: &'a str,
    columns: &[&'a Shown<'_>],
    place: WidgetPlace,
) -> PlacedWidget<'a> {
    let shown = columns.iter().map(|column| column.listed(None)).collect();
    let encodings = Encodings::Columns { columns: shown };
    let spec = Spec { version: 2, widget_type: "table", encodings, frame: frame(title) };
    let fields = columns.iter().map(|column| column.field()).collect();
    widget(name, vec![query(MAIN.to_owned(), dataset, fields, true)], spec, place)
}

/// A range of dates that holds for several datasets.
pub fn date_range<'a>(name: &str, datasets: &[&'a str], column: &'a Shown<'_>, place: WidgetPlace) -> PlacedWidget<'a> {
    let named = |dataset: &str| format!("{dataset}_{}", column.name);
    let queries = datasets.iter().map(|dataset| query(named(dataset), dataset, vec![column.field()], false)).collect();
    let fields = datasets.iter().map(|dataset| column.listed(Some(named(dataset)))).collect();
    let encodings = Encodings::Fields { fields };
    let spec = Spec { version: 2, widget_type: "filter-date-range-picker", encodings, frame: frame(&column.title) };
    widget(name.to_owned(), queries, spec, place)
}

/// The only query of a widget.
const MAIN: &str = "main_query";

fn widget<'a>(name: String, queries: Vec<Query<'a>>, spec: Spec<'a>, position: WidgetPlace) -> PlacedWidget<'a> {
    PlacedWidget { widget: Widget { name, queries, spec }, position }
}

fn query<'a>(name: String, dataset_name: &'a str, fields: Vec<WidgetField<'a>>, disaggregated: bool) -> Query<'a> {
    Query { name, query: Selected { dataset_name, fields, disaggregated } }
}

fn frame<'a>(title: impl Into<Cow<'a, str>>) -> WidgetFrame<'a> {
    WidgetFrame { show_title: true, title: title.into() }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
