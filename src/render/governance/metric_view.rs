//! Metric views: the measures of a metric with all its dimensions, as YAML 1.1 (lakeflow-sql.md, "Metric views").
//!
//! The figures are the same as in the tables. Joins of a metric view are always outer joins, so its filter removes
//! rows whose references must resolve but do not; a measure over other measures is written out, so that nothing
//! depends on how views compose.

use std::collections::BTreeMap;

use askama::Template;
use heck::ToTitleCase;
use lakeflow::{build, is_same_name, types::DataType};
use sqlparser::ast::Expr;

use super::super::names::current_rows;
use super::super::text::Sql;
use super::super::{first_text, metric as tables};
use super::Site;
use super::place::grantee;
use super::tag::{in_lines, table_tags};
use crate::model::{ColumnPath, Dimension, Expression, HoleName, Leaf, Measure, Metric, MetricJoinKind, RefPath};
use crate::plan::Identity;

#[derive(Template)]
#[template(path = "governance/metric_views.sql")]
struct MetricViews {
    head: Sql,
    views: Vec<MetricViewFile>,
}

struct MetricViewFile {
    name: Sql,
    comment: Yaml,
    source: Yaml,
    joins: Vec<YamlJoin>,
    filter: Option<Yaml>,
    dimensions: Vec<String>,
    measures: Vec<String>,
    tags: Sql,
    others: Vec<Sql>,
}

/// A text as a YAML scalar in double quotes, which can hold every text. `$$` would end the body of the view, and a reader
/// of SQL files that knows no `$$` would end the statement at a semicolon.
struct Yaml(String);

impl Yaml {
    fn new(text: impl Into<String>) -> Yaml {
        Yaml(text.into())
    }

    fn sql(expr: &Expr) -> Yaml {
        Yaml(Sql::of(expr).0)
    }
}

impl std::fmt::Display for Yaml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A text always has a form in JSON.
        let quoted = serde_json::to_string(&self.0).unwrap_or_default();
        f.write_str(&quoted.replace("$$", "$\\u0024").replace(';', "\\u003b"))
    }
}

/// A join; those that hang on it follow, further in.
struct YamlJoin {
    indent: String,
    name: Yaml,
    source: Yaml,
    on: Yaml,
    has_joins: bool,
}

#[derive(Template)]
#[template(path = "governance/metric_view_field.yml", escape = "none")]
struct MetricViewField {
    name: Yaml,
    expr: Yaml,
    comment: Option<Yaml>,
    display_name: Yaml,
    synonyms: String,
    format: Option<MeasureFormat>,
}

struct MeasureFormat {
    kind: &'static str,
    currency: Option<String>,
    places: u8,
}

/// The metric views of a target.
pub fn metric_views(site: &Site<'_>) -> Result<String, askama::Error> {
    let views = site.metric_views().map(|(metric, name)| metric_view(site, metric, name));
    let views: Vec<MetricViewFile> = views.collect::<Result<_, _>>()?;
    let file = MetricViews {
        head: site.head(
            "Metric views: the figures of the tables, free to be sliced by any dimension.",
            "after the first update, when the tables exist, and before any grant",
            site.owner(Identity::RunAs),
            &["Whoever runs it owns the views, and reads the tables for those who read a view. Only the owner can replace one."],
        )?,
        views,
    };
    Ok(in_lines(file.render()?, site.project))
}

fn metric_view(site: &Site<'_>, metric: &Metric, name: &str) -> Result<MetricViewFile, askama::Error> {
    let names = JoinPaths::of(site, metric);
    let conditions = conditions(site, metric, &names);
    let filter = match conditions.len() {
        0 => None,
        1 => conditions.first().map(Yaml::sql),
        _ => Some(Yaml::sql(&build::and(conditions.into_iter().map(build::nested)))),
    };
    let readers = site.members(&metric.audiences);
    Ok(MetricViewFile {
        name: site.metric_view(name),
        comment: Yaml::new(first_text(&[&metric.description, &metric.name])),
        source: Yaml::new(site.table(metric.from).0),
        joins: joins(site, metric, &RefPath::default(), &names, 2),
        filter,
        dimensions: dimensions(metric, &names)?,
        measures: metric.measures.iter().map(|m| measure(metric, m, &names).render()).collect::<Result<_, _>>()?,
        tags: table_tags(metric.classification, &metric.upkeep.tags),
        others: site.others(&readers).iter().map(grantee).collect(),
    })
}

/// The conditions of the tables. Joins of a metric view are outer: rows have a partner wherever a table demands one.
fn conditions(site: &Site<'_>, metric: &Metric, names: &JoinPaths<'_>) -> Vec<Expr> {
    let inner = metric.joins.iter().filter(|join| join.kind == MetricJoinKind::Inner);
    let mut conditions: Vec<Expr> = inner.flat_map(|join| tables::found(join, |column| names.column(column))).collect();
    conditions.extend(tables::join_conditions(&metric.joins, |column| names.column(column)));
    conditions.extend(current_rows(site.project.entity(metric.from), SOURCE));
    conditions.extend(metric.filter.as_ref().map(|filter| names.expr(filter)));
    conditions
}

/// The joins that hang on the rows at `parent`, each with those that hang on it.
fn joins(site: &Site<'_>, metric: &Metric, parent: &RefPath, names: &JoinPaths<'_>, indent: usize) -> Vec<YamlJoin> {
    let mut found = vec![];
    for join in metric.joins.iter().filter(|join| join.from == *parent) {
        let entity = site.project.entity(join.entity);
        let (own, from) = (names.last(&join.path), names.last(parent));
        let column = |rows: &str, column: &ColumnPath| build::column([rows, names.name(column)]);
        let keys = join.keys.iter().map(|pair| build::equal(column(from, &pair.referring), column(own, &pair.key)));
        let inner = joins(site, metric, &join.path, names, indent + 4);
        found.push(YamlJoin {
            indent: " ".repeat(indent),
            name: Yaml::new(own),
            source: Yaml::new(site.table(join.entity).0),
            on: Yaml::sql(&build::and(keys.chain(current_rows(entity, own)))),
            has_joins: !inner.is_empty(),
        });
        found.extend(inner);
    }
    found
}

/// The periods of the time column, the column itself, and every dimension of every table, each once.
fn dimensions(metric: &Metric, names: &JoinPaths<'_>) -> Result<Vec<String>, askama::Error> {
    let mut fields: Vec<(String, Expr, String)> = vec![];
    let mut add = |name: String, expr: Expr, comment: &str| {
        let is_measure = metric.measures.iter().any(|m| is_same_name(&m.name, &name));
        if !is_measure && fields.iter().all(|(known, _, _)| !is_same_name(known, &name)) {
            fields.push((name, expr, comment.to_owned()));
        }
    };
    for dimension in metric.tables.iter().flat_map(|table| &table.dimensions) {
        add(dimension_name(metric, dimension, names), names.expr(&dimension.expression), &dimension.description);
    }
    for (time, grain) in metric.time.iter().flat_map(|t| t.grains.iter().map(move |grain| (t, *grain))) {
        let period = tables::period(names.expr(&time.expression), &time.expression.ty, grain);
        add(format!("period_{}", grain.word()), period, tables::period_comment(grain));
    }
    fields.into_iter().map(|(name, expr, comment)| field(&name, &expr, &comment).render()).collect()
}

/// The name of a dimension in the view: tables may use one name for columns of two entities, a view may not.
fn dimension_name(metric: &Metric, dimension: &Dimension, names: &JoinPaths<'_>) -> String {
    let mut all = metric.tables.iter().flat_map(|table| &table.dimensions);
    let is_first = all
        .find(|other| is_same_name(&other.name, &dimension.name))
        .is_none_or(|first| first.expression.is_same(&dimension.expression));
    match dimension.expression.as_column().filter(|_| !is_first) {
        Some(column) => format!("{}_{}", names.last(&column.path), names.name(column)),
        None => dimension.name.clone(),
    }
}

fn field(name: &str, expr: &Expr, comment: &str) -> MetricViewField {
    MetricViewField {
        name: Yaml::new(name),
        expr: Yaml::sql(expr),
        comment: (!comment.is_empty()).then(|| Yaml::new(comment)),
        display_name: Yaml::new(name.to_title_case()),
        synonyms: String::new(),
        format: None,
    }
}

fn measure(metric: &Metric, measure: &Measure, names: &JoinPaths<'_>) -> MetricViewField {
    let expr = written_out(metric, measure, names);
    let synonyms: Vec<String> = measure.synonyms.iter().map(|word| Yaml::new(word).to_string()).collect();
    let comment = first_text(&[&measure.description, &measure.unit]);
    MetricViewField { synonyms: synonyms.join(", "), format: format(measure), ..field(&measure.name, &expr, comment) }
}

/// How values are shown: amounts with the currency of their unit, whole numbers without decimals.
fn format(measure: &Measure) -> Option<MeasureFormat> {
    let places = match measure.expression.ty {
        DataType::Decimal { scale, .. } => scale,
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => 0,
        _ => return None,
    };
    let is_code = measure.unit.len() == 3 && measure.unit.chars().all(|c| c.is_ascii_uppercase());
    let currency = is_code.then(|| measure.unit.clone());
    Some(MeasureFormat { kind: if is_code { "currency" } else { "number" }, currency, places })
}

/// A measure as an aggregate over rows.
fn written_out(metric: &Metric, measure: &Measure, names: &JoinPaths<'_>) -> Expr {
    match measure.derived {
        true => tables::over(metric, measure, &|_, inner| written_out(metric, inner, names)),
        false => names.expr(&measure.expression),
    }
}

/// What a metric view calls the rows that it is about.
const SOURCE: &str = "source";

/// How a metric view writes columns: `source`, or the joins that lead to the rows.
struct JoinPaths<'a> {
    site: &'a Site<'a>,
    /// The names of the joins on each path.
    by_path: BTreeMap<RefPath, Vec<String>>,
}

impl<'a> JoinPaths<'a> {
    fn of(site: &'a Site<'a>, metric: &Metric) -> JoinPaths<'a> {
        let mut by_path = BTreeMap::from([(RefPath::default(), vec![])]);
        let mut used = vec![SOURCE.to_owned()];
        // A join stands after those it builds on.
        for join in &metric.joins {
            let aliases = join.path.aliases(metric.from, &site.project.entities);
            let wanted = aliases.last().copied().unwrap_or_default();
            let mut names: Vec<String> = by_path.get(&join.from).cloned().unwrap_or_default();
            // Conditions name rows by the last name alone, so one name is that of one join, wherever it hangs.
            let is_taken = |name: &str| used.iter().any(|known| is_same_name(known, name));
            let numbered = (2..).map(|number| format!("{wanted}_{number}"));
            let own = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !is_taken(name));
            let own = own.unwrap_or_default();
            used.push(own.clone());
            names.push(own);
            by_path.insert(join.path.clone(), names);
        }
        JoinPaths { site, by_path }
    }

    fn path(&self, path: &RefPath) -> &[String] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The name of rows inside of a join condition.
    fn last(&self, path: &RefPath) -> &str {
        self.path(path).last().map_or(SOURCE, String::as_str)
    }

    /// The name of a column.
    fn name(&self, column: &ColumnPath) -> &str {
        &self.site.project.entity(column.entity).column(column.column).name
    }

    fn column(&self, column: &ColumnPath) -> Expr {
        let path = self.path(&column.path);
        let rows: Vec<&str> = if path.is_empty() { vec![SOURCE] } else { path.iter().map(String::as_str).collect() };
        build::column(rows.into_iter().chain([self.name(column)]))
    }

    fn expr(&self, expression: &Expression) -> Expr {
        expression.with_names(|leaf: &Leaf| match &leaf.named {
            HoleName::Column(column) => self.column(column),
            // Expressions over rows name nothing else.
            HoleName::Output(_) | HoleName::Measure(_) => build::null(),
        })
    }
}
