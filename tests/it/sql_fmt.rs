//! The formatter: its layout by case files under `tests/fmt`, and what holds for all SQL there is here.

use std::fs;
use std::path::{Path, PathBuf};

use lakegen::lakeflow::parse;
use lakegen::sqltool::fmt::format;

fn sql_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sql_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn cases_are_laid_out_as_their_files_say() {
    for case in fs::read_dir(root().join("tests/fmt")).unwrap() {
        let case = case.unwrap().path();
        let [before, after] = ["in.sql", "out.sql"].map(|name| fs::read_to_string(case.join(name)).unwrap());
        let formatted = format(&before).unwrap();
        assert_eq!(formatted.text, after, "{}", case.display());
        assert!(formatted.as_written.is_empty(), "{}", case.display());
    }
}

#[test]
fn a_second_run_changes_nothing_and_the_meaning_stays() {
    for path in sql_below(&root().join("tests")) {
        let text = fs::read_to_string(&path).unwrap();
        let Ok(once) = format(&text) else { continue };
        assert_eq!(format(&once.text).unwrap().text, once.text, "{}", path.display());
        if let Ok(statements) = parse(&text) {
            assert!(parse(&once.text).as_ref() == Ok(&statements), "{} means something else", path.display());
        }
    }
}

#[test]
fn generated_sql_can_be_formatted_whole() {
    for path in sql_below(&root().join("generated")) {
        let text = fs::read_to_string(&path).unwrap();
        let formatted = format(&text).unwrap();
        assert!(formatted.as_written.is_empty(), "{}: {:?}", path.display(), formatted.as_written);
        assert!(parse(&formatted.text).unwrap() == parse(&text).unwrap(), "{} means something else", path.display());
    }
}

#[test]
fn a_script_keeps_its_layout() {
    let text = "BEGIN\n  DECLARE x INT DEFAULT 1;\n  select x;\nEND;\n";
    let formatted = format(text).unwrap();
    assert_eq!(formatted.text, text);
    assert_eq!(formatted.as_written.len(), 1);
}
