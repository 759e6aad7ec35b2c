//! How tables are stored.

/// How a table is stored, as far as the spec says.
#[derive(Debug, Clone, Default)]
pub struct Storage {
    /// By what its rows are clustered.
    pub clustering: Clustering,
    /// Properties besides those that every table of its kind has, in the order of the spec.
    pub properties: Vec<(String, String)>,
}

/// By what the rows of a table are clustered on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Clustering {
    /// By the key where AUTO CDC looks rows up by it, and not at all elsewhere.
    #[default]
    Usual,
    /// By these columns, at most four.
    Columns(Vec<String>),
    /// By columns that Databricks chooses.
    Auto,
    /// Not at all.
    Off,
}
