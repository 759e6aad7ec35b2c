//! From specs as written to a project with nothing left open: names are found, defaults filled in, SQL is typed.
//!
//! Every fault is reported at its place in the spec, and the pass goes on after it. The result is used only when there
//! was no error; until then it may hold placeholders.

mod compiled;
mod cycle;
mod entity;
mod graph;
mod lookup;
mod measure;
mod measure_scope;
mod metric;
mod names;
mod operation;
mod project;
mod reference;
mod required;
mod row_access;
mod rows;
mod schedule;

pub use compiled::code_of;

pub use lookup::converts;

use std::collections::BTreeMap;

use sqlparser::ast::Expr;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::{self, types::DataType};
use crate::load::{Located, SpecSet};
use crate::model::{Audience, Classification, Project, Protection};
use crate::source::{SourceMap, Span};
use crate::spec::{EntitySpec, MetricSpec};

/// What every part of the pass needs: texts to point into, and the place for faults.
pub struct Context<'a> {
    sources: &'a SourceMap,
    diagnostics: &'a mut Diagnostics,
    audiences: &'a [Audience],
    default_classification: Option<Classification>,
    /// Whether every spec could be read; otherwise what seems unknown may be declared in one that could not.
    complete: bool,
}

impl Context<'_> {
    /// Keeps a fault, unless it may only follow from a spec that could not be read and is reported already.
    fn push(&mut self, diagnostic: Diagnostic) {
        if self.complete || !diagnostic.code.is_unknown_name() {
            self.diagnostics.push(diagnostic);
        }
    }

    fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// The type that stands at `pointer`; a fault gives `Unknown`.
    fn data_type<T>(&mut self, text: &str, pointer: &str, located: &Located<T>) -> DataType {
        match DataType::parse(text) {
            Ok(ty) => ty,
            Err(fault) => {
                let span = located.places.inside(self.sources, pointer, fault.range);
                self.push(Diagnostic::error(Code::BadValue, fault.message).at(span).maybe_hint(fault.hint));
                DataType::Unknown
            }
        }
    }

    /// The expression that stands at `pointer`.
    fn parse_expr<T>(&mut self, text: &str, pointer: &str, located: &Located<T>) -> Option<Expr> {
        match lakeflow::parse_expr(text) {
            Ok(expr) => Some(expr),
            Err(fault) => {
                let span = located.places.inside(self.sources, pointer, fault.range);
                self.push(Diagnostic::error(Code::SqlSyntax, fault.message).at(span).maybe_hint(fault.hint));
                None
            }
        }
    }

    /// The classification of a table: as declared, or the default of the project; personal data is never public.
    fn classification(&mut self, declared: Option<Classification>, personal: bool, span: Span) -> Classification {
        if personal && declared == Some(Classification::Public) {
            let fault = Diagnostic::error(Code::ClassificationTooLow, "a table with personal data can't be `public`");
            self.push(fault.at(span).hint("write `confidential`, or leave the personal data out"));
        }
        let default = if personal {
            Classification::Confidential
        } else {
            self.default_classification.unwrap_or(Classification::Internal)
        };
        declared.unwrap_or(default)
    }
}

/// Resolves all specs. `None` when there is no project file, which is reported.
pub fn resolve(set: &SpecSet, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Option<Project> {
    let project = set.project.as_ref()?;
    let mut context = Context {
        sources,
        diagnostics: &mut *diagnostics,
        audiences: &[],
        default_classification: project.spec.classification,
        complete: set.complete,
    };
    let settings = project::resolve(project, &mut context);
    let mut context = Context {
        sources,
        diagnostics,
        audiences: &settings.audiences,
        default_classification: project.spec.classification,
        complete: set.complete,
    };
    let (entity_specs, metric_specs) = distinct(set, &mut context);
    let entities = entity_specs.iter().map(|spec| entity::resolve(spec, set, &mut context)).collect();
    let mut graph = graph::Graph::new(entities, &entity_specs);
    entity::link(&entity_specs, &mut graph, &mut context);
    graph.check_derived(&entity_specs, &mut context);
    let metrics = metric_specs.iter().filter_map(|spec| metric::resolve(spec, &graph, &mut context)).collect();
    let names = entity_specs.iter().map(|s| s.spec.entity.as_str());
    let known: Vec<&str> = names.chain(metric_specs.iter().map(|s| s.spec.metric.as_str())).collect();
    operation::check_refreshes(project, &known, &mut context);
    Some(Project {
        name: project.spec.project.clone(),
        description: project.spec.description.clone().unwrap_or_default(),
        targets: settings.targets,
        audiences: settings.audiences,
        masks: settings.masks,
        protection: project.spec.protection.unwrap_or(Protection::Masks),
        schedules: settings.schedules,
        notify: project.spec.notifications.as_ref().map(|n| n.on_failure.clone()).unwrap_or_default(),
        alerts: settings.alerts,
        entities: graph.entities,
        metrics,
    })
}

/// Entities and metrics by name, each name once; the second of a name is reported and left out.
fn distinct<'a>(
    set: &'a SpecSet,
    context: &mut Context<'_>,
) -> (Vec<&'a Located<EntitySpec>>, Vec<&'a Located<MetricSpec>>) {
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    let mut is_new = |name: &'a str, span: Span| {
        let Some(first) = taken.get(name) else {
            taken.insert(name, span);
            return true;
        };
        let message = format!("`{name}` is declared twice");
        context.push(Diagnostic::error(Code::DuplicateName, message).at(span).related(*first, "first here"));
        false
    };
    let mut entities: Vec<_> = set.entities.iter().filter(|e| is_new(&e.spec.entity, e.value("/entity"))).collect();
    let mut metrics: Vec<_> = set.metrics.iter().filter(|m| is_new(&m.spec.metric, m.value("/metric"))).collect();
    entities.sort_by(|a, b| a.spec.entity.cmp(&b.spec.entity));
    metrics.sort_by(|a, b| a.spec.metric.cmp(&b.spec.metric));
    (entities, metrics)
}
