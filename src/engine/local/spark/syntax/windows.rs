//! What stands behind OVER.

use sqlparser::ast::{WindowFrame, WindowFrameBound, WindowFrameUnits, WindowType};

use super::super::fault::QueryFault;
use super::literals::restore;
use super::names::lowered;

/// Functions whose result does not depend on the frame; Spark takes none but the default one, if any.
const WITHOUT_FRAME: [&str; 8] =
    ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"];

/// Rewrites the window of a call to `function`.
///
/// # Errors
/// When the function has a frame of its own.
pub(super) fn over(window: &mut WindowType, function: &str) -> Result<(), QueryFault> {
    let spec = match window {
        WindowType::NamedWindow(name) => {
            *name = lowered(name.clone());
            return Ok(());
        }
        WindowType::WindowSpec(spec) => spec,
    };
    if let Some(name) = &mut spec.window_name {
        *name = lowered(name.clone());
    }
    match &mut spec.window_frame {
        Some(frame) if WITHOUT_FRAME.contains(&function) && !is_own_frame(frame, function) => {
            return Err(QueryFault::refused(format!("a frame for `{function}`, which has its own: leave it out")));
        }
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
    Ok(())
}

/// Whether a frame is the one that the function has anyway.
fn is_own_frame(frame: &WindowFrame, function: &str) -> bool {
    let units = if function == "cume_dist" { WindowFrameUnits::Range } else { WindowFrameUnits::Rows };
    let up_to_row = frame.start_bound == WindowFrameBound::Preceding(None)
        && matches!(frame.end_bound, None | Some(WindowFrameBound::CurrentRow));
    !matches!(function, "lag" | "lead") && frame.units == units && up_to_row
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
