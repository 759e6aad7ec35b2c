//! Pipeline SQL that people wrote, with what `gen check FILE` says of it.
//!
//! A case is a file `tests/check/<code>-<slug>.sql`, or `clean-<slug>.sql`; `<name>.txt` beside it is what is drawn, 100
//! columns wide.

use std::path::Path;

use lakeflow::diag::human;
use lakegen::driver;
use lakegen::world::DiskWorld;
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{expect, sql_files};
use crate::root;

pub fn trials() -> Vec<Trial> {
    each("check", sql_files(&root().join("tests/check")), is_judged_as_expected)
}

/// What is said, with the path as it stands in the repository.
fn drawn(path: &Path) -> String {
    let checked = driver::check_sql(&DiskWorld, &[path.to_owned()]);
    let text = human::render(&checked.diagnostics, &checked.sources, human::Style { color: false, width: 100 });
    text.replace(&format!("{}/", env!("CARGO_MANIFEST_DIR")), "")
}

fn is_judged_as_expected(path: &Path) {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let code = name.split('-').next().unwrap();
    let found = drawn(path);
    let fits = if code == "clean" { !found.contains("error[") } else { found.contains(&format!("[{code}]")) };
    assert!(fits, "not what its name says\n{found}");
    expect(&path.with_extension("txt"), &found);
}
