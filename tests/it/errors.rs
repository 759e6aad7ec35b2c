//! Each fault a spec can have, as a small project and the text a person sees.
//!
//! A case is a folder `tests/errors/<code>-<slug>/`: its files are laid over the valid project in `tests/errors/base/`
//! (`without.txt` names files of it to leave away), `expected.txt` is what is drawn, 100 columns wide. `BLESS=1` writes
//! the expected texts anew; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lakegen::diag::{Code, Diagnostic, Diagnostics, human};
use lakegen::load::load;
use lakegen::source::SourceMap;
use lakegen::validate::validate;
use lakegen::world::DiskWorld;

/// Codes without a case. This list only ever shrinks.
const PENDING: &[&str] = &[
    "E0301", "E0302", "E0304", "E0305", "E0306", "E0307", "E0308", "E0309", "E0310", "E0401", "E0402", "E0403",
    "E0404", "E0405", "E0406", "E0407", "E0408", "E0409", "E0501", "E0502", "E0503", "E0601", "E0602", "E0603",
    "E0604", "E0605", "E0606", "E0607", "E0608", "E0609", "E0610", "E0611", "E0612", "E0613", "E0614", "E0701",
    "E0702", "E0703", "E0704", "E0705", "E0801", "E0802", "E0803", "E0804", "E0805", "E0806", "E0807", "E0808",
    "E0809", "E0810", "E0811", "E0901", "E0902", "E1001", "E1002", "E1003", "E1004",
];

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

fn errors_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

/// All passes that report faults of specs.
fn check_project(root: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let loaded = load(&DiskWorld, root, &mut sources, &mut diagnostics);
    validate(loaded, &sources, &mut diagnostics);
    (sources, diagnostics.into_sorted())
}

fn drawn(root: &Path) -> String {
    let (sources, diagnostics) = check_project(root);
    human::render(&diagnostics, &sources, human::Style { color: false, width: 100 })
}

fn case_names() -> BTreeSet<String> {
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
    let project = tempfile::tempdir().unwrap();
    let case = errors_dir().join(name);
    copy_tree(&errors_dir().join("base"), project.path());
    for file in fs::read_to_string(case.join("without.txt")).unwrap_or_default().lines() {
        fs::remove_file(project.path().join(file)).unwrap();
    }
    if case.join("specs").exists() {
        copy_tree(&case.join("specs"), &project.path().join("specs"));
    }
    for (_, make) in MADE.iter().filter(|(made, _)| *made == name) {
        make(&project.path().join("specs"));
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
        assert!(drawn.contains(&format!("[{code}]")), "case {name} does not report its code:\n{drawn}");
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
fn every_code_has_a_case() {
    let names = case_names();
    for code in Code::ALL {
        let has_case = names.iter().any(|name| name.starts_with(&format!("{}-", code.number())));
        let pending = PENDING.contains(&code.number());
        assert!(has_case || pending, "{} has no case in tests/errors", code.number());
        assert!(!(has_case && pending), "{} has a case: take it off the list of pending codes", code.number());
    }
}
