//! Expectations: every row of a query's output is counted, rows that a `DROP ROW` rule refuses are left out.

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;

use super::super::report::ExpectationReport;
use super::super::spark::Fault;
use super::Rows;
use crate::lakeflow::ast::{Expectation, Violation};

/// Rows that stay, and how all fared.
pub(in super::super) struct Judged {
    /// The rows that no rule drops.
    pub rows: Rows,
    /// Counts, one entry an expectation.
    pub reports: Vec<ExpectationReport>,
}

/// Judges rows to which one boolean column an expectation is appended: whether the row fulfils it, NULL for unknown.
///
/// # Errors
/// When a predicate is not boolean.
pub(in super::super) fn judge(
    rows: &Rows,
    judged: &[RecordBatch],
    expectations: &[Expectation],
) -> Result<Judged, Fault> {
    let width = rows.schema.fields().len();
    let mut reports: Vec<ExpectationReport> = expectations
        .iter()
        .map(|e| ExpectationReport { name: e.name.value.clone(), action: e.on_violation, passed: 0, failed: 0 })
        .collect();
    let mut kept = vec![];
    for batch in judged {
        let mut stays = vec![true; batch.num_rows()];
        for (report, column) in reports.iter_mut().zip(batch.columns().iter().skip(width)) {
            let Some(flags) = column.as_boolean_opt() else {
                return Err(Fault::failed(format!("the expectation `{}` is not a condition", report.name)));
            };
            for (row, stays) in stays.iter_mut().enumerate() {
                let fulfilled = flags.is_valid(row) && flags.value(row);
                report.passed += u64::from(fulfilled);
                report.failed += u64::from(!fulfilled);
                *stays &= fulfilled || report.action != Some(Violation::DropRow);
            }
        }
        let failed = |e: datafusion::arrow::error::ArrowError| Fault::failed(e.to_string());
        let columns: Vec<usize> = (0..width).collect();
        let batch = batch.project(&columns).map_err(failed)?;
        kept.push(filter_record_batch(&batch, &BooleanArray::from(stays)).map_err(failed)?);
    }
    Ok(Judged { rows: rows.with(kept), reports })
}
