//! Damaged files: the reader of Parquet panics at some of them, which is a fault of the file and ends nothing here.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether this thread reads a file, so that a panic is told as a fault of it and not by itself.
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// What a reader gives.
///
/// # Errors
/// Its own, and that it panicked.
pub fn contained<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_READING.get() {
                before(info);
            }
        }));
    });
    IS_READING.set(true);
    // What a reader leaves behind is dropped with it.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    IS_READING.set(false);
    result.unwrap_or_else(|_| Err("the file cannot be read as Parquet: it is damaged".to_owned()))
}
