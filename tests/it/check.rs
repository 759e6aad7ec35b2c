//! Pipeline SQL that people wrote, with what `gen check FILE` says of it.
//!
//! A case is a file `tests/check/<code>-<slug>.sql`, or `clean-<slug>.sql`; `<name>.txt` beside it is what is drawn, 100
//! columns wide. `BLESS=1` writes these anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::human;
use lakegen::driver;
use lakegen::world::DiskWorld;

fn cases() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    cases.sort();
    cases
}

/// What is said, with the path as it stands in the repository.
fn drawn(path: &Path) -> String {
    let checked = driver::check_sql(&DiskWorld, &[path.to_owned()]);
    let text = human::render(&checked.diagnostics, &checked.sources, human::Style { color: false, width: 100 });
    text.replace(&format!("{}/", env!("CARGO_MANIFEST_DIR")), "")
}

#[test]
fn written_sql_is_judged_as_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = vec![];
    for path in cases() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let code = name.split('-').next().unwrap();
        let found = drawn(&path);
        let fits = if code == "clean" { !found.contains("error[") } else { found.contains(&format!("[{code}]")) };
        if !fits {
            wrong.push(format!("== {name}: not what its name says ==\n{found}"));
        }
        let expected_file = path.with_extension("txt");
        if bless {
            fs::write(&expected_file, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected_file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("== {name}, expected ==\n{expected}== found ==\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
