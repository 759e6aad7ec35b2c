//! `LATERAL VIEW f(x) v ORDER BY ..`, whose columns are not named: sqlparser takes any word but a few behind the name of the
//! view for the name of a column.
//!
//! An empty name goes in front of the clause. It is dropped again from the tree as soon as the query is read.

use std::ops::ControlFlow;

use sqlparser::ast::{Select, VisitMut, VisitorMut};
use sqlparser::tokenizer::Token;

use super::RewritePass;
use crate::walk;

/// Words that begin a clause behind the views, each with what follows it there; sqlparser knows the others.
const CLAUSES: &[(&str, &[&str])] = &[
    ("ORDER", &["BY"]),
    ("SORT", &["BY"]),
    ("DISTRIBUTE", &["BY"]),
    ("LIMIT", &[]),
    ("OFFSET", &[]),
    ("QUALIFY", &[]),
    ("WINDOW", &[]),
    ("PIVOT", &[]),
    ("UNPIVOT", &[]),
    ("UNION", &[]),
    ("EXCEPT", &[]),
    ("INTERSECT", &[]),
    ("MINUS", &[]),
];

impl RewritePass {
    /// Notes where the name of the view ends that may come next.
    pub(super) fn note_view(&mut self) {
        if !(self.is(0, "LATERAL") && self.is(1, "VIEW")) {
            return;
        }
        let mut ahead = if self.is(2, "OUTER") { 3 } else { 2 };
        while matches!(self.peek(ahead), Some(Token::Word(_) | Token::Period)) {
            ahead += 1;
        }
        let mut depth = 0usize;
        loop {
            match self.peek(ahead) {
                Some(Token::LParen) => depth += 1,
                Some(Token::RParen) => depth = depth.saturating_sub(1),
                Some(Token::SemiColon) | None => return,
                Some(_) => {}
            }
            ahead += 1;
            if depth == 0 {
                break;
            }
        }
        if matches!(self.peek(ahead), Some(Token::Word(_))) {
            self.views.push(self.at + ahead + 1);
        }
    }

    /// Puts an empty name behind the name of a view that a clause follows.
    pub(super) fn name_no_columns(&mut self) {
        if self.views.last() != Some(&self.at) {
            return;
        }
        self.views.pop();
        let begins = |(word, behind): &(&str, &[&str])| {
            self.is(0, word)
                && (behind.is_empty() || behind.iter().any(|word| self.is(1, word)))
                && !matches!(self.peek(1), None | Some(Token::SemiColon | Token::Comma | Token::RParen | Token::EOF))
        };
        if CLAUSES.iter().any(begins) {
            self.insert(Token::make_word("", None));
            self.has_empty_names = true;
        }
    }
}

/// Drops the empty names of columns from all views in a tree.
pub(super) fn drop_empty_names(node: &mut impl VisitMut) {
    struct Names;
    impl VisitorMut for Names {
        type Break = ();
        fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
            for view in &mut select.lateral_views {
                view.lateral_col_alias.retain(|name| !name.value.is_empty() || name.quote_style.is_some());
            }
            ControlFlow::Continue(())
        }
    }
    let _ = walk::visit_mut(node, &mut Names);
}
