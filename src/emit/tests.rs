//! What a build does to an output directory, on a real disk.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::*;
use crate::codes;
use crate::world::{DiskWorld, Listing, Opened, Ran};

fn compute(out: &Path, list: &[(&str, &str)]) -> (ChangeSet, Vec<Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    let files = list.iter().map(|(path, text)| (*path, Arc::from(*text))).collect();
    let set = ChangeSet::compute(&DiskWorld, out, &files, None, &mut diagnostics);
    (set, diagnostics.into_sorted())
}

/// Builds without faults and gives the fate of each file.
fn build(out: &Path, list: &[(&str, &str)]) -> Vec<(String, ChangeKind)> {
    let (set, faults) = compute(out, list);
    assert_eq!(faults, []);
    set.apply(&DiskWorld).unwrap();
    set.changes().iter().map(|c| (c.path.clone(), c.kind)).collect()
}

fn on_disk(out: &Path) -> Vec<String> {
    let listing = DiskWorld.list(out);
    listing.files.iter().map(|p| p.strip_prefix(out).unwrap().display().to_string()).collect()
}

#[test]
fn a_second_build_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let list = [("a.sql", "1\n"), ("sub/b.sql", "2\n")];
    build(dir.path(), &list);
    let times = || [MANIFEST, "a.sql", "sub/b.sql"].map(|f| DiskWorld.modified(&dir.path().join(f)).unwrap());
    let before = times();
    let (set, _) = compute(dir.path(), &list);
    assert!(set.is_fresh() && set.diff(false).is_empty());
    set.apply(&DiskWorld).unwrap();
    assert_eq!(before, times());
}

#[test]
fn orphans_go_with_the_directories_they_leave_empty_and_foreign_files_stay() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path(), &[("a.sql", "1\n"), ("gone/deep/b.sql", "2\n"), ("kept/c.sql", "3\n")]);
    fs::write(dir.path().join("kept/mine.txt"), "mine").unwrap();
    let fates = build(dir.path(), &[("a.sql", "1\n")]);
    let removed = |path: &str| (path.to_owned(), ChangeKind::Removed);
    assert_eq!(fates, [("a.sql".to_owned(), ChangeKind::Unchanged), removed("gone/deep/b.sql"), removed("kept/c.sql")]);
    assert_eq!(on_disk(dir.path()), [MANIFEST, "a.sql", "kept/mine.txt"]);
    assert!(!dir.path().join("gone").exists());
    assert_eq!(build(dir.path(), &[("a.sql", "1\n")]), [("a.sql".to_owned(), ChangeKind::Unchanged)]);
}

#[test]
fn an_edit_by_hand_is_undone_and_shown_first() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path(), &[("a.sql", "one\ntwo\n")]);
    fs::write(dir.path().join("a.sql"), "one\n2\n").unwrap();
    let (set, _) = compute(dir.path(), &[("a.sql", "one\ntwo\n")]);
    let name = dir.path().file_name().unwrap().to_string_lossy().into_owned();
    let expected = format!("--- a/{name}/a.sql\n+++ b/{name}/a.sql\n@@ -1,2 +1,2 @@\n one\n-2\n+two\n");
    assert_eq!(set.diff(false), expected);
    assert_eq!(build(dir.path(), &[("a.sql", "one\ntwo\n")]), [("a.sql".to_owned(), ChangeKind::Restored)]);
    assert_eq!(fs::read_to_string(dir.path().join("a.sql")).unwrap(), "one\ntwo\n");
}

#[test]
fn a_foreign_file_in_the_way_is_a_fault_unless_it_holds_the_same() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.sql"), "mine").unwrap();
    fs::create_dir(dir.path().join("b.sql")).unwrap();
    let list = [("a.sql", "1\n"), ("b.sql", "2\n"), ("c.sql", "3\n")];
    let (_, faults) = compute(dir.path(), &list);
    assert_eq!(faults.iter().map(|d| d.code).collect::<Vec<_>>(), [codes::FOREIGN_FILE, codes::FOREIGN_FILE]);
    fs::write(dir.path().join("a.sql"), "1\n").unwrap();
    fs::remove_dir(dir.path().join("b.sql")).unwrap();
    assert_eq!(build(dir.path(), &list)[0].1, ChangeKind::Unchanged);
}

#[test]
fn a_broken_manifest_is_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(MANIFEST), "{\"files\": {\"../../outside\": \"00\"}}").unwrap();
    let (_, faults) = compute(dir.path(), &[]);
    assert_eq!(faults.iter().map(|d| d.code).collect::<Vec<_>>(), [codes::FOREIGN_FILE]);
}

#[test]
fn a_build_that_fails_half_way_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path(), &[("a.sql", "1\n"), ("z/b.sql", "2\n")]);
    let (set, _) = compute(dir.path(), &[("a.sql", "new\n"), ("z/b.sql", "new\n"), ("z/c.sql", "new\n")]);
    // Something takes the place of the last file after the set was computed.
    fs::create_dir(dir.path().join("z/c.sql")).unwrap();
    assert!(set.apply(&DiskWorld).is_err());
    assert_eq!(on_disk(dir.path()), [MANIFEST, "a.sql", "z/b.sql"]);
    assert_eq!(fs::read_to_string(dir.path().join("a.sql")).unwrap(), "1\n");
}

#[test]
fn colour_does_not_change_the_text_of_a_diff() {
    let dir = tempfile::tempdir().unwrap();
    let (set, _) = compute(dir.path(), &[("a.sql", "1\nno line break at the end")]);
    let plain = set.diff(false);
    let coloured = set.diff(true);
    assert!(coloured.contains("\u{1b}[32m+1\u{1b}[0m"));
    assert_eq!(
        ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[32m", "\u{1b}[36m"].iter().fold(coloured, |s, code| s.replace(code, "")),
        plain
    );
    assert!(plain.ends_with("+no line break at the end\n\\ No newline at end of file\n"));
}

/// Every state that a build can leave when it is killed: after each file that it writes, renames or removes.
#[test]
fn a_build_that_was_killed_anywhere_is_finished_by_the_next_one() {
    let before = [("a.sql", "1\n"), ("gone/b.sql", "2\n"), ("kept.sql", "3\n")];
    let after = [("a.sql", "changed\n"), ("kept.sql", "3\n"), ("new/c.sql", "4\n"), ("new/d.sql", "5\n")];
    // What was built after the killed one may be a third thing.
    let third = [("a.sql", "other\n"), ("new/d.sql", "6\n")];
    for stopped in 0..13 {
        for next in [&after[..], &third[..]] {
            let dir = tempfile::tempdir().unwrap();
            let out = dir.path().join("out");
            build(&out, &before);
            let (set, _) = compute(&out, &after);
            let killed = Killed { left: AtomicUsize::new(stopped) };
            let _ = set.apply(&killed);
            let names: Vec<&str> = next.iter().map(|(path, _)| *path).collect();
            build(&out, next);
            let mut expected = vec![MANIFEST];
            expected.extend(names);
            assert_eq!(on_disk(&out), expected, "killed after {stopped} steps");
            for (path, text) in next {
                assert_eq!(fs::read_to_string(out.join(path)).unwrap(), *text);
            }
            assert!(compute(&out, next).0.is_fresh() && compute(&out, next).0.strays(&DiskWorld).is_empty());
            assert!(!out.join("gone").exists());
        }
    }
}

/// A disk whose user is killed after so many steps: a step is a temporary file, a rename or a removal.
struct Killed {
    left: AtomicUsize,
}

impl Killed {
    fn step(&self, path: &Path) -> Result<(), WorldError> {
        let next = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let killed = || WorldError { path: path.to_owned(), fault: WorldFault::Io("killed".to_owned()) };
        next.map(drop).map_err(|_| killed())
    }
}

impl World for Killed {
    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), WorldError> {
        let waiting = |path: &Path| {
            path.with_file_name(format!(".{}.4294967295.tmp", path.file_name().unwrap().to_string_lossy()))
        };
        for (path, bytes) in files {
            self.step(path)?;
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(waiting(path), bytes).unwrap();
        }
        for (path, _) in files {
            self.step(path)?;
            fs::rename(waiting(path), path).unwrap();
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), WorldError> {
        self.step(path)?;
        DiskWorld.remove(path)
    }

    fn remove_empty_dir(&self, path: &Path) -> bool {
        self.left.load(Ordering::SeqCst) > 0 && DiskWorld.remove_empty_dir(path)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        DiskWorld.read(path, limit)
    }

    fn open(&self, path: &Path) -> Result<Opened, WorldError> {
        DiskWorld.open(path)
    }

    fn input(&self, limit: u64) -> Result<Vec<u8>, WorldError> {
        DiskWorld.input(limit)
    }

    fn list_where(&self, dir: &Path, enter: &dyn Fn(&Path) -> bool) -> Listing {
        DiskWorld.list_where(dir, enter)
    }

    fn exists(&self, path: &Path) -> bool {
        DiskWorld.exists(path)
    }

    fn is_link(&self, path: &Path) -> bool {
        DiskWorld.is_link(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        DiskWorld.is_dir(path)
    }

    fn create_dir_all(&self, path: &Path) -> Result<(), WorldError> {
        DiskWorld.create_dir_all(path)
    }

    fn modified(&self, path: &Path) -> Result<SystemTime, WorldError> {
        DiskWorld.modified(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        DiskWorld.env(name)
    }

    fn run(&self, name: &str, arguments: &[&str], limit: u64, longest: Duration) -> Result<Ran, WorldError> {
        DiskWorld.run(name, arguments, limit, longest)
    }

    fn now(&self) -> SystemTime {
        DiskWorld.now()
    }
}
