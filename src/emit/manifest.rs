//! The manifest: which files of the output directory belong to `gen`, and the hash of each as it was written.
//!
//! It is the only state between two builds. It contains no time stamps, so that the same output gives the same
//! manifest, and it never contains a path outside the output directory: such an entry makes the whole manifest
//! invalid.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Name of the manifest in the output directory.
pub const FILE_NAME: &str = ".manifest.json";

/// Owned files: path below the output directory (`/`-separated) to the SHA-256 of the bytes, in hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    files: BTreeMap<String, String>,
    granted: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestForm {
    files: BTreeMap<String, String>,
    #[serde(default)]
    granted: Option<String>,
}

/// The text of the manifest of these files, which are sorted by path, and of the record beside them, if there is one.
pub fn text<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, granted: Option<&[u8]>) -> String {
    let files = files.into_iter().map(|(path, bytes)| (path, hash(bytes)));
    written(files, granted.map(hash).as_deref())
}

/// The text of a manifest of these hashes.
fn written<'a>(files: impl IntoIterator<Item = (&'a str, impl AsRef<str>)>, granted: Option<&str>) -> String {
    let mut out = String::from("{\n  \"files\": {");
    let mut separator = "\n";
    for (path, hash) in files {
        // Writing to a string can't fail.
        let _ = write!(out, "{separator}    {}: \"{}\"", serde_json::Value::from(path), hash.as_ref());
        separator = ",\n";
    }
    out.push_str(if separator == "\n" { "}" } else { "\n  }" });
    if let Some(record) = granted {
        let _ = write!(out, ",\n  \"granted\": \"{record}\"");
    }
    out.push_str("\n}\n");
    out
}

impl Manifest {
    /// Reads a manifest; `None` when the text is none, or when it claims files elsewhere.
    pub fn parse(text: &str) -> Option<Self> {
        let written: ManifestForm = serde_json::from_str(text).ok()?;
        written
            .files
            .keys()
            .all(|path| is_inside(path))
            .then_some(Manifest { files: written.files, granted: written.granted })
    }

    /// The manifest that owns these files too; `None` when it owns all of them already. Of those that it owned, it knows what
    /// was last written.
    pub fn claiming<'a>(&self, files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<String> {
        let new: Vec<(&str, String)> =
            files.filter(|(path, _)| !self.owns(path)).map(|(path, bytes)| (path, hash(bytes))).collect();
        if new.is_empty() {
            return None;
        }
        let known = self.files.iter().map(|(path, hash)| (path.as_str(), hash.as_str()));
        let all: BTreeMap<&str, &str> = known.chain(new.iter().map(|(path, hash)| (*path, hash.as_str()))).collect();
        Some(written(all, self.granted.as_deref()))
    }

    /// Paths of the owned files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether a file is owned.
    pub fn owns(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether there was a record of what was given when the output was written.
    pub fn has_record(&self) -> bool {
        self.granted.is_some()
    }

    /// Whether `bytes` are what was last written to an owned file.
    pub fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        self.files.get(path).is_some_and(|written| *written == hash(bytes))
    }
}

fn hash(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
    let mut hex = String::with_capacity(64);
    hex.extend(Sha256::digest(bytes).iter().flat_map(digits));
    hex
}

/// Whether a path stays below the output directory on every system, and is not the manifest itself.
fn is_inside(path: &str) -> bool {
    path != FILE_NAME
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_reads_back() {
        let manifest = Manifest::parse(&text([("a/c.sql", b"1".as_slice()), ("b.sql", b"2")], None)).unwrap();
        assert_eq!(manifest.paths().collect::<Vec<_>>(), ["a/c.sql", "b.sql"]);
        assert!(manifest.wrote("b.sql", b"2") && !manifest.wrote("b.sql", b"3") && !manifest.wrote("c", b"2"));
        assert_eq!(hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Manifest::parse(&text([], None)), Some(Manifest::default()));
        assert!(!manifest.has_record() && Manifest::parse(&text([], Some(b"x"))).unwrap().has_record());
    }

    #[test]
    fn a_manifest_that_claims_files_elsewhere_is_refused() {
        for path in ["../x", "/etc/passwd", "a/../../x", "", "a//b", "C:\\x", ".manifest.json"] {
            let text = format!("{{\"files\": {{{}: \"00\"}}}}", serde_json::Value::from(path));
            assert_eq!(Manifest::parse(&text), None, "{path}");
        }
        assert_eq!(Manifest::parse("not json"), None);
    }
}
