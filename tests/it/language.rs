//! `docs/language/`: pages that come from types and tables are fresh, and every example in the others is a valid spec.
//!
//! `BLESS=1` writes the former.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::functions;
use lakegen::spec::SpecKind;
use lakegen::validate::page;

use crate::golden;
use crate::projects::compile;

fn folder() -> PathBuf {
    crate::root().join("docs/language")
}

#[test]
fn pages_of_keys_and_functions_are_fresh() {
    for kind in SpecKind::ALL {
        golden::expect(&folder().join(format!("{}.md", kind.key())), &page(kind));
    }
    golden::expect(&folder().join("functions.md"), &functions_page());
}

/// The functions of Spark and Databricks that expressions may use, by their first letter.
fn functions_page() -> String {
    let mut page = String::from(
        "# Functions\n\nExpressions in specs are Databricks SQL, and may use these functions. Those in *italics* are checked and \
         deployed,\nbut the local engine does not run them: `gen check` says so (W0606).\n",
    );
    let mut by_letter: BTreeMap<char, Vec<&str>> = BTreeMap::new();
    let mut names: Vec<&str> = functions::names().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        by_letter.entry(name.chars().next().unwrap()).or_default().push(name);
    }
    let is_lacking = |name: &str| (0..=4).all(|arguments| functions::is_lacking_locally(name, arguments));
    for (letter, names) in by_letter {
        let shown: Vec<String> =
            names.iter().map(|name| if is_lacking(name) { format!("*{name}*") } else { format!("`{name}`") }).collect();
        page.push_str(&format!("\n**{}** {}\n", letter.to_uppercase(), shown.join(" ")));
    }
    page
}

/// The blocks of a page that are specs, each with the kind of file and its name.
fn specs(text: &str) -> Vec<(SpecKind, String, String)> {
    let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let spec = |block: &str| {
        let kind =
            SpecKind::ALL.into_iter().find(|kind| block.lines().any(|l| l.starts_with(&format!("{}:", kind.key()))))?;
        let line = block.lines().find(|line| line.starts_with(kind.key()))?;
        Some((kind, line.split(": ").nth(1)?.trim().to_owned(), block.to_owned()))
    };
    blocks.filter_map(spec).collect()
}

/// The tables of a page, each with its path, which stands before it.
fn tables(text: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = text.split("```csv\n").collect();
    let path = |before: &str| before.trim_end().trim_end_matches("`:").rsplit('`').next().unwrap().to_owned();
    let table = |pair: &[&str]| (path(pair[0]), pair[1].split("```").next().unwrap().to_owned());
    parts.windows(2).map(table).collect()
}

#[test]
fn every_example_is_a_valid_spec() {
    let mut found = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let specs = specs(&text);
        if specs.is_empty() {
            continue;
        }
        found += specs.len();
        let dir = tempfile::tempdir().unwrap();
        let project = "project: pages\ntargets:\n  dev: { default: true, catalog: c, schema: s, landing: /Volumes/c/s/landing }\n";
        write(dir.path(), "specs/project.yml", project);
        for (kind, name, text) in &specs {
            match kind {
                SpecKind::Project => write(dir.path(), "specs/project.yml", text),
                SpecKind::Entity => write(dir.path(), &format!("specs/entities/{name}.yml"), text),
                SpecKind::Metric => write(dir.path(), &format!("specs/metrics/{name}.yml"), text),
            }
        }
        for (path, rows) in tables(&text) {
            write(dir.path(), &path, &rows);
        }
        let compiled = compile(dir.path());
        assert!(compiled.project.is_some(), "{}: {:#?}", path.display(), compiled.diagnostics);
    }
    assert!(found >= 5, "{found} examples");
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
