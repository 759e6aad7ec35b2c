//! The verdict: personal data that reaches an audience that may not see it, with the whole path (E0701).

use std::collections::BTreeSet;

use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;

use super::{
    DatasetPart, Dependence, Influence, Lineage, PersonalDeclaration, PersonalFlow, Policy, Reach, Reader, RowLimit,
    Visibility,
};
use crate::codes;
use crate::model::PersonalKind;

/// Reports every kind of personal data that a reader of a dataset may not see but gets, once for each cause.
///
/// Declared columns of entities are masked, so they may stand where they are declared. Everything else is as it is.
pub fn judge(flow: &PersonalFlow, lineage: &Lineage, policy: &Policy) -> Vec<Diagnostic> {
    let mut judge = Judge { flow, policy, lineage, seen: BTreeSet::new(), covered: BTreeSet::new(), found: vec![] };
    let mut current: Vec<usize> = (0..flow.reached.len()).filter(|index| flow.is_current(lineage, *index)).collect();
    // Columns go before rows, and what stands in a table before what only watches over it.
    current.sort_by_key(|index| {
        let reach = flow.reached.get(*index);
        let own = |r: &Reach| policy.places.get(&r.dataset).is_none_or(|place| place.others.is_empty());
        (reach.is_some_and(|r| r.part == DatasetPart::Rows), !reach.is_some_and(own))
    });
    current.into_iter().for_each(|index| judge.reach(index));
    judge.found.extend(policy.limits.iter().filter_map(|limit| limited(limit, policy)));
    judge.found
}

/// The fault of rows that an audience sees by a value that it may not see.
fn limited(limit: &RowLimit, policy: &Policy) -> Option<Diagnostic> {
    let (reader, kind) = (&policy.audiences.get(limit.reader)?.name, limit.kind.word());
    let RowLimit { dataset, column, .. } = limit;
    let message = format!(
        "the rows of `{dataset}` that audience `{reader}` sees depend on personal data ({kind}) that it may not see"
    );
    let mut fault = Diagnostic::error(codes::AUDIENCE_MAY_NOT_SEE, message).at(limit.span);
    if let Some(place) = policy.declaration(dataset, column).and_then(|declared| declared.place) {
        fault = fault.related(place, format!("`{dataset}.{column}` is declared {kind}"));
    }
    Some(fault.hint(format!("select the rows by something else, or let `{reader}` see {kind}: `sees: [{kind}]`")))
}

/// What was reported so far.
struct Judge<'a> {
    flow: &'a PersonalFlow,
    policy: &'a Policy,
    lineage: &'a Lineage,
    /// Tables of several periods come from one expression, which is at fault once; so is a word, whatever comes of it.
    seen: BTreeSet<(Option<Span>, Option<&'a DatasetPart>, PersonalKind, &'a str)>,
    /// Datasets by kind and audience: what follows from a leak is no further one.
    covered: BTreeSet<(&'a str, PersonalKind, &'a str)>,
    found: Vec<Diagnostic>,
}

impl<'a> Judge<'a> {
    fn reach(&mut self, index: usize) {
        let Some(reach) = self.flow.reached.get(index) else { return };
        for reader in self.policy.readers(&reach.dataset).filter(|reader| is_leak(reach, reader, self.policy)) {
            if self.follows(index, reach, reader) {
                continue;
            }
            let leak = Leak { flow: self.flow, policy: self.policy, lineage: self.lineage, index, reach, reader };
            let place = leak.place();
            let part = Some(&reach.part).filter(|_| !place.is_some_and(|(_, is_word)| is_word));
            let span = place.map(|(span, _)| span);
            if self.seen.insert((span, part, reach.kind, &reader.name)) {
                self.found.push(leak.diagnostic(span));
            }
            self.covered.insert((&reach.dataset, reach.kind, &reader.name));
        }
    }

    /// Whether a leak is there because of another one: before it on the path, or a column that shows what is grouped by.
    fn follows(&self, index: usize, reach: &Reach, reader: &'a Reader) -> bool {
        let is_covered = |dataset: &'a str| self.covered.contains(&(dataset, reach.kind, reader.name.as_str()));
        let path = self.flow.path(index);
        let mut before = path.iter().filter(|at| **at != index).filter_map(|at| self.flow.reached.get(*at));
        let own = self.flow.reached.get(index).is_some_and(|r| is_covered(&r.dataset));
        before.any(|step| step.dataset != reach.dataset && is_covered(&step.dataset))
            || own && reach.influence == Influence::GroupBy
    }
}

impl Policy {
    /// What `reader` gets of a column of `dataset`.
    pub fn view(&self, dataset: &str, column: &str, reader: &Reader) -> Visibility {
        if !self.readers(dataset).any(|r| r == reader) {
            return Visibility::NotGranted;
        }
        let mask = self.declared(dataset, column).filter(|_| self.guarded.contains(dataset));
        match mask {
            Some(declared) if !reader.sees.includes(declared) => Visibility::Masked,
            _ => Visibility::Clear,
        }
    }
}

fn is_leak(reach: &Reach, reader: &Reader, policy: &Policy) -> bool {
    if reader.sees.includes(reach.kind) {
        return false;
    }
    match &reach.part {
        DatasetPart::Rows => true,
        DatasetPart::Column(column) => match policy.view(&reach.dataset, column, reader) {
            Visibility::Clear => true,
            Visibility::Masked => tells_by_null(reach, column, policy),
            Visibility::NotGranted => false,
        },
    }
}

/// Whether a masked column shows which values are not valid.
fn tells_by_null(reach: &Reach, column: &str, policy: &Policy) -> bool {
    let declared = policy.declaration(&reach.dataset, column);
    if policy.queried.contains(&reach.dataset) {
        let tells = |d: &PersonalDeclaration| d.shows_presence && !d.is_excused && reach.hold >= Dependence::Null;
        return declared.is_some_and(tells);
    }
    reach.via.is_none() && declared.is_some_and(|d| d.shows_presence && d.hold >= Dependence::Null)
}

/// Personal data in front of somebody who may not see it.
struct Leak<'a> {
    flow: &'a PersonalFlow,
    policy: &'a Policy,
    lineage: &'a Lineage,
    index: usize,
    reach: &'a Reach,
    reader: &'a Reader,
}

impl Leak<'_> {
    /// The place in a spec that is to blame, if there is one.
    fn place(&self) -> Option<(Span, bool)> {
        let column = match &self.reach.part {
            DatasetPart::Column(column) => Some(column.as_str()),
            DatasetPart::Rows => None,
        };
        let before = self.reach.via.and_then(|(at, span)| Some((self.flow.reached.get(at)?, span)));
        let origin = match before.map(|(r, _)| (r, &r.part)) {
            Some((before, DatasetPart::Column(column))) => (before.dataset.as_str(), column.as_str()),
            _ => ("", ""),
        };
        match before {
            // What chooses rows of an entity is known by its word.
            Some((before, span)) if column.is_none() && self.is_choice(before) => Some((span, true)),
            _ => self.policy.place(&self.reach.dataset, column, origin, self.reach.influence),
        }
    }

    /// Whether a column of an entity chooses rows of its own table.
    fn is_choice(&self, before: &Reach) -> bool {
        self.policy.guarded.contains(&self.reach.dataset) && before.dataset == self.reach.dataset
    }

    /// Whether it is a masked column that tells by being NULL.
    fn is_null_of_mask(&self) -> bool {
        matches!(&self.reach.part, DatasetPart::Column(column)
            if self.policy.view(&self.reach.dataset, column, self.reader) == Visibility::Masked)
    }

    fn diagnostic(&self, place: Option<Span>) -> Diagnostic {
        let (reach, kind, reader) = (self.reach, self.reach.kind.word(), &self.reader.name);
        let subject = match &reach.part {
            DatasetPart::Column(column) => self.spelt(column),
            DatasetPart::Rows => reach.dataset.as_str(),
        };
        let is_null_of_mask = self.is_null_of_mask();
        let verb = if is_null_of_mask { "reveals by being NULL" } else { verb(reach) };
        let message = format!("`{subject}` {verb} personal data ({kind}) that audience `{reader}` may not see");
        let mut diagnostic = Diagnostic::error(codes::AUDIENCE_MAY_NOT_SEE, message);
        let mut steps = self.steps();
        let primary = place.map(|span| (span, String::new())).or_else(|| steps.pop());
        if let Some((span, text)) = primary {
            diagnostic = diagnostic.at_labelled(span, text);
        }
        for (span, text) in steps {
            diagnostic = diagnostic.related(span, text);
        }
        let remedy = match reach.part {
            _ if is_null_of_mask => "explain under `declassify` why it reveals nothing whether a value is valid",
            DatasetPart::Column(_) => "remove the column",
            DatasetPart::Rows => "select the rows by something else",
        };
        let diagnostic = diagnostic.hint(format!("{remedy}, or let `{reader}` see {kind}: `sees: [{kind}]`"));
        match self.groups() {
            Some(groups) => {
                let by = groups.join(", ");
                diagnostic
                    .hint(format!("its reason applies to other groups: `declassify: {{ reason: .., by: [{by}] }}`"))
            }
            None => diagnostic,
        }
    }

    /// The groups of the dataset, if a reason to declassify the column is for others.
    fn groups(&self) -> Option<&Vec<String>> {
        let DatasetPart::Column(column) = &self.reach.part else { return None };
        self.policy.uncovered.get(&self.reach.dataset)?.get(column)
    }

    /// A column of the dataset as it spells it.
    fn spelt<'b>(&'b self, column: &'b str) -> &'b str {
        let known = self.lineage.dataset(&self.reach.dataset).and_then(|d| d.column(column));
        known.map_or(column, |c| c.name.as_str())
    }

    /// Each step of the path: its place and what happens there.
    fn steps(&self) -> Vec<(Span, String)> {
        let path = self.flow.path(self.index);
        let mut steps = vec![];
        for reach in path.iter().filter_map(|at| self.flow.reached.get(*at)) {
            match (reach.via, &reach.part) {
                (None, DatasetPart::Column(column)) => {
                    let declared = self.policy.declared.get(&reach.dataset).and_then(|columns| columns.get(column));
                    if let Some(span) = declared.and_then(|declared| declared.place) {
                        let text = format!("`{}.{column}` is declared {}", reach.dataset, reach.kind.word());
                        steps.push((span, text));
                    }
                }
                (Some((before, span)), _) => {
                    let Some(before) = self.flow.reached.get(before) else { continue };
                    let text = match before.part {
                        DatasetPart::Rows => format!("{} go into `{}`", named(before), reach.dataset),
                        DatasetPart::Column(_) => format!("{} {}", named(before), deed(reach)),
                    };
                    steps.push((span, text));
                }
                (None, DatasetPart::Rows) => {}
            }
        }
        steps
    }
}

fn named(reach: &Reach) -> String {
    match &reach.part {
        DatasetPart::Column(column) => format!("`{}.{column}`", reach.dataset),
        DatasetPart::Rows => format!("rows of `{}`", reach.dataset),
    }
}

/// What a dataset or column does with personal data.
fn verb(reach: &Reach) -> &'static str {
    match reach.influence {
        Influence::Identity | Influence::Transformation | Influence::Aggregation => "carries",
        Influence::Conditional => "is decided by",
        Influence::Window => "is picked by",
        Influence::Filter => "is filtered by",
        Influence::Join => "is joined by",
        Influence::GroupBy => "is grouped by",
        Influence::Sort => "is ordered by",
    }
}

/// What becomes of a column at a step.
fn deed(reach: &Reach) -> String {
    let target = named(reach);
    match (&reach.part, reach.influence) {
        (_, Influence::Identity) => format!("goes into {target}"),
        (_, Influence::Transformation) => format!("goes into {target}, transformed"),
        (_, Influence::Aggregation) => format!("goes into {target}, aggregated"),
        (_, Influence::Conditional) => format!("decides {target}"),
        (_, Influence::Window) => format!("picks {target}"),
        (_, Influence::Filter) => format!("filters {target}"),
        (_, Influence::Join) => format!("joins {target}"),
        (_, Influence::GroupBy) => format!("groups {target}"),
        (_, Influence::Sort) => format!("orders {target}"),
    }
}
