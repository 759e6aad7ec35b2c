//! The entity file: what arrives, what it must look like, what happens when it does not.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::each::EachSpec;
use super::shared::{ActionSpec, AllowSpec, ClassificationSpec, OneOrMany, PersonalSpec};
use super::source::SourceSpec;

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
    /// Where rows come from: files of the landing directory, a query over other tables of the project, or a lookup file next
    /// to the specs.
    #[schemars(extend("examples" = [{"files": "customers*.csv"}, {"query": "customer_value.sql"}, {"lookup": "us_states.csv"}]))]
    pub source: SourceSpec,
    /// The column or columns that tell one row from another. A row must have a value in each: rule `<column>_required`.
    #[schemars(extend("examples" = ["customer_id", ["order_id", "line_number"]]))]
    pub key: Option<OneOrMany>,
    /// How new rows meet old ones. Default: `upsert` with a key, `append` without one.
    #[schemars(example = &"upsert")]
    pub load: Option<LoadSpec>,
    /// Columns whose greatest values mark the newest row of a key; a row without a value is older than all that have one.
    /// Default: the file that was changed last. The sequence of a `history` is one column, in which a row must have a
    /// value: rule `<column>_required`.
    #[schemars(example = &"updated_at")]
    pub sequence: Option<OneOrMany>,
    /// Condition under which a row deletes its key instead of writing it (`upsert` and `history`). Such a row needs a
    /// key and a sequence, and is judged by no other rule.
    #[schemars(example = &"operation = 'D'")]
    pub delete_when: Option<DeletionEntry>,
    /// Columns in order, each with its type (`price: decimal(10,2)`) or with more about it.
    #[schemars(extend("examples" = [{"customer_id": {"type": "string", "required": true}, "city": "string"}]))]
    pub columns: IndexMap<String, ColumnEntry>,
    /// Conditions that every row must keep, by name. A condition that is NULL counts as broken: where a value may be
    /// missing, write `x is null or ..`.
    #[schemars(extend("examples" = [{"price_not_negative": "price >= 0"}]))]
    pub rules: Option<IndexMap<String, RuleEntry>>,
    /// Expressions that metrics can use by name, like columns; they are not stored. They may read referenced entities.
    #[schemars(extend("examples" = [{"amount": "quantity * products.price"}]))]
    pub derived: Option<IndexMap<String, String>>,
    /// How far the table may travel.
    #[schemars(example = &"confidential")]
    pub classification: Option<ClassificationSpec>,
    /// Audiences that may read the table; personal data that an audience does not see is masked for it.
    #[schemars(extend("examples" = [["marketing"]]))]
    pub audience: Option<OneOrMany>,
    /// Audiences that see some rows only, each with the condition that these rows meet, over columns of the table. Others of
    /// `audience` see all rows; nobody else sees any. Tables of metrics have conditions of their own.
    #[schemars(extend("examples" = [{"sales": "region = 'EU'"}]))]
    pub rows: Option<IndexMap<String, String>>,
    /// How old the newest file may be before somebody is told.
    #[schemars(extend("examples" = [{"within_hours": 48}]))]
    pub freshness: Option<FreshnessSpec>,
    /// How many lines must have been delivered after an update.
    #[schemars(extend("examples" = [{"min": 1}]))]
    pub row_count: Option<RowCountSpec>,
    /// Warnings that are meant, each with its place and the reason. One that silences nothing is a warning itself.
    #[schemars(extend("examples" = [[{"warning": "W0705", "at": "columns.email", "reason": "addresses of shops are on their doors"}]]))]
    pub allow: Option<Vec<AllowSpec>>,
}

/// How new rows meet old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadSpec {
    /// Every row is kept.
    Append,
    /// The newest row of a key replaces the older ones (slowly changing dimension, type 1).
    Upsert,
    /// Every version of a key is kept, with the time it came and went (slowly changing dimension, type 2).
    History,
    /// The newest file is the whole truth: keys that it lacks are gone. A newest file without a row that stays (it is
    /// empty, or all its rows are quarantined or dropped) changes nothing: the table shows the newest file that has some.
    Snapshot,
}

/// A column: its type alone, or more about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnEntry {
    /// The type.
    Type(String),
    /// The type and more.
    Full(Box<ColumnSpec>),
}

impl ColumnEntry {
    /// What is said besides the type, where anything is.
    pub fn full(&self) -> Option<&ColumnSpec> {
        match self {
            ColumnEntry::Type(_) => None,
            ColumnEntry::Full(full) => Some(full),
        }
    }
}

/// A column.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// Type of the column: string, tinyint, smallint, int, bigint, decimal(p,s), float, double, boolean, date, timestamp or
    /// timestamp_ntz (without a time zone).
    #[serde(rename = "type")]
    #[schemars(example = &"decimal(10,2)")]
    pub ty: String,
    /// What it holds. Becomes the comment of the column.
    #[schemars(example = &"Price of one piece in US dollars")]
    pub description: Option<String>,
    /// Header of the column in the files, where it is not the name of the column.
    #[schemars(example = &"Customer No.")]
    pub header: Option<String>,
    /// Field of JSON records that the column is read from, if it is not the one with the name of the column. Dots lead to
    /// fields within fields; put a name that contains a dot in back-quotes: `` `price.net` ``. An object or array can be read
    /// as a string: its JSON text.
    #[schemars(example = &"customer.address.city")]
    pub from: Option<String>,
    /// How dates, timestamps or numbers are written in the files, where it is not the form of the source: a pattern such as
    /// `dd.MM.yyyy` or `yyyy-MM-dd'T'HH:mm:ssXXX` for dates and timestamps, and for numbers how 1234.56 looks:
    /// `1.234,56`, `1,234.56`, `1 234,56`, `1'234.56` or `1234,56`.
    #[schemars(extend("examples" = ["dd.MM.yyyy", "1.234,56"], "x-unquoted" = true))]
    pub format: Option<String>,
    /// Whether a row without a value is at fault: rule `<column>_required`. Default: no, but for the columns of the key
    /// and the sequence of a history, which are always required.
    #[schemars(example = true)]
    pub required: Option<bool>,
    /// What is done about a row without a required value. Default: `quarantine`.
    #[schemars(example = &"quarantine")]
    pub on_missing: Option<ActionSpec>,
    /// The kind of personal data it holds.
    #[schemars(example = &"email")]
    pub pii: Option<PersonalSpec>,
    /// Why it tells nothing of a person that a value is valid by `matches`, `accepted` or a lookup, or which row has the
    /// greatest (`sequence`), although it is personal data. `gen pii` lists the reason.
    #[schemars(length(min = 1), example = &"every mail address has this form")]
    pub declassify: Option<String>,
    /// Changes made to the text of a string before anything looks at it. Surrounding spaces are always removed.
    #[schemars(example = &"lower")]
    pub normalize: Option<NormalizeSpec>,
    /// Regular expression that the text must match: rule `valid_<column>`.
    #[schemars(example = &"^[A-Z]{2}[0-9]{4}$")]
    pub matches: Option<String>,
    /// The only values there may be, written as in the files and compared in the type of the column: rule
    /// `valid_<column>`. A column that refers to a lookup accepts its keys.
    #[schemars(extend("examples" = [["open", "closed"]], "x-unquoted" = true))]
    pub accepted: Option<Vec<String>>,
    /// What is done about a value that does not fit type, pattern or accepted values. With `warn` it becomes NULL and
    /// the row stays. Default: `quarantine`.
    #[schemars(example = &"warn")]
    pub on_invalid: Option<ActionSpec>,
    /// Value of rows that have none, written as in the files.
    #[schemars(extend("examples" = ["Uncategorized", 0], "x-unquoted" = true))]
    pub default: Option<String>,
    /// The entity whose key this column holds.
    #[schemars(extend("examples" = ["customers", {"entity": "addresses", "as": "billing_address"}]))]
    pub references: Option<ReferenceEntry>,
    /// Typical values: documentation, and the stock that sample data is made of.
    #[schemars(extend("examples" = [["Books", "Garden", "Toys"]], "x-unquoted" = true))]
    pub examples: Option<Vec<String>>,
}

/// Changes made to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NormalizeSpec {
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
}

/// The entity that a column refers to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ReferenceEntry {
    /// The entity.
    Entity(String),
    /// The entity, and a name for this reference.
    Named(ReferenceSpec),
}

/// A reference with a name, for entities that are referenced twice.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSpec {
    /// The entity.
    #[schemars(example = &"addresses")]
    pub entity: String,
    /// What expressions call it. Default: the name of the entity.
    #[serde(rename = "as")]
    #[schemars(example = &"billing_address")]
    pub alias: Option<String>,
}

/// The condition of a deletion alone, or more about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DeletionEntry {
    /// The condition.
    Sql(String),
    /// The condition and more.
    Full(DeletionSpec),
}

impl DeletionEntry {
    /// Why it tells nothing of a person, if somebody says so.
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

/// The condition of a deletion.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletionSpec {
    /// The condition, in SQL over the columns of the entity.
    #[schemars(example = &"operation = 'D'")]
    pub sql: String,
    /// Why it tells nothing of a person that such a row is gone, although personal data decides. `gen pii` lists the
    /// reason.
    #[schemars(length(min = 1), example = &"the name REMOVED stands for nobody")]
    pub declassify: Option<String>,
}

/// A rule: its condition alone, or more about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RuleEntry {
    /// The condition.
    Condition(String),
    /// The condition and more.
    Full(RuleSpec),
}

/// A condition that every row must keep.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// The condition, in SQL over the columns of the entity.
    #[schemars(example = &"shipped_on >= ordered_on")]
    pub check: String,
    /// What is done about a row that breaks it. Default: `quarantine`.
    #[schemars(example = &"warn")]
    pub on_violation: Option<ActionSpec>,
    /// Why there is such a rule.
    #[schemars(example = &"Nothing is shipped before it is ordered.")]
    pub description: Option<String>,
    /// Why it tells nothing of a person that a row keeps the rule, although personal data decides. `gen pii` lists the
    /// reason.
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
    /// What is done about fewer: `fail` or `warn`. Default: `fail`.
    #[schemars(example = &"fail")]
    pub on_violation: Option<ActionSpec>,
}
