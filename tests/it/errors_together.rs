//! Independent faults are reported together, and nothing besides: pairs of cases of `tests/errors/` in one project.
//!
//! Two cases are independent when neither changes a file that the other one changes or points into, and each tells all
//! of its faults even if nobody could read the files of the other: then none of them can follow from what stands there.
//! `SEED=<number>` draws other pairs, `PAIRS=<number>` more or fewer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lakeflow::diag::{Diagnostic, human};

use crate::wrong::{case_names, check_project, errors_dir, lay_out_all};

const SEED: u64 = 12;
const PAIRS: usize = 500;

/// Of the pairs that share no file, so many may depend on each other all the same.
const DEPENDENT_PERCENT: usize = 15;

/// Stands for bytes that are not UTF-8.
const UNREADABLE: &str = "\u{fffd}";

/// A case with what it tells alone.
struct Case {
    name: String,
    /// Files that it changes, removes, or points into.
    touched: BTreeSet<String>,
    told: Vec<String>,
    /// Whether all of it is told when files hold these texts.
    independent_of: BTreeMap<BTreeMap<String, String>, bool>,
}

/// Each diagnostic of a project as it is drawn, in order, with the files it points into.
fn told(root: &Path) -> Vec<(String, Vec<String>)> {
    let (sources, diagnostics) = check_project(root);
    let style = human::Style { color: false, width: 100 };
    let files = |diagnostic: &Diagnostic| {
        let labels = diagnostic.primary.iter().chain(&diagnostic.related);
        labels.map(|label| sources.path(label.span.file).to_owned()).collect()
    };
    // Which names there are is no part of the fault.
    let is_fault = |line: &&str| !line.contains(" there are: ");
    let drawn = |d: &Diagnostic| {
        let text = human::render(std::slice::from_ref(d), &sources, style);
        text.lines().filter(is_fault).collect::<Vec<_>>().join("\n")
    };
    let one = |d: &Diagnostic| (drawn(d), files(d));
    diagnostics.iter().map(one).collect()
}

fn texts(told: Vec<(String, Vec<String>)>) -> Vec<String> {
    told.into_iter().map(|(text, _)| text).collect()
}

fn files_below(dir: &Path, root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, root));
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

impl Case {
    fn read(name: String) -> Case {
        let case = errors_dir().join(&name);
        let mut touched = files_below(&case.join("specs"), &case);
        touched
            .extend(std::fs::read_to_string(case.join("without.txt")).unwrap_or_default().lines().map(str::to_owned));
        let alone = told(lay_out_all(&[&name]).path());
        touched.extend(alone.iter().flat_map(|(_, files)| files).filter(|file| file.starts_with("specs/")).cloned());
        Case { name, touched, told: texts(alone), independent_of: BTreeMap::new() }
    }

    /// Whether it has files of which nothing can be read, not even what they declare.
    fn is_unreadable(&self) -> bool {
        ["E0101", "E0102", "E0103"].iter().any(|code| self.name.starts_with(code))
    }

    /// Whether the case tells the same when nobody can read what another one touches.
    fn is_independent_of(&mut self, other: &Case) -> bool {
        let project = lay_out_all(&[&other.name, &self.name]);
        let broken = |file: &String| {
            if other.is_unreadable() {
                return (file.clone(), UNREADABLE.to_owned());
            }
            let text = std::fs::read_to_string(project.path().join(file)).unwrap_or_default();
            let declares = |line: &&str| line.starts_with("entity: ") || line.starts_with("metric: ");
            (file.clone(), format!("{}\n\t[\n", text.lines().find(declares).unwrap_or_default()))
        };
        let files: BTreeMap<String, String> = other.touched.iter().map(broken).collect();
        if let Some(known) = self.independent_of.get(&files) {
            return *known;
        }
        for (file, text) in files.iter().filter(|(file, _)| !project.path().join(file).is_dir()) {
            let bytes = if text == UNREADABLE { b"\xff" } else { text.as_bytes() };
            std::fs::write(project.path().join(file), bytes).unwrap();
        }
        let both = texts(told(project.path()));
        let is_told = |text: &&String| text.starts_with("error");
        let is_independent = self.told.iter().filter(is_told).all(|text| both.contains(text));
        self.independent_of.insert(files, is_independent);
        is_independent
    }
}

/// Numbers that a seed gives (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn two_independent_cases_tell_what_each_tells_alone_and_nothing_else() {
    let mut cases: Vec<Case> = case_names().into_iter().map(Case::read).collect();
    let mut pairs = vec![];
    for (b, later) in cases.iter().enumerate() {
        let apart = |a: &usize| cases[*a].touched.is_disjoint(&later.touched);
        pairs.extend((0..b).filter(apart).map(|a| (a, b)));
    }
    let mut draw = Draw(number("SEED", SEED));
    let (wanted, mut checked, mut dependent) = (number("PAIRS", PAIRS).min(pairs.len()), 0, 0);
    let mut wrong = vec![];
    while checked < wanted && !pairs.is_empty() {
        let (a, b) = pairs.swap_remove(draw.below(pairs.len()));
        let (head, tail) = cases.split_at_mut(b);
        let (a, b) = (&mut head[a], &mut tail[0]);
        if !a.is_independent_of(b) || !b.is_independent_of(a) {
            dependent += 1;
            continue;
        }
        checked += 1;
        let both = told(lay_out_all(&[&a.name, &b.name]).path());
        let places: Vec<&str> = both.iter().map(|(_, files)| files.first().map_or("", String::as_str)).collect();
        let in_order = places.is_sorted();
        let (mut expected, mut found) = ([a.told.as_slice(), &b.told].concat(), texts(both));
        // Warnings wait until nothing is at fault.
        if expected.iter().any(|text| text.starts_with("error")) {
            expected.retain(|text| text.starts_with("error"));
        }
        expected.sort_unstable();
        found.sort_unstable();
        if expected != found || !in_order {
            let (expected, found) = (expected.join("\n"), found.join("\n"));
            wrong.push(format!("== {} and {}, expected ==\n{expected}\n== found ==\n{found}", a.name, b.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} pairs:\n{}", wrong.len(), wrong.join("\n"));
    let limit = (checked + dependent) * DEPENDENT_PERCENT / 100;
    assert!(dependent <= limit, "{dependent} of {} pairs depend on each other", checked + dependent);
}
