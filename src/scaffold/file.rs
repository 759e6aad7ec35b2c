//! A file that a project begins with: what it is, and its bytes, unpacked if its name says that it is packed.

use std::borrow::Cow;
use std::io::Read;

use super::ScaffoldError;
use crate::resolve::{ending_of_other_format, is_json_file, is_parquet_file};

/// The most bytes that a packed file may unpack to.
const MAX_UNPACKED: u64 = 1 << 30;

/// A file that entities are inferred from.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Its name, without directories.
    pub name: String,
    /// Its content as it was read, in whatever encoding.
    pub bytes: Vec<u8>,
}

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataKind {
    /// Lines of fields with delimiters.
    Csv,
    /// JSON, of records a line or of one value.
    Json,
    /// Parquet, whose columns have types.
    Parquet,
}

impl DataFile {
    /// Whether its name says that it is Parquet, which is not text.
    pub fn is_parquet(&self) -> bool {
        is_parquet_file(&self.name)
    }

    /// The kind of its text: by its name, or else by its first character.
    ///
    /// # Errors
    /// A file whose name says that it is something else.
    pub fn kind(&self, bytes: &[u8]) -> Result<DataKind, ScaffoldError> {
        if is_json_file(&self.name) {
            return Ok(DataKind::Json);
        }
        if let Some(ending) = ending_of_other_format(&self.name) {
            return Err(self.unreadable(format!("`.{ending}` files are not CSV, JSON or Parquet")));
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let is_named = is_csv_name(&self.name);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') if !is_named => Ok(DataKind::Json),
            _ => Ok(DataKind::Csv),
        }
    }

    /// Its content without compression.
    ///
    /// # Errors
    /// A file that can't be unpacked.
    pub fn unpacked(&self) -> Result<Cow<'_, [u8]>, ScaffoldError> {
        let lower = self.name.to_lowercase();
        if let Some(ending) =
            ["bz2", "deflate", "lz4", "snappy", "zst", "zstd"].iter().find(|e| lower.ends_with(&format!(".{e}")))
        {
            return Err(self.unreadable(format!("`.{ending}` files are not unpacked here: unpack it, or use gzip")));
        }
        if !(lower.ends_with(".gz") || lower.ends_with(".gzip")) || self.bytes.is_empty() {
            return Ok(Cow::Borrowed(&self.bytes));
        }
        let mut bytes = vec![];
        let mut reader = flate2::read::MultiGzDecoder::new(self.bytes.as_slice()).take(MAX_UNPACKED + 1);
        reader.read_to_end(&mut bytes).map_err(|e| self.unreadable(format!("it cannot be unpacked: {e}")))?;
        if bytes.len() as u64 > MAX_UNPACKED {
            return Err(self.unreadable("it unpacks to more than 1 GiB: begin with a part of it".to_owned()));
        }
        Ok(Cow::Owned(bytes))
    }

    /// That the file can't be read, whatever it was taken for.
    pub fn unreadable(&self, reason: String) -> ScaffoldError {
        ScaffoldError::Unreadable { file: self.name.clone(), reason }
    }
}

/// Whether a name is that of a file that is read here, so that it is taken from a directory.
pub fn is_data_name(name: &str) -> bool {
    is_csv_name(name) || is_json_file(name) || cfg!(feature = "engine") && is_parquet_file(name)
}

/// Whether no run reads a file of this name (`ignoredPathSegmentRegex`).
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

fn is_csv_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let bare = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".gzip")).unwrap_or(&lower);
    bare.ends_with(".csv") || bare.ends_with(".tsv")
}
