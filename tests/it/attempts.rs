//! Attempts to learn personal values, every one of which must be refused at its word, and look-alikes that must pass.
//!
//! `tests/lineage/attempts/leaks.txt` and `clean.txt` hold an expression a line, with the place where it stands;
//! `leaks.yml` and `clean.yml` hold whole specs. All of a list are checked as one project.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use lakeflow::diag::human;
use lakegen::codes;
use lakegen::driver::{self, Compilation};
use lakegen::world::DiskWorld;

fn attempts_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage/attempts")
}

/// One attempt: its spec without marks, and the words that were marked.
struct Attempt {
    text: String,
    words: Vec<Range<usize>>,
    shown: String,
}

/// Takes the marks around words out.
fn attempt(marked: &str, shown: &str) -> Attempt {
    let (mut text, mut words, mut start) = (String::new(), vec![], 0);
    for c in marked.chars() {
        match c {
            '«' => start = text.len(),
            '»' => words.push(start..text.len()),
            c => text.push(c),
        }
    }
    Attempt { text, words, shown: shown.to_owned() }
}

/// The spec of an expression at a place.
fn metric(name: &str, place: &str, sql: &str) -> String {
    let names = |words: &[&str]| words.iter().any(|word| sql.contains(word));
    let from = match () {
        () if names(&["customers.", "comment"]) => "orders",
        () if names(&["tax_no", "blood", "town", "iban"]) => "donors",
        () => "customers",
    };
    let indented = |depth: usize| format!("|-\n{}{sql}", " ".repeat(depth));
    let body = match place {
        "measure" => format!("measures:\n  figure:\n    sql: {}", indented(6)),
        "count" => format!("measures:\n  figure:\n    sql: |-\n      count({sql})"),
        "filter" => format!("measures:\n  figure:\n    sql: |-\n      count(*) filter (where {sql})"),
        "dimension" => {
            format!(
                "dimensions:\n  shown: {}\nmeasures:\n  n: count(*)\ntables:\n  {name}: {{ by: [shown] }}",
                indented(4)
            )
        }
        "where" => format!("where: {}\nmeasures:\n  n: count(*)", indented(2)),
        "per" => format!(
            "per:\n  entity: customers\n  columns: [customer_id]\n  where: {}\nmeasures:\n  n: count(*)",
            indented(4)
        ),
        "shown" => format!(
            "per:\n  entity: customers\n  columns: [customer_id, shown]\ndimensions:\n  shown: {}\nmeasures:\n  n: count(*)",
            indented(4)
        ),
        other => panic!("no place {other}"),
    };
    let from = if matches!(place, "per" | "shown") { "orders" } else { from };
    format!("metric: {name}\nfrom: {from}\n{body}\naudience: sales\n")
}

/// The attempts of a list of expressions; the first `columns` words of a line are no part of the expression, the last
/// of them is the place.
fn listed(file: &str, columns: usize) -> Vec<Attempt> {
    let text = fs::read_to_string(attempts_dir().join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let attempts = lines.enumerate().map(|(index, line)| {
        let mut rest = line;
        let mut place = "";
        for _ in 0..columns {
            (place, rest) = rest.split_once(' ').unwrap();
            rest = rest.trim_start();
        }
        attempt(&metric(&format!("m{index:03}"), place, rest), line)
    });
    attempts.collect()
}

/// The attempts of a file of specs.
fn specs(file: &str) -> Vec<Attempt> {
    let text = fs::read_to_string(attempts_dir().join(file)).unwrap();
    text.split("---\n").map(|spec| attempt(spec, spec)).collect()
}

/// Checks all attempts as one project; gives the path of each.
fn checked(attempts: &[Attempt]) -> (Compilation, Vec<String>) {
    let project = tempfile::tempdir().unwrap();
    let specs = project.path().join("specs");
    copy(&attempts_dir().join("base/specs"), &specs);
    let mut paths = vec![];
    for (index, attempt) in attempts.iter().enumerate() {
        let path = format!("specs/attempts/{index:03}.yml");
        fs::create_dir_all(specs.join("attempts")).unwrap();
        fs::write(project.path().join(&path), &attempt.text).unwrap();
        paths.push(path);
    }
    (driver::check(&DiskWorld, project.path()).unwrap(), paths)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

/// What is wrong about the refusal of an attempt, if anything is.
fn missed(compilation: &Compilation, path: &str, attempt: &Attempt) -> Option<String> {
    let is_here = |file| compilation.sources.path(file) == path;
    let leaks: Vec<_> = compilation.diagnostics.iter().filter(|d| d.code == codes::AUDIENCE_MAY_NOT_SEE).collect();
    let at: BTreeSet<(usize, usize)> = leaks
        .iter()
        .filter_map(|d| d.primary.as_ref())
        .filter(|label| is_here(label.span.file))
        .map(|label| (label.span.start as usize, label.span.end as usize))
        .collect();
    let absent: Vec<&str> = (attempt.words.iter())
        .filter(|word| !at.contains(&(word.start, word.end)))
        .map(|word| &attempt.text[word.clone()])
        .collect();
    if absent.is_empty() {
        return None;
    }
    let found: Vec<&str> = at.iter().map(|(start, end)| &attempt.text[*start..*end]).collect();
    Some(match found.is_empty() {
        true => format!("accepted: {}", attempt.shown),
        false => format!("not at the word: {}\n    but at {found:?}", attempt.shown),
    })
}

fn others(compilation: &Compilation) -> String {
    let others: Vec<_> = compilation
        .diagnostics
        .iter()
        .filter(|d| d.is_error() && d.code != codes::AUDIENCE_MAY_NOT_SEE)
        .cloned()
        .collect();
    human::render(&others, &compilation.sources, human::Style { color: false, width: 100 })
}

#[test]
fn every_attempt_is_refused_at_its_word() {
    for (attempts, least) in [(listed("leaks.txt", 2), 200), (specs("leaks.yml"), 20)] {
        assert!(attempts.len() >= least);
        let (compilation, paths) = checked(&attempts);
        assert_eq!(others(&compilation), "", "faults of another kind");
        let missed: Vec<String> =
            paths.iter().zip(&attempts).filter_map(|(path, attempt)| missed(&compilation, path, attempt)).collect();
        assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), attempts.len(), missed.join("\n"));
    }
}

#[test]
fn what_tells_nothing_is_accepted() {
    for (attempts, least) in [(listed("clean.txt", 1), 80), (specs("clean.yml"), 8)] {
        assert!(attempts.len() >= least);
        let (compilation, paths) = checked(&attempts);
        let is_refused = |path: &str| {
            let labels = compilation.diagnostics.iter().filter_map(|d| d.primary.as_ref());
            labels.into_iter().any(|label| compilation.sources.path(label.span.file) == path)
        };
        let refused: Vec<&str> =
            paths.iter().zip(&attempts).filter(|(p, _)| is_refused(p)).map(|(_, a)| a.shown.as_str()).collect();
        let text =
            human::render(&compilation.diagnostics, &compilation.sources, human::Style { color: false, width: 100 });
        assert!(refused.is_empty(), "{} of {}:\n{}", refused.len(), attempts.len(), refused.join("\n"));
        assert!(compilation.diagnostics.is_empty(), "{text}");
    }
}
