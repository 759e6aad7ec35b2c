//! Visits the parts of a tree.
//!
//! The code that sqlparser derives for a visitor is compiled again for each type of visitor, over some 500 types of nodes. Here
//! it is compiled once, for a visitor behind a reference: with forty visitors it was a third of the program. The whole
//! project visits trees through this module; Clippy refuses the methods of sqlparser (`disallowed-methods`).

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, ObjectName, Query, Select, Statement, TableFactor, ValueWithSpan, Visit, VisitMut, Visitor, VisitorMut,
};

/// Shows a node and everything in it to a visitor, until the visitor breaks off.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn visit<B>(node: &impl Visit, visitor: &mut dyn Visitor<Break = B>) -> ControlFlow<B> {
    let mut keeper = BreakKeeper { visitor, with: None };
    let _ = node.visit(&mut AnyVisitor(&mut keeper));
    keeper.with.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

/// The same as [`visit`], for a visitor that changes what it sees.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn visit_mut<B>(node: &mut impl VisitMut, visitor: &mut dyn VisitorMut<Break = B>) -> ControlFlow<B> {
    let mut keeper = BreakKeeper { visitor, with: None };
    let _ = node.visit(&mut AnyVisitorMut(&mut keeper));
    keeper.with.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

/// Calls a function with each expression of a node, the outer one first, until it breaks off.
pub fn expressions<B>(node: &impl Visit, mut each: impl FnMut(&Expr) -> ControlFlow<B>) -> ControlFlow<B> {
    visit(node, &mut EachExpression(&mut each))
}

/// Calls a function with each expression of a node, the inner ones first, until it breaks off.
pub fn expressions_mut<B>(
    node: &mut impl VisitMut,
    mut each: impl FnMut(&mut Expr) -> ControlFlow<B>,
) -> ControlFlow<B> {
    visit_mut(node, &mut EachExpressionMut(&mut each))
}

/// Calls a function with the name of each table of a node, until it breaks off.
pub fn relations<B>(node: &impl Visit, mut each: impl FnMut(&ObjectName) -> ControlFlow<B>) -> ControlFlow<B> {
    visit(node, &mut EachRelation(&mut each))
}

/// The only type of visitor that the code of sqlparser is compiled for.
struct AnyVisitor<'a>(&'a mut dyn Visitor<Break = ()>);
struct AnyVisitorMut<'a>(&'a mut dyn VisitorMut<Break = ()>);

/// Keeps what a visitor broke off with, so that the type of that makes no other visitor.
struct BreakKeeper<V, B> {
    visitor: V,
    with: Option<B>,
}

struct EachExpression<'a, B>(&'a mut dyn FnMut(&Expr) -> ControlFlow<B>);
struct EachExpressionMut<'a, B>(&'a mut dyn FnMut(&mut Expr) -> ControlFlow<B>);
struct EachRelation<'a, B>(&'a mut dyn FnMut(&ObjectName) -> ControlFlow<B>);

/// All methods of a visitor, each passed on by a function of `self`, the method of the inner visitor and the node.
macro_rules! pass_on {
    (|$this:ident, $inner:ident| $visitor:expr, $end:expr; $($method:ident: $node:ty,)*) => {
        $(fn $method(&mut self, node: $node) -> ControlFlow<()> {
            let $this = self;
            let $inner = $visitor.$method(node);
            $end
        })*
    };
}

macro_rules! pass_on_all {
    (|$this:ident, $inner:ident| $visitor:expr, $end:expr) => {
        pass_on! {
            |$this, $inner| $visitor, $end;
            pre_visit_query: &Query,
            post_visit_query: &Query,
            pre_visit_select: &Select,
            post_visit_select: &Select,
            pre_visit_relation: &ObjectName,
            post_visit_relation: &ObjectName,
            pre_visit_table_factor: &TableFactor,
            post_visit_table_factor: &TableFactor,
            pre_visit_expr: &Expr,
            post_visit_expr: &Expr,
            pre_visit_statement: &Statement,
            post_visit_statement: &Statement,
            pre_visit_value: &ValueWithSpan,
            post_visit_value: &ValueWithSpan,
        }
    };
}

macro_rules! pass_on_all_mut {
    (|$this:ident, $inner:ident| $visitor:expr, $end:expr) => {
        pass_on! {
            |$this, $inner| $visitor, $end;
            pre_visit_query: &mut Query,
            post_visit_query: &mut Query,
            pre_visit_select: &mut Select,
            post_visit_select: &mut Select,
            pre_visit_relation: &mut ObjectName,
            post_visit_relation: &mut ObjectName,
            pre_visit_table_factor: &mut TableFactor,
            post_visit_table_factor: &mut TableFactor,
            pre_visit_expr: &mut Expr,
            post_visit_expr: &mut Expr,
            pre_visit_statement: &mut Statement,
            post_visit_statement: &mut Statement,
            pre_visit_value: &mut ValueWithSpan,
            post_visit_value: &mut ValueWithSpan,
        }
    };
}

impl Visitor for AnyVisitor<'_> {
    type Break = ();
    pass_on_all!(|this, flow| this.0, flow);
}

impl VisitorMut for AnyVisitorMut<'_> {
    type Break = ();
    pass_on_all_mut!(|this, flow| this.0, flow);
}

impl<B> Visitor for BreakKeeper<&mut dyn Visitor<Break = B>, B> {
    type Break = ();
    pass_on_all!(|this, flow| this.visitor, flow.map_break(|with| this.with = Some(with)));
}

impl<B> VisitorMut for BreakKeeper<&mut dyn VisitorMut<Break = B>, B> {
    type Break = ();
    pass_on_all_mut!(|this, flow| this.visitor, flow.map_break(|with| this.with = Some(with)));
}

impl<B> Visitor for EachExpression<'_, B> {
    type Break = B;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<B> {
        (self.0)(expr)
    }
}

impl<B> VisitorMut for EachExpressionMut<'_, B> {
    type Break = B;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<B> {
        (self.0)(expr)
    }
}

impl<B> Visitor for EachRelation<'_, B> {
    type Break = B;

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<B> {
        (self.0)(relation)
    }
}
