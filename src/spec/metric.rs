//! The metric file: what is computed from entities, by which dimensions, for whom.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::each::EachSpec;
use super::shared::{AllowSpec, ClassificationSpec, DeclassifyEntry, OneOrMany};
use super::storage::StorageSpec;
use super::upkeep::DeprecatedSpec;

/// A metric: measures over the rows of an entity, in one or several tables.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gen metric")]
pub struct MetricSpec {
    /// Name of the metric, in snake_case.
    #[schemars(example = &"sales")]
    pub metric: String,
    /// Makes this spec a template: one metric for each row of a table. `$(shop)` stands for the parameter `shop` of the row: as
    /// a literal of its type in SQL, as text in names, paths, descriptions and values.
    #[schemars(extend("examples" = [{"key": "shop", "rows": "shops.csv"}]))]
    pub each: Option<EachSpec>,
    /// Previous name of the metric, while it is still deployed anywhere under that name. Plans then show the consequences:
    /// tables with the old name stay as they are, and the new tables are loaded from the start.
    #[schemars(example = &"turnover")]
    pub renamed_from: Option<String>,
    /// What the metric shows, in a sentence. Becomes the comment of its tables.
    #[schemars(example = &"Revenue and orders by product and category.")]
    pub description: Option<String>,
    /// The entity whose rows are measured. The references that it declares can be used like `products.price`; rows
    /// with a reference that does not resolve are not counted.
    #[schemars(example = &"sales_orders")]
    pub from: String,
    /// Condition on the rows that are measured.
    #[schemars(example = &"order_status not in ('cancelled', 'returned')")]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// One row for each row of another entity, even if there is nothing to measure for it.
    #[schemars(extend("examples" = [{"entity": "customers", "columns": ["customer_id", "name"]}]))]
    pub per: Option<PerSpec>,
    /// Expressions to group by or to show, by name; they can be used in `by` and `per.columns`.
    #[schemars(extend("examples" = [{"price_band": "case when products.price < 20 then 'low' else 'high' end"}]))]
    pub dimensions: Option<IndexMap<String, DimensionEntry>>,
    /// What is computed, by name: aggregates over rows, or expressions over other measures.
    #[schemars(extend("examples" = [{"order_count": "count(distinct order_id)"}]))]
    pub measures: IndexMap<String, MeasureEntry>,
    /// The date that determines the period of a row, and the periods.
    #[schemars(extend("examples" = [{"column": "order_date", "grains": ["day", "month"]}]))]
    pub time: Option<TimeSpec>,
    /// Tables by name, each with the columns it is grouped by. With `time` there is one table per grain, such as
    /// `<name>_daily`. Default: one table, named like the metric, with a total.
    #[schemars(extend("examples" = [{"sales_by_category": {"by": ["products.category"]}}]))]
    pub tables: Option<IndexMap<String, TableSpec>>,
    /// How far the tables may be shared.
    #[schemars(example = &"internal")]
    pub classification: Option<ClassificationSpec>,
    /// Audiences that may read the tables. Personal data that any of them may not see can't reach the tables.
    #[schemars(extend("examples" = [["sales"]]))]
    pub audience: Option<OneOrMany>,
    /// Audiences that only see some rows, each with the condition for these rows, over columns that all tables have. Other
    /// audiences in `audience` see all rows; nobody else sees any.
    #[schemars(extend("examples" = [{"sales": "region = 'EU'"}]))]
    pub rows: Option<IndexMap<String, String>>,
    /// How the tables are stored. All of them must have the columns that they are clustered by.
    #[schemars(extend("examples" = [{"cluster_by": ["period_start"]}]))]
    pub storage: Option<StorageSpec>,
    /// Whom to ask about the tables: teams, people, mail addresses. Becomes the table property `contacts`.
    #[schemars(extend("examples" = [["sales-data@example.com"]]))]
    pub contacts: Option<OneOrMany>,
    /// Tags of the tables in Unity Catalog, besides `classification`, which `gen` sets.
    #[schemars(extend("examples" = [{"domain": "sales"}]))]
    pub tags: Option<IndexMap<String, String>>,
    /// Says that the metric will be removed. Its comment says so, and a spec that reads it gets a warning (W0404).
    #[schemars(extend("examples" = [{"remove_on": "2027-01-31", "instead": "customers_v2"}]))]
    pub deprecated: Option<DeprecatedSpec>,
    /// Warnings that are allowed, each with its place and the reason. An entry that matches no warning is itself a warning.
    #[schemars(extend("examples" = [[{"warning": "W0604", "at": "where", "reason": "the shop will begin to send this status in May"}]]))]
    pub allow: Option<Vec<AllowSpec>>,
}

/// One row for each row of an entity.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerSpec {
    /// The entity. The entity in `from` must have exactly one reference to it.
    #[schemars(example = &"customers")]
    pub entity: String,
    /// Condition on its rows.
    #[schemars(example = &"email is not null")]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Columns that are shown before the measures: columns of the entity, of entities that it references, and dimensions.
    #[schemars(extend("examples" = [["customer_id", "name", "us_states.timezone"]]))]
    pub columns: Vec<String>,
}

/// A dimension: just its expression, or a mapping with more keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DimensionEntry {
    /// SQL over the rows of the metric.
    Sql(String),
    /// A mapping with the expression under `sql`.
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
    /// Why its values are not personal data although they are computed from personal data. Everybody who may read the table
    /// then sees them, and `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"two digits of a postcode stand for 100,000 people")]
    pub declassify: Option<String>,
}

/// A measure: just its expression, or a mapping with more keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MeasureEntry {
    /// SQL over the rows of the metric.
    Sql(String),
    /// A mapping with the expression under `sql`.
    Full(MeasureSpec),
}

/// A measure.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// An aggregate over the rows of `from`, or an expression over other measures. A division by zero gives NULL.
    #[schemars(example = &"sum(quantity * products.price)")]
    pub sql: String,
    /// Type of the result. Decimals are rounded half up. Default: the type of the expression.
    #[serde(rename = "type")]
    #[schemars(example = &"decimal(18,2)")]
    pub ty: Option<String>,
    /// What the measure shows. Becomes the comment of the column.
    #[schemars(example = &"Sum of quantity x current price")]
    pub description: Option<String>,
    /// Other words for the measure, at most ten, by which dashboards and assistants find it.
    #[schemars(extend("examples" = [["turnover", "sales volume"]]))]
    pub synonyms: Option<Vec<String>>,
    /// Unit of the value.
    #[schemars(example = &"USD")]
    pub unit: Option<String>,
    /// Value if there are no rows, in SQL (with `per`). Default: 0 for counts, an empty array for collections,
    /// NULL otherwise.
    #[schemars(extend("examples" = [0], "x-unquoted" = true))]
    pub empty: Option<String>,
    /// Why a value that only comes from referenced rows counts once for each row of `from`, as in `sum(orders.freight)`
    /// over order lines. Without a reason, this is an error: an order with three lines would count its freight three times.
    #[schemars(length(min = 1), example = &"every line is shipped by itself")]
    pub repeated: Option<String>,
    /// Why its values are not personal data although they are computed from personal data. Everybody who may read the tables
    /// then sees them, and `gen pii` lists the reason. A text only applies to a total; for figures by groups, list the columns:
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
    /// The periods; there is one table for each. `period_start` contains the first date of the period.
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
    /// What the table shows. Default: the description of the metric.
    #[schemars(example = &"Sales by category")]
    pub description: Option<String>,
    /// Previous name of the table, without the period, while it is still deployed anywhere under that name.
    #[schemars(example = &"sales_by_group")]
    pub renamed_from: Option<String>,
}
