//! A faster walk through a tree.
//!
//! sqlparser's own walk visits every node, including the position of every name, and checks the remaining stack at
//! each. The nodes that nearly all SQL consists of are walked by hand here; anything rarer, with everything inside it,
//! is left to sqlparser's walk. Fields of a query or a `SELECT` that are rejected as soon as they are encountered are
//! not walked (`query`, `pre_visit_select`).

use sqlparser::ast::{
    CaseWhen, Cte, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, GroupByExpr,
    Join, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, Visitor,
};

use super::{Flow, GO_ON, Strict};
use crate::walk;

impl Strict<'_> {
    pub(super) fn walk_query(&mut self, query: &Query) -> Flow {
        self.pre_visit_query(query)?;
        for Cte { alias, query, .. } in query.with.iter().flat_map(|with| &with.cte_tables) {
            walk::visit(&alias.columns, self)?;
            self.walk_query(query)?;
        }
        self.walk_body(&query.body)?;
        walk::visit(&query.order_by, self)?;
        walk::visit(&query.limit_clause, self)?;
        walk::visit(&query.pipe_operators, self)
    }

    fn walk_body(&mut self, body: &SetExpr) -> Flow {
        match body {
            SetExpr::Select(select) => self.walk_select(select),
            SetExpr::Query(query) => self.walk_query(query),
            SetExpr::SetOperation { left, right, .. } => {
                self.walk_body(left)?;
                self.walk_body(right)
            }
            other => walk::visit(other, self),
        }
    }

    fn walk_select(&mut self, select: &Select) -> Flow {
        self.pre_visit_select(select)?;
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => self.walk_expr(expr)?,
                other => walk::visit(other, self)?,
            }
        }
        select.from.iter().try_for_each(|from| self.walk_from(from))?;
        walk::visit(&select.lateral_views, self)?;
        self.walk_all(&select.selection)?;
        match &select.group_by {
            GroupByExpr::Expressions(keys, modifiers) => {
                self.walk_all(keys)?;
                walk::visit(modifiers, self)?;
            }
            other @ GroupByExpr::All(_) => walk::visit(other, self)?,
        }
        walk::visit(&select.cluster_by, self)?;
        walk::visit(&select.distribute_by, self)?;
        walk::visit(&select.sort_by, self)?;
        self.walk_all(&select.having)?;
        walk::visit(&select.named_window, self)?;
        self.walk_all(&select.qualify)
    }

    fn walk_from(&mut self, TableWithJoins { relation, joins }: &TableWithJoins) -> Flow {
        self.walk_source(relation)?;
        joins.iter().try_for_each(|Join { relation, join_operator, .. }| {
            self.walk_source(relation)?;
            match join_operator {
                JoinOperator::Join(JoinConstraint::On(condition))
                | JoinOperator::Inner(JoinConstraint::On(condition))
                | JoinOperator::Left(JoinConstraint::On(condition)) => self.walk_expr(condition),
                other => walk::visit(other, self),
            }
        })
    }

    fn walk_source(&mut self, factor: &TableFactor) -> Flow {
        match factor {
            TableFactor::Table {
                name, args: None, with_hints, version: None, json_path: None, sample: None, ..
            } if with_hints.is_empty() => {
                self.pre_visit_table_factor(factor)?;
                self.pre_visit_relation(name)
            }
            other => walk::visit(other, self),
        }
    }

    fn walk_all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Flow {
        exprs.into_iter().try_for_each(|expr| self.walk_expr(expr))
    }

    pub(super) fn walk_expr(&mut self, expr: &Expr) -> Flow {
        match expr {
            Expr::Function(function) => return self.walk_call(function, expr),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => return self.pre_visit_expr(expr),
            Expr::Value(_)
            | Expr::BinaryOp { .. }
            | Expr::UnaryOp { .. }
            | Expr::Nested(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsNotTrue(_)
            | Expr::InList { .. }
            | Expr::Case { .. }
            | Expr::Cast { .. }
            | Expr::Subquery(_) => self.pre_visit_expr(expr)?,
            other => return walk::visit(other, self),
        }
        match expr {
            Expr::Value(value) => self.pre_visit_value(value),
            Expr::BinaryOp { left, right, .. } => {
                self.walk_expr(left)?;
                self.walk_expr(right)
            }
            Expr::UnaryOp { expr, .. }
            | Expr::Nested(expr)
            | Expr::IsNull(expr)
            | Expr::IsNotNull(expr)
            | Expr::IsNotTrue(expr) => self.walk_expr(expr),
            Expr::InList { expr, list, .. } => {
                self.walk_expr(expr)?;
                self.walk_all(list)
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.walk_all(operand.as_deref())?;
                for CaseWhen { condition, result } in conditions {
                    self.walk_expr(condition)?;
                    self.walk_expr(result)?;
                }
                self.walk_all(else_result.as_deref())
            }
            Expr::Cast { expr, data_type, .. } => {
                self.walk_expr(expr)?;
                walk::visit(data_type, self)
            }
            Expr::Subquery(query) => self.walk_query(query),
            _ => GO_ON,
        }
    }

    fn walk_call(&mut self, function: &Function, expr: &Expr) -> Flow {
        let Function { args, over: None, filter: None, within_group, parameters: FunctionArguments::None, .. } =
            function
        else {
            return walk::visit(expr, self);
        };
        match args {
            FunctionArguments::List(FunctionArgumentList { args, clauses, .. })
                if within_group.is_empty() && clauses.is_empty() =>
            {
                self.pre_visit_expr(expr)?;
                args.iter().try_for_each(|arg| match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.walk_expr(expr),
                    other => walk::visit(other, self),
                })
            }
            _ => walk::visit(expr, self),
        }
    }
}
