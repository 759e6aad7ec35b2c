//! Who answers for tables, how they are labelled, and how long they stay.

use schemars::JsonSchema;
use serde::Deserialize;

/// That tables will go, and what replaces them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeprecatedSpec {
    /// The day on which they are to be removed. Nothing is removed by itself.
    #[schemars(example = &"2027-01-31")]
    pub remove_on: Option<String>,
    /// What to use instead: the name of an entity, a metric or a table.
    #[schemars(example = &"customers_v2")]
    pub instead: Option<String>,
    /// Why, in a sentence.
    #[schemars(example = &"It has one row per address, not per customer.")]
    pub reason: Option<String>,
}
