//! Two pipelines side by side, dataset by dataset.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lakeflow::check::DatasetKind;

use super::side::{DatasetSide, Merge, Side, StreamRead};
use super::table::{self, list};
use super::term::{Term, TermRelation};
use super::{Meaning, MeaningKind, Remedy, refresh};

/// How two relations differ.
#[derive(Debug, Default)]
struct Diff {
    rows: bool,
    changed: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    /// Whether the rows are others and all columns changed, of many.
    all: bool,
}

impl Diff {
    fn of(before: &TermRelation, after: &TermRelation) -> Diff {
        let old: BTreeMap<&str, Term> = before.columns.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let new: BTreeMap<&str, Term> = after.columns.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let names = |all: &mut dyn Iterator<Item = &&str>| all.map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut diff = Diff {
            rows: before.rows != after.rows || before.rest != after.rest,
            changed: names(&mut old.iter().filter(|(n, v)| new.get(*n).is_some_and(|new| new != *v)).map(|(n, _)| n)),
            added: names(&mut new.keys().filter(|name| !old.contains_key(*name))),
            removed: names(&mut old.keys().filter(|name| !new.contains_key(*name))),
            all: false,
        };
        diff.all = diff.rows && diff.changed.len() == old.len() && old.len() == new.len() && old.len() > 2;
        diff
    }

    fn is_empty(&self) -> bool {
        !self.rows && self.changed.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }

    /// Whether nothing but columns came in.
    fn only_adds(&self) -> bool {
        !self.rows && self.changed.is_empty() && self.removed.is_empty()
    }

    fn words(&self, keeps_rows: bool) -> Vec<String> {
        let mut words = vec![];
        if self.all {
            let rows = if keeps_rows { "other rows are taken in" } else { "it is computed from other rows" };
            return vec![format!("{rows}, and all columns are computed otherwise")];
        }
        if self.rows {
            words
                .push(if keeps_rows { "other rows are taken in" } else { "it is computed from other rows" }.to_owned());
        }
        let mut say = |names: &[String], word: &str| {
            if !names.is_empty() {
                words.push(format!("{} {word}", list(names)));
            }
        };
        say(&self.changed, if self.changed.len() == 1 { "is computed otherwise" } else { "are computed otherwise" });
        let empty = if keeps_rows { ", and NULL in existing rows" } else { "" };
        say(&self.added, &format!("{} new{empty}", if self.added.len() == 1 { "is" } else { "are" }));
        say(&self.removed, if self.removed.len() == 1 { "is gone" } else { "are gone" });
        words
    }
}

/// A dataset of both sides.
struct Pair<'a> {
    before: &'a DatasetSide,
    after: &'a DatasetSide,
    whole: Diff,
    local: Diff,
}

struct TableComparison<'a> {
    before: &'a Side,
    after: &'a Side,
    /// Datasets of both sides and one kind, by the last part of their name.
    pairs: BTreeMap<&'a str, Pair<'a>>,
    /// Datasets that are made anew.
    remade: BTreeSet<&'a str>,
    /// Streaming tables whose rows keep an old meaning.
    stale: BTreeSet<String>,
    found: Vec<Meaning>,
}

/// All meanings, by dataset in the order of reading, the gravest first.
pub(super) fn compare(before: &Side, after: &Side) -> Vec<Meaning> {
    let mut comparison = TableComparison {
        before,
        after,
        pairs: BTreeMap::new(),
        remade: BTreeSet::new(),
        stale: BTreeSet::new(),
        found: vec![],
    };
    comparison.pair();
    for dataset in &before.datasets {
        comparison.gone(dataset);
    }
    for dataset in &after.datasets {
        comparison.dataset(dataset);
    }
    let place = |meaning: &Meaning| {
        let here = after.datasets.iter().position(|dataset| dataset.full == meaning.dataset);
        here.unwrap_or(usize::MAX)
    };
    comparison.found.sort_by(|a, b| (place(a), &a.dataset, a.kind).cmp(&(place(b), &b.dataset, b.kind)));
    comparison.found
}

fn meaning(dataset: &DatasetSide, kind: MeaningKind, why: Vec<String>) -> Meaning {
    Meaning { dataset: dataset.full.clone(), what: dataset.kind.word(), kind, why, via: vec![], remedy: None }
}

fn advice(text: impl Into<String>) -> Option<Remedy> {
    Some(Remedy { text: text.into(), ..Remedy::default() })
}

/// Whether the workspace holds a table of it.
fn is_table(kind: DatasetKind) -> bool {
    matches!(kind, DatasetKind::StreamingTable | DatasetKind::MaterializedView)
}

impl<'a> TableComparison<'a> {
    fn pair(&mut self) {
        for after in &self.after.datasets {
            let Some(before) = self.before.get(&after.full) else { continue };
            if before.kind != after.kind {
                if before.kind != DatasetKind::TemporaryView && after.kind != DatasetKind::TemporaryView {
                    self.remade.insert(&after.name);
                }
                continue;
            }
            let whole = Diff::of(&before.whole, &after.whole);
            let local = Diff::of(&before.local, &after.local);
            if after.kind == DatasetKind::StreamingTable && !whole.is_empty() {
                self.stale.insert(after.name.clone());
            }
            self.pairs.insert(&after.name, Pair { before, after, whole, local });
        }
    }

    /// What nothing makes any more.
    fn gone(&mut self, dataset: &DatasetSide) {
        let stands = self.after.get(&dataset.full).is_some_and(|after| after.kind != DatasetKind::TemporaryView);
        if stands || dataset.kind == DatasetKind::TemporaryView {
            return;
        }
        if self.after.datasets.iter().any(|new| self.was(new).is_some_and(|old| old.full == dataset.full)) {
            return;
        }
        let (why, remedy) = match dataset.kind {
            DatasetKind::View => ("the view is no longer defined", "drop it by name when nobody reads it"),
            _ => (
                "nothing fills the table any more; it stays as it is, and access to it is revoked",
                "drop it by name when nobody needs its rows",
            ),
        };
        let mut found = meaning(dataset, MeaningKind::LeavesTheSpecs, vec![why.to_owned()]);
        found.remedy = advice(remedy);
        self.found.push(found);
    }

    fn dataset(&mut self, after: &'a DatasetSide) {
        let before = self.before.get(&after.full);
        match before {
            None if after.kind == DatasetKind::TemporaryView => {}
            None => self.arrived(after),
            Some(before) if before.kind != after.kind => self.other_kind(before, after),
            Some(_) if after.kind == DatasetKind::TemporaryView => {}
            Some(before) => {
                self.same_kind(before, after);
                let reads = self.after.read_through_views(after);
                let pairs = reads.iter().filter_map(|name| self.pairs.get(name.as_str()));
                let sources: Vec<_> = pairs.map(|pair| (pair.before, pair.after)).collect();
                let restated =
                    self.found.iter().any(|m| m.dataset == after.full && m.kind == MeaningKind::RestatesFigures);
                self.found.extend(table::meanings(before, after, &sources, restated));
            }
        }
    }

    /// What a dataset was called, if that was declared and nothing bears the name any more.
    fn was(&self, after: &DatasetSide) -> Option<&'a DatasetSide> {
        let old = self.before.named(self.after.renamed.get(&after.name)?)?;
        let is_free = self.before.get(&after.full).is_none() && self.after.get(&old.full).is_none();
        (is_free && old.kind != DatasetKind::TemporaryView).then_some(old)
    }

    fn arrived(&mut self, after: &'a DatasetSide) {
        let Some(old) = self.was(after) else {
            self.found.push(meaning(after, MeaningKind::New, vec!["it is not deployed yet".to_owned()]));
            return;
        };
        let mut why = vec![format!("it was `{}`, which stays as it is; access to that is revoked", old.full)];
        let mut remedy = Remedy::default();
        if after.kind == DatasetKind::StreamingTable {
            why.push("the new table is loaded from the first row of its sources".to_owned());
            remedy = refresh::of(self.after, after, &self.stale);
            remedy.full_refresh.clear();
        }
        remedy.text = format!("drop `{}` by name when nobody needs its rows", old.full);
        if !remedy.lost.is_empty() {
            remedy.text = format!("{}; the new table lacks {}", remedy.text, remedy.lost.join(", "));
        }
        self.found.push(Meaning { remedy: Some(remedy), ..meaning(after, MeaningKind::Renamed, why) });
        if !Diff::of(&old.whole, &after.whole).is_empty() {
            let why = vec!["besides its name, its definition changes".to_owned()];
            self.found.push(meaning(after, MeaningKind::RestatesFigures, why));
        }
    }

    fn other_kind(&mut self, before: &DatasetSide, after: &'a DatasetSide) {
        if before.kind == DatasetKind::TemporaryView {
            self.found.push(meaning(after, MeaningKind::New, vec!["it was a temporary view".to_owned()]));
            return;
        }
        if after.kind == DatasetKind::TemporaryView {
            return;
        }
        let why = format!("it is a {} and becomes a {}", before.kind.word(), after.kind.word());
        let mut found = meaning(after, MeaningKind::CantChangeInPlace, vec![why]);
        found.remedy =
            advice(format!("drop the {} by name first, or give the new one another name", before.kind.word()));
        self.found.push(found);
        if before.kind == DatasetKind::StreamingTable {
            let why = "the table has to be dropped, with its checkpoint and all rows that its sources no longer hold";
            let mut found = meaning(after, MeaningKind::LosesData, vec![why.to_owned()]);
            found.remedy = advice("keep a copy of the table first");
            self.found.push(found);
        }
        if is_table(before.kind) && is_table(after.kind) && !Diff::of(&before.whole, &after.whole).is_empty() {
            self.found.push(meaning(after, MeaningKind::RestatesFigures, vec!["it is computed otherwise".to_owned()]));
        }
    }

    fn same_kind(&mut self, before: &'a DatasetSide, after: &'a DatasetSide) {
        let Some(pair) = self.pairs.get(after.name.as_str()) else { return };
        let via = if pair.local.is_empty() { self.via(after) } else { vec![] };
        let keeps_rows = after.kind == DatasetKind::StreamingTable;
        let words = pair.whole.words(keeps_rows);
        let (is_empty, only_adds) = (pair.whole.is_empty(), pair.whole.only_adds());
        if keeps_rows {
            self.streaming_table(before, after, words, via);
        } else if !is_empty {
            let kind = match (only_adds, after.kind) {
                (false, _) => MeaningKind::RestatesFigures,
                (true, DatasetKind::MaterializedView) => MeaningKind::CostsARecompute,
                (true, _) => MeaningKind::NothingButWords,
            };
            self.found.push(Meaning { via, ..meaning(after, kind, words) });
        }
    }

    fn streaming_table(
        &mut self,
        before: &'a DatasetSide,
        after: &'a DatasetSide,
        words: Vec<String>,
        via: Vec<String>,
    ) {
        let mut remedy = refresh::of(self.after, after, &self.stale);
        let left = self.left_files(before, after);
        if !left.is_empty() {
            remedy.lost.extend(left);
            refresh::put_in_words(&mut remedy);
        }
        let merges = merges(before, after);
        if !merges.is_empty() && !remedy.lost.is_empty() {
            let found = meaning(after, MeaningKind::LosesData, merges.clone());
            self.found.push(Meaning { remedy: Some(remedy.clone()), ..found });
        } else if loses_history(before, after) {
            let why = "a history becomes a table of current rows: earlier versions are gone".to_owned();
            self.found.push(meaning(after, MeaningKind::LosesData, vec![why]));
        }
        let fixed = table::fixed(&before.facts, &after.facts, stored(before) != stored(after));
        if !fixed.is_empty() {
            let found = meaning(after, MeaningKind::CantChangeInPlace, fixed);
            self.found.push(Meaning { remedy: Some(remedy.clone()), ..found });
        }
        let again = self.loads_again(before, after);
        if !again.is_empty() {
            let found = meaning(after, MeaningKind::LoadsAgain, again.clone());
            self.found.push(Meaning { remedy: Some(remedy.clone()), ..found });
        }
        // That other files are read is said already.
        let only_files = !again.is_empty() && via.is_empty() && before.placeless == after.placeless;
        let mut why = merges;
        why.extend(words.into_iter().filter(|_| !only_files));
        if why.is_empty() {
            return;
        }
        if let Some(flows) = only_new_flows(before, after) {
            let why = format!("flow {} is new, and loads its source from the first row", list(&flows));
            self.found.push(meaning(after, MeaningKind::New, vec![why]));
            return;
        }
        let found = meaning(after, MeaningKind::MixesDefinitions, why);
        self.found.push(Meaning { via, remedy: Some(remedy), ..found });
    }

    /// Why rows that are there would be read once more.
    fn loads_again(&self, before: &DatasetSide, after: &DatasetSide) -> Vec<String> {
        let mut why = vec![];
        for flow in &after.flows {
            let sources = self.after.sources(flow);
            for source in &sources {
                let StreamRead::Table(name) = source else { continue };
                let read = self.after.read_as(name).filter(|read| self.remade.contains(read.name.as_str()));
                why.extend(read.map(|read| format!("`{}`, which it reads, is recreated", read.full)));
            }
            match before.flows.iter().find(|old| old.name == flow.name) {
                Some(old) => why.extend(other_sources(&self.before.sources(old), &sources)),
                None => {
                    let gone = |old: &&super::side::FlowSide| !after.flows.iter().any(|kept| kept.name == old.name);
                    let same = before.flows.iter().filter(gone).find(|old| self.before.sources(old) == sources);
                    why.extend(same.map(|old| {
                        format!("flow `{}` is called `{}` now, and begins at the first row", old.name, flow.name)
                    }));
                }
            }
        }
        why
    }

    /// Rows of files that are no longer looked for.
    fn left_files(&self, before: &DatasetSide, after: &DatasetSide) -> Vec<String> {
        let paths = |side: &Side, dataset: &DatasetSide| {
            let sources = dataset.flows.iter().flat_map(|flow| side.sources(flow));
            let path = |source| match source {
                StreamRead::Files(files) => Some(files.path),
                StreamRead::Table(_) => None,
            };
            sources.filter_map(path).collect::<BTreeSet<String>>()
        };
        let (old, new) = (paths(self.before, before), paths(self.after, after));
        old.difference(&new).map(|path| format!("rows of files under `{path}`")).collect()
    }

    /// The datasets between a change and a dataset that it reaches, the changed one first.
    fn via(&self, dataset: &DatasetSide) -> Vec<String> {
        let mut open: VecDeque<(&str, Vec<&str>)> = VecDeque::from([(dataset.name.as_str(), vec![])]);
        let mut seen = BTreeSet::new();
        while let Some((name, path)) = open.pop_front() {
            let Some(reader) = self.after.named(name) else { continue };
            for read in reader.reads.iter().filter(|read| seen.insert(read.as_str())) {
                let Some(pair) = self.pairs.get(read.as_str()).filter(|pair| !pair.whole.is_empty()) else {
                    if self.remade.contains(read.as_str()) || self.is_other(read) {
                        return self.shown(read, &path);
                    }
                    continue;
                };
                if !pair.local.is_empty() {
                    return self.shown(read, &path);
                }
                let longer = std::iter::once(read.as_str()).chain(path.iter().copied()).collect();
                open.push_back((read, longer));
            }
        }
        vec![]
    }

    /// Whether a dataset is on one side only, or of another kind.
    fn is_other(&self, name: &str) -> bool {
        self.after.named(name).is_some() && !self.pairs.contains_key(name)
    }

    fn shown(&self, first: &str, path: &[&str]) -> Vec<String> {
        let names = std::iter::once(first).chain(path.iter().copied());
        names.map(|name| self.after.named(name).map_or(name.to_owned(), |dataset| dataset.full.clone())).collect()
    }
}

/// What is read instead of what, as far as it is another source.
fn other_sources(before: &BTreeSet<StreamRead>, after: &BTreeSet<StreamRead>) -> Vec<String> {
    let identities = |sources: &BTreeSet<StreamRead>| sources.iter().map(identity).collect::<BTreeSet<_>>();
    let (old, new) = (identities(before), identities(after));
    if old == new {
        return vec![];
    }
    let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).cloned().collect::<Vec<_>>().join(", ")
    };
    vec![match (only(&old, &new), only(&new, &old)) {
        (old, new) if old.is_empty() => format!("it reads {new} too, so its checkpoint no longer fits"),
        (old, new) if new.is_empty() => format!("it no longer reads {old}, so its checkpoint no longer fits"),
        (old, new) => format!("it reads {new} instead of {old}"),
    }]
}

fn identity(source: &StreamRead) -> String {
    match source {
        StreamRead::Table(name) => format!("`{}`", name.join(".")),
        StreamRead::Files(files) => {
            let options = files.identity();
            let options: Vec<String> =
                options.iter().filter(|(name, _)| **name != "path").map(|(n, v)| format!("{n} {v}")).collect();
            match options.as_slice() {
                [] => format!("`{}`", files.path),
                options => format!("`{}` ({})", files.path, options.join(", ")),
            }
        }
    }
}

fn merge(dataset: &DatasetSide) -> Option<&Merge> {
    dataset.flows.iter().find_map(|flow| flow.merge.as_ref())
}

fn stored(dataset: &DatasetSide) -> Option<&'static str> {
    merge(dataset).map(|merge| merge.stored)
}

fn loses_history(before: &DatasetSide, after: &DatasetSide) -> bool {
    stored(before).is_some_and(|stored| stored != "SCD TYPE 1") && stored(after) == Some("SCD TYPE 1")
}

/// What of the way in which changes are merged does not fit the rows that are there.
fn merges(before: &DatasetSide, after: &DatasetSide) -> Vec<String> {
    let (old, new) = match (merge(before), merge(after)) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return vec![],
        (None, Some(_)) => return vec!["rows were appended, and are merged by key now".to_owned()],
        (Some(_), None) => return vec!["rows were merged by key, and are appended now".to_owned()],
    };
    let mut why = vec![];
    let names = |keys: &BTreeSet<String>| list(&keys.iter().cloned().collect::<Vec<_>>());
    if old.keys != new.keys {
        why.push(format!("the key is {} instead of {}", names(&new.keys), names(&old.keys)));
    }
    if !new.order.starts_with(&old.order) {
        why.push(format!("versions are ordered by {} instead of {}", list(&new.order), list(&old.order)));
    }
    if old.stored != new.stored {
        why.push(format!("it is stored as {} instead of {}", new.stored, old.stored));
    }
    why
}

/// The flows that came in, when that is all that changed.
fn only_new_flows(before: &DatasetSide, after: &DatasetSide) -> Option<Vec<String>> {
    let kept = |old: &super::side::FlowSide| after.flows.iter().any(|new| new.name == old.name && new.all == old.all);
    let new: Vec<String> = after
        .flows
        .iter()
        .filter(|flow| !before.flows.iter().any(|old| old.name == flow.name))
        .map(|flow| flow.name.clone())
        .collect();
    let is_all = before.flows.iter().all(kept) && after.flows.len() == before.flows.len() + new.len();
    (is_all && !new.is_empty() && !before.flows.is_empty()).then_some(new)
}
