//! Sample files of all projects that stand in the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lakegen::model::{Action, CsvDialect, EntitySource, FileFormat, Project};
use lakegen::sample::{Options, SampleFile, generate, unwritable};

use crate::projects::{cases, compile};

fn projects() -> Vec<PathBuf> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    cases().into_iter().chain([shipped]).collect()
}

fn project(root: &Path) -> Project {
    compile(root).project.unwrap()
}

fn case(name: &str) -> Project {
    project(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name))
}

/// The text of a file; a half-copied one may end inside a character.
fn text(file: &SampleFile) -> String {
    String::from_utf8_lossy(&file.bytes).into_owned()
}

/// The texts of all files whose names begin with `start`.
fn texts(files: &[SampleFile], start: &str) -> String {
    files.iter().filter(|f| f.name.starts_with(start)).map(text).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for root in projects() {
        let project = project(&root);
        if unwritable(&project).is_some() {
            continue;
        }
        let options = Options { rows: 200, seed: 7 };
        let files = generate(&project, options);
        assert_eq!(files, generate(&project, options), "{}", root.display());
        assert_ne!(files, generate(&project, Options { seed: 8, ..options }), "{}", root.display());
    }
}

#[test]
fn every_entity_gets_full_files_empty_ones_and_late_ones() {
    for root in projects() {
        let project = project(&root);
        let files = generate(&project, Options { rows: 100, seed: 1 });
        for entity in project.entities.iter() {
            let EntitySource::Files(source) = &entity.source else { continue };
            let header = entity.columns.iter().map(|c| c.header.as_str()).collect::<Vec<_>>();
            // Files in other forms are read back by the runs of their case.
            let FileFormat::Csv(csv) = &source.format else { continue };
            let header = header.join(&csv.delimiter.to_string()) + "\n";
            if (CsvDialect { delimiter: csv.delimiter, ..CsvDialect::default() }) != *csv
                || source.files.ends_with(".gz")
            {
                continue;
            }
            let glob = globset::Glob::new(&source.files).unwrap().compile_matcher();
            let own: Vec<_> = files.iter().filter(|f| glob.is_match(&f.name)).collect();
            assert!(own.iter().any(|f| text(f) == header), "{}: no header-only file", entity.name);
            assert!(own.iter().any(|f| f.bytes.is_empty()), "{}: no empty file", entity.name);
            assert!(own.iter().any(|f| f.bytes.starts_with("\u{feff}".as_bytes())), "{}: no mark", entity.name);
            let full = own.iter().filter(|f| text(f).starts_with(&header) && f.bytes.len() > 2 * header.len());
            assert!(full.count() >= 2, "{}: no rows", entity.name);
            let mut times: BTreeMap<u64, usize> = BTreeMap::new();
            own.iter().for_each(|f| *times.entry(f.modified).or_default() += 1);
            assert!(times.len() > 3, "{}: all at once", entity.name);
            assert!(times.values().any(|n| *n > 1), "{}: no two files of one time", entity.name);
        }
    }
}

#[test]
fn all_kinds_of_faults_turn_up() {
    let files = generate(&case("webshop"), Options { rows: 1000, seed: 1 });
    let orders = texts(&files, "orders");
    for (fault, what) in [
        (",2024-02-30,", "a date that is not in the calendar"),
        (",2024-1-5,", "a date without leading zeros"),
        (",now,", "a word that casts take for a time"),
        (",1e2,", "an exponent"),
        (",12.5,", "a decimal for a whole number"),
        (",2147483648,", "a number beyond the type"),
        (",+5,", "a plus sign"),
        (",0,", "a quantity of nothing"),
        (",-3,", "a negative quantity"),
        (",unknown,", "a value that is not accepted"),
        (",PAID,", "another letter case"),
        (",NOWHERE-1,", "a reference to nothing"),
        (",\"fields, quoted\"", "more fields than columns"),
        ("\n\n", "a blank line"),
        ("\r\n", "line ends of Windows"),
        ("(new)", "a misspelt header"),
        ("exported_by", "a column more"),
    ] {
        assert!(orders.contains(fault), "{what} is missing");
    }
    let half = regex::Regex::new(r",[0-9]+\.[0-9]{2}5\n").unwrap();
    assert!(half.is_match(&texts(&files, "articles")), "no half cent");
}

#[test]
fn awkward_texts_turn_up() {
    let employees = texts(&generate(&case("hr"), Options { rows: 1000, seed: 1 }), "employees");
    for text in [
        "\"two\nlines",
        "\"two\r\nlines",
        "comma, inside",
        "a \"\"quoted\"\" word",
        "日本語",
        "  spaces around  ",
        "NULL",
    ] {
        assert!(employees.contains(text), "{text:?} is missing");
    }
}

#[test]
fn rows_come_twice_and_corrected() {
    let files = generate(&case("webshop"), Options { rows: 500, seed: 1 });
    let first = texts(&files, "orders.csv");
    let lines: Vec<&str> = first.lines().skip(1).filter(|line| !line.is_empty()).collect();
    let mut keys: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in &lines {
        let key = line.split(',').take(2).collect::<Vec<_>>().join(",");
        keys.entry(key).or_default().push(line);
    }
    assert!(keys.values().any(|rows| rows.len() == 2 && rows[0] == rows[1]), "no exact duplicate");
    assert!(keys.values().any(|rows| rows.len() == 2 && rows[0] != rows[1]), "no conflicting duplicate");
    let later = texts(&files, "orders_2024-01-04");
    let corrected = later.lines().skip(1).filter(|line| {
        let key = line.split(',').take(2).collect::<Vec<_>>().join(",");
        keys.get(&key).is_some_and(|rows| !rows.contains(line))
    });
    assert!(corrected.count() > 5, "later files correct nothing");
}

#[test]
fn nothing_breaks_a_rule_that_stops_the_update() {
    let project = case("ledger");
    let stopping: Vec<_> =
        project.entities.iter().filter(|e| e.rules.iter().any(|r| r.action == Action::Fail)).collect();
    assert_eq!(stopping.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["accounts", "postings"]);
    for file in generate(&project, Options { rows: 500, seed: 3 }).iter().filter(|f| f.name.ends_with(".csv")) {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let place = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
        for record in reader.records().map(Result::unwrap) {
            let number = |name: &str| place(name).and_then(|at| record.get(at)).map(str::parse::<f64>);
            assert!(number("amount").is_none_or(|n| n.is_ok_and(|n| n != 0.0)), "{}: {record:?}", file.name);
            let is_account = file.name.starts_with("accounts");
            assert!(!is_account || number("account").is_some_and(|n| n.is_ok()), "{}: {record:?}", file.name);
        }
    }
}

#[test]
fn versions_of_a_key_have_different_places_in_the_sequence() {
    let project = case("subscriptions");
    let mut versions: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in generate(&project, Options { rows: 300, seed: 5 }).iter().filter(|f| f.name.ends_with(".csv")) {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.bytes.as_slice());
        let header: Vec<String> =
            reader.headers().unwrap().iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
        let place = |name: &str| header.iter().position(|h| h == name);
        for record in reader.records().map(Result::unwrap) {
            let field = |name: &str| place(name).and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
            let plan = field("plan").to_uppercase();
            let seen = versions.entry((field("subscription_id"), field("changed_at"))).or_insert(plan.clone());
            let faulty = !["S", "M", "L", ""].contains(&plan.as_str()) || !["S", "M", "L", ""].contains(&seen.as_str());
            assert!(*seen == plan || faulty || field("subscription_id").is_empty(), "{record:?}");
        }
    }
    assert!(versions.len() > 350, "there are {} versions", versions.len());
}

#[cfg(feature = "engine")]
#[test]
fn every_project_runs_on_its_sample() {
    for root in projects() {
        let compilation = compile(&root);
        let (landing, warehouse) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files = generate(compilation.project.as_ref().unwrap(), Options { rows: 60, seed: 2 });
        lakegen::sample::write(landing.path(), &files).unwrap();
        crate::projects::run(&root, landing.path(), warehouse.path());
    }
}
