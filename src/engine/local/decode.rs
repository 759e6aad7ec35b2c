//! The text of a file: what its name says of compression, and what the call says of its encoding.

use std::io::Read;

use super::RunFault;
use super::landing::LandedFile;
use crate::model::windows_1252;

/// The text of a file in an encoding, which is UTF-8 where none is named.
///
/// # Errors
/// When the file is compressed in a way that its name does not say or that is not read here, or is not of this encoding.
pub fn text_of(file: &LandedFile, encoding: Option<&str>) -> Result<String, RunFault> {
    let bytes = unpacked(file)?;
    let fault = |why: String| RunFault::landing(&file.path, why);
    if let Some(what) = other_kind(&bytes) {
        return Err(fault(format!("the file is {what}")));
    }
    match encoding.map(str::to_lowercase).as_deref() {
        None | Some("utf-8" | "utf8") => utf8(&bytes).map_err(fault),
        Some("utf-16") => utf16(&bytes).map_err(fault),
        Some("iso-8859-1" | "latin1") => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Some("windows-1252") => Ok(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
        Some(other) => {
            let what = format!("`read_files` of files in the encoding `{other}`");
            Err(RunFault::Unsupported { dataset: "read_files".into(), what })
        }
    }
}

/// What is in the file, unpacked where its name says so.
pub fn unpacked(file: &LandedFile) -> Result<Vec<u8>, RunFault> {
    let fault = |why: String| RunFault::landing(&file.path, why);
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("gz" | "gzip") if !file.bytes.is_empty() => {
            let mut bytes = vec![];
            let read = flate2::read::MultiGzDecoder::new(file.bytes.as_slice()).read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(|e| fault(format!("the file cannot be unpacked: {e}")))
        }
        Some(other @ ("bz2" | "deflate" | "lz4" | "snappy" | "zst" | "zstd")) => {
            Err(fault(format!("`.{other}` files are not unpacked by the local engine: unpack it, or use gzip")))
        }
        _ => Ok(file.bytes.clone()),
    }
}

/// What the first bytes say of a file that is no text, and what to do about it.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 5] = [
        (&[0x1f, 0x8b], "compressed by gzip, but its name does not end in `.gz`: rename it"),
        (b"PK\x03\x04", "a zip archive or a workbook, not CSV: unpack or convert it first"),
        (b"BZh", "compressed by bzip2, not CSV: unpack it first"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd, not CSV: unpack it first"),
        (b"PAR1", "Parquet: set `format: parquet` in the source"),
    ];
    marks.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, what)| *what)
}

/// UTF-8, with or without a mark of the byte order.
fn utf8(bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16, not UTF-8: save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!(
            "line {line} is not UTF-8: save the file as UTF-8, or set `encoding` of the source; many programs write \
             windows-1252"
        )
    })
}

/// UTF-16; without a mark of the byte order, the high byte comes first, as Java reads it.
fn utf16(bytes: &[u8]) -> Result<String, String> {
    let (bytes, is_little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        rest => (rest, false),
    };
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair.get(1).copied().unwrap_or_default()];
        if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let units: Vec<u16> = bytes.chunks(2).map(unit).collect();
    let is_whole = bytes.len().is_multiple_of(2);
    String::from_utf16(&units).ok().filter(|_| is_whole).ok_or_else(|| "the file is not UTF-16".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_characters() {
        assert_eq!(b"\x80 \x96 \xe4".map(windows_1252), ['€', ' ', '–', ' ', 'ä']);
        assert_eq!(utf16(&[0xff, 0xfe, 0xe4, 0]).as_deref(), Ok("ä"));
        assert_eq!(utf16(&[0, 0xe4]).as_deref(), Ok("ä"));
        assert!(utf16(&[0xff, 0xfe, 0xe4]).is_err());
    }
}
