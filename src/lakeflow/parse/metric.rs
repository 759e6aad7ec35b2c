//! The YAML of a metric view (reference section 7): its keys, what is required, and the SQL inside.
//!
//! The text is kept as it was written; here it is only judged. Whether columns exist, and whether a measure aggregates,
//! is not asked. Faults are placed in the SQL file, through quotes and folded lines.

use serde_json::{Map, Value};

use super::cursor::Parsed;
use super::{parse_expr, parse_query};
use crate::diag::did_you_mean;
use crate::lakeflow::Fault;
use crate::lakeflow::ast::Text;
use crate::load::{Places, yaml};
use crate::source::{SourceMap, Span};

/// How a mapping may look: its keys, and those of them that must be there.
struct Shape {
    keys: &'static [&'static str],
    required: &'static [&'static str],
}

const VIEW: Shape = Shape {
    keys: &[
        "version",
        "comment",
        "source",
        "filter",
        "joins",
        "fields",
        "dimensions",
        "measures",
        "parameters",
        "materialization",
    ],
    required: &["source"],
};

const FIELD: Shape =
    Shape { keys: &["name", "expr", "comment", "display_name", "format", "synonyms"], required: &["name", "expr"] };

const MEASURE: Shape = Shape {
    keys: &["name", "expr", "comment", "display_name", "format", "synonyms", "window"],
    required: &["name", "expr"],
};

const JOIN: Shape =
    Shape { keys: &["name", "source", "on", "using", "cardinality", "rely", "joins"], required: &["name", "source"] };

const WINDOW: Shape = Shape { keys: &["order", "range", "semiadditive", "offset"], required: &["order", "range"] };

/// Versions of the language.
const VERSIONS: &[&str] = &["0.1", "1.0", "1.1"];

/// Judges the definition of a metric view.
///
/// # Errors
/// The first fault.
pub(super) fn check(text: &Text) -> Parsed<()> {
    let mut sources = SourceMap::default();
    let file = sources.add("metric view", text.value.as_str());
    let (document, faults) = yaml(file, &text.value);
    let offset = text.range.start;
    if let Some(fault) = faults.into_iter().next() {
        let place = fault.primary.map_or(0..0, |label| range(offset, label.span));
        return Err(Fault::new(place, fault.message).maybe_hint(fault.hints.into_iter().next()));
    }
    let Some((value, places)) = document else { return Err(Fault::new(text.range.clone(), "the YAML is empty")) };
    Metric { sources, places, offset }.view(&value)
}

fn range(offset: usize, span: Span) -> std::ops::Range<usize> {
    let byte = |n: u32| offset + usize::try_from(n).unwrap_or(0);
    byte(span.start)..byte(span.end)
}

struct Metric {
    sources: SourceMap,
    places: Places,
    /// Where the YAML begins in the file.
    offset: usize,
}

impl Metric {
    fn at_key(&self, pointer: &str, message: impl Into<String>) -> Fault {
        Fault::new(range(self.offset, self.places.key(pointer)), message)
    }

    fn at_value(&self, pointer: &str, message: impl Into<String>) -> Fault {
        Fault::new(range(self.offset, self.places.value(pointer)), message)
    }

    fn view(&self, value: &Value) -> Parsed<()> {
        let view = self.mapping(value, "", &VIEW)?;
        if let Some(version) = view.get("version") {
            let written = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
            if !VERSIONS.contains(&written.as_str()) {
                let fault = self.at_value("/version", format!("there is no version `{written}` of metric views"));
                return Err(fault.hint(format!("write {}", VERSIONS.join(", "))));
            }
        }
        if view.contains_key("fields") && view.contains_key("dimensions") {
            return Err(self.at_key("/fields", "`fields` and `dimensions` are two names of one thing"));
        }
        if !["fields", "dimensions", "measures"].iter().any(|key| view.contains_key(*key)) {
            return Err(self.at_key("", "a metric view needs `dimensions` or `measures`"));
        }
        self.source(view, "")?;
        self.expression(view, "", "filter")?;
        self.joins(view, "")?;
        for list in ["fields", "dimensions"] {
            self.each(view, "", list, |item, at| self.field(item, at, &FIELD))?;
        }
        self.each(view, "", "measures", |item, at| {
            self.field(item, at, &MEASURE)?;
            let Some(measure) = item.as_object() else { return Ok(()) };
            self.each(measure, at, "window", |window, at| self.mapping(window, at, &WINDOW).map(|_| ()))
        })
    }

    fn field(&self, item: &Value, at: &str, shape: &Shape) -> Parsed<()> {
        let field = self.mapping(item, at, shape)?;
        self.expression(field, at, "expr")
    }

    fn joins(&self, parent: &Map<String, Value>, at: &str) -> Parsed<()> {
        self.each(parent, at, "joins", |item, at| {
            let join = self.mapping(item, at, &JOIN)?;
            if join.contains_key("on") == join.contains_key("using") {
                return Err(self.at_key(at, "a join needs either `on` or `using`"));
            }
            self.source(join, at)?;
            self.expression(join, at, "on")?;
            self.joins(join, at)
        })
    }

    /// A mapping with known keys, none of the required ones missing.
    fn mapping<'v>(&self, value: &'v Value, at: &str, shape: &Shape) -> Parsed<&'v Map<String, Value>> {
        let Some(map) = value.as_object() else {
            return Err(self.at_value(at, "expected a mapping of keys and values"));
        };
        if let Some(key) = map.keys().find(|key| !shape.keys.contains(&key.as_str())) {
            let fault = self.at_key(&format!("{at}/{key}"), format!("unknown key `{key}`"));
            return Err(fault.maybe_hint(did_you_mean(key, shape.keys.iter().copied())));
        }
        match shape.required.iter().find(|key| !map.contains_key(**key)) {
            Some(key) => Err(self.at_key(at, format!("`{key}` is missing"))),
            None => Ok(map),
        }
    }

    fn each(
        &self,
        map: &Map<String, Value>,
        at: &str,
        key: &str,
        judge: impl Fn(&Value, &str) -> Parsed<()>,
    ) -> Parsed<()> {
        let at = format!("{at}/{key}");
        match map.get(key) {
            None => Ok(()),
            Some(Value::Array(items)) => {
                items.iter().enumerate().try_for_each(|(index, item)| judge(item, &format!("{at}/{index}")))
            }
            Some(_) => Err(self.at_value(&at, format!("`{key}` is a list"))),
        }
    }

    fn expression(&self, map: &Map<String, Value>, at: &str, key: &str) -> Parsed<()> {
        match map.get(key) {
            None => Ok(()),
            // YAML takes `expr: 1` and `expr: true` for a number and a truth value; both are SQL.
            Some(Value::Number(_) | Value::Bool(_)) => Ok(()),
            Some(Value::String(sql)) => {
                parse_expr(sql.trim_end()).map(|_| ()).map_err(|fault| self.inside(&format!("{at}/{key}"), fault))
            }
            Some(_) => Err(self.at_value(&format!("{at}/{key}"), format!("`{key}` is an SQL expression"))),
        }
    }

    /// A table by its name, or a query.
    fn source(&self, map: &Map<String, Value>, at: &str) -> Parsed<()> {
        let pointer = format!("{at}/source");
        let Some(sql) = map.get("source").and_then(Value::as_str) else {
            return Err(self.at_value(&pointer, "`source` is a table or a query"));
        };
        let table = format!("TABLE {sql}");
        let query = if sql.trim().contains(char::is_whitespace) { sql } else { table.as_str() };
        match parse_query(query.trim_end()) {
            Ok(_) => Ok(()),
            Err(_) if query != sql => Err(self.at_value(&pointer, "`source` is a table or a query")),
            Err(fault) => Err(self.inside(&pointer, fault)),
        }
    }

    /// A fault of the SQL at `pointer`, in terms of the file.
    fn inside(&self, pointer: &str, fault: Fault) -> Fault {
        let place = self.places.inside(&self.sources, pointer, fault.range);
        Fault { range: range(self.offset, place), ..fault }
    }
}
