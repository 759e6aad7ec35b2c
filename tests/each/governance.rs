//! What is said of governance SQL that does not fit its pipeline: a case is `tests/governance/<name>.sql`, judged beside
//! `tests/governance/pipeline.sql`; what is drawn stands in `.txt` beside it.

use std::fs;
use std::path::Path;

use lakeflow::check;
use lakeflow::diag::{Diagnostics, human};
use lakeflow::source::SourceMap;
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{expect, sql_files};
use crate::root;

pub fn trials() -> Vec<Trial> {
    let mut cases = sql_files(&root().join("tests/governance"));
    cases.retain(|path| !path.ends_with("pipeline.sql"));
    each("governance", cases, is_judged_as_expected)
}

fn is_judged_as_expected(path: &Path) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let dataset = sources.add("pipeline.sql", fs::read_to_string(path.with_file_name("pipeline.sql")).unwrap());
    let name = path.file_name().unwrap().to_str().unwrap();
    let governance = sources.add(name, fs::read_to_string(path).unwrap());
    let judged = check::judge(&[dataset], check::OutsideTables::These(&[]), &sources, &mut found);
    assert!(!found.has_errors(), "the pipeline itself is at fault");
    check::governance(&[governance], &judged.datasets, &sources, &mut found);
    let style = human::Style { color: false, width: 100 };
    expect(&path.with_extension("txt"), &human::render(&found.into_sorted(), &sources, style));
}
