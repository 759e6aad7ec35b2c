//! Counts what was parsed: a command parses every text once, and this is how tests verify it.

use std::sync::atomic::{AtomicUsize, Ordering};

static FILES: AtomicUsize = AtomicUsize::new(0);
static PARTS: AtomicUsize = AtomicUsize::new(0);

/// How often this process has parsed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parses {
    /// Texts of statements.
    pub files: usize,
    /// Single expressions and queries.
    pub parts: usize,
}

/// How often this process has parsed something so far.
pub fn parses() -> Parses {
    Parses { files: FILES.load(Ordering::Relaxed), parts: PARTS.load(Ordering::Relaxed) }
}

/// Counts a text of statements.
pub(super) fn file() {
    FILES.fetch_add(1, Ordering::Relaxed);
}

/// Counts an expression or a query.
pub(super) fn part() {
    PARTS.fetch_add(1, Ordering::Relaxed);
}
