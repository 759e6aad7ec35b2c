//! Widgets of an AI/BI dashboard, as its file format writes them.
//!
//! The format (`.lvdash.json`) is not documented by a schema; what is written here is what exported dashboards hold. A
//! page is a grid six columns wide.

use serde_json::{Value, json};

/// Columns of a page.
pub const WIDTH: usize = 6;

/// A value that a widget shows: its name in the query, the expression, and how it is called.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Name within the widget.
    pub name: String,
    /// Expression over the columns of the dataset.
    pub expression: String,
    /// Title for people.
    pub title: String,
    /// How numbers are written.
    pub format: Option<Value>,
}

impl Shown {
    /// A column as it is.
    pub fn column(name: &str, title: &str) -> Shown {
        Shown { name: name.to_owned(), expression: quoted(name), title: title.to_owned(), format: None }
    }

    /// The sum of a column.
    pub fn sum(name: &str, title: &str, format: Option<Value>) -> Shown {
        let (name, expression) = (format!("sum({name})"), format!("SUM({})", quoted(name)));
        Shown { name, expression, title: title.to_owned(), format }
    }

    fn field(&self) -> Value {
        json!({"name": self.name, "expression": self.expression})
    }

    fn encoding(&self, scale: &str) -> Value {
        let mut encoding = json!({"fieldName": self.name, "scale": {"type": scale}, "displayName": self.title});
        if let (Some(format), Some(encoding)) = (&self.format, encoding.as_object_mut()) {
            encoding.insert("format".to_owned(), format.clone());
        }
        encoding
    }
}

/// Where a widget stands: column, row, width, height.
pub type Place = (usize, usize, usize, usize);

/// A line over time.
pub fn line(name: &str, dataset: &str, time: &Shown, value: &Shown, place: Place) -> Value {
    let spec = json!({
        "version": 3,
        "widgetType": "line",
        "encodings": {"x": time.encoding("temporal"), "y": value.encoding("quantitative")},
        "frame": frame(&value.title),
    });
    widget(name, vec![query("main_query", dataset, &[time, value], true)], spec, place)
}

/// A bar for each value of a dimension, the longest first.
pub fn bar(name: &str, dataset: &str, dimension: &Shown, value: &Shown, place: Place) -> Value {
    let mut y = dimension.encoding("categorical");
    if let Some(scale) = y.pointer_mut("/scale").and_then(Value::as_object_mut) {
        scale.insert("sort".to_owned(), json!({"by": "x-reversed"}));
    }
    let spec = json!({
        "version": 3,
        "widgetType": "bar",
        "encodings": {"x": value.encoding("quantitative"), "y": y},
        "frame": frame(&format!("{} by {}", value.title, dimension.title.to_lowercase())),
    });
    widget(name, vec![query("main_query", dataset, &[dimension, value], false)], spec, place)
}

/// The rows of a dataset.
pub fn table(name: &str, dataset: &str, title: &str, columns: &[Shown], place: Place) -> Value {
    let shown: Vec<Value> = columns.iter().map(|c| json!({"fieldName": c.name, "displayName": c.title})).collect();
    let spec = json!({
        "version": 2,
        "widgetType": "table",
        "encodings": {"columns": shown},
        "frame": frame(title),
    });
    let fields: Vec<&Shown> = columns.iter().collect();
    widget(name, vec![query("main_query", dataset, &fields, true)], spec, place)
}

/// A range of dates that holds for several datasets.
pub fn date_range(name: &str, datasets: &[&str], column: &Shown, place: Place) -> Value {
    let named = |dataset: &str| format!("{dataset}_{}", column.name);
    let queries = datasets.iter().map(|dataset| query(&named(dataset), dataset, &[column], false)).collect();
    let fields: Vec<Value> = datasets
        .iter()
        .map(|dataset| json!({"fieldName": column.name, "displayName": column.title, "queryName": named(dataset)}))
        .collect();
    let spec = json!({
        "version": 2,
        "widgetType": "filter-date-range-picker",
        "encodings": {"fields": fields},
        "frame": frame(&column.title),
    });
    widget(name, queries, spec, place)
}

fn widget(name: &str, queries: Vec<Value>, spec: Value, (x, y, width, height): Place) -> Value {
    json!({
        "widget": {"name": name, "queries": queries, "spec": spec},
        "position": {"x": x, "y": y, "width": width, "height": height},
    })
}

fn query(name: &str, dataset: &str, fields: &[&Shown], disaggregated: bool) -> Value {
    let fields: Vec<Value> = fields.iter().map(|field| field.field()).collect();
    json!({"name": name, "query": {"datasetName": dataset, "fields": fields, "disaggregated": disaggregated}})
}

fn frame(title: &str) -> Value {
    json!({"showTitle": true, "title": title})
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
