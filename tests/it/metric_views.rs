//! Metric views show the figures of the tables of their metrics.

use std::path::Path;

use lakeflow::source::SourceMap;
use lakeflow::yaml;
use lakeflow::{self, StatementKind};
use lakegen::driver::Compilation;
use lakegen::engine::local;
use lakegen::model::TargetId;
use lakegen::model::{Metric, MetricTable};
use lakegen::plan::metric_view;
use lakegen::plan::{ArtifactKind, Governance};
use serde_json::Value;

use crate::projects::{cases, compile, run};

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn table(value: &Value) -> String {
    text(value, "source").rsplit('.').next().unwrap().to_owned()
}

/// The joins below a node, each with the path of its name; `(path in the view, alias in a query)`.
fn joins(node: &Value, parent: &str, from: &mut String, aliases: &mut Vec<(String, String)>) {
    for join in node["joins"].as_array().into_iter().flatten() {
        let (name, table) = (text(join, "name"), table(join));
        let path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
        let alias = path.replace('.', "_");
        let last = parent.rsplit('.').next().unwrap();
        let mut on = text(join, "on").replace(&format!("{name}."), &format!("{alias}."));
        if !parent.is_empty() {
            on = on.replace(&format!("{last}."), &format!("{}.", parent.replace('.', "_")));
        }
        from.push_str(&format!(" LEFT JOIN {table} AS {alias} ON {on}"));
        aliases.push((path.clone(), alias));
        joins(join, &path, from, aliases);
    }
}

/// The query that a metric view stands for, with the columns of one table of the metric.
fn query(view: &Value, metric: &Metric, table_of: &MetricTable) -> String {
    let (mut from, mut aliases) = (format!("{} AS source", table(view)), vec![]);
    joins(view, "", &mut from, &mut aliases);
    aliases.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    let plain = |sql: String| aliases.iter().fold(sql, |sql, (path, alias)| sql.replace(path, alias));
    let expr = |key: &str, name: &str| {
        let field = view[key].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
        plain(text(field, "expr"))
    };
    let period = table_of.grain.map(|grain| (format!("period_{}", grain.word()), "period_start".to_owned()));
    let dimensions = table_of.dimensions.iter().map(|d| (d.name.clone(), d.name.clone()));
    let groups: Vec<(String, String)> =
        period.into_iter().chain(dimensions).map(|(field, name)| (expr("dimensions", &field), name)).collect();
    let shown = groups.iter().map(|(sql, name)| format!("{sql} AS `{name}`"));
    let measured = metric.measures.iter().map(|m| format!("{} AS `{}`", expr("measures", &m.name), m.name));
    let columns: Vec<String> = shown.chain(measured).collect();
    let mut sql = format!("SELECT {} FROM {from}", columns.join(", "));
    if view.get("filter").is_some() {
        sql.push_str(&format!(" WHERE {}", plain(text(view, "filter"))));
    }
    if !groups.is_empty() {
        // A number that stands alone would be a position.
        let key = |sql: String| if sql.parse::<i64>().is_ok() { format!("CAST({sql} AS BIGINT)") } else { sql };
        let groups: Vec<String> = groups.into_iter().map(|(sql, _)| key(sql)).collect();
        sql.push_str(&format!(" GROUP BY {}", groups.join(", ")));
    }
    sql
}

/// The definitions of the metric views of the first target, by name.
fn views(compilation: &Compilation) -> Vec<(String, Value)> {
    let mut sources = SourceMap::default();
    let file = sources.add("view.yml", "");
    let kind = ArtifactKind::Governance(TargetId(0), Governance::MetricViews);
    let text = compilation.files.iter().find(|file| file.artifact.kind == kind).map_or("", |file| &*file.text);
    let statements = lakeflow::parse(text).unwrap().into_iter();
    statements
        .filter_map(|statement| match statement.kind {
            StatementKind::CreateMetricView(view) => {
                let name = view.name.0.last().unwrap().as_ident().unwrap().value.clone();
                let yaml::ParsedYaml { document, .. } = yaml::parse(file, &view.definition.yaml.value);
                Some((name, document.unwrap().0))
            }
            _ => None,
        })
        .collect()
}

fn sorted(sql: &str, warehouse: &Path) -> Vec<String> {
    let rows = local::query(sql, warehouse).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    let mut lines: Vec<String> = local::csv_text(&rows).lines().map(String::from).collect();
    lines.sort();
    lines
}

#[test]
fn metric_views_show_the_figures_of_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = (root.to_owned(), root.join("samples"));
    let cases = cases().into_iter().map(|case| (case.clone(), case.join("landing")));
    let mut compared = 0;
    for (project, landing) in std::iter::once(shipped).chain(cases) {
        let compilation = compile(&project);
        let warehouse = tempfile::tempdir().unwrap();
        run(&project, &landing, warehouse.path());
        let resolved = compilation.project.as_ref().unwrap();
        for (name, view) in views(&compilation) {
            let is_its = |metric: &&Metric| metric_view(resolved, metric).as_ref() == Some(&name);
            let metric = resolved.metrics.iter().find(is_its).unwrap();
            for table in &metric.tables {
                let found = sorted(&query(&view, metric, table), warehouse.path());
                let wanted = sorted(&format!("SELECT * FROM {}", table.name), warehouse.path());
                assert_eq!(found, wanted, "{}: {name} and {}", project.display(), table.name);
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared} tables");
}
