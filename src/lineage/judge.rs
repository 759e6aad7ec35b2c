//! The verdict: personal data that reaches an audience that may not see it, with the whole path (E0701).

use std::collections::BTreeSet;

use super::{Flow, Influence, Lineage, Part, Policy, Reach, Reader, View};
use crate::diag::{Code, Diagnostic};
use crate::model::PersonalKind;
use crate::source::Span;

/// Reports every kind of personal data that a reader of a dataset may not see but gets, once for each cause.
///
/// Declared columns of entities are masked, so they may stand where they are declared. Everything else is as it is.
pub fn judge(flow: &Flow, lineage: &Lineage, policy: &Policy) -> Vec<Diagnostic> {
    let mut judge = Judge { flow, policy, lineage, seen: BTreeSet::new(), covered: BTreeSet::new(), found: vec![] };
    let current = |index: &usize| flow.is_current(lineage, *index);
    let (columns, rows): (Vec<usize>, Vec<usize>) = (0..flow.reached.len())
        .filter(current)
        .partition(|index| flow.reached.get(*index).is_some_and(|reach| reach.part != Part::Rows));
    columns.into_iter().chain(rows).for_each(|index| judge.reach(index));
    judge.found
}

/// What was reported so far.
struct Judge<'a> {
    flow: &'a Flow,
    policy: &'a Policy,
    lineage: &'a Lineage,
    /// Tables of several periods come from one expression, which is at fault once.
    seen: BTreeSet<(Option<Span>, &'a Part, PersonalKind, &'a str)>,
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
            let span = leak.place();
            if self.seen.insert((span, &reach.part, reach.kind, &reader.name)) {
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
    pub fn view(&self, dataset: &str, column: &str, reader: &Reader) -> View {
        if !self.readers(dataset).any(|r| r == reader) {
            return View::NotGranted;
        }
        let mask = self.declared(dataset, column).filter(|_| self.guarded.contains(dataset));
        match mask {
            Some(declared) if !reader.sees.includes(declared) => View::Masked,
            _ => View::Clear,
        }
    }
}

fn is_leak(reach: &Reach, reader: &Reader, policy: &Policy) -> bool {
    if reader.sees.includes(reach.kind) {
        return false;
    }
    match &reach.part {
        Part::Rows => !policy.guarded.contains(&reach.dataset),
        Part::Column(column) => policy.view(&reach.dataset, column, reader) == View::Clear,
    }
}

/// Personal data in front of somebody who may not see it.
struct Leak<'a> {
    flow: &'a Flow,
    policy: &'a Policy,
    lineage: &'a Lineage,
    index: usize,
    reach: &'a Reach,
    reader: &'a Reader,
}

impl Leak<'_> {
    /// The place in a spec that is to blame, if there is one.
    fn place(&self) -> Option<Span> {
        let column = match &self.reach.part {
            Part::Column(column) => Some(column.as_str()),
            Part::Rows => None,
        };
        let before = self.reach.via.and_then(|(at, _)| self.flow.reached.get(at));
        let origin = match before.map(|r| &r.part) {
            Some(Part::Column(column)) => column.as_str(),
            _ => "",
        };
        self.policy.place(&self.reach.dataset, column, origin, self.reach.influence)
    }

    fn diagnostic(&self, place: Option<Span>) -> Diagnostic {
        let (reach, kind, reader) = (self.reach, self.reach.kind.word(), &self.reader.name);
        let subject = match &reach.part {
            Part::Column(column) => self.spelt(column),
            Part::Rows => reach.dataset.as_str(),
        };
        let message =
            format!("`{subject}` {} personal data ({kind}) that audience `{reader}` may not see", verb(reach));
        let mut diagnostic = Diagnostic::error(Code::AudienceMayNotSee, message);
        let mut steps = self.steps();
        let primary = place.map(|span| (span, String::new())).or_else(|| steps.pop());
        if let Some((span, text)) = primary {
            diagnostic = diagnostic.at_labelled(span, text);
        }
        for (span, text) in steps {
            diagnostic = diagnostic.related(span, text);
        }
        let remedy = match reach.part {
            Part::Column(_) => "leave the column out",
            Part::Rows => "choose the rows by something else",
        };
        diagnostic.hint(format!("{remedy}, or let `{reader}` see {kind}: `sees: [{kind}]`"))
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
                (None, Part::Column(column)) => {
                    let declared = self.policy.declared.get(&reach.dataset).and_then(|columns| columns.get(column));
                    if let Some(span) = declared.and_then(|(_, span)| *span) {
                        let text = format!("`{}.{column}` is declared {}", reach.dataset, reach.kind.word());
                        steps.push((span, text));
                    }
                }
                (Some((before, span)), _) => {
                    let Some(before) = self.flow.reached.get(before) else { continue };
                    let text = match before.part {
                        Part::Rows => format!("{} go into `{}`", named(before), reach.dataset),
                        Part::Column(_) => format!("{} {}", named(before), deed(reach)),
                    };
                    steps.push((span, text));
                }
                (None, Part::Rows) => {}
            }
        }
        steps
    }
}

fn named(reach: &Reach) -> String {
    match &reach.part {
        Part::Column(column) => format!("`{}.{column}`", reach.dataset),
        Part::Rows => format!("rows of `{}`", reach.dataset),
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
