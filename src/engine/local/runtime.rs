//! The threads that a run or a query works on.

use super::RunFault;

/// The runtime of one run or query.
pub fn runtime() -> Result<tokio::runtime::Runtime, RunFault> {
    let built = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).build();
    built.map_err(|e| RunFault::failed("run", e))
}
