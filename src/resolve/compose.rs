//! Replaces names by what they stand for: a column becomes a hole with a leaf, and an expression that is used in
//! another one becomes a part of its tree.

use std::collections::HashMap;
use std::ops::ControlFlow;

use lakeflow::diag::Diagnostic;
use lakeflow::walk;
use lakeflow::{self, build};
use sqlparser::ast::{AccessExpr, Expr, Ident, VisitorMut};

use super::context::Context;
use super::written::WrittenExpr;
use crate::codes;
use crate::model::{Leaf, Size};

/// More parts than this make no expression that anybody could read or any engine plan: eight levels of four uses each
/// are 65,536.
const MAX_NODES: usize = 10_000;

/// What a name stands for.
pub struct NamedPart {
    /// The byte of the text where the name begins.
    pub start: usize,
    /// How many parts of a dotted name belong to it; the others are fields.
    pub used: usize,
    /// What goes there, with holes for `leaves`.
    pub tree: Expr,
    /// The names in it.
    pub leaves: Vec<Leaf>,
}

impl NamedPart {
    /// A name that stands for a column or measure.
    pub fn of_leaf(start: usize, used: usize, leaf: Leaf) -> NamedPart {
        NamedPart { start, used, tree: build::hole(0), leaves: vec![leaf] }
    }
}

/// The tree of an expression with `parts` in the place of their names, and the leaves of its holes. `None` when it
/// gets too large, which is reported.
pub fn compose(
    mut tree: Expr,
    parts: Vec<NamedPart>,
    written: &WrittenExpr<'_>,
    context: &mut Context<'_>,
) -> Option<(Expr, Vec<Leaf>)> {
    let by_start = parts.iter().enumerate().map(|(number, part)| (part.start, (number, part.used))).collect();
    let mut names = NameHoles { sql: written.sql, by_start };
    let _ = walk::visit_mut(&mut tree, &mut names);
    let mut leaves = vec![];
    let mut trees = Vec::with_capacity(parts.len());
    for mut part in parts {
        let offset = leaves.len();
        build::fill(&mut part.tree, |number| build::hole(offset + number));
        leaves.append(&mut part.leaves);
        trees.push(part.tree);
    }
    build::fill(&mut tree, |number| trees.get(number).cloned().unwrap_or_else(build::null));
    if Size::of(&tree).nodes > MAX_NODES {
        report_size(written, context);
        return None;
    }
    Some((tree, leaves))
}

/// Reports that an expression gets too large.
pub fn report_size(written: &WrittenExpr<'_>, context: &mut Context<'_>) {
    let message = format!("the expression is too large: it expands to more than {MAX_NODES} parts");
    let fault = Diagnostic::error(codes::EXPRESSION_TOO_LARGE, message).at(written.span());
    context.push(fault.hint("use fewer levels of derived expressions, or compute parts of it upstream"));
}

/// Whether expressions of these sizes are too large together.
pub fn is_too_large(nodes: usize) -> bool {
    nodes > MAX_NODES
}

/// Replaces names by holes with the numbers of their parts.
struct NameHoles<'a> {
    sql: &'a str,
    by_start: HashMap<usize, (usize, usize)>,
}

impl VisitorMut for NameHoles<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let idents: &[Ident] = match expr {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(idents) => idents,
            _ => return ControlFlow::Continue(()),
        };
        let start = idents.first().map(|ident| lakeflow::offset_of(self.sql, ident.span.start));
        let Some((number, used)) = start.and_then(|start| self.by_start.get(&start)).copied() else {
            return ControlFlow::Continue(());
        };
        let fields: Vec<AccessExpr> =
            idents.iter().skip(used).map(|field| AccessExpr::Dot(Expr::Identifier(field.clone()))).collect();
        *expr = match fields.is_empty() {
            true => build::hole(number),
            false => Expr::CompoundFieldAccess { root: Box::new(build::hole(number)), access_chain: fields },
        };
        ControlFlow::Continue(())
    }
}

/// The paths of names that an expression holds, whatever they stand for.
pub fn names_in(expr: &Expr) -> Vec<Vec<String>> {
    let mut names = vec![];
    let _ = walk::expressions(expr, |expr| {
        match expr {
            Expr::Identifier(ident) => names.push(vec![ident.value.clone()]),
            Expr::CompoundIdentifier(idents) => names.push(idents.iter().map(|i| i.value.clone()).collect()),
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    names
}
