//! A test for each case: each is found, filtered and reported under the name of its file or folder.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

/// Tests of a family, one a path: `<family>::<name of the file or folder>`.
pub fn each(family: &str, paths: Vec<PathBuf>, test: fn(&Path)) -> Vec<Trial> {
    assert!(!paths.is_empty(), "{family} has no case");
    let trial = |path: PathBuf| {
        let name = format!("{family}::{}", path.file_stem().unwrap().display());
        Trial::test(name, move || {
            test(&path);
            Ok(())
        })
    };
    paths.into_iter().map(trial).collect()
}
