//! Shapes of a SELECT: joins, grouping, items that give rows.

use lakeflow::ast::bare_query;
use sqlparser::ast::{
    ExceptSelectItem, Expr, GroupByExpr, GroupByWithModifier, Ident, JoinConstraint, JoinOperator, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins,
    WildcardAdditionalOptions,
};

use super::super::fault::QueryFault;
use super::super::{FILES_PREFIX, METADATA};
use super::build::{arguments, call, text};
use super::generators;

/// What must be seen before the parts of the SELECT are rewritten.
pub(super) fn before(select: &mut Select) -> Result<(), QueryFault> {
    let refused = [
        (select.top.is_some(), "TOP"),
        (select.into.is_some(), "SELECT INTO"),
        (select.prewhere.is_some(), "PREWHERE"),
        (!select.connect_by.is_empty(), "CONNECT BY"),
        (!select.sort_by.is_empty(), "SORT BY"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!select.cluster_by.is_empty(), "CLUSTER BY in a query"),
        (select.value_table_mode.is_some(), "SELECT AS VALUE"),
    ];
    if let Some((_, what)) = refused.iter().find(|(found, _)| *found) {
        return Err(QueryFault::refused(*what));
    }
    for from in &mut select.from {
        for join in &mut from.joins {
            standard_join(&mut join.join_operator);
        }
    }
    generators::in_from(select);
    generators::lateral_relations(select)?;
    for view in std::mem::take(&mut select.lateral_views) {
        generators::lateral_view(select, view)?;
    }
    Ok(())
}

fn standard_join(join: &mut JoinOperator) {
    let taken = std::mem::replace(join, JoinOperator::CrossJoin(JoinConstraint::None));
    *join = match taken {
        JoinOperator::Semi(constraint) => JoinOperator::LeftSemi(constraint),
        JoinOperator::Anti(constraint) => JoinOperator::LeftAnti(constraint),
        other => other,
    };
}

/// The columns of USING.
pub(super) fn using_columns(join: &mut JoinOperator) -> Option<&mut Vec<ObjectName>> {
    use JoinOperator as J;
    let constraint = match join {
        J::Join(c) | J::Inner(c) | J::Left(c) | J::LeftOuter(c) | J::Right(c) | J::RightOuter(c) => c,
        J::FullOuter(c) | J::Semi(c) | J::LeftSemi(c) | J::RightSemi(c) | J::Anti(c) | J::LeftAnti(c) => c,
        _ => return None,
    };
    match constraint {
        JoinConstraint::Using(columns) => Some(columns),
        _ => None,
    }
}

/// `SELECT [*,] value AS name, .. FROM table`, from trees.
pub fn select_over(table: ObjectName, all: bool, values: Vec<(Expr, String)>) -> Query {
    let star = all.then(|| wildcard(None));
    let projection = star.into_iter().chain(values.into_iter().map(|(value, name)| aliased(value, &name)));
    let relation = TableFactor::Table {
        name: table,
        alias: None,
        args: None,
        with_hints: vec![],
        version: None,
        with_ordinality: false,
        partitions: vec![],
        json_path: None,
        sample: None,
        index_hints: vec![],
    };
    select_from(vec![TableWithJoins { relation, joins: vec![] }], projection.collect())
}

/// `(condition) IS TRUE`.
pub fn is_true(condition: &Expr) -> Expr {
    Expr::IsTrue(Box::new(Expr::Nested(Box::new(condition.clone()))))
}

pub(super) fn aliased(expr: Expr, alias: &str) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', alias) }
}

pub(super) fn wildcard(except: Option<&str>) -> SelectItem {
    let except = except.map(|name| ExceptSelectItem { first_element: Ident::new(name), additional_elements: vec![] });
    SelectItem::Wildcard(WildcardAdditionalOptions { opt_except: except, ..WildcardAdditionalOptions::default() })
}

pub(super) fn wrap(from: Vec<TableWithJoins>, projection: Vec<SelectItem>, alias: &Ident) -> TableWithJoins {
    let alias = TableAlias { explicit: true, name: alias.clone(), columns: vec![], at: None };
    let subquery = Box::new(select_from(from, projection));
    TableWithJoins {
        relation: TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None },
        joins: vec![],
    }
}

fn select_from(from: Vec<TableWithJoins>, projection: Vec<SelectItem>) -> Query {
    let select = Select {
        select_token: sqlparser::ast::helpers::attached_token::AttachedToken::empty(),
        optimizer_hints: vec![],
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection,
        exclude: None,
        into: None,
        from,
        lateral_views: vec![],
        prewhere: None,
        selection: None,
        connect_by: vec![],
        group_by: GroupByExpr::Expressions(vec![], vec![]),
        cluster_by: vec![],
        distribute_by: vec![],
        sort_by: vec![],
        having: None,
        named_window: vec![],
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: sqlparser::ast::SelectFlavor::Standard,
    };
    bare_query(SetExpr::Select(Box::new(select)))
}

/// What needs the rewritten parts: generators in the list of items, WITH ROLLUP, `grouping_id()`.
pub(super) fn after(select: &mut Select) -> Result<(), QueryFault> {
    hide_metadata(select);
    for item in &mut select.projection {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { continue };
        let Expr::Function(function) = expr else { continue };
        let name = function.name.to_string().to_lowercase();
        let args = arguments(function).unwrap_or_default();
        match (name.as_str(), args.as_slice()) {
            ("explode", [array]) => *expr = call("unnest", vec![array.clone()]),
            ("explode_outer", [array]) => *expr = call("unnest", vec![call("__or_null", vec![array.clone()])]),
            _ => {}
        }
    }
    group_modifiers(select)
}

/// `*` does not give the column that describes a row's file.
fn hide_metadata(select: &mut Select) {
    let reads_files = select.from.iter().any(|from| {
        matches!(&from.relation, TableFactor::Table { name, .. } if
            name.0.last().and_then(ObjectNamePart::as_ident).is_some_and(|i| i.value.starts_with(FILES_PREFIX)))
    });
    if !reads_files {
        return;
    }
    for item in &mut select.projection {
        let SelectItem::Wildcard(options) = item else { continue };
        let metadata = Ident::with_quote('"', METADATA);
        match &mut options.opt_except {
            Some(except) => except.additional_elements.push(metadata),
            None => {
                options.opt_except = Some(ExceptSelectItem { first_element: metadata, additional_elements: vec![] });
            }
        }
    }
}

fn group_modifiers(select: &mut Select) -> Result<(), QueryFault> {
    let GroupByExpr::Expressions(items, modifiers) = &mut select.group_by else { return Ok(()) };
    let tuples = || items.iter().map(|item| vec![item.clone()]).collect::<Vec<_>>();
    let rewritten = match modifiers.as_slice() {
        [] => None,
        [GroupByWithModifier::Rollup] => Some(Expr::Rollup(tuples())),
        [GroupByWithModifier::Cube] => Some(Expr::Cube(tuples())),
        _ => return Err(QueryFault::refused("a modifier of GROUP BY")),
    };
    if let Some(rewritten) = rewritten {
        *items = vec![rewritten];
        modifiers.clear();
    }
    let grouped: Vec<Expr> = match items.as_slice() {
        [Expr::Rollup(sets) | Expr::Cube(sets)] => sets.iter().flatten().cloned().collect(),
        _ => vec![],
    };
    for item in &mut select.projection {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { continue };
        if let Expr::Function(function) = expr
            && function.name.to_string().eq_ignore_ascii_case("grouping_id")
        {
            let args = arguments(function).filter(|args| !args.is_empty()).unwrap_or_else(|| grouped.clone());
            *expr = call("__cast", vec![call("grouping", args), text("BIGINT")]);
        }
    }
    Ok(())
}
