//! Which SQL files a command was given, and their texts; the same for every command. Nothing is parsed here.
//!
//! A file that was given is read whatever its extension. Below a directory, files that end in `.sql` are read, and
//! notebooks exported as Python, R or Scala source; directories of tools (`.git`, `.venv`, `target` of Cargo and dbt)
//! are skipped. A file that can't be read does not prevent others from being read.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use lakeflow::diag::{Code, Diagnostic};
use lakeflow::notebook;
use rayon::prelude::*;

use crate::codes;
use crate::world::{World, WorldError, WorldFault};

/// Larger files are not SQL that anybody wrote.
const LIMIT: u64 = 64 << 20;

/// The path that stands for standard input.
const INPUT: &str = "-";

/// A file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFile {
    /// As given, or below the directory that was given.
    pub path: PathBuf,
    /// Its text, or why it can't be had.
    pub text: Result<String, Unread>,
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What kind of fault it is.
    pub code: Code,
    /// What is wrong with the path, as the rest of a sentence that begins with it.
    pub message: String,
}

impl SqlFile {
    /// Whether it is standard input.
    pub fn is_input(&self) -> bool {
        is_input(&self.path)
    }

    /// Whether it is meant to be SQL, whatever it holds.
    pub fn is_sql(&self) -> bool {
        self.is_input() || self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"))
    }

    /// Why there is no text, if there is none.
    pub fn fault(&self) -> Option<Diagnostic> {
        let Unread { code, message } = self.text.as_ref().err()?;
        Some(Diagnostic::error(*code, format!("`{}` {message}", self.path.display())))
    }
}

/// Whether a path stands for standard input.
pub fn is_input(path: &Path) -> bool {
    path.as_os_str() == INPUT
}

/// Reads the files among `paths`, and those below the directories among them, in parallel; in the order of `paths`, and of
/// path within each directory, none twice.
pub fn read(world: &dyn World, paths: &[PathBuf]) -> Vec<SqlFile> {
    let found: Vec<Vec<FoundPath>> = paths.iter().map(|path| find(world, path)).collect();
    let read = |found: Vec<FoundPath>| found.into_par_iter().filter_map(|found| found.read(world)).collect();
    let read: Vec<Vec<SqlFile>> = found.into_par_iter().map(read).collect();
    let mut seen = BTreeSet::new();
    let each =
        paths.iter().zip(read).flat_map(|(path, files)| if files.is_empty() { vec![empty(path)] } else { files });
    each.filter(|file| seen.insert(without_dots(&file.path))).collect()
}

/// What there is at a path.
fn find(world: &dyn World, path: &Path) -> Vec<FoundPath> {
    if is_input(path) || !world.is_dir(path) { vec![FoundPath::Given(path.to_owned())] } else { below(world, path) }
}

/// A directory without SQL.
fn empty(dir: &Path) -> SqlFile {
    let message = "contains no `.sql` file and no notebook".to_owned();
    SqlFile { path: dir.to_owned(), text: Err(Unread { code: codes::UNREADABLE_FILE, message }) }
}

/// A place where a file may be.
enum FoundPath {
    /// To be read whatever it is.
    Given(PathBuf),
    /// To be read if it turns out to be a notebook.
    PerhapsNotebook(PathBuf),
    /// Nothing to be read.
    Unread(PathBuf, Unread),
}

impl FoundPath {
    fn read(self, world: &dyn World) -> Option<SqlFile> {
        match self {
            FoundPath::Given(path) => Some(SqlFile { text: text(world, &path), path }),
            FoundPath::PerhapsNotebook(path) => {
                let text = text(world, &path).ok().filter(|text| notebook::mark(text).is_some())?;
                Some(SqlFile { path, text: Ok(text) })
            }
            FoundPath::Unread(path, unread) => Some(SqlFile { path, text: Err(unread) }),
        }
    }
}

/// What there is below a directory.
fn below(world: &dyn World, dir: &Path) -> Vec<FoundPath> {
    let has_ending = |path: &Path, endings: &[&str]| {
        path.extension().is_some_and(|found| endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
    };
    let mut listing = world.list_where(dir, &|dir| !is_hidden(dir));
    let made = made_by_tools(&listing.files);
    let is_made = |path: &Path| path.ancestors().any(|above| made.contains(above));
    listing.files.retain(|path| !is_made(path));
    listing.faults.retain(|error| !is_made(&error.path));
    let mut found: Vec<FoundPath> = vec![];
    for error in listing.faults {
        // Where a link leads back to, files are found without it; one that leads nowhere may be no SQL.
        let matters = match error.fault {
            WorldFault::Loop => false,
            WorldFault::NotFound => error.path == *dir || has_ending(&error.path, &["sql"]),
            _ => true,
        };
        if matters {
            found.push(FoundPath::Unread(error.path.clone(), unreadable(&error)));
        }
    }
    for path in listing.files {
        if has_ending(&path, &["sql"]) {
            found.push(FoundPath::Given(path));
        } else if has_ending(&path, &["py", "r", "scala"]) {
            found.push(FoundPath::PerhapsNotebook(path));
        }
    }
    found
}

/// Whether a directory is not meant to be seen: what tools keep for themselves.
fn is_hidden(dir: &Path) -> bool {
    dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Where Cargo and dbt put what they make, by the files that they begin with.
fn made_by_tools(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let begins = |path: &&PathBuf| ["Cargo.toml", "dbt_project.yml"].iter().any(|file| path.ends_with(file));
    files.iter().filter(begins).map(|path| path.with_file_name("target")).collect()
}

/// A path without the `.` in it that change nothing.
fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn unreadable(error: &WorldError) -> Unread {
    Unread { code: codes::UNREADABLE_FILE, message: format!("cannot be read: {}", error.fault) }
}

fn text(world: &dyn World, path: &Path) -> Result<String, Unread> {
    let bytes = if is_input(path) { world.input(LIMIT) } else { world.read(path, LIMIT) };
    let bytes = bytes.map_err(|error| unreadable(&error))?;
    let refuse = |message: String| Unread { code: codes::NOT_UTF8, message };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(refuse("is UTF-16: save it as UTF-8".to_owned()));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(refuse(format!("is not text: byte {at} is 0")));
    }
    String::from_utf8(bytes)
        .map_err(|error| refuse(format!("is not UTF-8: see byte {}", error.utf8_error().valid_up_to())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    fn read_shown(world: &MemoryWorld, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let shown = |file: SqlFile| match &file.text {
            Ok(text) => format!("{} {text}", file.path.display()),
            Err(unread) => format!("{}: {}", file.path.display(), unread.message),
        };
        read(world, &paths).into_iter().map(shown).collect()
    }

    #[test]
    fn directories_give_sql_and_notebooks_and_paths_whatever_they_name() {
        let world = MemoryWorld::default()
            .with_file("d/b.SQL", "1")
            .with_file("d/a/x.sql", "2")
            .with_file("d/.venv/x.sql", "3")
            .with_file("d/target/x.sql", "4")
            .with_file("d/rust/target/x.sql", "6")
            .with_file("d/rust/Cargo.toml", "")
            .with_file("d/n.py", "# Databricks notebook source\n")
            .with_file("d/p.py", "import os")
            .with_file("d/q.hql", "5");
        assert_eq!(
            read_shown(&world, &["d/q.hql", "d", "./d/b.SQL", "d/p.py"]),
            [
                "d/q.hql 5",
                "d/a/x.sql 2",
                "d/b.SQL 1",
                "d/n.py # Databricks notebook source\n",
                "d/target/x.sql 4",
                "d/p.py import os"
            ]
        );
        assert_eq!(read_shown(&world, &["d/.venv"]), ["d/.venv/x.sql 3"]);
    }

    #[test]
    fn what_cannot_be_read_hides_nothing() {
        let world = MemoryWorld::default()
            .with_file("latin.sql", b"a \xe4".as_slice())
            .with_file("wide.sql", b"\xff\xfes\0".as_slice())
            .with_file("binary.sql", b"PK\0".as_slice())
            .with_file("empty/readme.md", "")
            .with_file("empty/module.py", "import os")
            .with_file("good.sql", "1")
            .with_input("2");
        let paths = ["nowhere", "latin.sql", "wide.sql", "binary.sql", "empty", "good.sql", "-"];
        assert_eq!(
            read_shown(&world, &paths),
            [
                "nowhere: cannot be read: file not found",
                "latin.sql: is not UTF-8: see byte 2",
                "wide.sql: is UTF-16: save it as UTF-8",
                "binary.sql: is not text: byte 2 is 0",
                "empty: contains no `.sql` file and no notebook",
                "good.sql 1",
                "- 2"
            ]
        );
    }
}
