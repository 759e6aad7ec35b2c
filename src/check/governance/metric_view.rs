//! The YAML of a metric view: keeps the schema of the format, and its expressions read columns that are there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::diag::Code;
use crate::lakeflow;
use crate::lakeflow::ast::Text;
use crate::lakeflow::infer::{self, Place, Resolution, Scope};
use crate::lakeflow::types::{Column, DataType};
use crate::load::yaml_value;
use crate::source::FileId;

/// The format, as the reference describes it (section 7): what it does not describe is refused.
static FORMAT: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("metric-view.schema.json")).ok()?;
    jsonschema::validator_for(&schema).ok()
});

/// What is wrong with a metric view; `columns` tells the columns of a table, if there is one of that name.
pub fn faults(yaml: &Text, file: FileId, columns: impl Fn(&str) -> Option<Vec<Column>>) -> Vec<(Code, String)> {
    let all = |code: Code, messages: Vec<String>| messages.into_iter().map(|message| (code, message)).collect();
    let view = match yaml_value(file, &yaml.value) {
        Ok(view) => view,
        Err(message) => return vec![(Code::PipelineSyntax, message)],
    };
    let broken: Vec<String> = match FORMAT.as_ref() {
        Some(format) => format.iter_errors(&view).map(|e| format!("`{}`: {e}", e.instance_path())).collect(),
        None => vec!["the schema of metric views can't be used".to_owned()],
    };
    if !broken.is_empty() {
        return all(Code::PipelineSyntax, broken);
    }
    let mut rows = Rows::default();
    let mut faults = vec![];
    rows.add("source", &view, &columns, &mut faults);
    rows.join(&view, "", &columns, &mut faults);
    for join in rows.conditions.iter().chain(text(&view, "filter").iter()) {
        faults.extend(rows.judge(join, Place::row("a condition"), Some(&DataType::Boolean)));
    }
    for (key, place) in [("dimensions", Place::row("a dimension")), ("measures", Place::measure("a measure"))] {
        for field in list(&view, key) {
            faults.extend(text(field, "expr").iter().flat_map(|expr| rows.judge(expr, place, None)));
        }
    }
    all(Code::UnresolvedName, faults)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The rows that expressions can name, by their path: `source`, `customers`, `customers.us_states`. Conditions of joins
/// name joined rows by the last part alone.
#[derive(Default)]
struct Rows {
    columns: BTreeMap<String, Vec<Column>>,
    conditions: Vec<String>,
}

impl Rows {
    fn add(
        &mut self,
        path: &str,
        node: &Value,
        columns: &impl Fn(&str) -> Option<Vec<Column>>,
        faults: &mut Vec<String>,
    ) {
        let source = text(node, "source").unwrap_or_default();
        let last = source.rsplit('.').next().unwrap_or_default().trim_matches('`').to_lowercase();
        match columns(&last) {
            Some(found) => {
                if let Some(name) = path.rsplit('.').next() {
                    self.columns.insert(name.to_lowercase(), found.clone());
                }
                self.columns.insert(path.to_lowercase(), found);
            }
            None => faults.push(format!("there is no table `{source}`")),
        }
    }

    fn join(
        &mut self,
        node: &Value,
        path: &str,
        columns: &impl Fn(&str) -> Option<Vec<Column>>,
        faults: &mut Vec<String>,
    ) {
        for join in list(node, "joins") {
            let name = text(join, "name").unwrap_or_default();
            let own = if path.is_empty() { name } else { format!("{path}.{name}") };
            self.add(&own, join, columns, faults);
            self.conditions.extend(text(join, "on"));
            self.join(join, &own, columns, faults);
        }
    }

    fn judge(&self, sql: &str, place: Place, wanted: Option<&DataType>) -> Vec<String> {
        let expr = match lakeflow::parse_expr(sql) {
            Ok(expr) => expr,
            Err(fault) => return vec![format!("`{sql}`: {}", fault.message)],
        };
        let info = infer::analyze_expr(&expr, sql, self, place);
        let mut faults: Vec<String> = info.faults.iter().map(|fault| format!("`{sql}`: {}", fault.message)).collect();
        if wanted.is_some_and(|ty| *ty != info.ty) && faults.is_empty() {
            faults.push(format!("`{sql}` is {}, no condition", info.ty));
        }
        if place.aggregates && !info.aggregates && faults.is_empty() {
            faults.push(format!("`{sql}` is no aggregate"));
        }
        faults
    }
}

impl Scope for Rows {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let named = (1..path.len()).rev().find_map(|used| {
            let columns = self.columns.get(&path.get(..used)?.join(".").to_lowercase())?;
            let column =
                columns.iter().find(|column| column.name.eq_ignore_ascii_case(path.get(used).unwrap_or(&"")))?;
            Some((column.clone(), used + 1))
        });
        match named {
            Some((column, used)) => Resolution::Found { column, used, path: path.join(".") },
            None => Resolution::Unknown {
                part: path.len().saturating_sub(1),
                message: None,
                candidates: self.columns.keys().cloned().collect(),
            },
        }
    }
}
