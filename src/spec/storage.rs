//! How tables are stored.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::OneOrMany;

/// How a table is stored.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageSpec {
    /// Columns by which rows are clustered on disk (liquid clustering): at most four. `auto` lets Databricks choose them, and
    /// `none` turns clustering off. Default: the key of an entity with `load: upsert` or `history`, otherwise none.
    #[schemars(extend("examples" = [["city", "since"], "auto", "none"]))]
    pub cluster_by: Option<OneOrMany>,
    /// Further properties of the table, of Delta or of your own.
    #[schemars(extend("examples" = [{"delta.logRetentionDuration": "interval 60 days"}]))]
    pub properties: Option<IndexMap<String, String>>,
}
