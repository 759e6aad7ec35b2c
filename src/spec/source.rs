//! Where the rows of an entity come from, and how their files are read.

use schemars::JsonSchema;
use serde::Deserialize;

/// Where rows come from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SourceSpec {
    /// Files that arrive in the landing directory of the target.
    Files(Box<FilesSpec>),
    /// Rows that are part of the specs.
    Lookup(LookupSpec),
    /// Rows that a query gives.
    Query(QuerySpec),
    /// Rows of a table that is there already.
    Table(OutsideSpec),
}

/// Files in the landing directory.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesSpec {
    /// Pattern of the file names, relative to the landing directory of the target. CSV and JSON files whose names end in `.gz`
    /// are unpacked as they are read; other compressions are read by Databricks alone, not by local runs.
    #[schemars(example = &"customers*.csv")]
    pub files: String,
    /// Pattern of file names that `files` matches but that belong to something else.
    #[schemars(example = &"customers_archive*.csv")]
    pub except: Option<String>,
    /// Format of the files. Default: `csv`.
    #[schemars(example = &"json")]
    pub format: Option<FormatSpec>,
    /// Whether each JSON file is a single record or an array of records, which may span lines. Default: no, each line is a
    /// record.
    #[schemars(example = true)]
    pub multi_line: Option<bool>,
    /// The character between two fields. Default: a comma.
    #[schemars(length(min = 1, max = 1), example = &";")]
    pub delimiter: Option<String>,
    /// The character around a field that holds delimiters. Default: a double quotation mark.
    #[schemars(length(min = 1, max = 1), example = &"'")]
    pub quote: Option<String>,
    /// The character before a quotation mark that belongs to a field in quotes. Default: the quotation mark itself, as
    /// in `"say ""hello"""`.
    #[schemars(length(min = 1, max = 1), example = &"\\")]
    pub escape: Option<String>,
    /// Whether the first line names the columns. Without a header, fields are read in the order of `columns`. Default: yes.
    #[schemars(example = false)]
    pub header: Option<bool>,
    /// How many lines stand before the header, or before the first row where there is no header. They are kept in
    /// `<entity>_skipped`. Default: none.
    #[schemars(range(min = 1, max = 1000), example = 2)]
    pub skip_lines: Option<u32>,
    /// The character at the beginning of lines that are comments. They are kept in `<entity>_skipped`. A field in quotes
    /// can't span lines then. Default: there are no comments.
    #[schemars(length(min = 1, max = 1), example = &"#")]
    pub comment: Option<String>,
    /// Encoding of the files. Default: `utf-8`.
    #[schemars(example = &"windows-1252")]
    pub encoding: Option<EncodingSpec>,
    /// Texts that stand for no value, besides the empty one. Compared as they stand, without spaces around them.
    #[schemars(extend("examples" = [["NULL", "n/a", "-"]], "x-unquoted" = true))]
    pub nulls: Option<Vec<String>>,
    /// How dates are written. Default: `yyyy-MM-dd`.
    #[schemars(example = &"dd.MM.yyyy")]
    pub dates: Option<String>,
    /// How timestamps are written. Default: `2024-01-31 17:00:00`, with `T` in place of the space, fractions of a second
    /// and an offset such as `Z` or `+02:00` where a file has them.
    #[schemars(example = &"dd.MM.yyyy HH:mm")]
    pub timestamps: Option<String>,
    /// How 1234.56 is written. Default: `1234.56`.
    #[schemars(extend("examples" = ["1.234,56"], "x-unquoted" = true))]
    pub numbers: Option<String>,
}

/// Format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormatSpec {
    /// Lines with fields that are separated by a delimiter.
    Csv,
    /// JSON records, one per line.
    Json,
    /// Parquet files, whose columns have names and types.
    Parquet,
}

/// The encoding of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum EncodingSpec {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Latin 1.
    #[serde(rename = "iso-8859-1")]
    Latin1,
    /// What many programs for Windows write in Western Europe and America.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// Rows that are part of the specs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupSpec {
    /// CSV file in the `lookups` directory of the specs, with a header; at most 1000 rows, all without fault.
    #[schemars(example = &"us_states.csv")]
    pub lookup: String,
}

/// Rows that a query gives.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuerySpec {
    /// SQL file in the `queries` directory of the specs, or the text of a query. A query reads tables of entities and
    /// metrics by their names, and gives exactly the columns of the entity, in any order, in their types.
    #[schemars(example = &"customer_value.sql")]
    pub query: String,
}

/// A table that something else keeps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideSpec {
    /// A table or view in Unity Catalog: `schema.table` in the catalog of the target, or `catalog.schema.table`. Its
    /// columns have exactly the declared types, or the update fails (`column_types`). Local runs read `_tables/<schema.table>.csv`
    /// in the landing directory instead.
    #[schemars(example = &"crm.customers")]
    pub table: String,
    /// What an update takes from the table. Default: `snapshot`.
    #[schemars(example = &"appends")]
    pub read: Option<TableReadSpec>,
}

/// What an update takes from a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableReadSpec {
    /// All rows, as they are then.
    Snapshot,
    /// The rows that were appended since the last update. The table must only ever grow: an update fails when rows of it were
    /// changed or deleted.
    Appends,
}
