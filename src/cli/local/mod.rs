//! What `gen run` and `gen query` do with the embedded engine.

mod query;
mod run;
mod summary;
mod table;

pub use query::query;
pub use run::run;

use lakeflow::diag::Diagnostic;
use lakeflow::source::SourceMap;

use super::shell::Shell;
use super::{Ended, Status};
use crate::engine::local::RunFault;

/// Directory of the tables of local runs, below the project.
const WAREHOUSE: &str = ".gen/warehouse";

/// Shows a fault of the engine; the exit status tells whether the input is to blame.
fn report_fault(fault: &RunFault, shell: &mut Shell) -> Ended {
    let hint = match fault {
        RunFault::Landing { .. } => {
            Some("`gen sample` generates files to run on; `--landing DIR` names another directory")
        }
        RunFault::NoWarehouse { .. } | RunFault::Warehouse { .. } => {
            Some("`gen run` writes the tables; `--warehouse DIR` names another directory")
        }
        _ => None,
    };
    let diagnostic = Diagnostic::error(fault.code(), fault.to_string()).maybe_hint(hint);
    shell.report(&SourceMap::default(), &[diagnostic])?;
    Ok(if fault.is_input() { Status::Fault } else { Status::Broken })
}
