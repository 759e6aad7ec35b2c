//! Templates: one spec for many entities or metrics, one for each row of a table.
//!
//! The rows are filled in before anything else looks at a spec (`reuse`), so typed specs never hold an `each`; the types are
//! here for the schema.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// The rows that a spec is filled with: one entity or metric comes from each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EachSpec {
    /// The parameter that tells one row from another. The name of the entity or metric contains it, as in `receipts_$(shop)`:
    /// the order of the rows means nothing, and without a row its tables are gone.
    #[schemars(example = &"shop")]
    pub key: String,
    /// The rows: a CSV file in the `lookups` directory, whose header names the parameters; or a mapping from each value of
    /// the key to the other parameters of its row.
    #[schemars(extend("examples" = ["shops.csv", {"north": {"town": "Oslo"}, "south": {"town": "Rome"}}]))]
    pub rows: RowsEntry,
    /// Types of parameters in SQL, where they are not `string`: tinyint, smallint, int, bigint, decimal(p,s), double, boolean,
    /// date or timestamp.
    #[schemars(extend("examples" = [{"opened_on": "date", "highest_discount": "decimal(4,2)"}]))]
    pub types: Option<IndexMap<String, String>>,
}

/// The rows of a template.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RowsEntry {
    /// A CSV file.
    File(String),
    /// The rows by their keys.
    Listed(IndexMap<String, Option<IndexMap<String, CellEntry>>>),
}

/// A value of a parameter, with or without quotes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CellEntry {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
}
