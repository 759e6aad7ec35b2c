//! Reasons to declassify that have no effect: without them, no personal data would get through either.

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::{DatasetPart, Ground, PersonalFlow, choices};
use crate::codes;
use crate::model::{Declassifies, Project};
use crate::plan::{BuildPlan, Dataset, query_name};

/// Warns of each reason that releases nothing.
pub fn idle(flow: &PersonalFlow, project: &Project, plan: &BuildPlan) -> Vec<Diagnostic> {
    let idle = project.reasons.iter().filter(|reason| !releases(&reason.declassifies, flow, project, plan));
    let warning = |span| {
        let fault = Diagnostic::warning(codes::IDLE_REASON, "unused reason").at(span);
        fault.hint("no personal data reaches this place: remove it")
    };
    idle.map(|reason| warning(reason.span)).collect()
}

fn releases(declassifies: &Declassifies, flow: &PersonalFlow, project: &Project, plan: &BuildPlan) -> bool {
    match declassifies {
        Declassifies::Column(entity, column) => {
            let own = project.entity(*entity);
            let name = &own.column(*column).name;
            choices::is_asked_for(own, *column)
                || own.query().is_some() && is_released(flow, name, &[query_name(own).to_lowercase()])
        }
        Declassifies::Rows(entity, name) => {
            let choices = choices::of_rows(project.entity(*entity));
            choices.iter().any(|choice| choice.by == *name && matches!(choice.ground, Some(Ground::Declassified(_))))
        }
        Declassifies::Figure(metric, name) => {
            let of_metric = |dataset: &Dataset| match dataset {
                Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => id == metric,
                _ => false,
            };
            let tables = plan.datasets.iter().filter(|planned| of_metric(&planned.dataset));
            let names: Vec<String> = tables.map(|planned| planned.name.to_lowercase()).collect();
            is_released(flow, name, &names)
        }
    }
}

/// Whether a reason keeps personal data from a column of one of these datasets.
fn is_released(flow: &PersonalFlow, column: &str, datasets: &[String]) -> bool {
    let is_here = |part: &DatasetPart| matches!(part, DatasetPart::Column(own) if is_same_name(own, column));
    flow.released.iter().any(|released| {
        matches!(released.ground, Ground::Declassified(_))
            && is_here(&released.part)
            && datasets.contains(&released.dataset)
    })
}
