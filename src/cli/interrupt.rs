//! Ctrl-C while files are written: waits until none is half-written.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C is only noted. Where that is not possible the process ends at once, as it does before.
pub fn defer() {
    let _ = ctrlc::set_handler(|| ASKED.store(true, Ordering::Relaxed));
}

/// Whether Ctrl-C was noted.
pub fn was_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
