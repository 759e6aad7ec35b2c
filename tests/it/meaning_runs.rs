//! What is said of a change, against what happens: the pipelines of the case projects are changed at random places and
//! run before and after over the same files.
//!
//! Where rows of a dataset differ, that has to be said of it; where nothing is said, they must be equal. A streaming table
//! that goes on keeps what the old SQL made of the files that were there: this is computed by two runs over a part of the
//! files each, for tables that only append (the local engine has no update that begins where the last one ended). That a
//! figure is said to be restated and comes out equal is no fault: these files may not show it. It is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::check::{self, DatasetKind, Pipeline};
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::SourceMap;
use lakegen::deploy::meaning::{self, Meaning, MeaningKind, PipelineFile, PipelineSql};
use lakegen::engine::local::{self, RunRequest};
use lakegen::sample;

use crate::projects::{cases, compile, files_below, land};

/// What may stand in the place of what. Not all of it is SQL everywhere: what `check` refuses is left out.
const EDITS: &[(&str, &str)] = &[
    (" = ", " <> "),
    (" <> ", " = "),
    (" >= ", " > "),
    (" > ", " >= "),
    (" < ", " <= "),
    (" <= ", " < "),
    ("sum(", "max("),
    ("max(", "min("),
    ("min(", "max("),
    ("count(DISTINCT ", "count("),
    ("count(*)", "count(*) + 1"),
    ("INNER JOIN", "LEFT JOIN"),
    ("LEFT JOIN", "INNER JOIN"),
    ("trim(", "upper("),
    ("lower(", "upper("),
    ("upper(", "lower("),
    (" AND ", " OR "),
    (" OR ", " AND "),
    ("IS NULL", "IS NOT NULL"),
    ("IS NOT NULL", "IS NULL"),
    ("WHERE NOT ", "WHERE "),
    ("WHERE ", "WHERE NOT "),
    (" DESC", " ASC"),
    ("'MM'", "'YEAR'"),
    ("coalesce(", "concat("),
    ("nullif(", "coalesce("),
    ("UNION ALL", "UNION"),
    ("DROP ROW", "FAIL UPDATE"),
    ("IS FALSE)", "IS TRUE) ON VIOLATION DROP ROW"),
    ("SCD TYPE 1", "SCD TYPE 1;\n-- nothing\n"),
    ("KEYS (", "KEYS (_file_name, "),
    ("header => true", "header => false"),
    ("DECIMAL(18,2)", "DECIMAL(18,1)"),
    (" * ", " + "),
    (" 1", " 2"),
    (" 0", " 1"),
];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// The files of the pipeline of a case.
fn pipeline_of(case: &Path) -> Vec<PipelineFile> {
    let compilation = compile(case);
    let file = |file: &lakegen::render::RenderedFile| PipelineFile {
        path: file.artifact.path().to_string(),
        text: file.text.to_string(),
    };
    compilation.pipeline_files().map(file).collect()
}

/// Places of edits in the SQL of a file, behind its comments.
fn places(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let begin = text.find("CREATE").unwrap_or(0);
    let found = EDITS.iter().flat_map(|(old, new)| {
        text.match_indices(old).filter(move |(at, _)| *at >= begin).map(move |(at, _)| (at, *old, *new))
    });
    found.collect()
}

/// One random change, of a file that holds some word.
fn changed(files: &[PipelineFile], word: &str, dice: &mut Dice) -> (Vec<PipelineFile>, String) {
    let mut files = files.to_vec();
    loop {
        let index = dice.below(files.len());
        let file = &mut files[index];
        if !file.text.contains(word) {
            continue;
        }
        let places = places(&file.text);
        if places.is_empty() {
            continue;
        }
        // Edits that stand everywhere would be nearly all of them.
        let kinds: BTreeSet<&str> = places.iter().map(|(_, old, _)| *old).collect();
        let kind = *kinds.iter().nth(dice.below(kinds.len())).unwrap();
        let of_kind: Vec<_> = places.iter().filter(|(_, old, _)| *old == kind).collect();
        let (at, old, new) = *of_kind[dice.below(of_kind.len())];
        let what = format!("{} at {at}: `{old}` becomes `{new}`", file.path);
        file.text.replace_range(at..at + old.len(), new);
        return (files, what);
    }
}

/// A pipeline that can be run, if nothing is wrong with it.
fn judged(files: &[PipelineFile]) -> Option<Pipeline> {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let ids: Vec<_> = files.iter().map(|file| sources.add(file.path.clone(), file.text.clone())).collect();
    let pipeline = check::pipeline(&ids, &sources, &mut diagnostics);
    (!diagnostics.into_sorted().iter().any(Diagnostic::is_error)).then_some(pipeline)
}

/// Runs a pipeline; `None` when real rows make it fail.
fn run(pipeline: &Pipeline, landing: &Path) -> Option<tempfile::TempDir> {
    let warehouse = tempfile::tempdir().unwrap();
    let parameters = BTreeMap::new();
    let request = RunRequest { pipeline, parameters: &parameters, landing, warehouse: warehouse.path() };
    local::run(&request).ok().map(|_| warehouse)
}

/// The rows of a table without regard to their order.
fn rows(table: &str, warehouse: &Path) -> Vec<String> {
    let found = local::query(&format!("SELECT * FROM `{table}`"), warehouse).unwrap();
    let text = local::csv_text(&found);
    let (header, lines) = text.split_once('\n').unwrap_or((&text, ""));
    // What was rescued of a line names its file, which lies in a directory of its own for each run.
    let place = regex::Regex::new(r#""_file_path"":""[^"]*""#).unwrap();
    let mut lines: Vec<String> = lines.lines().map(|line| place.replace_all(line, "").into_owned()).collect();
    lines.sort();
    lines.insert(0, header.to_owned());
    lines
}

fn is_same(table: &str, one: &Path, other: &Path) -> bool {
    let file = format!("{table}.parquet");
    let same = |a: PathBuf, b: PathBuf| fs::read(a).ok().is_some_and(|bytes| fs::read(b).ok() == Some(bytes));
    same(one.join(&file), other.join(&file)) || rows(table, one) == rows(table, other)
}

/// Whether something that explains other rows is said of a dataset.
fn is_said(meanings: &[Meaning], dataset: &str, kinds: &[MeaningKind]) -> bool {
    meanings.iter().any(|meaning| meaning.dataset == dataset && kinds.contains(&meaning.kind))
}

const OTHER_ROWS: &[MeaningKind] =
    &[MeaningKind::MixesDefinitions, MeaningKind::LoadsAgain, MeaningKind::LosesData, MeaningKind::RestatesFigures];

fn sql(files: &[PipelineFile]) -> PipelineSql {
    PipelineSql { files: files.to_vec(), ..PipelineSql::default() }
}

/// Files, with what the unchanged pipeline makes of them.
struct Delivered {
    landing: tempfile::TempDir,
    before: tempfile::TempDir,
}

/// A case with its files, and `more` made-up ones.
struct Case {
    name: String,
    files: Vec<PipelineFile>,
    own: Delivered,
    made_up: Vec<Delivered>,
}

fn prepared(case: &Path, more: u64) -> Case {
    let files = pipeline_of(case);
    let pipeline = judged(&files).unwrap();
    let landing = tempfile::tempdir().unwrap();
    land(&case.join("landing"), landing.path());
    let before = run(&pipeline, landing.path()).unwrap();
    let project = compile(case).project.unwrap();
    let made_up = (1..=more).filter_map(|seed| {
        let landing = tempfile::tempdir().unwrap();
        sample::write(landing.path(), &sample::generate(&project, sample::Options { rows: 60, seed })).unwrap();
        let before = run(&pipeline, landing.path())?;
        Some(Delivered { landing, before })
    });
    let made_up = made_up.collect();
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    Case { name, files, own: Delivered { landing, before }, made_up }
}

/// Some cases and how many changes each gets; all of them and `CHANGES` each where that is set, which takes most of an hour,
/// or the one named by `CASE`.
fn chosen(some: impl Iterator<Item = PathBuf>, changes: usize) -> (Vec<PathBuf>, usize) {
    let only = std::env::var("CASE").ok();
    let is_chosen = |case: &PathBuf| only.as_ref().is_none_or(|name| case.ends_with(name));
    match std::env::var("CHANGES").ok().and_then(|changes| changes.parse().ok()) {
        Some(changes) => (cases().into_iter().filter(is_chosen).collect(), changes),
        None => (some.collect(), changes),
    }
}

/// What was found about the verdicts over a change, by dataset.
#[derive(Default)]
struct Tally {
    /// Other rows, and nothing said of it.
    missing: Vec<String>,
    /// Other rows, and said.
    right: usize,
    /// Other rows, and said, but over made-up files only.
    shown_later: usize,
    /// Said, and the same rows over all files.
    unshown: Vec<String>,
}

impl Tally {
    /// Adds what a change of a case does to its datasets.
    fn add(&mut self, case: &Case, what: &str, pipeline: &Pipeline, after: &Path, meanings: &[Meaning]) {
        let mut open = vec![];
        for dataset in pipeline.datasets.iter().filter(|d| d.kind != DatasetKind::TemporaryView) {
            let said = is_said(meanings, &dataset.name, OTHER_ROWS);
            match (is_same(&dataset.name, case.own.before.path(), after), said) {
                (false, false) => self.missing.push(format!("{}: {what}: {} differs", case.name, dataset.name)),
                (false, true) => self.right += 1,
                (true, true) => open.push(dataset.name.clone()),
                (true, false) => {}
            }
        }
        for files in &case.made_up {
            if open.is_empty() {
                break;
            }
            let Some(after) = run(pipeline, files.landing.path()) else { continue };
            let all = open.len();
            open.retain(|name| is_same(name, files.before.path(), after.path()));
            self.shown_later += all - open.len();
        }
        self.unshown.extend(open.iter().map(|dataset| format!("{}: {what}: {dataset}", case.name)));
    }
}

#[test]
fn other_rows_are_never_kept_quiet() {
    let mut dice = Dice(20_260_301);
    let (mut tally, mut ran) = (Tally::default(), 0);
    let (cases, changes) = chosen(cases().into_iter().step_by(3).take(4), 8);
    let more = std::env::var("SAMPLES").ok().and_then(|more| more.parse().ok()).unwrap_or(0);
    for case in &cases {
        let case = prepared(case, more);
        let (mut tries, mut done) = (0, 0);
        while done < changes && tries < 10 * changes {
            tries += 1;
            let (files, what) = changed(&case.files, "CREATE", &mut dice);
            let Some(pipeline) = judged(&files) else { continue };
            let Some(after) = run(&pipeline, case.own.landing.path()) else { continue };
            done += 1;
            let meanings = meaning::meanings(&sql(&case.files), &sql(&files)).unwrap();
            tally.add(&case, &what, &pipeline, after.path(), &meanings);
        }
        ran += done;
    }
    let Tally { missing, right, shown_later, unshown } = tally;
    println!("{ran} changes: {right} datasets differ, {shown_later} over other files, {} not seen", unshown.len());
    if more > 0 {
        println!("{}", unshown.join("\n"));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(ran > 20 && right > 0, "{ran} changes, {right} datasets differ");
}

/// Lets the files of a landing directory with an even or an odd place among them stay.
fn part(from: &Path, odd: bool) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let files = files_below(from);
    for (_, file) in files.iter().enumerate().filter(|(place, _)| (place % 2 == 1) == odd) {
        let target = to.path().join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, &target).unwrap();
        let modified = fs::metadata(file).unwrap().modified().unwrap();
        fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
    }
    to
}

/// Tables that only append: each of their rows comes from one line of one file.
fn appends(pipeline: &Pipeline) -> Vec<&str> {
    let merged: BTreeSet<String> = check::writers(&pipeline.files).into_keys().collect();
    let is_one = |d: &&check::Definition| d.kind == DatasetKind::StreamingTable && !merged.contains(&d.name);
    pipeline.datasets.iter().filter(is_one).map(|d| d.name.as_str()).collect()
}

#[test]
fn rows_that_keep_an_old_meaning_are_never_kept_quiet() {
    let mut dice = Dice(7);
    let (mut wrong, mut differ, mut may, mut ran) = (vec![], 0, 0, 0);
    let (cases, changes) = chosen(cases().into_iter().skip(1).step_by(4).take(3), 4);
    for case in &cases {
        let case = prepared(case, 0);
        let (first, second) = (part(case.own.landing.path(), false), part(case.own.landing.path(), true));
        let Some(old) = run(&judged(&case.files).unwrap(), first.path()) else { continue };
        let (mut tries, mut done) = (0, 0);
        while done < changes && tries < 15 * changes {
            tries += 1;
            let (files, what) = changed(&case.files, "FROM STREAM", &mut dice);
            let Some(pipeline) = judged(&files) else { continue };
            let Some(new) = run(&pipeline, second.path()) else { continue };
            let Some(anew) = run(&pipeline, case.own.landing.path()) else { continue };
            let meanings = meaning::meanings(&sql(&case.files), &sql(&files)).unwrap();
            done += 1;
            for table in appends(&pipeline) {
                let mut kept = rows(table, old.path());
                kept.extend(rows(table, new.path()).into_iter().skip(1));
                kept[1..].sort();
                let said = is_said(&meanings, table, OTHER_ROWS);
                match (kept == rows(table, anew.path()), said) {
                    (false, false) => wrong.push(format!("{}: {what}: {table} mixes", case.name)),
                    (false, true) => differ += 1,
                    (true, true) => may += 1,
                    (true, false) => {}
                }
            }
        }
        ran += done;
    }
    println!("{ran} changes: {differ} tables mix, {may} may");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 3, "{ran} changes, {differ} tables mix, {may} may");
}
