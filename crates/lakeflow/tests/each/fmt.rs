//! The formatter: a case is a folder `tests/fmt/<name>/` with `in.sql` and `out.sql`, how it is laid out.

use std::fs;
use std::path::Path;

use lakeflow::fmt::format;
use libtest_mimic::Trial;

use crate::cases;
use crate::each::each;
use crate::golden::{entries, expect};

pub fn trials() -> Vec<Trial> {
    each("fmt", entries(&cases().join("fmt")), laid_out)
}

fn laid_out(case: &Path) {
    let formatted = format(&fs::read_to_string(case.join("in.sql")).unwrap());
    assert!(formatted.as_written.is_empty(), "{:?}", formatted.as_written);
    expect(&case.join("out.sql"), &formatted.text);
}
