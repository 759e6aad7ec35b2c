//! Why a query does not run: refused by this engine, or failed on it. The text names no value of any row.

use datafusion::common::{DataFusionError, SchemaError};
use lakeflow::diag::did_you_mean;

/// A fault of planning or running a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// The query uses something that this engine cannot do as Spark does.
    #[error("the local engine does not support {0}")]
    Refused(String),
    /// The query is wrong, or failed while it ran.
    #[error("{0}")]
    Failed(String),
}

impl QueryFault {
    /// A construct that this engine does not have.
    pub fn refused(what: impl Into<String>) -> Self {
        QueryFault::Refused(what.into())
    }

    /// Something that went wrong.
    pub fn failed(what: impl Into<String>) -> Self {
        QueryFault::Failed(what.into())
    }
}

impl From<DataFusionError> for QueryFault {
    fn from(error: DataFusionError) -> Self {
        if let DataFusionError::SchemaError(fault, _) = error.find_root()
            && let SchemaError::FieldNotFound { field, valid_fields } = &**fault
        {
            let hint = did_you_mean(field.name(), valid_fields.iter().map(|field| field.name()));
            let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            return QueryFault::Failed(format!("unknown column `{}`{hint}", field.flat_name()));
        }
        let refused = matches!(error.find_root(), DataFusionError::NotImplemented(_));
        let text = trimmed(&error.find_root().strip_backtrace());
        if text.starts_with("Unsupported ast node in sqltorel: Lambda") {
            return QueryFault::Refused("a lambda of several parameters here".to_owned());
        }
        let unknown = text.strip_prefix("Invalid function '").and_then(|rest| rest.split('\'').next());
        if let Some(function) = unknown {
            return QueryFault::Refused(format!("the function `{function}`"));
        }
        if let Some(own) = in_our_words(&text) {
            return QueryFault::Failed(own);
        }
        if refused { QueryFault::Refused(text) } else { QueryFault::Failed(text) }
    }
}

/// The most common faults of queries, which the engine tells with its own names of parts.
fn in_our_words(text: &str) -> Option<String> {
    if text.contains("must appear in the GROUP BY clause") {
        let column = text.split('"').nth(1)?;
        return Some(format!("column `{column}` is neither in `GROUP BY` nor inside an aggregate"));
    }
    let is_in_where = text.starts_with("Aggregate functions are not allowed in the WHERE clause");
    is_in_where.then(|| "an aggregate is not allowed in `WHERE`; write the condition in `HAVING`".to_owned())
}

/// The message without the engine's own prefixes, suggestions of its function names and everything past one line.
fn trimmed(message: &str) -> String {
    let mut text = message.lines().next().unwrap_or_default();
    let prefixes = [
        "Error during planning: ",
        "Execution error: ",
        "Schema error: ",
        "This feature is not implemented: ",
        "Arrow error: ",
        "Optimizer rule ",
        "External error: ",
        "SQL error: ",
    ];
    while let Some(rest) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        text = rest;
    }
    // What stands around the message of a function of our own.
    let text = text.split_once(" user-defined coercion failed with: ").map_or(text, |(_, own)| own);
    let text = text.strip_prefix("Error during planning: ").unwrap_or(text);
    let text = text.split_once(". No function matches").map_or(text, |(own, _)| own);
    text.trim_end_matches('.').to_owned()
}
