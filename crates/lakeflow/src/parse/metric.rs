//! The YAML of a metric view (lakeflow-sql.md, "Metric views"): its keys, what is required, and the SQL inside.
//!
//! Whether columns exist is not asked. Faults are placed in the SQL file, through quotes and folded lines.

mod field;

use serde_json::{Map, Value};

use super::cursor::Parsed;
use super::{parse_expr, parse_query};
use crate::ParseFault;
use crate::ast::{MetricExpr, MetricJoin, MetricView, Text};
use crate::diag::did_you_mean;
use crate::source::{SourceMap, Span};
use crate::yaml::{self, Places};

/// How a mapping may look: its keys, and those of them that must be there.
struct MappingShape {
    keys: &'static [&'static str],
    required: &'static [&'static str],
}

const VIEW: MappingShape = MappingShape {
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

const JOIN: MappingShape = MappingShape {
    keys: &["name", "source", "on", "using", "cardinality", "rely", "joins"],
    required: &["name", "source"],
};

const MATERIALIZATION: MappingShape = MappingShape { keys: &["schedule", "mode", "materialized_views"], required: &[] };

const MATERIALIZED: MappingShape =
    MappingShape { keys: &["name", "type", "dimensions", "measures"], required: &["name", "type"] };

/// What other tools call a key.
const FOREIGN: &[(&str, &str)] = &[
    ("description", "comment"),
    ("expression", "expr"),
    ("label", "display_name"),
    ("metrics", "measures"),
    ("sql", "expr"),
    ("table", "source"),
    ("where", "filter"),
];

/// Versions of the language.
const VERSIONS: &[&str] = &["0.1", "1.0", "1.1"];

/// Reads the definition of a metric view.
///
/// # Errors
/// The first fault, at its bytes in the file that holds the statement.
pub(super) fn read(text: Text) -> Parsed<MetricView> {
    let mut sources = SourceMap::default();
    let file = sources.add("metric view", text.value.as_str());
    let yaml::ParsedYaml { document, faults } = yaml::parse(file, &text.value);
    let offset = text.range.start;
    if let Some(fault) = faults.into_iter().next() {
        let place = fault.primary.map_or(0..0, |label| range(offset, label.span));
        return Err(ParseFault::new(place, fault.message).maybe_hint(fault.hints.into_iter().next()));
    }
    let Some((value, places)) = document else { return Err(ParseFault::new(text.range.clone(), "the YAML is empty")) };
    ViewReader { sources, places, offset }.view(&value, text)
}

fn range(offset: usize, span: Span) -> std::ops::Range<usize> {
    let byte = |n: u32| offset + usize::try_from(n).unwrap_or(0);
    byte(span.start)..byte(span.end)
}

struct ViewReader {
    sources: SourceMap,
    places: Places,
    /// Where the YAML begins in the file.
    offset: usize,
}

impl ViewReader {
    fn at_key(&self, pointer: &str, message: impl Into<String>) -> ParseFault {
        ParseFault::new(range(self.offset, self.places.key(pointer)), message)
    }

    fn at_value(&self, pointer: &str, message: impl Into<String>) -> ParseFault {
        ParseFault::new(range(self.offset, self.places.value(pointer)), message)
    }

    fn view(&self, value: &Value, yaml: Text) -> Parsed<MetricView> {
        let view = self.mapping(value, "", &VIEW)?;
        self.version(view)?;
        if view.contains_key("fields") && view.contains_key("dimensions") {
            return Err(self.at_key("/fields", "`fields` and `dimensions` are synonyms and cannot be combined"));
        }
        let is_empty = |key: &&str| view.get(*key).is_none_or(|list| list.as_array().is_some_and(Vec::is_empty));
        if ["fields", "dimensions", "measures"].iter().all(is_empty) {
            return Err(self.at_key("", "a metric view must have `dimensions` or `measures`"));
        }
        self.text(view, "", "comment")?;
        let source = self.source(view, "")?;
        let filter = self.expression(view, "", "filter")?;
        let joins = self.joins(view, "")?;
        let (dimensions, measures) = self.fields(view)?;
        self.materialization(view)?;
        Ok(MetricView { yaml, source, joins, filter, dimensions, measures })
    }

    fn version(&self, view: &Map<String, Value>) -> Parsed<()> {
        let Some(version) = view.get("version") else { return Ok(()) };
        let written = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
        if !VERSIONS.contains(&written.as_str()) {
            let fault = self.at_value("/version", format!("unknown metric view version `{written}`"));
            return Err(fault.hint(format!("write {}", VERSIONS.join(", "))));
        }
        let newer = ["comment", "fields", "parameters", "materialization"];
        match newer.into_iter().find(|key| written == "0.1" && view.contains_key(*key)) {
            Some(key) => {
                let fault = self.at_key(&format!("/{key}"), format!("`{key}` is not allowed in version 0.1"));
                Err(fault.hint("write `version: 1.1`"))
            }
            None => Ok(()),
        }
    }

    fn materialization(&self, view: &Map<String, Value>) -> Parsed<()> {
        let Some(value) = view.get("materialization") else { return Ok(()) };
        let at = "/materialization";
        let materialization = self.mapping(value, at, &MATERIALIZATION)?;
        self.one_of(materialization, at, "mode", &["relaxed"])?;
        let listed = |key: &str| view.get(key).and_then(Value::as_array).into_iter().flatten();
        for (at, item) in self.items(materialization, at, "materialized_views")? {
            let stored = self.mapping(item, &at, &MATERIALIZED)?;
            self.name(stored, &at)?;
            self.one_of(stored, &at, "type", &["aggregated", "unaggregated"])?;
            for (key, lists) in [("dimensions", &["dimensions", "fields"][..]), ("measures", &["measures"][..])] {
                let fields = lists.iter().flat_map(|list| listed(list));
                let known: Vec<&str> = fields.filter_map(|field| field.get("name")?.as_str()).collect();
                for (at, name) in self.items(stored, &at, key)? {
                    let name = name.as_str().unwrap_or_default();
                    if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                        let fault = self.at_value(&at, format!("unknown `{name}` in the `{key}` of the view"));
                        return Err(fault.maybe_hint(did_you_mean(name, known)));
                    }
                }
            }
        }
        Ok(())
    }

    fn joins(&self, parent: &Map<String, Value>, at: &str) -> Parsed<Vec<MetricJoin>> {
        let mut names: Vec<String> = vec!["source".to_owned()];
        let mut joins = vec![];
        for (at, item) in self.items(parent, at, "joins")? {
            let join = self.mapping(item, &at, &JOIN)?;
            let name = self.name(join, &at)?;
            if names.contains(&name.to_lowercase()) {
                let taken = if name.eq_ignore_ascii_case("source") { "is the table itself" } else { "is joined twice" };
                return Err(self.at_value(&format!("{at}/name"), format!("`{name}` {taken}")));
            }
            names.push(name.to_lowercase());
            if join.contains_key("on") == join.contains_key("using") {
                return Err(self.at_key(&at, "a join must have either `on` or `using`"));
            }
            for (at, column) in self.items(join, &at, "using")? {
                if !column.is_string() {
                    return Err(self.at_value(&at, "expected the name of a column"));
                }
            }
            let source = self.source(join, &at)?;
            let on = self.expression(join, &at, "on")?;
            self.one_of(join, &at, "cardinality", &["many_to_one", "one_to_many"])?;
            if let Some(rely) = join.get("rely") {
                let at = format!("{at}/rely");
                let rely = self.mapping(rely, &at, &MappingShape { keys: &["at_most_one_match"], required: &[] })?;
                self.one_of(rely, &at, "at_most_one_match", &["true", "false"])?;
            }
            joins.push(MetricJoin { name: name.to_owned(), source, on, joins: self.joins(join, &at)? });
        }
        Ok(joins)
    }

    /// A mapping with known keys, none of the required ones missing.
    fn mapping<'v>(&self, value: &'v Value, at: &str, shape: &MappingShape) -> Parsed<&'v Map<String, Value>> {
        let Some(map) = value.as_object() else {
            return Err(self.at_value(at, "expected a mapping of keys and values"));
        };
        if let Some(key) = map.keys().find(|key| !shape.keys.contains(&key.as_str())) {
            let fault = self.at_key(&format!("{at}/{key}"), format!("unknown key `{key}`"));
            let ours = FOREIGN.iter().find(|(other, ours)| key == other && shape.keys.contains(ours));
            let hint = ours.map(|(_, ours)| format!("write `{ours}`"));
            return Err(fault.maybe_hint(hint.or_else(|| did_you_mean(key, shape.keys.iter().copied()))));
        }
        match shape.required.iter().find(|key| !map.contains_key(**key)) {
            Some(key) => Err(self.at_key(at, format!("missing `{key}`"))),
            None => Ok(map),
        }
    }

    /// The items of a list with their pointers; none if there is no list.
    fn items<'v>(&self, map: &'v Map<String, Value>, at: &str, key: &str) -> Parsed<Vec<(String, &'v Value)>> {
        let at = format!("{at}/{key}");
        match map.get(key) {
            None => Ok(vec![]),
            Some(Value::Array(items)) => {
                Ok(items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect())
            }
            Some(_) => Err(self.at_value(&at, format!("`{key}` must be a list"))),
        }
    }

    fn expression(&self, map: &Map<String, Value>, at: &str, key: &str) -> Parsed<Option<MetricExpr>> {
        let Some(value) = map.get(key) else { return Ok(None) };
        let pointer = format!("{at}/{key}");
        let sql = match value {
            Value::String(sql) => sql.trim_end().to_owned(),
            // YAML takes `expr: 1` and `expr: true` for a number and a truth value; both are SQL.
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(self.at_value(&pointer, format!("`{key}` must be an SQL expression"))),
        };
        let expr = parse_expr(&sql).map_err(|fault| self.inside(&pointer, fault))?;
        Ok(Some(MetricExpr { text: self.text_at(&pointer, &sql), expr }))
    }

    /// A table by its name, or a query.
    fn source(&self, map: &Map<String, Value>, at: &str) -> Parsed<Text> {
        let pointer = format!("{at}/source");
        let Some(sql) = map.get("source").and_then(Value::as_str) else {
            return Err(self.at_value(&pointer, "`source` must be a table or a query"));
        };
        let table = format!("TABLE {sql}");
        let parts = sql.split('.').count();
        if parts > 3 && !sql.contains(['`', ' ', '\n', '(', '$']) {
            let message = format!("a name of {parts} parts, where at most 3 make sense");
            return Err(self.at_value(&pointer, message));
        }
        let query = if sql.trim().contains(char::is_whitespace) { sql } else { table.as_str() };
        match parse_query(query.trim_end()) {
            Ok(_) => Ok(self.text_at(&pointer, sql)),
            Err(_) if query != sql => Err(self.at_value(&pointer, "`source` must be a table or a query")),
            Err(fault) => Err(self.inside(&pointer, fault)),
        }
    }

    fn text_at(&self, pointer: &str, value: &str) -> Text {
        Text { value: value.to_owned(), range: range(self.offset, self.places.value(pointer)) }
    }

    /// A fault of the SQL at `pointer`, in terms of the file.
    fn inside(&self, pointer: &str, fault: ParseFault) -> ParseFault {
        let place = self.places.inside(&self.sources, pointer, fault.range);
        ParseFault { range: range(self.offset, place), ..fault }
    }
}
