//! Metric views: the measures of a metric with all its dimensions, as YAML 1.1 (reference section 7).
//!
//! The figures are those of the tables. Joins of a metric view are always outer, so rows that must resolve are kept by
//! its filter; a measure over other measures is written out, so that nothing depends on how views compose.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use askama::Template;
use heck::ToTitleCase;
use sqlparser::ast::{Expr, Ident as SqlIdent, VisitMut, VisitorMut};

use super::super::text::{Ident, Sql};
use super::super::{current_rows, first_text, metric as tables};
use super::Site;
use super::place::grantee;
use super::tag::classification_tag;
use crate::lakeflow::{self, types::DataType};
use crate::model::{Dimension, Join, JoinKind, Measure, Metric};

#[derive(Template)]
#[template(path = "governance/metric_views.sql")]
struct MetricViews {
    head: Sql,
    views: Vec<MetricView>,
}

struct MetricView {
    name: Sql,
    comment: Yaml,
    source: Yaml,
    joins: Vec<YamlJoin>,
    filter: Option<Yaml>,
    dimensions: Vec<String>,
    measures: Vec<String>,
    classification: super::super::text::Literal,
    others: Vec<Sql>,
}

/// A text as a YAML scalar in double quotes, which can hold every text. `$$` would end the body of the view.
struct Yaml(String);

impl Yaml {
    fn new(text: impl Into<String>) -> Yaml {
        Yaml(text.into())
    }
}

impl std::fmt::Display for Yaml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A text always has a form in JSON.
        let quoted = serde_json::to_string(&self.0).unwrap_or_default();
        f.write_str(&if quoted.contains("$$") { quoted.replace("$$", "$\\u0024") } else { quoted })
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
struct Field {
    name: Yaml,
    expr: Yaml,
    comment: Option<Yaml>,
    display_name: Yaml,
    synonyms: String,
    format: Option<Format>,
}

struct Format {
    kind: &'static str,
    currency: Option<String>,
    places: u8,
}

/// The metric views of a target.
pub fn metric_views(site: &Site<'_>) -> Result<String, askama::Error> {
    let views = site.metric_views().map(|(metric, name)| metric_view(site, metric, name));
    let views: Vec<MetricView> = views.collect::<Result<_, _>>()?;
    MetricViews {
        head: site.head(
            "Metric views: the figures of the tables, free to be sliced by any dimension.",
            "after the first update, when the tables exist, and before any grant",
            "the owner of the schema, who reads the tables for those who read the view",
            &[],
        )?,
        views,
    }
    .render()
}

fn metric_view(site: &Site<'_>, metric: &Metric, name: &str) -> Result<MetricView, askama::Error> {
    let names = Names::of(site, metric);
    let measures = Measures::of(metric);
    let conditions = tables::conditions(site.project, metric);
    let conditions: Vec<String> = inner_conditions(metric).into_iter().chain(conditions).collect();
    let filter = match conditions.as_slice() {
        [] => None,
        [only] => Some(names.in_view(only)),
        several => Some(several.iter().map(|c| format!("({})", names.in_view(c))).collect::<Vec<_>>().join(" AND ")),
    };
    let readers = site.members(&metric.audiences);
    Ok(MetricView {
        name: site.place.object(name),
        comment: Yaml::new(first_text(&[&metric.description, &metric.name])),
        source: Yaml::new(site.place.object(&site.project.entity(metric.from).name).0),
        joins: joins(site, metric, &site.project.entity(metric.from).name, &names, 2),
        filter: filter.map(Yaml::new),
        dimensions: dimensions(metric, &names)?,
        measures: metric.measures.iter().map(|m| measure(&measures, m, &names).render()).collect::<Result<_, _>>()?,
        classification: classification_tag(metric.classification),
        others: site.others(&readers).iter().map(grantee).collect(),
    })
}

/// Rows of the tables have a partner wherever the join demands one.
fn inner_conditions(metric: &Metric) -> Vec<String> {
    let inner = metric.joins.iter().filter(|join| join.kind == JoinKind::Inner);
    inner.map(|join| format!("{}.{} IS NOT NULL", Ident::new(&join.alias), Ident::new(&join.key))).collect()
}

/// The joins that hang on `parent`, each with those that hang on it.
fn joins(site: &Site<'_>, metric: &Metric, parent: &str, names: &Names, indent: usize) -> Vec<YamlJoin> {
    let mut found = vec![];
    for join in metric.joins.iter().filter(|join| join.from_alias == parent) {
        let entity = site.project.entity(join.entity);
        let (own, from) = (names.last(&join.alias), names.last(&join.from_alias));
        let mut on = format!(
            "{}.{} = {}.{}",
            Ident::new(&from),
            Ident::new(&join.from_column),
            Ident::new(&own),
            Ident::new(&join.key)
        );
        if let Some(current) = current_rows(entity, &own) {
            on.push_str(&format!(" AND {current}"));
        }
        let inner = joins(site, metric, &join.alias, names, indent + 4);
        found.push(YamlJoin {
            indent: " ".repeat(indent),
            name: Yaml::new(own),
            source: Yaml::new(site.place.object(&entity.name).0),
            on: Yaml::new(on),
            has_joins: !inner.is_empty(),
        });
        found.extend(inner);
    }
    found
}

/// The periods of the time column, the column itself, and every dimension of every table, each once.
fn dimensions(metric: &Metric, names: &Names) -> Result<Vec<String>, askama::Error> {
    let mut fields: Vec<(String, String, String)> = vec![];
    let mut add = |name: String, sql: &str, comment: &str| {
        let is_measure = metric.measures.iter().any(|m| m.name.eq_ignore_ascii_case(&name));
        if !is_measure && fields.iter().all(|(known, _, _)| !known.eq_ignore_ascii_case(&name)) {
            fields.push((name, names.in_view(sql), comment.to_owned()));
        }
    };
    for table in &metric.tables {
        for dimension in &table.dimensions {
            add(dimension_name(metric, dimension), &dimension.expression.sql, &dimension.description);
        }
    }
    for (time, grain) in metric.time.iter().flat_map(|t| t.grains.iter().map(move |grain| (t, *grain))) {
        let period = tables::period(&time.expression.sql, &time.expression.ty, grain);
        add(format!("period_{}", grain.word()), &period, tables::period_comment(grain));
    }
    fields.into_iter().map(|(name, expr, comment)| field(&name, expr, &comment).render()).collect()
}

/// The name of a dimension in the view: tables may use one name for two things, a view may not.
fn dimension_name(metric: &Metric, dimension: &Dimension) -> String {
    let all = metric.tables.iter().flat_map(|table| &table.dimensions);
    let first = all.clone().find(|other| other.name.eq_ignore_ascii_case(&dimension.name));
    match first {
        Some(first) if first.expression.sql != dimension.expression.sql => dimension.expression.sql.replace('.', "_"),
        _ => dimension.name.clone(),
    }
}

fn field(name: &str, expr: String, comment: &str) -> Field {
    Field {
        name: Yaml::new(name),
        expr: Yaml::new(expr),
        comment: (!comment.is_empty()).then(|| Yaml::new(comment)),
        display_name: Yaml::new(name.to_title_case()),
        synonyms: String::new(),
        format: None,
    }
}

fn measure(measures: &Measures<'_>, measure: &Measure, names: &Names) -> Field {
    let written_out = measures.written_out(measure, measures.metric.measures.len());
    let expr = written_out.map_or_else(|| measure.expression.sql.clone(), |expr| names.renamed(expr));
    let synonyms: Vec<String> = measure.synonyms.iter().map(|word| Yaml::new(word).to_string()).collect();
    let comment = first_text(&[&measure.description, &measure.unit]);
    Field { synonyms: synonyms.join(", "), format: format(measure), ..field(&measure.name, expr, comment) }
}

/// How values are shown: amounts with the currency of their unit, whole numbers without decimals.
fn format(measure: &Measure) -> Option<Format> {
    let places = match measure.expression.ty {
        DataType::Decimal { scale, .. } => scale,
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => 0,
        _ => return None,
    };
    let is_code = measure.unit.len() == 3 && measure.unit.chars().all(|c| c.is_ascii_uppercase());
    let currency = is_code.then(|| measure.unit.clone());
    Some(Format { kind: if is_code { "currency" } else { "number" }, currency, places })
}

/// The measures of a metric as syntax: each is parsed once, however many others are made of it.
struct Measures<'a> {
    metric: &'a Metric,
    parsed: Vec<Option<Expr>>,
}

impl<'a> Measures<'a> {
    fn of(metric: &'a Metric) -> Measures<'a> {
        let parsed = metric.measures.iter().map(|m| lakeflow::parse_expr(&m.expression.sql).ok()).collect();
        Measures { metric, parsed }
    }

    /// A measure as an aggregate over rows. Measures can't be defined by each other, so `depth` is never used up.
    fn written_out(&self, measure: &Measure, depth: usize) -> Option<Expr> {
        let place = self.metric.measures.iter().position(|m| std::ptr::eq(m, measure))?;
        let mut expr = self.parsed.get(place)?.clone()?;
        if measure.derived && depth > 0 {
            change(&mut expr, |expr| {
                let Expr::Identifier(name) = &*expr else { return };
                let used = self.metric.measures.iter().find(|m| m.name.eq_ignore_ascii_case(&name.value));
                if let Some(inner) = used.and_then(|m| self.written_out(m, depth - 1)) {
                    let is_simple = matches!(inner, Expr::Function(_) | Expr::Cast { .. });
                    *expr = if is_simple { inner } else { Expr::Nested(Box::new(inner)) };
                }
            });
        }
        Some(expr)
    }
}

/// What expressions of a metric call rows, as a metric view calls them: `source`, and paths of joins.
struct Names(BTreeMap<String, Vec<String>>);

impl Names {
    fn of(site: &Site<'_>, metric: &Metric) -> Names {
        let from = &site.project.entity(metric.from).name;
        let mut names = BTreeMap::from([(from.clone(), vec!["source".to_owned()])]);
        // A join stands after those it builds on.
        for Join { alias, from_alias, .. } in &metric.joins {
            let last = alias.strip_prefix(&format!("{from_alias}_")).unwrap_or(alias);
            let before = names.get(from_alias).filter(|_| from_alias != from).cloned().unwrap_or_default();
            let own = if before.is_empty() { alias } else { last };
            names.insert(alias.clone(), before.into_iter().chain([own.to_owned()]).collect());
        }
        Names(names)
    }

    /// The name of rows inside of a join condition.
    fn last(&self, alias: &str) -> String {
        let last = self.0.get(alias).and_then(|path| path.last());
        last.map_or(alias, String::as_str).to_owned()
    }

    /// An expression in the names of the view; text that does not parse stays as it is.
    fn in_view(&self, sql: &str) -> String {
        lakeflow::parse_expr(sql).map_or_else(|_| sql.to_owned(), |expr| self.renamed(expr))
    }

    /// The text of an expression in the names of the view.
    fn renamed(&self, mut expr: Expr) -> String {
        change(&mut expr, |expr| {
            let Expr::CompoundIdentifier(parts) = expr else { return };
            let Some(path) = parts.first().and_then(|rows| self.0.get(&rows.value)) else { return };
            parts.splice(..1, path.iter().map(SqlIdent::new));
        });
        lakeflow::expr_text(&expr)
    }
}

/// Passes every part of an expression through `change`, inner ones first.
fn change(expr: &mut Expr, change: impl Fn(&mut Expr)) {
    struct Change<F>(F);
    impl<F: Fn(&mut Expr)> VisitorMut for Change<F> {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            (self.0)(expr);
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Change(change));
}
