//! Patterns of the files of each entity: what their names have in common, and nothing that belongs to another one.

use globset::{GlobBuilder, GlobMatcher};

use super::entity::InferredEntity;
use super::names::{self, NameParts};
use super::text::Scalar;

/// Sets the pattern of each entity. Where it matches files of another, those are left out; where that takes more than one
/// pattern, the files are named one by one.
pub fn set(entities: &mut [InferredEntity]) {
    let wide: Vec<String> = entities.iter().map(|entity| of_files(&entity.names)).collect();
    let matches = |pattern: &str, files: &[String]| {
        let glob = glob(pattern);
        files.iter().any(|file| glob.as_ref().is_none_or(|glob| glob.is_match(file)))
    };
    let names: Vec<Vec<String>> = entities.iter().map(|entity| entity.names.clone()).collect();
    for (index, entity) in entities.iter_mut().enumerate() {
        let others: Vec<usize> =
            (0..names.len()).filter(|other| *other != index && matches(&wide[index], &names[*other])).collect();
        entity.files = Scalar(wide[index].clone());
        match others.as_slice() {
            [] => {}
            [one] if !matches(&wide[*one], &entity.names) => entity.except = Some(Scalar(wide[*one].clone())),
            _ => entity.files = Scalar(one_by_one(&entity.names)),
        }
    }
}

/// A pattern that the next delivery matches too, if the names have enough in common.
fn of_files(files: &[String]) -> String {
    let parts: Vec<NameParts<'_>> = files.iter().map(|file| names::parts(file)).collect();
    let Some(first) = parts.first() else { return String::new() };
    let mut endings: Vec<&str> = parts.iter().map(|part| part.ending).collect();
    endings.sort_unstable();
    endings.dedup();
    let ending = match endings.as_slice() {
        [""] => String::new(),
        [one] => format!(".{}", escaped(one)),
        _ if endings.contains(&"") => return one_by_one(files),
        several => format!(".{{{}}}", several.iter().map(|e| escaped(e)).collect::<Vec<_>>().join(",")),
    };
    let stem = match first.core {
        "" if files.iter().all(|file| file.starts_with(|c: char| c.is_ascii_digit())) => "[0-9]".to_owned(),
        core => format!("{}{}", if parts.iter().any(|part| part.has_lead) { "*" } else { "" }, escaped(core)),
    };
    let pattern = format!("{stem}*{ending}").replace("**", "*");
    let fits = glob(&pattern).is_some_and(|glob| files.iter().all(|file| glob.is_match(file)));
    if fits { pattern } else { one_by_one(files) }
}

fn one_by_one(files: &[String]) -> String {
    match files {
        [one] => escaped(one),
        several => format!("{{{}}}", several.iter().map(|file| escaped(file)).collect::<Vec<_>>().join(",")),
    }
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(false).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// A part of a name in a pattern, with `?` for what patterns can't have or read as something else.
fn escaped(name: &str) -> String {
    let plain = |c: char| if "*?[]{},\\$:!".contains(c) || c.is_control() || c == ' ' { '?' } else { c };
    name.chars().map(plain).collect::<String>().replace("..", ".?")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(files: &[&str]) -> String {
        of_files(&files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn patterns_match_what_is_delivered_again() {
        for (files, expected) in [
            (&["orders.csv"][..], "orders*.csv"),
            (&["orders_1.json", "orders_2.json.gz"], "orders*.{json,json.gz}"),
            (&["2024-05-01_orders.jsonl", "2024-05-02_orders.jsonl"], "*orders*.jsonl"),
            (&["2024-05-01.json", "2024-05-02.json"], "[0-9]*.json"),
            (&["Orders-1.csv", "orders-2.csv"], "{Orders-1.csv,orders-2.csv}"),
            (&["a [x] {y}, z.csv"], "a??x???y???z*.csv"),
            (&["a..b.json"], "a.?b*.json"),
            (&["orders"], "orders*"),
        ] {
            assert_eq!(pattern(files), expected, "{files:?}");
        }
    }
}
