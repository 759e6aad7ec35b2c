//! The real disk, environment and clock.
//!
//! Does not follow a symbolic link into a directory that is already being listed, and does not read files beyond the
//! caller's limit, even if they grow while being read.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Listing, Opened, Ran, World, WorldError, WorldFault, program, staged};

/// Nesting of directories at which listing gives up; paths of most systems end before that.
const MAX_DEPTH: usize = 64;

/// Too many symbolic links, as the operating system numbers it; the standard library has no stable name for it.
const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

/// The machine the program runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskWorld;

impl World for DiskWorld {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        let fail = |e| WorldError::new(path, fault(&e));
        let metadata = fs::metadata(path).map_err(fail)?;
        if !metadata.is_file() {
            return Err(WorldError::new(path, WorldFault::Io("it is not a regular file".to_owned())));
        }
        let too_large = |size| WorldError::new(path, WorldFault::TooLarge { size, limit });
        if metadata.len() > limit {
            return Err(too_large(metadata.len()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        fs::File::open(path).and_then(|f| f.take(limit.saturating_add(1)).read_to_end(&mut bytes)).map_err(fail)?;
        if bytes.len() as u64 > limit {
            return Err(too_large(bytes.len() as u64));
        }
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> Result<Opened, WorldError> {
        let fail = |e| WorldError::new(path, fault(&e));
        // What a link leads to is what is meant; a pipe would wait for ever.
        let metadata = fs::metadata(path).map_err(fail)?;
        if !metadata.is_file() {
            return Err(WorldError::new(path, WorldFault::Io("it is not a regular file".to_owned())));
        }
        let file = fs::File::open(path).map_err(fail)?;
        Ok(Opened { size: metadata.len(), reader: Box::new(file) })
    }

    fn input(&self, limit: u64) -> Result<Vec<u8>, WorldError> {
        let path = Path::new("-");
        let mut bytes = vec![];
        let read = io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        let size = read.map_err(|e| WorldError::new(path, fault(&e)))? as u64;
        if size > limit { Err(WorldError::new(path, WorldFault::TooLarge { size, limit })) } else { Ok(bytes) }
    }

    fn list_where(&self, dir: &Path, enter: &dyn Fn(&Path) -> bool) -> Listing {
        let mut listing = Listing::default();
        walk(dir, enter, &mut Vec::new(), &mut listing);
        listing.files.sort();
        listing.faults.sort_by(|a, b| a.path.cmp(&b.path));
        listing
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_link(&self, path: &Path) -> bool {
        path.is_symlink()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), WorldError> {
        staged::write_all(files).map_err(|(path, error)| WorldError::new(&path, fault(&error)))
    }

    fn remove(&self, path: &Path) -> Result<(), WorldError> {
        fs::remove_file(path).map_err(|e| WorldError::new(path, fault(&e)))
    }

    fn remove_empty_dir(&self, path: &Path) -> bool {
        fs::remove_dir(path).is_ok()
    }

    fn create_dir_all(&self, path: &Path) -> Result<(), WorldError> {
        fs::create_dir_all(path).map_err(|e| WorldError::new(path, fault(&e)))
    }

    fn modified(&self, path: &Path) -> Result<SystemTime, WorldError> {
        fs::metadata(path).and_then(|m| m.modified()).map_err(|e| WorldError::new(path, fault(&e)))
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn run(&self, name: &str, arguments: &[&str], limit: u64, longest: Duration) -> Result<Ran, WorldError> {
        program::run(name, arguments, limit, longest)
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Lists `dir`; `above` holds the real paths of the directories on the way down, which a link must not lead back to.
fn walk(dir: &Path, enter: &dyn Fn(&Path) -> bool, above: &mut Vec<PathBuf>, listing: &mut Listing) {
    let mut refuse = |fault| listing.faults.push(WorldError::new(dir, fault));
    if above.len() >= MAX_DEPTH {
        return refuse(WorldFault::TooDeep);
    }
    let (real, entries) = match fs::canonicalize(dir).and_then(|real| Ok((real, read_dir(dir)?))) {
        Ok(found) => found,
        Err(e) => return refuse(fault(&e)),
    };
    if above.contains(&real) {
        return refuse(WorldFault::Loop);
    }
    above.push(real);
    for path in entries {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                if enter(&path) {
                    walk(&path, enter, above, listing);
                }
            }
            Ok(_) => listing.files.push(path),
            Err(e) => listing.faults.push(WorldError::new(&path, fault(&e))),
        }
    }
    above.pop();
}

fn read_dir(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| entry.map(|e| e.path())).collect()
}

pub(super) fn fault(error: &io::Error) -> WorldFault {
    match error.kind() {
        io::ErrorKind::NotFound => WorldFault::NotFound,
        _ if error.raw_os_error() == Some(ELOOP) => WorldFault::Loop,
        io::ErrorKind::ReadOnlyFilesystem => WorldFault::Io("the file is read-only".to_owned()),
        io::ErrorKind::PermissionDenied => WorldFault::Io("permission denied".to_owned()),
        _ => WorldFault::Io(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_files_are_listed_in_order_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let world = DiskWorld;
        for name in ["b/two.txt", "a.txt", "b/one.txt"] {
            world.write_atomic(&dir.path().join(name), name.as_bytes()).unwrap();
        }
        let listing = world.list(dir.path());
        let names: Vec<_> = listing.files.iter().map(|p| p.strip_prefix(dir.path()).unwrap().to_owned()).collect();
        assert_eq!(names, [Path::new("a.txt"), Path::new("b/one.txt"), Path::new("b/two.txt")]);
        assert_eq!(listing.faults, []);
        assert_eq!(world.read(&dir.path().join("b/one.txt"), 100).unwrap(), b"b/one.txt");
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large");
        DiskWorld.write_atomic(&path, &[0; 11]).unwrap();
        let error = DiskWorld.read(&path, 10).unwrap_err();
        assert_eq!(error.fault, WorldFault::TooLarge { size: 11, limit: 10 });
    }

    #[cfg(unix)]
    #[test]
    fn a_symlink_loop_is_a_fault_and_the_other_files_are_still_listed() {
        let dir = tempfile::tempdir().unwrap();
        DiskWorld.write_atomic(&dir.path().join("sub/file"), b"x").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/back")).unwrap();
        std::os::unix::fs::symlink("self", dir.path().join("self")).unwrap();
        let listing = DiskWorld.list(dir.path());
        assert_eq!(listing.files, [dir.path().join("sub/file")]);
        let faults: Vec<_> = listing.faults.iter().map(|e| (e.path.clone(), e.fault.clone())).collect();
        let expected = [(dir.path().join("self"), WorldFault::Loop), (dir.path().join("sub/back"), WorldFault::Loop)];
        assert_eq!(faults, expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_written_file_keeps_its_permissions_and_the_link_to_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        DiskWorld.write_atomic(&link, b"after").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        let error = DiskWorld.write_atomic(&file, b"more").unwrap_err();
        assert_eq!(error.fault, WorldFault::Io("the file is read-only".to_owned()));
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert_eq!(DiskWorld.list(dir.path()).files, [file, link]);
    }

    #[test]
    fn directories_that_are_not_entered_are_not_listed() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a/x", "b/a/x", "b/x"] {
            DiskWorld.write_atomic(&dir.path().join(name), b"").unwrap();
        }
        let listing = DiskWorld.list_where(dir.path(), &|dir| !dir.ends_with("a"));
        assert_eq!(listing.files, [dir.path().join("b/x")]);
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let taken = dir.path().join("taken");
        DiskWorld.create_dir_all(&taken.join("inner")).unwrap();
        assert!(DiskWorld.write_atomic(&taken, b"x").is_err());
        assert_eq!(DiskWorld.list(dir.path()).files, Vec::<PathBuf>::new());
    }
}
