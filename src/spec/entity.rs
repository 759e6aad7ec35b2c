//! The entity file: what arrives, what it must look like, what happens when it does not.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::each::EachSpec;
use super::shared::{ActionSpec, AllowSpec, ClassificationSpec, OneOrMany, PersonalSpec};
use super::source::SourceSpec;
use super::storage::StorageSpec;
use super::upkeep::DeprecatedSpec;

/// An entity: rows of one kind, read from files, computed by a query, or shipped with the specs as a lookup.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gen entity")]
pub struct EntitySpec {
    /// Name of the entity and of its table, in snake_case.
    #[schemars(example = &"customers")]
    pub entity: String,
    /// Makes this spec a template: one entity for each row of a table. `$(shop)` stands for the parameter `shop` of the row: as
    /// a literal of its type in SQL, as text in names, paths, descriptions and values.
    #[schemars(extend("examples" = [{"key": "shop", "rows": "shops.csv"}]))]
    pub each: Option<EachSpec>,
    /// Name that it had before, while it is deployed somewhere under that one. Plans then say what the new name means: tables
    /// of the old name stay as they are, and the new ones are filled anew.
    #[schemars(example = &"clients")]
    pub renamed_from: Option<String>,
    /// What one row is, in a sentence. Becomes the comment of the table.
    #[schemars(example = &"People who buy; one row a customer.")]
    pub description: Option<String>,
    /// Where rows come from: files of the landing directory, a table that is there already, a query over other tables of the
    /// project, or a lookup file next to the specs.
    #[schemars(extend("examples" = [{"files": "customers*.csv"}, {"table": "crm.customers"}, {"query": "customer_value.sql"}, {"lookup": "us_states.csv"}]))]
    pub source: SourceSpec,
    /// The column or columns that identify a row. A row must have a value in each: rule `<column>_required`.
    #[schemars(extend("examples" = ["customer_id", ["order_id", "line_number"]]))]
    pub key: Option<OneOrMany>,
    /// How new rows are combined with existing ones. Default: `upsert` with a key, `append` without one.
    #[schemars(example = &"upsert")]
    pub load: Option<LoadSpec>,
    /// Columns whose greatest values mark the newest row of a key; a row without a value is older than all that have one.
    /// Default: the file that was changed last. The sequence of a `history` is one column, in which a row must have a
    /// value: rule `<column>_required`.
    #[schemars(example = &"updated_at")]
    pub sequence: Option<OneOrMany>,
    /// Condition under which a row deletes the row with its key instead of writing it (`upsert` and `history`). Such a row
    /// needs a key and a sequence; no other rule applies to it.
    #[schemars(example = &"operation = 'D'")]
    pub delete_when: Option<DeletionEntry>,
    /// What becomes of the row of a key that is deleted (`upsert` with `delete_when` and `sequence`). Default: it is removed.
    #[schemars(example = &"mark")]
    pub on_delete: Option<DeletedSpec>,
    /// What a row without a value in a column does to the value that an older row of its key has there (`upsert`). Default:
    /// the newest row replaces the older ones as a whole.
    #[schemars(extend("examples" = ["keep", {"keep": ["street", "phone"]}]))]
    pub on_null: Option<NullEntry>,
    /// Columns in the order of the table, each with its type (`price: decimal(10,2)`) or with a mapping of its properties.
    #[schemars(extend("examples" = [{"customer_id": {"type": "string", "required": true}, "city": "string"}]))]
    pub columns: IndexMap<String, ColumnEntry>,
    /// References by more than one column, each with the name that it has in expressions. A reference by one column is
    /// declared on that column. A row with a NULL in one of the columns refers to nothing.
    #[schemars(extend("examples" = [{"order_lines": {"key": {"order_id": "order_id", "line_no": "line"}}}]))]
    pub references: Option<IndexMap<String, KeyReferenceSpec>>,
    /// Conditions that every row must satisfy, by name. A condition that is NULL counts as violated: if a value may be
    /// missing, write `x is null or ..`.
    #[schemars(extend("examples" = [{"price_not_negative": "price >= 0"}]))]
    pub rules: Option<IndexMap<String, RuleEntry>>,
    /// Expressions that metrics can use by name, like columns; they are not stored. They may read referenced entities.
    #[schemars(extend("examples" = [{"amount": "quantity * products.price"}]))]
    pub derived: Option<IndexMap<String, String>>,
    /// How confidential the table is.
    #[schemars(example = &"confidential")]
    pub classification: Option<ClassificationSpec>,
    /// Audiences that may read the table; personal data that an audience does not see is masked for it.
    #[schemars(extend("examples" = [["marketing"]]))]
    pub audience: Option<OneOrMany>,
    /// Audiences that see some rows only, each with the condition that these rows meet, over columns of the table. Others of
    /// `audience` see all rows; nobody else sees any. Tables of metrics have conditions of their own.
    #[schemars(extend("examples" = [{"sales": "region = 'EU'"}]))]
    pub rows: Option<IndexMap<String, String>>,
    /// How old the newest file may be before an alert is raised.
    #[schemars(extend("examples" = [{"within_hours": 48}]))]
    pub freshness: Option<FreshnessSpec>,
    /// How many rows the raw table must hold after an update.
    #[schemars(extend("examples" = [{"min": 1}]))]
    pub row_count: Option<RowCountSpec>,
    /// How the table is stored.
    #[schemars(extend("examples" = [{"cluster_by": ["city"]}]))]
    pub storage: Option<StorageSpec>,
    /// Whom to ask about the table: teams, people, mail addresses. Becomes the table property `contacts`.
    #[schemars(extend("examples" = [["sales-data@example.com"]]))]
    pub contacts: Option<OneOrMany>,
    /// Tags of the tables in Unity Catalog, besides `classification`, which `gen` sets.
    #[schemars(extend("examples" = [{"domain": "sales"}]))]
    pub tags: Option<IndexMap<String, String>>,
    /// Says that the table will be removed. Its comment says so, and a spec that reads it gets a warning (W0404).
    #[schemars(extend("examples" = [{"remove_on": "2027-01-31", "instead": "customers_v2"}]))]
    pub deprecated: Option<DeprecatedSpec>,
    /// Warnings that are accepted, each with its place and the reason. An entry that matches no warning is a warning itself.
    #[schemars(extend("examples" = [[{"warning": "W0705", "at": "columns.email", "reason": "addresses of shops are on their doors"}]]))]
    pub allow: Option<Vec<AllowSpec>>,
}

/// How new rows are combined with existing ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadSpec {
    /// Every row is kept.
    Append,
    /// The newest row of a key replaces the older ones (slowly changing dimension, type 1).
    Upsert,
    /// Every version of a key is kept, with the time it came and went (slowly changing dimension, type 2).
    History,
    /// The table shows the rows of the newest file only; keys that are missing in it are removed. A file without a valid row
    /// (it is empty, or all its rows are quarantined or dropped) is ignored: the newest file with a valid row counts.
    Snapshot,
}

/// What becomes of the row of a key that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeletedSpec {
    /// It stays as it was before, with `is_deleted` and with `deleted_at`, the value of the sequence of the row that deleted
    /// it. Metrics and references do not see it; queries do.
    Mark,
}

/// What a missing value does to an older one: for all columns, or for some.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum NullEntry {
    /// In every column.
    All(NullSpec),
    /// In the columns that are named.
    Some(NullColumnsSpec),
}

/// What a missing value does to an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NullSpec {
    /// The older value stays, in every column.
    Keep,
}

/// Columns in which a missing value leaves the older one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NullColumnsSpec {
    /// The columns whose older value stays where a newer row has none.
    #[schemars(extend("examples" = [["street", "phone"]]))]
    pub keep: OneOrMany,
}

/// A column: its type alone, or a mapping of its properties.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnEntry {
    /// The type, as in `price: decimal(10,2)`.
    Type(String),
    /// The type and other properties.
    Full(Box<ColumnSpec>),
}

impl ColumnEntry {
    /// The properties; `None` if only the type is given.
    pub fn full(&self) -> Option<&ColumnSpec> {
        match self {
            ColumnEntry::Type(_) => None,
            ColumnEntry::Full(full) => Some(full),
        }
    }
}

/// Properties of a column.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// Type of the column: string, tinyint, smallint, int, bigint, decimal(p,s), float, double, boolean, date, timestamp or
    /// timestamp_ntz (without a time zone).
    #[serde(rename = "type")]
    #[schemars(example = &"decimal(10,2)")]
    pub ty: String,
    /// What the column contains. Becomes its comment.
    #[schemars(example = &"Price of one piece in US dollars")]
    pub description: Option<String>,
    /// Header of the column in CSV files, if it is not the name of the column.
    #[schemars(example = &"Customer No.")]
    pub header: Option<String>,
    /// Field of JSON records, or column of a Parquet file or of a table, that the column is read from, if it is not the one with
    /// the name of the column. In records, dots lead to fields within fields; put a name that contains a dot in back-quotes:
    /// `` `price.net` ``. An object or array of a record can be read as a string: its JSON text.
    #[schemars(example = &"customer.address.city")]
    pub from: Option<String>,
    /// How dates, timestamps or numbers are written in the files, if it differs from the format of the source: for dates and
    /// timestamps a pattern such as `dd.MM.yyyy` or `yyyy-MM-dd'T'HH:mm:ssXXX`, and for numbers how 1234.56 looks:
    /// `1.234,56`, `1,234.56`, `1 234,56`, `1'234.56` or `1234,56`.
    #[schemars(extend("examples" = ["dd.MM.yyyy", "1.234,56"], "x-unquoted" = true))]
    pub format: Option<String>,
    /// Whether every row must have a value: rule `<column>_required`. Default: no, except for the columns of the key and
    /// the sequence of a history, which are always required.
    #[schemars(example = true)]
    pub required: Option<bool>,
    /// What happens to a row without a required value. Default: `quarantine`.
    #[schemars(example = &"quarantine")]
    pub on_missing: Option<ActionSpec>,
    /// The kind of personal data that the column contains.
    #[schemars(example = &"email")]
    pub pii: Option<PersonalSpec>,
    /// Why nothing about a person is disclosed by whether a value is valid (`matches`, `accepted`, a lookup), or by which row
    /// has the greatest value (`sequence`), although the column is personal data. For a column of a query without `pii`: why
    /// its values are not personal data, although they are computed from such. `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"every mail address has this form")]
    pub declassify: Option<String>,
    /// Change that is made to a string before it is checked or stored. Surrounding spaces are always removed.
    #[schemars(example = &"lower")]
    pub normalize: Option<NormalizeSpec>,
    /// Regular expression that the text must match: rule `valid_<column>`.
    #[schemars(example = &"^[A-Z]{2}[0-9]{4}$")]
    pub matches: Option<String>,
    /// The allowed values, written as in the files and compared in the type of the column: rule `valid_<column>`. A column
    /// that references a lookup accepts its keys.
    #[schemars(extend("examples" = [["open", "closed"]], "x-unquoted" = true))]
    pub accepted: Option<Vec<String>>,
    /// What happens to a row with a value that does not fit the type, `matches` or `accepted`. With `warn` the value
    /// becomes NULL and the row is kept. Default: `quarantine`.
    #[schemars(example = &"warn")]
    pub on_invalid: Option<ActionSpec>,
    /// Value for rows that have none, written as in the files.
    #[schemars(extend("examples" = ["Uncategorized", 0], "x-unquoted" = true))]
    pub default: Option<String>,
    /// The entity whose key this column contains. For a key of several columns see `references` of the entity.
    #[schemars(extend("examples" = ["customers", {"entity": "addresses", "as": "billing_address"}]))]
    pub references: Option<ReferenceEntry>,
    /// Typical values, for documentation and for sample data.
    #[schemars(extend("examples" = [["Books", "Garden", "Toys"]], "x-unquoted" = true))]
    pub examples: Option<Vec<String>>,
}

/// Change that is made to a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NormalizeSpec {
    /// Converted to lower case.
    Lower,
    /// Converted to upper case.
    Upper,
}

/// The entity that a column refers to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ReferenceEntry {
    /// Name of the entity, which is also the name of the reference.
    Entity(String),
    /// The entity, and another name for the reference.
    Named(ReferenceSpec),
}

/// A reference with a name, for entities that are referenced twice.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSpec {
    /// Name of the referenced entity.
    #[schemars(example = &"addresses")]
    pub entity: String,
    /// Name of the reference in expressions. Default: the name of the entity.
    #[serde(rename = "as")]
    #[schemars(example = &"billing_address")]
    pub alias: Option<String>,
}

/// A reference by all columns of a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyReferenceSpec {
    /// Name of the referenced entity. Default: the name of the reference.
    #[schemars(example = &"order_lines")]
    pub entity: Option<String>,
    /// Each column of the key of the referenced entity, with the column of this entity that contains its value.
    #[schemars(extend("examples" = [{"order_id": "order_id", "line_no": "line"}]))]
    pub key: IndexMap<String, String>,
}

/// The condition of a deletion alone, or a mapping of its properties.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DeletionEntry {
    /// The condition, in SQL.
    Sql(String),
    /// The condition and other properties.
    Full(DeletionSpec),
}

impl DeletionEntry {
    /// `declassify`; `None` if it is not given.
    pub fn reason(&self) -> Option<&str> {
        match self {
            DeletionEntry::Sql(_) => None,
            DeletionEntry::Full(full) => full.declassify.as_deref(),
        }
    }

    /// The condition, with the JSON pointer that leads to it.
    pub fn sql(&self) -> (&str, &'static str) {
        match self {
            DeletionEntry::Sql(sql) => (sql, "/delete_when"),
            DeletionEntry::Full(full) => (&full.sql, "/delete_when/sql"),
        }
    }
}

/// A deletion with the reason for which it may read personal data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletionSpec {
    /// The condition, in SQL over the columns of the entity.
    #[schemars(example = &"operation = 'D'")]
    pub sql: String,
    /// Why nothing about a person is disclosed by the absence of a deleted row, although the condition reads personal
    /// data. `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"the name REMOVED stands for nobody")]
    pub declassify: Option<String>,
}

/// A rule: its condition alone, or a mapping of its properties.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RuleEntry {
    /// The condition, in SQL.
    Condition(String),
    /// The condition and other properties.
    Full(RuleSpec),
}

/// A condition that every row must satisfy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// The condition, in SQL over the columns of the entity.
    #[schemars(example = &"shipped_on >= ordered_on")]
    pub check: String,
    /// What happens to a row that violates it. Default: `quarantine`.
    #[schemars(example = &"warn")]
    pub on_violation: Option<ActionSpec>,
    /// Why the rule exists.
    #[schemars(example = &"Nothing is shipped before it is ordered.")]
    pub description: Option<String>,
    /// Why nothing about a person is disclosed by whether a row satisfies the rule, although it reads personal data.
    /// `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"every customer is an adult by law")]
    pub declassify: Option<String>,
}

/// How old the newest file may be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreshnessSpec {
    /// Hours since the newest file was changed.
    #[schemars(range(min = 1), example = 48)]
    pub within_hours: u32,
}

/// How many rows there must be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowCountSpec {
    /// The fewest rows that the raw table may hold after an update.
    #[schemars(example = 1)]
    pub min: u64,
    /// What happens if there are fewer: `fail` or `warn`. Default: `fail`.
    #[schemars(example = &"fail")]
    pub on_violation: Option<ActionSpec>,
}
