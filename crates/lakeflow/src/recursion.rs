//! `WITH RECURSIVE r MAX RECURSION LEVEL 9 AS (..)`, for which sqlparser's tree has no place.
//!
//! The lexer removes the limit from the tokens and appends it to the name, after a marker that can't be part of a
//! name; once the query has been parsed, it is moved to a clause that Databricks does not have. So the tree contains
//! the plain name, and the printer finds the limit whatever query is in the brackets.

use std::ops::ControlFlow;

use sqlparser::ast::{Cte, Ident, Query, VisitMut, VisitorMut};

use crate::walk;

/// What stands between the name and the number.
const MARK: &str = "\nMAX RECURSION LEVEL ";

/// Leaves a limit in the name that it is written behind.
pub(super) fn mark(name: &mut String, level: &str) {
    name.push_str(MARK);
    name.push_str(level);
}

/// A name without the limit in it.
pub(super) fn name(ident: &Ident) -> &str {
    ident.value.split_once(MARK).map_or(&ident.value, |(name, _)| name)
}

/// Whether a limit was left in a name.
pub(super) fn is_marked(name: &Ident) -> bool {
    name.value.contains(MARK)
}

/// Moves every limit in a tree from the name of its query to where [`take_limit`] finds it.
pub(super) fn set_apart(node: &mut impl VisitMut) {
    struct LimitMover;
    impl VisitorMut for LimitMover {
        type Break = ();
        fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
            for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
                if let Some((name, level)) = cte.alias.name.value.split_once(MARK) {
                    cte.from = Some(Ident::new(level));
                    cte.alias.name.value = name.to_owned();
                }
            }
            ControlFlow::Continue(())
        }
    }
    let _ = walk::visit_mut(node, &mut LimitMover);
}

/// Takes the limit out of the tree, as it is written.
pub(super) fn take_limit(cte: &mut Cte) -> Option<String> {
    cte.from.take().map(|level| format!("MAX RECURSION LEVEL {level}"))
}
