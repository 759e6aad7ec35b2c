//! Tables that something else keeps, and that entities read.

/// A table or view of Unity Catalog outside of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTable {
    /// The catalog where one is named, the schema, and the table; empty after a fault.
    pub parts: Vec<String>,
    /// Whether each update takes the rows that were appended since the last one, not all rows.
    pub is_stream: bool,
}

impl SourceTable {
    /// The name as messages show it, and as files of rows for local runs are called.
    pub fn name(&self) -> String {
        self.parts.join(".")
    }

    /// The file in the landing directory whose rows stand for those of the table in local runs.
    pub fn rows_file(&self) -> String {
        rows_file(&self.name())
    }

    /// Catalog, schema and table, in a target with this catalog; `None` after a fault.
    pub fn within<'a>(&'a self, catalog: &'a str) -> Option<[&'a str; 3]> {
        match self.parts.as_slice() {
            [schema, table] => Some([catalog, schema, table]),
            [own, schema, table] => Some([own, schema, table]),
            _ => None,
        }
    }
}

/// The file in the landing directory with rows for a table, by its name with dots between its parts. Files below a directory
/// whose name begins with `_` are never data of other sources.
pub fn rows_file(table: &str) -> String {
    format!("_tables/{}.csv", table.to_lowercase())
}
