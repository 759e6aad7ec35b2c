//! Notes in the report: where, what was there, and the consequence of losing it.

use std::ops::Range;

/// One entry of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionNote {
    /// Bytes of the clause in the original text.
    pub range: Range<usize>,
    /// How bad it is.
    pub loss: Loss,
    /// What was left out or changed, and the consequence.
    pub message: String,
}

/// What is lost, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Left out, and the rows are the same: layout, schedules, keys that are never enforced.
    Dropped,
    /// Rows, names or who sees them may differ.
    Changed,
    /// A check that nobody makes any more.
    Unenforced,
    /// Values or rows lie open that were masked or filtered.
    Unprotected,
    /// Spark will refuse the statement until the function that it calls is there.
    Missing,
    /// The statement is left out.
    Unconverted,
}

impl Loss {
    /// All of them.
    pub const ALL: [Loss; 6] =
        [Loss::Dropped, Loss::Changed, Loss::Unenforced, Loss::Unprotected, Loss::Missing, Loss::Unconverted];

    /// One lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Loss::Dropped => "dropped",
            Loss::Changed => "changed",
            Loss::Unenforced => "unenforced",
            Loss::Unprotected => "unprotected",
            Loss::Missing => "missing",
            Loss::Unconverted => "unconverted",
        }
    }
}
