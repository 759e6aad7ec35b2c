//! Which SQL files a command was given, and their texts; the same for every command. Nothing is parsed here.
//!
//! A path is read whatever its ending. Below a directory files that end in `.sql` are read, and notebooks exported as
//! Python, R or Scala source; what tools keep for themselves (`.git`, `.venv`, `target`) is passed over. What can't be read
//! hides no other file.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic};
use crate::lakeflow::notebook;
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
    let mut found: Vec<Found> = vec![];
    for path in paths {
        if is_input(path) || !world.is_dir(path) {
            found.push(Found::Given(path.clone()));
        } else {
            found.extend(below(world, path));
        }
    }
    let read: Vec<Option<SqlFile>> = found.into_par_iter().map(|found| found.read(world)).collect();
    let mut seen = BTreeSet::new();
    read.into_iter().flatten().filter(|file| seen.insert(without_dots(&file.path))).collect()
}

/// A place where a file may be.
enum Found {
    /// To be read whatever it is.
    Given(PathBuf),
    /// To be read if it turns out to be a notebook.
    PerhapsNotebook(PathBuf),
    /// Nothing to be read.
    Unread(PathBuf, Unread),
}

impl Found {
    fn read(self, world: &dyn World) -> Option<SqlFile> {
        match self {
            Found::Given(path) => Some(SqlFile { text: text(world, &path), path }),
            Found::PerhapsNotebook(path) => {
                let text = text(world, &path).ok().filter(|text| notebook::mark(text).is_some())?;
                Some(SqlFile { path, text: Ok(text) })
            }
            Found::Unread(path, unread) => Some(SqlFile { path, text: Err(unread) }),
        }
    }
}

/// What there is below a directory.
fn below(world: &dyn World, dir: &Path) -> Vec<Found> {
    let has_ending = |path: &Path, endings: &[&str]| {
        path.extension().is_some_and(|found| endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
    };
    let listing = world.list_where(dir, &|dir| !belongs_to_a_tool(dir));
    let mut found: Vec<Found> = vec![];
    for error in listing.faults {
        // Where a link leads back to, files are found without it; one that leads nowhere may be no SQL.
        let matters = match error.fault {
            WorldFault::Loop => false,
            WorldFault::NotFound => error.path == *dir || has_ending(&error.path, &["sql"]),
            _ => true,
        };
        if matters {
            found.push(Found::Unread(error.path.clone(), unreadable(&error)));
        }
    }
    for path in listing.files {
        if has_ending(&path, &["sql"]) {
            found.push(Found::Given(path));
        } else if has_ending(&path, &["py", "r", "scala"]) {
            found.push(Found::PerhapsNotebook(path));
        }
    }
    if !found.iter().any(|found| !matches!(found, Found::PerhapsNotebook(_))) {
        let notebooks = found.into_iter().filter_map(|found| found.read(world));
        let notebooks: Vec<Found> = notebooks.map(|file| Found::Given(file.path)).collect();
        if !notebooks.is_empty() {
            return notebooks;
        }
        let message = "holds no `.sql` file and no notebook".to_owned();
        return vec![Found::Unread(dir.to_owned(), Unread { code: Code::UnreadableFile, message })];
    }
    found
}

fn belongs_to_a_tool(dir: &Path) -> bool {
    let name = dir.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.') || name == "target"
}

/// A path without the `.` in it that change nothing.
fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn unreadable(error: &WorldError) -> Unread {
    Unread { code: Code::UnreadableFile, message: format!("cannot be read: {}", error.fault) }
}

fn text(world: &dyn World, path: &Path) -> Result<String, Unread> {
    let bytes = if is_input(path) { world.input(LIMIT) } else { world.read(path, LIMIT) };
    let bytes = bytes.map_err(|error| unreadable(&error))?;
    let refuse = |message: String| Unread { code: Code::NotUtf8, message };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(refuse("is UTF-16: save it as UTF-8".to_owned()));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(refuse(format!("is no text: byte {at} is 0")));
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
            .with_file("d/n.py", "# Databricks notebook source\n")
            .with_file("d/p.py", "import os")
            .with_file("d/q.hql", "5");
        assert_eq!(
            read_shown(&world, &["d/q.hql", "d", "./d/b.SQL", "d/p.py"]),
            ["d/q.hql 5", "d/a/x.sql 2", "d/b.SQL 1", "d/n.py # Databricks notebook source\n", "d/p.py import os"]
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
            .with_file("good.sql", "1")
            .with_input("2");
        let paths = ["nowhere", "latin.sql", "wide.sql", "binary.sql", "empty", "good.sql", "-"];
        assert_eq!(
            read_shown(&world, &paths),
            [
                "nowhere: cannot be read: there is no such file",
                "latin.sql: is not UTF-8: see byte 2",
                "wide.sql: is UTF-16: save it as UTF-8",
                "binary.sql: is no text: byte 2 is 0",
                "empty: holds no `.sql` file and no notebook",
                "good.sql 1",
                "- 2"
            ]
        );
    }
}
