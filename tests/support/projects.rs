//! Small projects as people write them: `tests/cases/<name>/`. A new case is a new folder.
//!
//! Each holds `specs/`, the files that arrive (`landing/`, later by name means changed later, an hour apart),
//! `pipeline/` (the SQL that is built, read in review), and `expected/<table>.csv`: rows worked out by hand, in any order.
//! The header of an expected file is the list that is selected, so it may leave columns out or hold expressions.

#![allow(dead_code, unused_imports, reason = "each test program uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::human;
use lakegen::driver::{self, Compilation, Phase};
use lakegen::world::DiskWorld;

/// The projects, by name.
pub fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Compiles a project that must be without fault.
pub fn compile(root: &Path) -> Compilation {
    let compilation = driver::compile(&DiskWorld, root, Phase::Deliver).unwrap();
    let style = human::Style { color: false, width: 100 };
    assert_eq!(human::render(&compilation.diagnostics, &compilation.sources, style), "", "{}", root.display());
    compilation
}

#[cfg(feature = "engine")]
mod run {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime};

    use lakegen::engine::local::{self, RunRequest};

    use super::*;

    /// 2024-01-01, when the first file arrived.
    const START: u64 = 1_704_067_200;

    /// All files below a folder, in order.
    pub fn files_below(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let nested = entries.map(|path| if path.is_dir() { files_below(&path) } else { vec![path] });
        let mut files: Vec<PathBuf> = nested.flatten().collect();
        files.sort();
        files
    }

    /// Copies files into `to`, each an hour later than the one before.
    pub fn land(from: &Path, to: &Path) {
        let files = files_below(from);
        for (hour, file) in (0..).zip(files) {
            let target = to.join(file.strip_prefix(from).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(&file, &target).unwrap();
            let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(START + hour * 3600);
            fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        }
    }

    /// Runs a project over the files of `landing`.
    pub fn run(project: &Path, landing: &Path, warehouse: &Path) {
        let parameters = BTreeMap::new();
        let (_, pipeline) = driver::runnable(&DiskWorld, project).unwrap();
        let request = RunRequest { pipeline: &pipeline, parameters: &parameters, landing, warehouse };
        if let Err(fault) = local::run(&request) {
            panic!("the run failed: {fault}");
        }
    }
}

#[cfg(feature = "engine")]
pub use run::{files_below, land, run};
