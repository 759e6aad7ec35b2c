//! Independent faults are reported together, and nothing besides: pairs of cases of `tests/errors/` in one project.
//!
//! Two cases are independent when neither changes a file that the other one changes or points into, and when each tells
//! its faults, and nothing else, however much of the other's files can be read: nothing of them, or only those without a
//! fault. Then none of its faults can follow from what stands there.
//!
//! Whether a pair is drawn depends on the names of its two cases alone, so a new case does not change the other pairs.
//! `SEED=<number>` draws other pairs, `ONE_IN=<number>` more or fewer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lakeflow::diag::{Diagnostic, human};

use crate::wrong::{case_names, check_project, errors_dir, lay_out_all};

const SEED: u64 = 12;

/// One of so many pairs is drawn.
const ONE_IN: u64 = 120;

/// So many of the drawn pairs, which share no file, may depend on each other all the same.
const DEPENDENT_PERCENT: usize = 15;

/// Stands for bytes that are not UTF-8.
const UNREADABLE: &str = "\u{fffd}";

/// A case with what it tells alone.
struct Case {
    name: String,
    /// Files that it changes, removes, or points into.
    touched: BTreeSet<String>,
    told: Vec<String>,
    /// The touched files that a diagnostic points into.
    blamed: BTreeSet<String>,
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
    let is_fault = |line: &&str| !line.contains("= help: known ");
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
        let blamed: BTreeSet<String> =
            alone.iter().flat_map(|(_, files)| files).filter(|file| file.starts_with("specs/")).cloned().collect();
        touched.extend(blamed.iter().cloned());
        Case { name, touched, told: texts(alone), blamed, independent_of: BTreeMap::new() }
    }

    /// Whether it has files of which nothing can be read, not even what they declare.
    fn is_unreadable(&self) -> bool {
        ["E0101", "E0102", "E0103"].iter().any(|code| self.name.starts_with(code))
    }

    /// Whether the case tells the same when nobody can read what another one touches, or what it has faults in.
    fn is_independent_of(&mut self, other: &Case) -> bool {
        self.tells_the_same_without(&other.touched, other) && self.tells_the_same_without(&other.blamed, other)
    }

    /// Whether the case tells its faults and nothing else when nobody can read these files of another one.
    fn tells_the_same_without(&mut self, unreadable: &BTreeSet<String>, other: &Case) -> bool {
        let project = lay_out_all(&[&other.name, &self.name]);
        let text = |file: &String| std::fs::read_to_string(project.path().join(file)).unwrap_or_default();
        let broken = |file: &String| {
            if other.is_unreadable() {
                return (file.clone(), UNREADABLE.to_owned());
            }
            let text = text(file);
            let declares = |line: &&str| line.starts_with("entity: ") || line.starts_with("metric: ");
            (file.clone(), format!("{}\n\t[\n", text.lines().find(declares).unwrap_or_default()))
        };
        let kept = other.touched.difference(unreadable).map(|file| (file.clone(), text(file)));
        let files: BTreeMap<String, String> = kept.chain(unreadable.iter().map(broken)).collect();
        if let Some(known) = self.independent_of.get(&files) {
            return *known;
        }
        for file in unreadable.iter().filter(|file| !project.path().join(file).is_dir()) {
            let bytes = if files[file] == UNREADABLE { b"\xff" } else { files[file].as_bytes() };
            std::fs::write(project.path().join(file), bytes).unwrap();
        }
        let is_error = |text: &str| text.starts_with("error");
        let mut missing: Vec<&String> = self.told.iter().filter(|text| is_error(text)).collect();
        let mut tells_more = false;
        for (text, places) in told(project.path()).into_iter().filter(|(text, _)| is_error(text)) {
            match missing.iter().position(|own| **own == text) {
                Some(at) => drop(missing.remove(at)),
                None => tells_more |= !places.first().is_some_and(|file| unreadable.contains(file)),
            }
        }
        let is_independent = missing.is_empty() && !tells_more;
        self.independent_of.insert(files, is_independent);
        is_independent
    }
}

/// Whether the pair of these cases is among those that are checked.
fn is_drawn(seed: u64, one_in: u64, a: &str, b: &str) -> bool {
    // FNV-1a of both names, whose bits are then mixed once more (splitmix64).
    let names = [a, "\n", b].into_iter().flat_map(str::bytes);
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let mut z = names.fold(0xCBF2_9CE4_8422_2325 ^ seed, fold);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)).is_multiple_of(one_in.max(1))
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn two_independent_cases_tell_what_each_tells_alone_and_nothing_else() {
    let mut cases: Vec<Case> = case_names().into_iter().map(Case::read).collect();
    let (seed, one_in) = (number("SEED", SEED), number("ONE_IN", ONE_IN));
    let mut pairs = vec![];
    for (b, later) in cases.iter().enumerate() {
        let is_pair = |a: &usize| {
            let earlier = &cases[*a];
            is_drawn(seed, one_in, &earlier.name, &later.name) && earlier.touched.is_disjoint(&later.touched)
        };
        pairs.extend((0..b).filter(is_pair).map(|a| (a, b)));
    }
    let (mut checked, mut dependent, mut wrong) = (0, 0, vec![]);
    for (a, b) in pairs {
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
