//! Names made of what people call their files and columns: snake_case, ASCII, never reserved, never twice.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

/// A name of letters, digits and underscores that begins with a letter; `fallback` when nothing is left of `text`.
fn plain(text: &str, fallback: &str) -> String {
    let ascii: String = text.chars().map(ascii_like).collect();
    let words: Vec<String> =
        ascii.split_whitespace().map(|word| word.to_snake_case()).filter(|w| !w.is_empty()).collect();
    let name = words.join("_");
    match name.chars().next() {
        None => fallback.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{fallback}_{name}"),
        Some(_) => name,
    }
}

/// The plain spelling of a letter with a mark; a space for what is no part of a name.
fn ascii_like(c: char) -> String {
    match c {
        'ä' | 'á' | 'à' | 'â' | 'å' | 'ã' => "a",
        'Ä' | 'Á' | 'À' | 'Â' | 'Å' | 'Ã' => "A",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'É' | 'È' | 'Ê' | 'Ë' => "E",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' | 'ő' => "o",
        'Ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ø' | 'Ő' => "O",
        'ü' | 'ú' | 'ù' | 'û' | 'ű' => "u",
        'Ü' | 'Ú' | 'Ù' | 'Û' | 'Ű' => "U",
        'ß' => "ss",
        'ç' => "c",
        'ñ' => "n",
        c if c.is_ascii_alphanumeric() => return c.to_string(),
        _ => " ",
    }
    .to_owned()
}

/// The name of a project in a directory called `directory`.
pub fn project_name(directory: &str) -> String {
    plain(directory, "project")
}

/// The entity of files: what their names have in common, without extension, date, number and version.
pub fn entity_name(file: &str) -> String {
    let parts = parts(file);
    let name = shortened(plain(if parts.core.is_empty() { parts.bare } else { parts.core }, "entity"));
    if RESERVED.contains(&name.as_str()) { format!("{name}_rows") } else { name }
}

/// A text as a name; empty when nothing is left of it.
pub fn plain_name(text: &str) -> String {
    plain(text, "")
}

/// Names that generated queries use for their parts (E0302).
const RESERVED: [&str; 9] =
    ["texts", "typed", "judged", "newest", "variants", "measured", "expected", "actual", "left_out"];

/// The longest name that is made; there is room for what generated tables add to it.
const MAX_NAME: usize = 120;

fn shortened(mut name: String) -> String {
    name.truncate(MAX_NAME);
    name.trim_end_matches('_').to_owned()
}

/// The name of a file in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// Without its endings.
    pub bare: &'a str,
    /// What stays the same when it is delivered again: `orders` of `orders_2024-05-01.csv`. Empty if nothing does.
    pub core: &'a str,
    /// Whether a date or number stands before the core.
    pub has_lead: bool,
    /// What follows the first part, compression included, without the dot: `json.gz`.
    pub ending: &'a str,
}

/// Takes the name of a file apart.
pub fn parts(file: &str) -> NameParts<'_> {
    let lower = file.to_ascii_lowercase();
    let packed = [".gz", ".gzip"].iter().find(|ending| lower.ends_with(**ending)).map_or(0, |ending| ending.len());
    let unpacked = file.get(..file.len() - packed).unwrap_or(file);
    let bare = unpacked.rsplit_once('.').map_or(unpacked, |(bare, _)| bare);
    let ending = file.get(bare.len() + 1..).unwrap_or_default();
    let stem = without_tail(uuid_at(bare).and_then(|at| bare.get(..at)).unwrap_or(bare));
    let core = without_lead(stem);
    NameParts { bare, core, has_lead: core.len() < stem.len(), ending }
}

fn is_number_like(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | ' ' | '(' | ')')
}

/// Without dates, times and numbers at the end.
fn without_tail(name: &str) -> &str {
    let mut rest = name;
    loop {
        let trimmed = rest.trim_end_matches(is_number_like);
        // The letters of `20240501T101500Z`.
        let before = trimmed.strip_suffix(['T', 'Z']).filter(|before| before.ends_with(|c: char| c.is_ascii_digit()));
        match before {
            Some(before) if trimmed.len() < rest.len() || trimmed.ends_with('Z') => rest = before,
            _ => return trimmed,
        }
    }
}

/// Without a date, time or number of four or more digits at the start.
fn without_lead(name: &str) -> &str {
    let mut rest = name;
    loop {
        let trimmed = rest.trim_start_matches(is_number_like);
        let is_behind_digit =
            name.get(..name.len() - trimmed.len()).is_some_and(|lead| lead.ends_with(|c: char| c.is_ascii_digit()));
        let after = trimmed.strip_prefix(['T', 'Z']).filter(|after| !after.starts_with(char::is_alphabetic));
        match after {
            Some(after) if is_behind_digit => rest = after,
            _ => {
                let lead = name.get(..name.len() - trimmed.len()).unwrap_or_default();
                let has_date = lead.bytes().filter(u8::is_ascii_digit).count() >= 4;
                return if has_date { trimmed } else { name };
            }
        }
    }
}

/// Where a universally unique identifier begins, which no two files share.
fn uuid_at(name: &str) -> Option<usize> {
    let is_uuid = |text: &[u8]| {
        text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    name.as_bytes().windows(36).position(is_uuid)
}

/// Names of columns, one a header, all different in any letter case.
pub fn column_names(headers: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = vec![];
    for (index, header) in headers.iter().enumerate() {
        let base = shortened(plain(header, &format!("column_{}", index + 1)));
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// An English plural as a singular, near enough to compare names with: `categories` and `category` give the same.
pub fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if name.ends_with(ending) {
            return name[..name.len() - 2].to_owned();
        }
    }
    name.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_become_names_that_the_language_accepts() {
        let headers = ["Customer No.", "customer_no", "Größe (cm)", "2024", "", "ZIPCode", "_id", "日本"];
        let names = column_names(&headers.map(str::to_owned));
        assert_eq!(
            names,
            ["customer_no", "customer_no_2", "grosse_cm", "column_4_2024", "column_5", "zip_code", "id", "column_8"]
        );
    }

    #[test]
    fn files_that_are_delivered_again_are_one_entity() {
        for file in ["orders.csv", "orders_2024-05-01.csv", "Orders-17.csv", "orders 2 (1).csv"] {
            assert_eq!(entity_name(file), "orders", "{file}");
        }
        assert_eq!(entity_name("2024.csv"), "entity_2024");
        for file in [
            "2024-05-01_orders.json.gz",
            "20240501T101500Z-orders.json",
            "orders_20240501T1015.jsonl",
            "orders-6ba7b810-9dad-11d1-80b4-00c04fd430c8-c000.json",
        ] {
            assert_eq!(entity_name(file), "orders", "{file}");
        }
        assert_eq!(entity_name("3d_models.csv"), "3d_models".replace("3d", "entity_3d"));
        assert_eq!(parts("2024-05-01.json").core, "");
        assert_eq!(entity_name("newest.csv"), "newest_rows");
    }

    #[test]
    fn plurals_become_singular() {
        for (plural, one) in
            [("customers", "customer"), ("categories", "category"), ("boxes", "box"), ("address", "address")]
        {
            assert_eq!(singular(plural), one);
        }
    }
}
