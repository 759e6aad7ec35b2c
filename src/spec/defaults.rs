//! Values of keys that many specs share: they are put into the specs that do not set the keys (`reuse`).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::entity::{FreshnessSpec, RowCountSpec};
use super::shared::OneOrMany;
use super::source::EncodingSpec;

/// Values for all specs of the project, and for those of a folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultsSpec {
    /// Values for entities.
    #[schemars(extend("examples" = [{"source": {"delimiter": ";", "dates": "dd.MM.yyyy"}}]))]
    pub entities: Option<EntityDefaultsSpec>,
    /// Values for metrics.
    #[schemars(extend("examples" = [{"audience": ["sales"]}]))]
    pub metrics: Option<MetricDefaultsSpec>,
    /// Values for the specs of a folder below `specs/`, and of the folders in it. They have precedence over those of the
    /// project and of the folders around it.
    #[schemars(extend("examples" = [{"entities/bookkeeping": {"entities": {"source": {"encoding": "windows-1252"}}}}]))]
    pub folders: Option<IndexMap<String, FolderDefaultsSpec>>,
}

/// Values for the specs of a folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderDefaultsSpec {
    /// Values for entities.
    #[schemars(extend("examples" = [{"source": {"encoding": "windows-1252"}}]))]
    pub entities: Option<EntityDefaultsSpec>,
    /// Values for metrics.
    #[schemars(extend("examples" = [{"audience": ["sales"]}]))]
    pub metrics: Option<MetricDefaultsSpec>,
}

/// Values for entities.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityDefaultsSpec {
    /// How files are read. Each key is a default of its own; keys that the format of a source does not have are left out.
    #[schemars(extend("examples" = [{"delimiter": ";", "dates": "dd.MM.yyyy"}]))]
    pub source: Option<SourceDefaultsSpec>,
    /// Audiences that may read the tables.
    #[schemars(extend("examples" = [["sales"]]))]
    pub audience: Option<OneOrMany>,
    /// Whom to ask about the tables.
    #[schemars(extend("examples" = [["sales-data@example.com"]]))]
    pub contacts: Option<OneOrMany>,
    /// Tags of the tables.
    #[schemars(extend("examples" = [{"domain": "sales"}]))]
    pub tags: Option<IndexMap<String, String>>,
    /// How old the newest file may be, for entities that read files.
    #[schemars(extend("examples" = [{"within_hours": 48}]))]
    pub freshness: Option<FreshnessSpec>,
    /// How many lines must have been delivered after an update, for entities that read files.
    #[schemars(extend("examples" = [{"min": 1}]))]
    pub row_count: Option<RowCountSpec>,
}

/// How files are read, as in `source` of an entity.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceDefaultsSpec {
    /// The character between two fields of CSV files.
    #[schemars(length(min = 1, max = 1), example = &";")]
    pub delimiter: Option<String>,
    /// The character around a field that holds delimiters, in CSV files.
    #[schemars(length(min = 1, max = 1), example = &"'")]
    pub quote: Option<String>,
    /// The character before a quotation mark that belongs to a field in quotes, in CSV files.
    #[schemars(length(min = 1, max = 1), example = &"\\")]
    pub escape: Option<String>,
    /// Whether the first line of CSV files names the columns.
    #[schemars(example = false)]
    pub header: Option<bool>,
    /// How many lines stand before the header of CSV files.
    #[schemars(range(min = 1, max = 1000), example = 2)]
    pub skip_lines: Option<u32>,
    /// The character at the beginning of lines that are comments, in CSV files.
    #[schemars(length(min = 1, max = 1), example = &"#")]
    pub comment: Option<String>,
    /// Encoding of CSV files.
    #[schemars(example = &"windows-1252")]
    pub encoding: Option<EncodingSpec>,
    /// Texts that stand for no value, besides the empty one.
    #[schemars(extend("examples" = [["NULL", "n/a", "-"]], "x-unquoted" = true))]
    pub nulls: Option<Vec<String>>,
    /// How dates are written.
    #[schemars(example = &"dd.MM.yyyy")]
    pub dates: Option<String>,
    /// How timestamps are written.
    #[schemars(example = &"dd.MM.yyyy HH:mm")]
    pub timestamps: Option<String>,
    /// How 1234.56 is written.
    #[schemars(extend("examples" = ["1.234,56"], "x-unquoted" = true))]
    pub numbers: Option<String>,
}

/// Values for metrics.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricDefaultsSpec {
    /// Audiences that may read the tables.
    #[schemars(extend("examples" = [["sales"]]))]
    pub audience: Option<OneOrMany>,
    /// Whom to ask about the tables.
    #[schemars(extend("examples" = [["sales-data@example.com"]]))]
    pub contacts: Option<OneOrMany>,
    /// Tags of the tables.
    #[schemars(extend("examples" = [{"domain": "sales"}]))]
    pub tags: Option<IndexMap<String, String>>,
}
