//! The measured rows of a metric as a query: where they come from, which of them count, and what is computed.

use lakeflow::build;
use lakeflow::types::DataType;
use sqlparser::ast::{BinaryOperator, Expr};

use super::super::names::{Aliases, current_rows};
use super::super::text::{Ident, Sql};
use crate::model::{
    ColumnPath, Entity, Grain, HoleName, Join, Leaf, Measure, MeasureId, Metric, MetricJoinKind, Project,
};

/// The query part in which aggregates are computed, where the table is more than that.
pub const MEASURED: &str = "measured";

/// A `SELECT` over measured rows, as `measured.sql` shows it.
#[derive(Default)]
pub struct MeasuredQuery {
    pub columns: Vec<Sql>,
    pub from: Sql,
    pub joins: Vec<Sql>,
    pub conditions: Vec<Sql>,
    pub group_by: Vec<Sql>,
}

/// What all tables of a metric share. Its texts are made once, however many tables there are.
pub struct MetricQuery<'a> {
    pub project: &'a Project,
    pub metric: &'a Metric,
    pub aliases: Aliases<'a>,
    from: Sql,
    joins: Vec<Sql>,
    conditions: Vec<Sql>,
    /// The aggregates, each with its name, in the order of the measures; `None` for a measure over others.
    aggregates: Vec<Option<Sql>>,
}

impl<'a> MetricQuery<'a> {
    pub fn of(project: &'a Project, metric: &'a Metric) -> MetricQuery<'a> {
        let aliases = Aliases::new(project, metric.from, &metric.joins, &[MEASURED]);
        let aggregate = |m: &Measure| (!m.derived).then(|| Sql::aliased(&aliases.expr(&m.expression), &m.name));
        MetricQuery {
            from: Sql::of(&build::column([project.entity(metric.from).name.as_str()])),
            joins: metric.joins.iter().map(|j| join(project, &aliases, j)).collect(),
            conditions: conjuncts(conditions(project, metric, &aliases)),
            aggregates: metric.measures.iter().map(aggregate).collect(),
            project,
            metric,
            aliases,
        }
    }

    /// FROM, joins and conditions.
    pub fn body(&self) -> MeasuredQuery {
        MeasuredQuery {
            from: self.from.clone(),
            joins: self.joins.clone(),
            conditions: self.conditions.clone(),
            ..MeasuredQuery::default()
        }
    }

    /// An aggregate with its name; `None` for a measure over others.
    pub fn aggregate(&self, id: MeasureId) -> Option<&Sql> {
        self.aggregates.get(id.0)?.as_ref()
    }

    /// A measure over others as an expression over aggregates, which `aggregate` gives.
    pub fn over(&self, measure: &Measure, aggregate: &dyn Fn(MeasureId, &Measure) -> Expr) -> Expr {
        over(self.metric, measure, aggregate)
    }
}

/// A measure over others as an expression over aggregates, which `aggregate` gives. Measures can't be defined by each
/// other, so this ends.
pub fn over(metric: &Metric, measure: &Measure, aggregate: &dyn Fn(MeasureId, &Measure) -> Expr) -> Expr {
    measure.expression.with_names(|leaf: &Leaf| {
        let HoleName::Measure(id) = leaf.named else { return build::null() };
        metric.measures.get(id.0).map_or_else(build::null, |inner| aggregate(id, inner))
    })
}

/// What measured rows meet besides the joins.
fn conditions(project: &Project, metric: &Metric, aliases: &Aliases<'_>) -> Vec<Expr> {
    let from = project.entity(metric.from);
    let mut conditions = join_conditions(&metric.joins, |column| aliases.column(column));
    conditions.extend(current_rows(from, &from.name));
    conditions.extend(metric.filter.as_ref().map(|filter| aliases.expr(filter)));
    conditions
}

/// Rows that refer to nothing stay; rows that refer to something unknown wait until it is known.
pub fn join_conditions(joins: &[Join], column: impl Fn(&ColumnPath) -> Expr) -> Vec<Expr> {
    let unresolved = joins.iter().filter(|j| j.kind == MetricJoinKind::LeftResolved);
    let resolves = |j: &Join| {
        let nothing = j.keys.iter().filter(|pair| pair.nullable).map(|pair| build::is_null(column(&pair.referring)));
        build::or(nothing.chain(found(j, &column)))
    };
    unresolved.map(resolves).collect()
}

/// Whether a row has a partner: no part of its key is NULL.
pub fn found(join: &Join, column: impl Fn(&ColumnPath) -> Expr) -> Option<Expr> {
    join.keys.first().map(|pair| build::is_not_null(column(&pair.key)))
}

/// Conditions as lines behind `WHERE` with `AND` between them. One alone needs no brackets.
pub fn conjuncts(conditions: Vec<Expr>) -> Vec<Sql> {
    let is_one = conditions.len() == 1;
    let whole = conditions.into_iter().map(|c| if is_one { c } else { build::conjunct(c) });
    let mut printed = vec![];
    whole.for_each(|condition| operands(&condition, &mut printed));
    printed
}

/// What stands between the `AND`s of a condition: the layout gives each of them a line.
fn operands(condition: &Expr, printed: &mut Vec<Sql>) {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            operands(left, printed);
            operands(right, printed);
        }
        operand => printed.push(Sql::of(operand)),
    }
}

/// A join clause.
pub fn join(project: &Project, aliases: &Aliases<'_>, join: &Join) -> Sql {
    let entity = project.entity(join.entity);
    let alias = aliases.alias(&join.path);
    let word = if join.kind == MetricJoinKind::Inner { "INNER" } else { "LEFT" };
    Sql(format!("{word} JOIN {} ON {}", named(entity, alias), Sql::of(&join_condition(entity, alias, aliases, join))))
}

/// The condition of a join: the key, and that a version is the current one.
fn join_condition(entity: &Entity, alias: &str, aliases: &Aliases<'_>, join: &Join) -> Expr {
    let keys = join.keys.iter().map(|pair| build::equal(aliases.column(&pair.key), aliases.column(&pair.referring)));
    build::and(keys.chain(current_rows(entity, alias)))
}

/// A table under an alias, where that is not its name.
pub fn named(entity: &Entity, alias: &str) -> Sql {
    let (table, alias) = (Ident::new(&entity.name), Ident::new(alias));
    Sql(if table == alias { table.to_string() } else { format!("{table} AS {alias}") })
}

/// The first day of a period, as a DATE. `trunc` has no unit for a day.
pub fn period(time: Expr, ty: &DataType, grain: Grain) -> Expr {
    let date = if *ty == DataType::Date { time } else { build::cast(time, &DataType::Date) };
    let unit = match grain {
        Grain::Day => return date,
        Grain::Week => "WEEK",
        Grain::Month => "MM",
        Grain::Quarter => "QUARTER",
        Grain::Year => "YEAR",
    };
    build::call("trunc", [date, build::string(unit)])
}
