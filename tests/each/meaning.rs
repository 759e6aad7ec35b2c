//! What each change of pipeline SQL means: see [`said`](crate::said).

use std::path::Path;

use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{entries, expect};
use crate::root;
use crate::said::{read, said};

pub fn trials() -> Vec<Trial> {
    each("meaning", entries(&root().join("tests/meaning")), means_what_is_expected)
}

fn means_what_is_expected(case: &Path) {
    let (before, after) = (read(&case.join("before")), read(&case.join("after")));
    expect(&case.join("expected.txt"), &said(&before, &after));
    for same in [&before, &after] {
        let found = said(same, same);
        assert!(found.is_empty() || found.starts_with("unread"), "no change\n{found}");
    }
}
