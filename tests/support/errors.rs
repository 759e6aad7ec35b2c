//! Wrong projects: a case is laid over a project without fault, and what is said of it is drawn.
//!
//! A case is a folder `tests/errors/<code>-<slug>/`, or one of another name if it is not about one code: its files are
//! laid over the valid project in `tests/errors/base/` (`without.txt` names files of it to leave away), `expected.txt` is
//! what is drawn, 100 columns wide.

#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostic, human};
use lakeflow::source::SourceMap;
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
pub fn lay_out(name: &str) -> tempfile::TempDir {
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
