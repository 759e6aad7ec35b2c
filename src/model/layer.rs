//! The layers of a pipeline.

/// A layer of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// As delivered.
    Bronze,
    /// Typed and checked.
    Silver,
    /// For readers.
    Gold,
    /// About the data.
    Quality,
}

impl Layer {
    /// All of them, in order.
    pub const ALL: [Layer; 4] = [Layer::Bronze, Layer::Silver, Layer::Gold, Layer::Quality];

    /// The word for it, and the directory of its files.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Bronze => "bronze",
            Layer::Silver => "silver",
            Layer::Gold => "gold",
            Layer::Quality => "quality",
        }
    }

    /// The parameter of the pipeline that gives its schema, where some target has it in another one.
    pub fn parameter(self) -> &'static str {
        match self {
            Layer::Bronze => "bronze_schema",
            Layer::Silver => "silver_schema",
            Layer::Gold => "gold_schema",
            Layer::Quality => "quality_schema",
        }
    }
}
