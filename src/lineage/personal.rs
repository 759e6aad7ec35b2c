//! Follows declared personal data through the graph, to every column and every set of rows that it reaches.
//!
//! Each dataset is processed once, after those it reads; if a kind reaches the same place in several ways, the one
//! that discloses most is kept. Where the flow of a kind ends, this is also kept, with the reason: counted, masked,
//! only tested for presence, or declared not to be personal data.

use std::collections::BTreeMap;

use lakeflow::folded;
use lakeflow::source::Span;

use super::policy::PersonalPart;
use super::{Dependence, Edge, Influence, Lineage, Policy, Release, RowChoice, Traced, Why};
use crate::model::PersonalKind;

/// A part of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatasetPart {
    /// A column, in lower case.
    Column(String),
    /// Which rows there are, and in what order.
    Rows,
}

/// Personal data in a part of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Name of the dataset, in lower case.
    pub dataset: String,
    /// A column, or the choice of rows.
    pub part: DatasetPart,
    /// The field of the column, in lower case; empty for the whole.
    pub field: Vec<String>,
    /// As the source column declares it with `pii`.
    pub kind: PersonalKind,
    /// How it came here from where it was declared, all steps together.
    pub influence: Influence,
    /// What it tells of the value that the part is NULL, all steps together.
    pub hold: Dependence,
    /// The step before, as an index of [`PersonalFlow::reached`], and where the SQL takes it; `None` where it is
    /// declared.
    pub via: Option<(usize, Span)>,
}

/// Personal data that ends here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Name of the dataset that no longer holds it, in lower case.
    pub dataset: String,
    /// The part it would have reached.
    pub part: DatasetPart,
    /// As the source column declares it with `pii`.
    pub kind: PersonalKind,
    /// How it would have reached the part.
    pub influence: Influence,
    /// Where it came from, as an index of [`PersonalFlow::reached`].
    pub from: usize,
    /// Why it ends.
    pub ground: Ground,
    /// The rule of an entity that asks for it, where it chooses rows.
    pub by: Option<String>,
    /// Where it is taken.
    pub span: Span,
}

/// Why personal data ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// What the SQL does with it.
    Sql(Release),
    /// It is only asked whether a text is a value of the type of its column.
    Type,
    /// The reason that the spec gives.
    Declassified(Why),
}

/// What an audience gets of personal data in a column that it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// As it is.
    Clear,
    /// Masked.
    Masked,
    /// Nothing: it may not read the dataset.
    NotGranted,
}

/// Where personal data goes.
#[derive(Debug, Clone, Default)]
pub struct PersonalFlow {
    /// All places it reaches, in the order of the datasets.
    pub reached: Vec<Reach>,
    /// All places where it ends.
    pub released: Vec<Released>,
    /// The newest places by part, for each dataset.
    by_part: Vec<BTreeMap<DatasetPart, Vec<usize>>>,
}

/// Follows what `policy` declares.
pub fn follow(lineage: &Lineage, policy: &Policy) -> PersonalFlow {
    let mut flow = PersonalFlow { by_part: vec![BTreeMap::new(); lineage.datasets.len()], ..PersonalFlow::default() };
    for (index, dataset) in lineage.datasets.iter().enumerate() {
        for (column, declared) in policy.declared.get(&dataset.name).into_iter().flatten() {
            if dataset.column(column).is_none() {
                continue;
            }
            let whole = PersonalPart { field: vec![], kind: declared.kind, hold: declared.hold };
            let parts = if declared.parts.is_empty() { vec![whole] } else { declared.parts.clone() };
            for PersonalPart { field, kind, hold } in parts {
                let (dataset, part) = (dataset.name.clone(), DatasetPart::Column(column.clone()));
                let influence = Influence::Identity;
                flow.add(index, Reach { dataset, part, field, kind, influence, hold, via: None });
            }
        }
        Step { lineage, policy, index, dataset, flow: &mut flow }.run();
    }
    flow
}

impl PersonalFlow {
    /// The steps from the declaration to a reached place, as indexes of [`PersonalFlow::reached`].
    pub fn path(&self, reach: usize) -> Vec<usize> {
        let mut path = vec![reach];
        let mut at = reach;
        // A step leads only to an earlier one.
        while let Some((before, _)) = self.reached.get(at).and_then(|r| r.via).filter(|(before, _)| *before < at) {
            path.push(before);
            at = before;
        }
        path.reverse();
        path
    }

    fn at(&self, index: usize, part: &DatasetPart) -> &[usize] {
        self.by_part.get(index).and_then(|parts| parts.get(part)).map_or(&[], Vec::as_slice)
    }

    /// Whether there is personal data anywhere in a dataset.
    fn reaches(&self, index: usize) -> bool {
        self.by_part.get(index).is_some_and(|parts| !parts.is_empty())
    }

    /// Adds a place, unless it is known already by a more telling way.
    fn add(&mut self, index: usize, reach: Reach) {
        let Some(parts) = self.by_part.get_mut(index) else { return };
        let known = parts.entry(reach.part.clone()).or_default();
        let same =
            |at: &&mut usize| self.reached.get(**at).is_some_and(|r| r.kind == reach.kind && r.field == reach.field);
        let place = self.reached.len();
        let found = known.iter_mut().find(same);
        let before = found.as_ref().and_then(|at| self.reached.get_mut(**at));
        let hold = before.as_ref().map_or(reach.hold, |before| before.hold.max(reach.hold));
        match (found, before) {
            (Some(_), Some(before)) if before.influence <= reach.influence => {
                // What is declared holds from here on, however it came here.
                if before.via.is_some() {
                    before.hold = hold;
                }
                return;
            }
            (Some(at), _) => *at = place,
            (None, _) => known.push(place),
        }
        self.reached.push(Reach { hold, ..reach });
    }

    /// Notes what it tells that a declared column of a query is NULL.
    fn raise(&mut self, index: usize, part: &DatasetPart, kind: PersonalKind, hold: Dependence) {
        for at in self.at(index, part).to_vec() {
            if let Some(reach) = self.reached.get_mut(at).filter(|reach| reach.kind == kind) {
                reach.hold = reach.hold.max(hold);
            }
        }
    }

    /// Whether a place was found to be reached in a more telling way later.
    pub fn is_current(&self, lineage: &Lineage, reach: usize) -> bool {
        let Some(found) = self.reached.get(reach) else { return false };
        lineage.index(&found.dataset).is_some_and(|index| self.at(index, &found.part).contains(&reach))
    }
}

/// One dataset while it is looked at.
struct Step<'a> {
    lineage: &'a Lineage,
    policy: &'a Policy,
    index: usize,
    dataset: &'a Traced,
    flow: &'a mut PersonalFlow,
}

impl<'a> Step<'a> {
    fn run(&mut self) {
        let dataset = self.dataset;
        let sources: Vec<usize> = dataset.reads.iter().filter_map(|name| self.lineage.index(name)).collect();
        if !sources.iter().any(|source| self.flow.reaches(*source)) {
            return;
        }
        for column in &dataset.columns {
            let name = folded(&column.name);
            let why = self.declassified(&name);
            let part = DatasetPart::Column(name.into_owned());
            column.edges.iter().for_each(|edge| self.edge(edge, &part, why));
        }
        if self.policy.guarded.contains(&dataset.name) {
            self.choices();
            if self.policy.queried.contains(&dataset.name) {
                self.rows_of_sources(&sources);
            }
            return;
        }
        for edge in &dataset.rows {
            let why = self.key_released(edge);
            self.edge(edge, &DatasetPart::Rows, why);
        }
        self.rows_of_sources(&sources);
    }

    /// What chooses the rows of a table of an entity. The SQL that reads files tells nothing else: it was made of that.
    fn choices(&mut self) {
        let policy = self.policy;
        for choice in policy.choices.get(&self.dataset.name).into_iter().flatten() {
            let RowChoice { column, span, influence, by, ground } = choice;
            for at in self.flow.at(self.index, &DatasetPart::Column(column.clone())).to_vec() {
                let Some(before) = self.flow.reached.get(at) else { continue };
                let (dataset, part, kind) = (self.dataset.name.clone(), DatasetPart::Rows, before.kind);
                let is_queried = self.policy.queried.contains(&self.dataset.name);
                // That a value is missing tells what the query made it depend on.
                let holds = |ground: &Ground| match ground {
                    Ground::Sql(release) => !is_queried || release.holds(before.hold),
                    Ground::Type | Ground::Declassified(_) => true,
                };
                match ground.clone().filter(holds) {
                    Some(ground) => {
                        let by = Some(by.clone());
                        let influence = *influence;
                        self.release(Released { dataset, part, kind, influence, from: at, ground, by, span: *span });
                    }
                    None => {
                        let (field, influence, hold) = (vec![], *influence, Dependence::Fail);
                        let via = Some((at, *span));
                        self.flow.add(self.index, Reach { dataset, part, field, kind, influence, hold, via });
                    }
                }
            }
        }
    }

    /// Notes that personal data ends, once for each reason.
    fn release(&mut self, released: Released) {
        let same = |r: &Released| {
            (&r.dataset, &r.part, r.kind, &r.ground, &r.by)
                == (&released.dataset, &released.part, released.kind, &released.ground, &released.by)
        };
        if !self.flow.released.iter().rev().take_while(|r| r.dataset == released.dataset).any(same) {
            self.flow.released.push(released);
        }
    }

    /// Why a column of the dataset is declared to be no personal data.
    fn declassified(&self, column: &str) -> Option<&'a Why> {
        self.policy.declassified.get(&self.dataset.name)?.get(column)
    }

    /// Grouping by what a released column shows tells no more than the column does.
    fn key_released(&self, edge: &Edge) -> Option<&'a Why> {
        if edge.influence != Influence::GroupBy {
            return None;
        }
        let shown = self.dataset.columns.iter().filter(|c| c.edges.iter().any(|e| e.from == edge.from));
        shown.filter_map(|c| self.declassified(&folded(&c.name))).next()
    }

    fn edge(&mut self, edge: &Edge, part: &DatasetPart, why: Option<&Why>) {
        let Some(source) = edge.from.dataset.filter(|source| self.flow.reaches(*source)) else { return };
        let from = DatasetPart::Column(folded(&edge.from.column).into_owned());
        for at in self.flow.at(source, &from).to_vec() {
            let Some(before) = self.flow.reached.get(at) else { continue };
            let Some(field) = landing(&before.field, edge) else { continue };
            let (kind, influence) = (before.kind, before.influence.then(edge.influence));
            let hold = before.hold.max(edge.hold);
            let release = edge.release.filter(|release| release.holds(before.hold));
            let ground = release.map(Ground::Sql).or_else(|| why.cloned().map(Ground::Declassified));
            let dataset = self.dataset.name.clone();
            let part = part.clone();
            match ground {
                Some(ground) => {
                    let (by, span) = (None, edge.span);
                    self.release(Released { dataset, part, kind, influence, from: at, ground, by, span });
                }
                None => {
                    let reach = Reach { dataset, part, field, kind, influence, hold, via: Some((at, edge.span)) };
                    let (part, kind, given) = (reach.part.clone(), reach.kind, before.hold);
                    self.flow.add(self.index, reach);
                    if self.policy.queried.contains(&self.dataset.name) {
                        // What rules make NULL is known by the declaration.
                        self.flow.raise(self.index, &part, kind, given);
                    }
                }
            }
        }
    }

    /// What decided the rows of a source decides those of its readers.
    fn rows_of_sources(&mut self, sources: &[usize]) {
        for &source in sources {
            for at in self.flow.at(source, &DatasetPart::Rows).to_vec() {
                let Some(before) = self.flow.reached.get(at) else { continue };
                let reach =
                    Reach { dataset: self.dataset.name.clone(), via: Some((at, self.dataset.span)), ..before.clone() };
                self.flow.add(self.index, reach);
            }
        }
    }
}

/// Where in the target personal data in `field` of the source column arrives; `None` if the edge takes another field.
fn landing(field: &[String], edge: &Edge) -> Option<Vec<String>> {
    let shared = field.iter().zip(&edge.from.field).take_while(|(a, b)| a == b).count();
    if shared < field.len() && shared < edge.from.field.len() {
        return None;
    }
    let passes = edge.influence == Influence::Identity;
    let rest = if passes { field.get(shared..).unwrap_or(&[]) } else { &[] };
    Some([edge.into.as_slice(), rest].concat())
}
