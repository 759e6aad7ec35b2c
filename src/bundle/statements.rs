//! Governance files that jobs run: their names by phase, in order.
//!
//! What the files are called and what they hold is nobody's business here.

use std::collections::BTreeSet;

use crate::render::RenderedFile;

/// Names of files, sorted, without folders. A name is listed once, however many targets have a file of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements {
    /// Run before the update.
    pub before: BTreeSet<String>,
    /// Run after it.
    pub after: BTreeSet<String>,
}

impl Statements {
    /// Sorts files by phase; only those at `governance/<target>/{before,after}/<name>` count.
    pub fn of(files: &[RenderedFile]) -> Statements {
        let mut statements = Statements::default();
        for file in files {
            let parts: Vec<&str> = file.path.split('/').collect();
            let _is_new = match parts.as_slice() {
                ["governance", _, "before", name] => statements.before.insert((*name).to_owned()),
                ["governance", _, "after", name] => statements.after.insert((*name).to_owned()),
                _ => false,
            };
        }
        statements
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}
