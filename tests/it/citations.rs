//! Comments cite pages of `docs/reference` by page and heading. A citation that leads nowhere is worse than none, so each
//! must name a page and a heading that exist, and none may name a section by its number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Text files of a directory and of what lies below it, with their texts.
fn texts(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = vec![];
    for path in paths {
        if path.is_dir() {
            found.extend(texts(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path, text));
        }
    }
    found
}

/// Everything that can cite: sources, their tests and templates, and the stages of CI.
fn sources() -> Vec<(PathBuf, String)> {
    let own = root().join("tests/it/citations.rs");
    let all = ["src", "tests", "templates", "benches", "fuzz/fuzz_targets", ".ci"];
    all.iter().flat_map(|dir| texts(&root().join(dir))).filter(|(path, _)| *path != own).collect()
}

/// A page without what stands in it as code.
fn prose(page: &str) -> String {
    let blocks = page.split("```").step_by(2).collect::<String>();
    blocks.lines().map(|line| line.split('`').step_by(2).collect::<String>() + "\n").collect()
}

/// Headings by page.
fn pages() -> BTreeMap<String, BTreeSet<String>> {
    let pages = texts(&root().join("docs/reference"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let heading = |line: &str| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim().to_owned());
    pages.iter().map(|(path, text)| (name(path), text.lines().filter_map(heading).collect())).collect()
}

/// A text with its comments on one line each, so that a citation may go on in the next line.
fn joined(text: &str) -> String {
    let words = |line: &str| line.trim().trim_start_matches(['/', '!', '#', '-']).trim().to_owned();
    text.lines().map(words).collect::<Vec<_>>().join(" ")
}

/// What stands in quotes at the start of a text: `"one", "two" and "three"`.
fn quoted(mut text: &str) -> Vec<&str> {
    let mut found = vec![];
    while let Some((heading, rest)) = text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        found.push(heading);
        let next = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(" and "));
        text = next.unwrap_or_default();
    }
    found
}

/// What is wrong with the citations of a text.
fn faults(text: &str, pages: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let text = joined(text);
    let mut faults = vec![];
    for (at, mark) in text.match_indices(".md, \"") {
        let begin = text[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-').map_or(0, |last| last + 1);
        let page = format!("{}.md", &text[begin..at]);
        let Some(headings) = pages.get(&page) else {
            faults.push(format!("no page `{page}`"));
            continue;
        };
        let cited = quoted(&text[at + mark.len() - 1..]);
        let unknown = cited.iter().filter(|heading| !headings.contains(**heading));
        faults.extend(unknown.map(|heading| format!("no heading `{heading}` in `{page}`")));
    }
    let lower = text.to_lowercase();
    let numbered = ["reference section", "references section", "reference, section", "reference: section"];
    faults.extend(numbered.iter().filter(|words| lower.contains(**words)).map(|words| format!("`{words}`: by number")));
    faults
}

#[test]
fn every_citation_names_a_page_and_a_heading() {
    let pages = pages();
    let wrong: Vec<String> = sources()
        .iter()
        .flat_map(|(path, text)| faults(text, &pages).into_iter().map(|fault| format!("{}: {fault}", path.display())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn citations_are_found_over_lines_and_in_lists() {
    let pages: BTreeMap<String, BTreeSet<String>> =
        [("sql.md".to_owned(), ["Views".to_owned(), "Flows".to_owned()].into())].into();
    let found = |text| faults(text, &pages);
    assert_eq!(found("/// A view (sql.md, \"Views\" and\n/// \"Flows\")."), Vec::<String>::new());
    assert_eq!(found("// sql.md, \"Views\",\n    // \"Tables\""), ["no heading `Tables` in `sql.md`"]);
    assert_eq!(found("# other.md, \"Views\""), ["no page `other.md`"]);
    assert_eq!(found("//! Views (reference,\n//! section 2)."), ["`reference, section`: by number"]);
}

#[test]
fn every_source_that_a_page_names_has_an_address() {
    let mut wrong = vec![];
    for (path, page) in texts(&root().join("docs/reference")) {
        let text = prose(&page);
        for (at, _) in text.match_indices('[') {
            let Some((name, rest)) = text[at + 1..].split_once(']') else { continue };
            if !rest.starts_with(['(', ':']) && !page.contains(&format!("\n[{name}]: http")) {
                // `[text][name]`: the text in front needs no address.
                if !rest.starts_with('[') {
                    wrong.push(format!("{}: [{name}]", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_stage_of_ci_needs_a_file_beside_the_clone() {
    let leaves = |text: &str| text.match_indices("../").any(|(at, _)| text[at + 3..].starts_with(char::is_alphabetic));
    let wrong: Vec<String> = texts(&root().join(".ci"))
        .into_iter()
        .filter(|(_, text)| leaves(text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
