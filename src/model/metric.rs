//! Metrics: measures, dimensions, joins, tables.

use std::collections::BTreeSet;

use lakeflow::source::Span;
use lakeflow::types::{Column as TypedColumn, DataType};

use super::entity::{ColumnId, EntityId};
use super::governance::{AudienceId, Classification, PersonalKind, RowAccess};
use super::sql::{ColumnPath, Expression, RefPath, SpecOrigin};
use super::storage::Storage;
use super::upkeep::Upkeep;

/// Index of a metric in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(pub usize);

/// Measures over the rows of an entity.
#[derive(Debug, Clone)]
pub struct Metric {
    /// As declared, in snake_case; tables without a name of their own are named after it.
    pub name: String,
    /// What it was called before.
    pub renamed_from: Option<String>,
    /// What it tells; may be empty.
    pub description: String,
    /// Path of the spec, and where the name of the metric stands in it.
    pub origin: SpecOrigin,
    /// The entity whose rows are measured.
    pub from: EntityId,
    /// Joins of the measured rows, each after those it builds on.
    pub joins: Vec<Join>,
    /// Conditions on the measured rows, besides references that must resolve.
    pub filter: Option<Expression>,
    /// Kinds of personal data in the columns that conditions, measures, time and dimensions read, whatever for.
    pub kinds: BTreeSet<PersonalKind>,
    /// One row for each row of another entity.
    pub per: Option<Per>,
    /// Measures, in the order of the spec.
    pub measures: Vec<Measure>,
    /// Time column.
    pub time: Option<Time>,
    /// Tables, one for each table of the spec and grain.
    pub tables: Vec<MetricTable>,
    /// How far the tables may travel.
    pub classification: Classification,
    /// Who may read them.
    pub audiences: Vec<AudienceId>,
    /// Those of them that see some rows only, by columns that all tables have.
    pub rows: Vec<RowAccess>,
    /// How the tables are stored.
    pub storage: Storage,
    /// How they are labelled, and whether they stay.
    pub upkeep: Upkeep,
}

impl Metric {
    /// The columns that tell the rows of a table apart or stand beside them, its period among them, in lower case.
    pub fn groups(&self, table: &MetricTable) -> Vec<String> {
        let period = table.grain.map(|_| Time::COLUMN.to_owned());
        let per = self.per.iter().flat_map(|per| &per.columns);
        let columns = table.dimensions.iter().chain(per).map(|dimension| dimension.name.to_lowercase());
        period.into_iter().chain(columns).collect()
    }

    /// The entities whose tables its tables read; one may be there more than once.
    pub fn entities(&self) -> Vec<EntityId> {
        let per = self.per.iter().flat_map(|per| per.joins.iter().map(|join| join.entity).chain([per.entity]));
        self.joins.iter().map(|join| join.entity).chain([self.from]).chain(per).collect()
    }

    /// The columns of a table: its period, what it shows of rows, what it is grouped by, measures.
    pub fn columns(&self, table: &MetricTable) -> Vec<TypedColumn> {
        let typed = |name: &str, value: &Expression| TypedColumn::nullable(name, value.ty.clone());
        let period = table.grain.map(|_| TypedColumn::nullable(Time::COLUMN, DataType::Date));
        let shown = self.per.iter().flat_map(|per| &per.columns).chain(&table.dimensions);
        let shown = shown.map(|dimension| typed(&dimension.name, &dimension.expression));
        let measures = self.measures.iter().map(|measure| typed(&measure.name, &measure.expression));
        period.into_iter().chain(shown).chain(measures).collect()
    }

    /// Why the figures of a measure count as no personal data in a table. A figure that tells nothing of a whole state may
    /// be that of one person: a reason holds for the groups that it names.
    pub fn reason<'a>(&self, measure: &'a Measure, table: &MetricTable) -> Option<&'a Declassified> {
        let reason = measure.declassify.as_ref();
        reason.filter(|reason| self.groups(table).iter().all(|group| reason.by.contains(group)))
    }

    /// The kind of personal data whose values a measure shows in a table.
    pub fn shown(&self, measure: &Measure, table: &MetricTable) -> Option<PersonalKind> {
        measure.pii.filter(|_| self.reason(measure, table).is_none())
    }
}

/// A join along a reference.
#[derive(Debug, Clone)]
pub struct Join {
    /// How its rows are found. The last reference of the path is what the join is along.
    pub path: RefPath,
    /// How the rows that refer are found: the path without its last reference.
    pub from: RefPath,
    /// The entity whose rows are joined, one at most to each row.
    pub entity: EntityId,
    /// The columns that are equal, at least one pair.
    pub keys: Vec<JoinKey>,
    /// How rows without a partner are treated.
    pub kind: MetricJoinKind,
}

/// Columns that are equal in rows that are joined.
#[derive(Debug, Clone)]
pub struct JoinKey {
    /// Of the rows that refer.
    pub referring: ColumnPath,
    /// Whether rows that refer can lack a value in it.
    pub nullable: bool,
    /// Of the rows referred to: a column of their key, which is never NULL.
    pub key: ColumnPath,
}

/// How rows without a partner are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricJoinKind {
    /// They take no part.
    Inner,
    /// They stay.
    Left,
    /// They stay if they refer to nothing, and take no part if they refer to something unknown.
    LeftResolved,
}

/// One row for each row of an entity.
#[derive(Debug, Clone)]
pub struct Per {
    /// The entity that gets a row each; the measured entity refers to it.
    pub entity: EntityId,
    /// The columns of the measured entity that hold its key, in the order of that key.
    pub reference: Vec<ColumnId>,
    /// Joins of its rows.
    pub joins: Vec<Join>,
    /// Condition on its rows.
    pub filter: Option<Expression>,
    /// Columns before the measures.
    pub columns: Vec<Dimension>,
}

/// A column that is shown or grouped by.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Name in the table.
    pub name: String,
    /// What the column shows, over the columns of the measured and joined rows.
    pub expression: Expression,
    /// What it holds; may be empty.
    pub description: String,
    /// The kind of personal data it passes on.
    pub pii: Option<PersonalKind>,
    /// Why its values count as no personal data although they come from such.
    pub declassify: Option<String>,
}

/// A measure.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Name in the tables.
    pub name: String,
    /// The value, in its declared type: an aggregate, or an expression over other measures.
    pub expression: Expression,
    /// Whether it is an expression over other measures.
    pub derived: bool,
    /// Whether sums of its values over disjoint groups make the value of the whole, exactly.
    pub additive: bool,
    /// Value where there are no rows, a constant; `None` is NULL.
    pub empty: Option<Expression>,
    /// What it tells; may be empty.
    pub description: String,
    /// The kind of personal data whose values it passes on, declassified or not.
    pub pii: Option<PersonalKind>,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// Unit; may be empty.
    pub unit: String,
    /// Why its values count as no personal data although they come from such.
    pub declassify: Option<Declassified>,
    /// Its key in the spec.
    pub span: Span,
}

/// Why figures count as no personal data, and for which grouping that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declassified {
    /// As the author put it; shown in the report of personal data.
    pub why: String,
    /// The columns that tables may be grouped by, in lower case.
    pub by: Vec<String>,
}

/// Time column of a metric.
#[derive(Debug, Clone)]
pub struct Time {
    /// A `DATE`, `TIMESTAMP` or `TIMESTAMP_NTZ` of the measured row, from which periods are computed.
    pub expression: Expression,
    /// Periods.
    pub grains: Vec<Grain>,
}

impl Time {
    /// The column with the first day of the period.
    pub const COLUMN: &'static str = "period_start";
}

/// A period of time.
pub use crate::spec::GrainSpec as Grain;

/// One table of a metric.
#[derive(Debug, Clone)]
pub struct MetricTable {
    /// Name of the table.
    pub name: String,
    /// What it was called before.
    pub renamed_from: Option<String>,
    /// What it tells; may be empty.
    pub description: String,
    /// The period, if it has one.
    pub grain: Option<Grain>,
    /// What it is grouped by, besides the period.
    pub dimensions: Vec<Dimension>,
    /// Its key in the spec.
    pub span: Span,
}
