//! Alerts on what the views of operation show.

use super::pipeline::run_as;
use super::reference::{self, PLACE, SCHEDULES, WAREHOUSE};
use super::resource::{
    Alert, AlertNotification, AlertSchedule, Comparison, EmptyResult, Evaluation, Operand, OperandColumn, OperandValue,
    Subscription,
};
use crate::model::{Cron, Project};
use crate::plan;
use crate::plan::deployment::{self, AlertKind};
use crate::render::operation::OperationView;
use crate::render::text::Literal;

/// What an alert looks at, and from which value on it is raised.
struct AlertLimit {
    summary: &'static str,
    column: &'static str,
    comparison: Comparison,
    threshold: f64,
    query: String,
}

/// The alerts that the project asks for, with their keys. A failed update is told wherever there are alerts.
pub fn alerts(project: &Project) -> Vec<(String, Alert)> {
    let Some(checked) = &project.alerts.checked else { return vec![] };
    let named = |kind: AlertKind| (kind.key().to_owned(), alert(project, checked, limit(project, kind)));
    deployment::alerts(project).into_iter().map(named).collect()
}

fn limit(project: &Project, kind: AlertKind) -> AlertLimit {
    match kind {
        AlertKind::UpdateFailed => failed_update(),
        AlertKind::LowQuality => low_quality(project),
        AlertKind::RowCountDrift => drift(project),
        AlertKind::StaleEntities => stale(),
    }
}

fn alert(project: &Project, checked: &Cron, limit: AlertLimit) -> Alert {
    Alert {
        display_name: format!("{}: {}", project.name, limit.summary),
        custom_summary: Some(format!("{}: {}", project.name, limit.summary)),
        custom_description: None,
        // It owns the views that the query reads.
        run_as: run_as(project),
        warehouse_id: reference::to(WAREHOUSE),
        schedule: AlertSchedule {
            quartz_cron_schedule: checked.expression.clone(),
            timezone_id: checked.timezone.clone(),
            pause_status: reference::to(SCHEDULES),
        },
        evaluation: Evaluation {
            source: OperandColumn { name: limit.column.into() },
            comparison_operator: limit.comparison,
            threshold: Operand { value: OperandValue { double_value: limit.threshold } },
            empty_result_state: EmptyResult::Ok,
            notification: AlertNotification {
                notify_on_ok: true,
                subscriptions: project.notify.iter().map(|m| Subscription { user_email: m.clone() }).collect(),
            },
        },
        query_text: limit.query,
    }
}

/// A view by its full name.
fn full_name(view: OperationView) -> String {
    format!("{}.{}", reference::to(PLACE), view.name())
}

/// The condition on rows of the newest update that ended in one of these states.
fn of_last_update(states: &str) -> String {
    let updates = full_name(OperationView::Updates);
    format!("update_id = (\n  SELECT max_by(update_id, ended_at)\n  FROM {updates}\n  WHERE state IN ({states})\n)")
}

fn failed_update() -> AlertLimit {
    AlertLimit {
        summary: "the last update failed",
        column: "failed_updates",
        comparison: Comparison::GreaterThan,
        threshold: 0.0,
        query: format!(
            "SELECT count_if(state = 'FAILED') AS failed_updates\nFROM {}\nWHERE {}",
            full_name(OperationView::Updates),
            of_last_update("'COMPLETED', 'FAILED'")
        ),
    }
}

fn low_quality(project: &Project) -> AlertLimit {
    let judged = project.entities.iter().filter(|entity| entity.is_judged());
    let judged: Vec<String> = judged.map(|entity| Literal::new(plan::checked_name(entity)).to_string()).collect();
    AlertLimit {
        summary: "too many rows break a rule",
        column: "passed_percent",
        comparison: Comparison::LessThan,
        threshold: project.alerts.quality_below_percent.unwrap_or_default(),
        query: format!(
            "SELECT min(passed_percent) AS passed_percent\nFROM {}\nWHERE dataset IN ({}) AND {}\nHAVING min(passed_percent) IS NOT NULL",
            full_name(OperationView::Expectations),
            judged.join(", "),
            of_last_update("'COMPLETED'")
        ),
    }
}

fn drift(project: &Project) -> AlertLimit {
    AlertLimit {
        summary: "an entity got far more or far fewer lines than usual",
        column: "drift_percent",
        comparison: Comparison::GreaterThan,
        threshold: project.alerts.row_count_drift_percent.unwrap_or_default(),
        query: format!(
            "SELECT max(abs(drift_percent)) AS drift_percent\nFROM {}\nWHERE {}\nHAVING max(abs(drift_percent)) IS NOT NULL",
            full_name(OperationView::Drift),
            of_last_update("'COMPLETED'")
        ),
    }
}

fn stale() -> AlertLimit {
    AlertLimit {
        summary: "an entity got no new file for too long",
        column: "stale_entities",
        comparison: Comparison::GreaterThan,
        threshold: 0.0,
        query: format!("SELECT count_if(is_stale) AS stale_entities\nFROM {}", full_name(OperationView::Freshness)),
    }
}
