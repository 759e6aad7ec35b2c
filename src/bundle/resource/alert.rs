//! Alerts: the body of `POST /api/2.0/alerts` (workspace-api.md, "Alerts and dashboards"), also known as version 2.

use serde::{Deserialize, Serialize};

use super::{PauseStatus, RunAs};

/// A query that is run now and then, and the value at which somebody is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Name. The service accepts two alerts of one name.
    pub display_name: String,
    /// Subject of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_summary: Option<String>,
    /// Text of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_description: Option<String>,
    /// Whom the query runs as; whoever deploys, if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_as: Option<RunAs>,
    /// Id of the warehouse that runs the query.
    pub warehouse_id: String,
    /// When it is run.
    pub schedule: AlertSchedule,
    /// What is made of the result.
    pub evaluation: Evaluation,
    /// One `SELECT` in the SQL of the warehouse, without `;`.
    pub query_text: String,
}

/// When an alert is evaluated. The key of the expression differs from that of jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertSchedule {
    /// Quartz cron expression, seconds first.
    pub quartz_cron_schedule: String,
    /// IANA time zone.
    pub timezone_id: String,
    /// `PAUSED` or `UNPAUSED`.
    pub pause_status: PauseStatus,
}

/// A comparison of the result with a limit, and whom it concerns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// The value of the result.
    pub source: OperandColumn,
    /// How it is compared.
    pub comparison_operator: Comparison,
    /// With what.
    pub threshold: Operand,
    /// What a result without rows means.
    pub empty_result_state: EmptyResult,
    /// Who is told.
    pub notification: AlertNotification,
}

/// A column of the result; its value in the first row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperandColumn {
    /// Name of the column in the result of the query.
    pub name: String,
}

/// How a value is compared with the limit; the alert is raised when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Comparison {
    /// `>`.
    GreaterThan,
    /// `<`.
    LessThan,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operand {
    /// The constant that the column is compared with.
    pub value: OperandValue,
}

/// A number. Zero is written too: absent is not zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperandValue {
    /// In the unit of the compared column.
    pub double_value: f64,
}

/// What a result without rows means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmptyResult {
    /// All is well.
    Ok,
    /// The alert is raised.
    Triggered,
}

/// Who is told, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertNotification {
    /// Whether the end of the trouble is told too.
    pub notify_on_ok: bool,
    /// Mail addresses, one each.
    pub subscriptions: Vec<Subscription>,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Mail address.
    pub user_email: String,
}
