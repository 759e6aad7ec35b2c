//! The metric file: what is computed from entities, by which dimensions, for whom.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::{AllowSpec, ClassificationSpec, DeclassifyEntry, OneOrMany};

/// A metric: measures over the rows of an entity, in one or several tables.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gen metric")]
pub struct MetricSpec {
    /// Name of the metric, in snake_case.
    #[schemars(example = &"sales")]
    pub metric: String,
    /// Name that it had before, while it is deployed somewhere under that one. Plans then say what the new name means: tables
    /// of the old name stay as they are, and the new ones are filled anew.
    #[schemars(example = &"turnover")]
    pub renamed_from: Option<String>,
    /// What it tells, in a sentence. Becomes the comment of its tables.
    #[schemars(example = &"Revenue and orders by product and category.")]
    pub description: Option<String>,
    /// The entity whose rows are measured. References that it declares can be used like `products.price`; rows with a
    /// reference that does not resolve take no part.
    #[schemars(example = &"sales_orders")]
    pub from: String,
    /// Condition on the rows that are measured.
    #[schemars(example = &"order_status not in ('cancelled', 'returned')")]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// One row for each row of another entity, also for those that have nothing to measure.
    #[schemars(extend("examples" = [{"entity": "customers", "columns": ["customer_id", "name"]}]))]
    pub per: Option<PerSpec>,
    /// Expressions to group by or to show, by name, for use in `by` and `per.columns`.
    #[schemars(extend("examples" = [{"price_band": "case when products.price < 20 then 'low' else 'high' end"}]))]
    pub dimensions: Option<IndexMap<String, DimensionEntry>>,
    /// What is computed: aggregates over rows, or expressions over other measures, by name.
    #[schemars(extend("examples" = [{"order_count": "count(distinct order_id)"}]))]
    pub measures: IndexMap<String, MeasureEntry>,
    /// The date that tables are cut by, and the periods.
    #[schemars(extend("examples" = [{"column": "order_date", "grains": ["day", "month"]}]))]
    pub time: Option<TimeSpec>,
    /// Tables by name, each with the columns it is grouped by. With `time` there is one a grain, as `<name>_daily`.
    /// Default: one table, named like the metric, with a total.
    #[schemars(extend("examples" = [{"sales_by_category": {"by": ["products.category"]}}]))]
    pub tables: Option<IndexMap<String, TableSpec>>,
    /// How far the tables may travel.
    #[schemars(example = &"internal")]
    pub classification: Option<ClassificationSpec>,
    /// Audiences that may read the tables. Personal data that one of them may not see can't reach the tables.
    #[schemars(extend("examples" = [["sales"]]))]
    pub audience: Option<OneOrMany>,
    /// Audiences that see some rows only, each with the condition that these rows meet, over columns of all its
    /// tables. Others of
    /// `audience` see all rows; nobody else sees any.
    #[schemars(extend("examples" = [{"sales": "region = 'EU'"}]))]
    pub rows: Option<IndexMap<String, String>>,
    /// Warnings that are meant, each with its place and the reason. One that silences nothing is a warning itself.
    #[schemars(extend("examples" = [[{"warning": "W0604", "at": "where", "reason": "the shop will begin to send this status in May"}]]))]
    pub allow: Option<Vec<AllowSpec>>,
}

/// One row for each row of an entity.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerSpec {
    /// The entity. Exactly one reference leads to it from the entity in `from`.
    #[schemars(example = &"customers")]
    pub entity: String,
    /// Condition on its rows.
    #[schemars(example = &"email is not null")]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Columns of the entity, of entities it references, and dimensions, that stand before the measures.
    #[schemars(extend("examples" = [["customer_id", "name", "us_states.timezone"]]))]
    pub columns: Vec<String>,
}

/// A dimension: its expression alone, or more about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DimensionEntry {
    /// The expression.
    Sql(String),
    /// The expression and more.
    Full(DimensionSpec),
}

impl DimensionEntry {
    /// The expression, with the JSON pointer that leads to it from that of the entry.
    pub fn sql(&self) -> (&str, &'static str) {
        match self {
            DimensionEntry::Sql(sql) => (sql, ""),
            DimensionEntry::Full(full) => (&full.sql, "/sql"),
        }
    }
}

/// A dimension.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DimensionSpec {
    /// An expression over rows.
    #[schemars(example = &"left(customers.postcode, 2)")]
    pub sql: String,
    /// Why its values are no personal data although they are computed from such. Everyone who may read the table sees
    /// them then, and `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"two digits of a postcode stand for 100,000 people")]
    pub declassify: Option<String>,
}

/// A measure: its expression alone, or more about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MeasureEntry {
    /// The expression.
    Sql(String),
    /// The expression and more.
    Full(MeasureSpec),
}

/// A measure.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// An aggregate over the rows of `from`, or an expression over other measures. A division by zero gives NULL.
    #[schemars(example = &"sum(quantity * products.price)")]
    pub sql: String,
    /// Type of the result. Decimals are rounded half up. Default: the type that the expression has.
    #[serde(rename = "type")]
    #[schemars(example = &"decimal(18,2)")]
    pub ty: Option<String>,
    /// What it tells. Becomes the comment of the column.
    #[schemars(example = &"Sum of quantity x current price")]
    pub description: Option<String>,
    /// Other words that people use for it, at most ten; dashboards and assistants find it by them.
    #[schemars(extend("examples" = [["turnover", "sales volume"]]))]
    pub synonyms: Option<Vec<String>>,
    /// Unit of the value.
    #[schemars(example = &"USD")]
    pub unit: Option<String>,
    /// Value where there are no rows, in SQL (with `per`). Default: 0 for counts, an empty array for collections,
    /// NULL otherwise.
    #[schemars(extend("examples" = [0], "x-unquoted" = true))]
    pub empty: Option<String>,
    /// Why a value that comes through references alone counts once for each row of `from`, as in `sum(orders.freight)`
    /// over order lines. Without a reason that is an error: an order with three lines would count its freight three times.
    #[schemars(length(min = 1), example = &"every line is shipped by itself")]
    pub repeated: Option<String>,
    /// Why its values are no personal data although they are computed from such. Everyone who may read the tables sees
    /// them then, and `gen pii` lists the reason. A text alone holds for a total; figures by groups say by which:
    /// `{ reason: .., by: [state] }`.
    #[schemars(extend("examples" = [{"reason": "an average over a whole state tells nothing of one person", "by": ["state"]}]))]
    pub declassify: Option<DeclassifyEntry>,
}

/// Periods of time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeSpec {
    /// The date or timestamp column.
    #[schemars(example = &"order_date")]
    pub column: String,
    /// The periods; each table is made once for each. `period_start` holds the first date of the period.
    #[schemars(extend("examples" = [["day", "week", "month", "year"]]))]
    pub grains: Vec<GrainSpec>,
}

/// A period of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrainSpec {
    /// A day: `<table>_daily`.
    Day,
    /// An ISO week, from Monday: `<table>_weekly`.
    Week,
    /// A month: `<table>_monthly`.
    Month,
    /// A quarter: `<table>_quarterly`.
    Quarter,
    /// A year: `<table>_annual`.
    Year,
}

impl GrainSpec {
    /// The spelling in specs.
    pub fn word(self) -> &'static str {
        match self {
            GrainSpec::Day => "day",
            GrainSpec::Week => "week",
            GrainSpec::Month => "month",
            GrainSpec::Quarter => "quarter",
            GrainSpec::Year => "year",
        }
    }
}

/// One table of a metric.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Columns and dimensions the table is grouped by; an empty list gives totals.
    #[schemars(extend("examples" = [["products.category"]]))]
    pub by: Vec<String>,
    /// What the table tells. Default: the description of the metric.
    #[schemars(example = &"Sales by category")]
    pub description: Option<String>,
    /// Name that it had before, without the period, while it is deployed somewhere under that one.
    #[schemars(example = &"sales_by_group")]
    pub renamed_from: Option<String>,
}
