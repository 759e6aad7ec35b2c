//! Names made of what people call their files and columns: snake_case, ASCII, never reserved, never twice.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

/// A name of letters, digits and underscores that begins with a letter; `fallback` when nothing is left of `text`.
fn plain(text: &str, fallback: &str) -> String {
    let ascii: String = text.chars().map(ascii_like).collect();
    let words: Vec<String> = ascii.split_whitespace().map(|word| word.to_snake_case()).filter(|w| !w.is_empty()).collect();
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

/// The entity of a file: its name without extension, date, number and version.
pub fn entity_name(file: &str) -> String {
    let name = plain(stem(file), "entity");
    if RESERVED.contains(&name.as_str()) { format!("{name}_rows") } else { name }
}

/// Names that generated queries use for their parts (E0302).
const RESERVED: [&str; 9] =
    ["texts", "typed", "judged", "newest", "variants", "measured", "expected", "actual", "left_out"];

/// What stays the same in the name of a file that is delivered again: `orders_2024-05-01.csv` gives `orders`.
pub fn stem(file: &str) -> &str {
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let end = |c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | ' ' | '(' | ')');
    let stem = name.trim_end_matches(end);
    if stem.is_empty() { name } else { stem }
}

/// Names of columns, one a header, all different in any letter case.
pub fn column_names(headers: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = vec![];
    for (index, header) in headers.iter().enumerate() {
        let base = plain(header, &format!("column_{}", index + 1));
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
        assert_eq!(entity_name("newest.csv"), "newest_rows");
    }

    #[test]
    fn plurals_become_singular() {
        for (plural, one) in [("customers", "customer"), ("categories", "category"), ("boxes", "box"), ("address", "address")] {
            assert_eq!(singular(plural), one);
        }
    }
}
