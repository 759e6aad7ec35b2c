//! How tables are labelled, how long they stay, and how many rows they must have.

/// What a spec says about its tables besides their rows.
#[derive(Debug, Clone, Default)]
pub struct Upkeep {
    /// Tags with their values, in the order of the spec; without those that `gen` sets.
    pub tags: Vec<(String, String)>,
    /// That they will be removed, and what replaces them, in sentences: `It will be removed on 2027-01-31. Use customers_v2
    /// instead.` Empty where nothing more is known.
    pub deprecated: Option<String>,
}

/// Beginnings of the keys of tags that the workspace itself sets.
pub const TAGS_OF_SERVER: [&str; 2] = ["system.", "class."];

/// Least number of raw rows.
#[derive(Debug, Clone, Copy)]
pub struct RowCount {
    /// The number.
    pub min: u64,
    /// Whether fewer stop the update.
    pub fail: bool,
}
