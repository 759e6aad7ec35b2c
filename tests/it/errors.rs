//! Each fault a spec can have, as a small project and the text a person sees.
//!
//! A case is a folder `tests/errors/<code>-<slug>/`, or one of another name if it is not about one code: its files are
//! laid over the valid project in `tests/errors/base/` (`without.txt` names files of it to leave away), `expected.txt` is
//! what is drawn, 100 columns wide. `BLESS=1` writes the expected texts anew; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostic, human};
use lakeflow::source::SourceMap;
use lakegen::codes;
use lakegen::driver;
use lakegen::world::DiskWorld;

/// Adds to the `specs` directory of a case what can't be kept in a repository.
type Make = fn(&Path);

/// The cases that need it.
const MADE: &[(&str, Make)] = &[
    ("E0101-symlink-loop", |specs| {
        #[cfg(unix)]
        std::os::unix::fs::symlink("../entities", specs.join("entities/again")).unwrap();
    }),
    ("E0103-giant-file", |specs| {
        fs::write(specs.join("entities/giant.yml"), "# too much\n".repeat(200_000)).unwrap();
    }),
];

pub fn errors_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

/// All faults and warnings of the project in `root`.
pub fn check_project(root: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let compilation = driver::check(&DiskWorld, root).unwrap();
    for diagnostic in &compilation.diagnostics {
        let number = diagnostic.code.number();
        assert_eq!(diagnostic.is_error(), number.starts_with('E'), "{number}: {}", diagnostic.message);
    }
    (compilation.sources, compilation.diagnostics)
}

pub fn drawn(root: &Path) -> String {
    let (sources, diagnostics) = check_project(root);
    human::render(&diagnostics, &sources, human::Style { color: false, width: 100 })
}

pub fn case_names() -> BTreeSet<String> {
    let names = fs::read_dir(errors_dir()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "base").collect()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The project of a case, in a directory of its own.
fn lay_out(name: &str) -> tempfile::TempDir {
    lay_out_all(&[name])
}

/// The project of several cases, laid over each other.
pub fn lay_out_all(names: &[&str]) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    copy_tree(&errors_dir().join("base"), project.path());
    for name in names {
        let case = errors_dir().join(name);
        for file in fs::read_to_string(case.join("without.txt")).unwrap_or_default().lines() {
            fs::remove_file(project.path().join(file)).unwrap();
        }
        if case.join("specs").exists() {
            copy_tree(&case.join("specs"), &project.path().join("specs"));
        }
        for (_, make) in MADE.iter().filter(|(made, _)| made == name) {
            make(&project.path().join("specs"));
        }
    }
    project
}

#[test]
fn the_base_project_has_no_fault() {
    assert_eq!(drawn(&errors_dir().join("base")), "");
}

#[test]
fn each_case_is_reported_as_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = vec![];
    for name in case_names() {
        let expected_file = errors_dir().join(&name).join("expected.txt");
        let drawn = drawn(lay_out(&name).path());
        let code = name.split('-').next().unwrap();
        if codes::from_number(code).is_some() && !drawn.contains(&format!("[{code}]")) {
            wrong.push(format!("== {name} does not report its code ==\n{drawn}"));
            continue;
        }
        if bless {
            fs::write(&expected_file, &drawn).unwrap();
        }
        let expected = fs::read_to_string(&expected_file).unwrap_or_default();
        if drawn != expected {
            wrong.push(format!("== {name}, expected ==\n{expected}== found ==\n{drawn}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
