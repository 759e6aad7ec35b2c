//! Wrong projects: what holds beside the cases under `tests/errors`.

use std::fs;

use lakegen::codes;
use lakegen::driver;
use lakegen::world::DiskWorld;

use crate::wrong::{case_names, drawn, errors_dir, lay_out};

#[test]
fn the_base_project_has_no_fault() {
    assert_eq!(drawn(&errors_dir().join("base")), "");
}

#[test]
fn ten_faults_are_ten_reports() {
    let drawn = drawn(lay_out("ten-faults").path());
    assert_eq!(drawn.matches("error[").count(), 10, "{drawn}");
}

#[test]
fn nothing_is_built_while_anything_is_at_fault() {
    for case in ["faults-of-all-passes", "E0701-personal-data", "E0303-two-datasets"] {
        let project = lay_out(case);
        let (compilation, changes) = driver::build(&DiskWorld, project.path(), &project.path().join("out")).unwrap();
        assert!(compilation.has_errors() && changes.is_none(), "{case}");
    }
}

#[test]
fn every_code_has_a_case() {
    // Faults of pipeline SQL have their cases where SQL that people wrote is checked.
    let checked = fs::read_dir(errors_dir().with_file_name("check")).unwrap();
    let mut names = case_names();
    names.extend(checked.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
    // Faults of runs and of writing show in what the program prints then.
    let mut printed = fs::read_to_string(errors_dir().with_file_name("it").join("cli/build.rs")).unwrap();
    for case in fs::read_dir(errors_dir().with_file_name("engine")).unwrap() {
        printed.extend(fs::read_to_string(case.unwrap().path().join("expected/faults.txt")));
    }
    // What a workspace says has its case where one is deployed to.
    printed += &fs::read_to_string(errors_dir().with_file_name("it").join("deploy/validation.rs")).unwrap();
    for code in codes::all() {
        let number = code.number();
        let has_case = names.iter().any(|name| name.starts_with(&format!("{number}-")));
        assert!(has_case || printed.contains(number), "{number} has no case");
    }
}
