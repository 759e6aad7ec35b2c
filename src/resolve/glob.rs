//! Patterns of file names: the part of glob syntax that Auto Loader and the local engine read alike.

use globset::GlobBuilder;
use lakeflow::diag::Diagnostic;

use crate::codes;
use crate::spec::{FormatSpec, expanded};

use super::format;

/// Endings of files that are no text with delimiters, whatever is in them.
const NO_CSV: [&str; 32] = [
    "7z", "arrow", "avro", "dbf", "delta", "doc", "docx", "feather", "html", "json", "jsonl", "md", "mdb", "ndjson",
    "ods", "orc", "parquet", "pdf", "py", "rar", "sas7bdat", "sav", "sql", "sqlite", "tar", "toml", "xls", "xlsx",
    "xml", "yaml", "yml", "zip",
];
/// Endings of files of JSON.
const JSON: [&str; 3] = ["json", "jsonl", "ndjson"];
/// Ending of files of Parquet.
const PARQUET: [&str; 1] = ["parquet"];
/// Endings of files that are CSV, whatever is in them.
const CSV: [&str; 2] = ["csv", "tsv"];
/// Endings of files that are compressed on the way, which Spark reads.
const COMPRESSED: [&str; 8] = ["bz2", "deflate", "gz", "gzip", "lz4", "snappy", "zst", "zstd"];
/// At most so many ways to read alternatives.
const ALTERNATIVES: usize = 64;

/// The fault of a pattern of files of a format: `* ? [] {}` are understood.
pub fn fault(pattern: &str, of: FormatSpec) -> Option<Diagnostic> {
    let bad = |why: &str| Diagnostic::error(codes::BAD_GLOB, format!("`{pattern}` is not a valid file pattern: {why}"));
    if pattern.is_empty() || pattern.starts_with('/') || pattern.contains("..") || pattern.contains("://") {
        return Some(bad("it must be a path below the landing directory"));
    }
    // That is reported already.
    if expanded(pattern).is_some() {
        return None;
    }
    if pattern.trim() != pattern || pattern.chars().any(char::is_control) {
        return Some(bad("it has leading or trailing spaces, or control characters"));
    }
    if pattern.contains('\\') {
        return Some(
            bad("different readers interpret a backslash differently").hint("put the character in brackets: `[*]`"),
        );
    }
    if pattern.contains("**") {
        return Some(
            bad("different readers interpret `**` differently").hint("write out the directory levels: `*/*.csv`"),
        );
    }
    if pattern.split('/').any(|part| matches!(part, "" | ".")) {
        return Some(bad("a path segment is empty or a dot"));
    }
    if let Err(error) = GlobBuilder::new(pattern).literal_separator(true).build() {
        return Some(bad(&error.kind().to_string()));
    }
    let chosen = alternatives(pattern).unwrap_or_default();
    let ending = chosen.iter().find_map(|one| match of {
        FormatSpec::Csv => ending_of_other_format(one),
        FormatSpec::Json => ending_of_no_json(one),
        FormatSpec::Parquet => ending_of_no_parquet(one),
    })?;
    let hint = match of {
        FormatSpec::Parquet if is_packed(ending) => "Parquet compresses its columns by itself: write such files",
        of if is_one_of(ending, &JSON) && of != FormatSpec::Json => "set `format: json` in the source",
        of if is_one_of(ending, &PARQUET) && of != FormatSpec::Parquet => "set `format: parquet` in the source",
        FormatSpec::Json if is_one_of(ending, &CSV) => "remove `format: json`",
        FormatSpec::Parquet if is_one_of(ending, &CSV) => "remove `format: parquet`",
        _ => "only CSV, JSON and Parquet files are supported",
    };
    Some(bad(&format!("`.{ending}` files are not {}", format::word(of))).hint(hint))
}

fn is_one_of(ending: &str, endings: &[&str]) -> bool {
    endings.contains(&ending.to_lowercase().as_str())
}

/// The ending of the name of a file, if files that end like this are not JSON.
fn ending_of_no_json(name: &str) -> Option<&str> {
    ending(name).filter(|ending| is_one_of(ending, &CSV) || is_one_of(ending, &NO_CSV) && !is_one_of(ending, &JSON))
}

/// The ending of the name of a file, if files that end like this are not Parquet. A compressed one can't be read: what is looked
/// for stands at its end.
fn ending_of_no_parquet(name: &str) -> Option<&str> {
    let (_, last) = name.rsplit_once('.')?;
    let is_other = is_packed(last) || is_one_of(last, &CSV) || is_one_of(last, &NO_CSV);
    (is_other && !is_one_of(last, &PARQUET)).then_some(last)
}

fn is_packed(ending: &str) -> bool {
    is_one_of(ending, &COMPRESSED)
}

/// Whether the name of a file says that it is Parquet.
pub fn is_parquet_file(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| is_one_of(last, &PARQUET))
}

/// The ending of the name of a file, if files that end like this are not CSV.
pub fn ending_of_other_format(name: &str) -> Option<&str> {
    ending(name).filter(|ending| is_one_of(ending, &NO_CSV))
}

/// Whether the name of a file says that it is JSON.
pub fn is_json_file(name: &str) -> bool {
    ending(name).is_some_and(|ending| is_one_of(ending, &JSON))
}

/// What the names of all files of a pattern end in, compression left aside.
fn ending(pattern: &str) -> Option<&str> {
    let (before, last) = pattern.rsplit_once('.')?;
    match COMPRESSED.contains(&last.to_lowercase().as_str()) {
        true => ending(before),
        false => Some(last),
    }
}

/// A pattern without `{a,b}`, once for each way to choose; `None` if there are too many.
pub fn alternatives(glob: &str) -> Option<Vec<String>> {
    let mut done = vec![];
    let mut pending = vec![glob.to_owned()];
    while let Some(next) = pending.pop() {
        if pending.len() + done.len() > ALTERNATIVES {
            return None;
        }
        // The innermost ones first: behind the last bracket that opens, none opens.
        let Some((before, rest)) = next.rsplit_once('{') else {
            done.push(next);
            continue;
        };
        let (inside, after) = rest.split_once('}')?;
        pending.extend(inside.split(',').map(|one| format!("{before}{one}{after}")));
    }
    done.sort();
    done.dedup();
    Some(done)
}

/// A glob of file names as an anchored regular expression.
pub fn to_regex(glob: &str) -> String {
    let mut out = String::from("^");
    let mut depth = 0;
    for c in glob.chars() {
        match c {
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '[' | ']' | '-' => out.push(c),
            c if c.is_alphanumeric() || c == '_' || c == '/' => out.push(c),
            c => out.push_str(&format!("[{c}]")),
        }
    }
    out.push_str(r"\z");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_patterns_of_delimited_texts_are_taken() {
        let why = |pattern: &str| fault(pattern, FormatSpec::Csv).map(|fault| fault.message);
        for pattern in ["x*.csv", "x*", "a/b*.txt", "x*.CSV.gz", "x.csv.[0-9]*", "x_{a,b}.tsv", "kids'*.csv", "x.d/y*"]
        {
            assert_eq!(why(pattern), None, "{pattern}");
        }
        for pattern in [
            "x*.parquet",
            "*.JSON",
            "x*.json.gz",
            "x*.{csv,json}",
            "x.zip",
            "a/**/b.csv",
            "a//b.csv",
            "./a.csv",
            " a.csv",
            "s3://a/b.csv",
            "a\\*.csv",
            "",
        ] {
            assert!(why(pattern).is_some(), "{pattern}");
        }
        for (pattern, is_taken) in [
            ("x*.json", true),
            ("x*.jsonl.gz", true),
            ("x*", true),
            ("x*.log", true),
            ("x*.csv", false),
            ("x.xml", false),
        ] {
            assert_eq!(fault(pattern, FormatSpec::Json).is_none(), is_taken, "{pattern}");
        }
        for (pattern, is_taken) in [
            ("x*.parquet", true),
            ("x*.snappy.PARQUET", true),
            ("x*", true),
            ("year=*/part-*", true),
            ("x*.parquet.gz", false),
            ("x*.csv", false),
            ("x*.{parquet,json}", false),
        ] {
            assert_eq!(fault(pattern, FormatSpec::Parquet).is_none(), is_taken, "{pattern}");
        }
    }

    #[test]
    fn alternatives_are_chosen_one_by_one() {
        let all = alternatives("a{b,c{d,e}}*").unwrap_or_default();
        assert_eq!(all, ["ab*", "acd*", "ace*"]);
    }
}
