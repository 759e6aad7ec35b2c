//! Visits the parts of a tree.
//!
//! The code that sqlparser derives for a visitor is made anew for each type of visitor, over some 500 types of nodes. Here
//! it is made once, for a visitor behind a reference: with forty visitors that is a third of the program. All of the
//! project goes through here, which Clippy holds (`disallowed-methods`).

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, ObjectName, Query, Select, Statement, TableFactor, ValueWithSpan, Visit, VisitMut, Visitor, VisitorMut,
};

/// Shows a node and all that it holds to a visitor, until that breaks off.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn visit<B>(node: &impl Visit, visitor: &mut dyn Visitor<Break = B>) -> ControlFlow<B> {
    node.visit(&mut AnyVisitor(visitor))
}

/// As [`visit`], for a visitor that changes what it sees.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn visit_mut<B>(node: &mut impl VisitMut, visitor: &mut dyn VisitorMut<Break = B>) -> ControlFlow<B> {
    node.visit(&mut AnyVisitorMut(visitor))
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

struct AnyVisitor<'a, B>(&'a mut dyn Visitor<Break = B>);
struct AnyVisitorMut<'a, B>(&'a mut dyn VisitorMut<Break = B>);
struct EachExpression<'a, B>(&'a mut dyn FnMut(&Expr) -> ControlFlow<B>);
struct EachExpressionMut<'a, B>(&'a mut dyn FnMut(&mut Expr) -> ControlFlow<B>);
struct EachRelation<'a, B>(&'a mut dyn FnMut(&ObjectName) -> ControlFlow<B>);

/// Passes each call on.
macro_rules! pass_on {
    ($($method:ident: $node:ty,)*) => {
        $(fn $method(&mut self, node: $node) -> ControlFlow<B> {
            self.0.$method(node)
        })*
    };
}

impl<B> Visitor for AnyVisitor<'_, B> {
    type Break = B;

    pass_on! {
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
}

impl<B> VisitorMut for AnyVisitorMut<'_, B> {
    type Break = B;

    pass_on! {
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
