//! Expected texts in files: compared, or written anew by `BLESS=1 cargo test`. Read the difference before you commit it.

#![allow(dead_code, reason = "each test program uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// Texts of one case against its files.
#[derive(Default)]
pub struct Golden {
    wrong: Vec<String>,
}

impl Golden {
    /// Compares a text with a file, which has to be there even for an empty text, or writes it there.
    pub fn expect(&mut self, path: &Path, found: &str) {
        if is_blessing() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, found).unwrap();
        }
        match fs::read_to_string(path) {
            Ok(expected) if expected == found => {}
            Ok(expected) => {
                let path = path.display().to_string();
                let difference = TextDiff::from_lines(&expected, found);
                let difference = difference.unified_diff().header("expected", "found").to_string();
                self.wrong(format!("{path} differs; BLESS=1 writes what was found\n{difference}"));
            }
            Err(error) => {
                self.wrong(format!("{}: {error}; BLESS=1 writes what was found:\n{found}", path.display()));
            }
        }
    }

    /// Something else that is wrong.
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// Fails the test with all that is wrong.
    pub fn done(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// Compares one text with a file, or writes it there.
#[track_caller]
pub fn expect(path: &Path, found: &str) {
    let mut golden = Golden::default();
    golden.expect(path, found);
    golden.done();
}

/// Whether expected files are to be written.
pub fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// What lies in a directory, in order.
pub fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The files of a directory that end in `.sql`, in order.
pub fn sql_files(directory: &Path) -> Vec<PathBuf> {
    let mut found = entries(directory);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    found
}

/// Every file below a directory that ends in `.sql`, in order.
pub fn sql_below(directory: &Path) -> Vec<PathBuf> {
    let folders = entries(directory).into_iter().filter(|path| path.is_dir());
    let mut found: Vec<PathBuf> = folders.flat_map(|folder| sql_below(&folder)).collect();
    found.extend(sql_files(directory));
    found.sort();
    found
}
