//! Each fault a spec can have, as a small project and the text a person sees: see [`wrong`](crate::wrong).

use std::path::Path;

use lakegen::codes;
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::expect;
use crate::wrong::{case_names, drawn, errors_dir, lay_out};

pub fn trials() -> Vec<Trial> {
    each("errors", case_names().iter().map(|name| errors_dir().join(name)).collect(), is_reported)
}

fn is_reported(case: &Path) {
    let name = case.file_name().unwrap().to_str().unwrap();
    let drawn = drawn(lay_out(name).path());
    let code = name.split('-').next().unwrap();
    let is_named = codes::from_number(code).is_none() || drawn.contains(&format!("[{code}]"));
    assert!(is_named, "the code is not reported\n{drawn}");
    expect(&case.join("expected.txt"), &drawn);
}
