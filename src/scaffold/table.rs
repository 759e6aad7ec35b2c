//! A CSV file as rows of text, with its delimiter found out.

use super::ScaffoldError;
use super::file::DataFile;
use crate::model::windows_1252;

/// Rows looked at; more would not change what is inferred.
pub const MAX_ROWS: usize = 50_000;
/// Delimiters that occur, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Header and rows of one file, surrounding spaces removed.
#[derive(Debug)]
pub struct CsvTable {
    /// Name of the file, without directories.
    pub file: String,
    /// Field separator.
    pub delimiter: char,
    /// Whether it is UTF-8. What is not is read as windows-1252, which every text can be.
    pub is_utf8: bool,
    /// Whether it is the same in every encoding.
    pub is_ascii: bool,
    /// The fields of the first line.
    pub header: Vec<String>,
    /// Fields by row, empty where a row is short; as many as the header has.
    pub rows: Vec<Vec<String>>,
}

impl CsvTable {
    /// Reads a file with a header.
    ///
    /// # Errors
    /// A file that is no text, has no header, or is broken CSV.
    pub fn read(file: &DataFile, bytes: &[u8]) -> Result<CsvTable, ScaffoldError> {
        let fault = |reason: &str| ScaffoldError::Csv { file: file.name.clone(), reason: reason.to_owned() };
        if bytes.iter().any(|byte| matches!(byte, 0..=8 | 14..=31)) {
            return Err(fault("it is not text: unpack or convert it first"));
        }
        let (text, is_utf8) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.trim_start_matches('\u{feff}').to_owned(), true),
            Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), false),
        };
        let first = text.lines().next().unwrap_or_default();
        let delimiter = delimiter_of(first);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header: Vec<String> =
            reader.headers().map_err(|e| fault(&e.to_string()))?.iter().map(str::to_owned).collect();
        if header.iter().all(String::is_empty) {
            return Err(fault("its first line names no columns"));
        }
        let mut rows = vec![];
        for record in reader.records().take(MAX_ROWS) {
            let record = record.map_err(|e| fault(&e.to_string()))?;
            rows.push((0..header.len()).map(|i| record.get(i).unwrap_or_default().to_owned()).collect());
        }
        Ok(CsvTable {
            file: file.name.clone(),
            delimiter: char::from(delimiter),
            is_utf8,
            is_ascii: bytes.is_ascii(),
            header,
            rows,
        })
    }
}

/// The delimiter that splits the header into the most names.
fn delimiter_of(header: &str) -> u8 {
    let count = |delimiter: &u8| header.bytes().filter(|b| b == delimiter).count();
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if count(&delimiter) > count(&best) {
            best = delimiter;
        }
    }
    best
}
