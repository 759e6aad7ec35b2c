//! What stands behind OVER.

use sqlparser::ast::{WindowFrame, WindowFrameBound, WindowFrameUnits, WindowType};

use super::literals::restore;
use super::names::lowered;

/// Functions whose result does not depend on the frame.
const WITHOUT_FRAME: [&str; 8] =
    ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"];

/// Rewrites the window of a call to `function`.
pub(super) fn over(window: &mut WindowType, function: &str) {
    let spec = match window {
        WindowType::NamedWindow(name) => {
            *name = lowered(name.clone());
            return;
        }
        WindowType::WindowSpec(spec) => spec,
    };
    if let Some(name) = &mut spec.window_name {
        *name = lowered(name.clone());
    }
    match &mut spec.window_frame {
        Some(frame) => restore_bounds(frame),
        // The default frame is one of RANGE, for which the planner wants an order by a number or a date.
        None if WITHOUT_FRAME.contains(&function) => {
            spec.window_frame = Some(WindowFrame {
                units: WindowFrameUnits::Rows,
                start_bound: WindowFrameBound::Preceding(None),
                end_bound: Some(WindowFrameBound::CurrentRow),
            });
        }
        None => {}
    }
}

/// Bounds are bare numbers.
fn restore_bounds(frame: &mut WindowFrame) {
    let bounds = std::iter::once(&mut frame.start_bound).chain(frame.end_bound.as_mut());
    for bound in bounds {
        if let WindowFrameBound::Preceding(Some(expr)) | WindowFrameBound::Following(Some(expr)) = bound {
            restore(expr);
        }
    }
}
