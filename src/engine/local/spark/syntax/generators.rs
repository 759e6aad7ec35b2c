//! Functions that give several rows or columns: LATERAL VIEW, `LATERAL f(x) AS a(b)`, and such a call in the list of items.
//!
//! What gives rows is an array of structs that is unfolded; what gives columns alone is one expression for each.

use std::ops::ControlFlow;

use lakeflow::ast::call_of;
use lakeflow::is_same_name;
use lakeflow::walk;
use sqlparser::ast::{
    ExceptSelectItem, Expr, Function, FunctionArguments, GroupByExpr, Ident, LateralView, ObjectName, ObjectNamePart,
    Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, Value, ValueWithSpan, VisitMut, VisitorMut,
};

use super::super::fault::QueryFault;
use super::super::functions::BETWEEN_NAMES;
use super::build::{arguments, call, column, text};
use super::fields::all_fields;
use super::selects::{aliased, wildcard, wrap};

/// The column that holds an unfolded struct.
const GENERATED: &str = "__generated";

/// What a call is made of.
enum GeneratorParts {
    /// An array whose elements are the values of one column.
    Elements(Expr),
    /// An array of structs, and the columns out of [`GENERATED`].
    Rows(Expr, Vec<Expr>),
    /// An array of structs, of which all fields are columns.
    Fields(Expr),
    /// Columns of the row itself.
    Columns(Vec<Expr>),
}

/// Whether a call is an `explode`, which gives one column of an array and two of a map.
pub(super) fn is_explode(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(function) if SINGLE.contains(&name_of(function).as_str()))
}

/// Whether a call stands for several columns.
pub(super) fn gives_several(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => SEVERAL.contains(&name_of(function).as_str()),
        _ => false,
    }
}

/// Functions of rows of one column, or of two for a map.
const SINGLE: [&str; 2] = ["explode", "explode_outer"];

/// Functions of several columns.
const SEVERAL: [&str; 6] = ["inline", "inline_outer", "json_tuple", "posexplode", "posexplode_outer", "stack"];

fn name_of(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}

/// A call and the names of its columns, of which some may be given.
fn made(name: &str, args: &[Expr], names: &mut Vec<String>, outer: bool) -> Result<GeneratorParts, QueryFault> {
    let outer = outer || name.ends_with("_outer");
    let or_null = |array: Expr| if outer { call("__or_null", vec![array]) } else { array };
    let made = match (name, args) {
        ("explode" | "explode_outer", [value]) => exploded(value, names.len(), or_null),
        ("posexplode" | "posexplode_outer", [value]) => positioned(value, names.len(), or_null),
        ("inline" | "inline_outer", [array]) => {
            if names.is_empty() {
                return Ok(GeneratorParts::Fields(or_null(array.clone())));
            }
            let of = |number: usize| text(number.to_string());
            let nth = |i: usize| call("__nth_field", vec![column(GENERATED), of(i), of(names.len())]);
            GeneratorParts::Rows(or_null(array.clone()), (0..names.len()).map(nth).collect())
        }
        ("stack", [Expr::Value(ValueWithSpan { value: Value::Number(rows, _), .. }), values @ ..]) => {
            let rows = rows.parse::<usize>().ok().filter(|rows| *rows > 0 && *rows <= 1000);
            let Some(rows) = rows.filter(|_| !values.is_empty()) else {
                return Err(QueryFault::refused("`stack` of so many rows"));
            };
            let width = values.len().div_ceil(rows);
            name_if_none(names, (0..width).map(|i| format!("col{i}")));
            let of_column = |i: usize| {
                let value = |row: usize| values.get(row * width + i).cloned();
                call("__stacked", (0..rows).map(|row| value(row).unwrap_or(Expr::value(Value::Null))).collect())
            };
            let fields: Vec<String> = (0..width).map(|i| i.to_string()).collect();
            let zipped =
                std::iter::once(text(fields.join(&BETWEEN_NAMES.to_string()))).chain((0..width).map(of_column));
            GeneratorParts::Rows(call("__zipped", zipped.collect()), fields.iter().map(|name| field(name)).collect())
        }
        ("json_tuple", [json, fields @ ..]) if !fields.is_empty() => {
            name_if_none(names, (0..fields.len()).map(|i| format!("c{i}")));
            let of = |field: &Expr| call("__json_field", vec![json.clone(), field.clone()]);
            GeneratorParts::Columns(fields.iter().map(of).collect())
        }
        ("stack", _) => return Err(QueryFault::refused("`stack` of a number of rows that is not a literal")),
        _ => return Err(QueryFault::refused(format!("LATERAL VIEW of `{name}`"))),
    };
    let count = match &made {
        GeneratorParts::Elements(_) | GeneratorParts::Fields(_) => 1,
        GeneratorParts::Rows(_, columns) | GeneratorParts::Columns(columns) => columns.len(),
    };
    if names.len() != count && !matches!(made, GeneratorParts::Fields(_)) {
        return Err(QueryFault::failed(format!("`{name}` gives {count} columns and is given {} names", names.len())));
    }
    Ok(made)
}

/// A field of an unfolded struct.
fn field(name: &str) -> Expr {
    call("__field", vec![column(GENERATED), text(name)])
}

/// `explode`: an array gives one column, and a map two. Without names, the type tells which there are.
fn exploded(value: &Expr, names: usize, or_null: impl Fn(Expr) -> Expr) -> GeneratorParts {
    match names {
        0 => GeneratorParts::Fields(or_null(call("__exploded", vec![value.clone()]))),
        2 => GeneratorParts::Rows(or_null(call("__pairs", vec![value.clone()])), vec![field("key"), field("value")]),
        _ => GeneratorParts::Elements(or_null(value.clone())),
    }
}

/// `posexplode`: as [`exploded`], behind the position.
fn positioned(value: &Expr, names: usize, or_null: impl Fn(Expr) -> Expr) -> GeneratorParts {
    let array = or_null(call("__with_position", vec![value.clone()]));
    match names {
        0 => GeneratorParts::Fields(array),
        3 => GeneratorParts::Rows(array, ["pos", "key", "value"].map(field).to_vec()),
        _ => GeneratorParts::Rows(array, ["pos", "col"].map(field).to_vec()),
    }
}

fn name_if_none(names: &mut Vec<String>, by_default: impl IntoIterator<Item = String>) {
    if names.is_empty() {
        names.extend(by_default);
    }
}

/// `FROM explode(x) AS t(a)` is `FROM (SELECT explode(x) AS a) AS t`.
pub(super) fn in_from(select: &mut Select) {
    for from in &mut select.from {
        std::iter::once(&mut from.relation)
            .chain(from.joins.iter_mut().map(|join| &mut join.relation))
            .for_each(called);
    }
}

fn called(factor: &mut TableFactor) {
    let TableFactor::Table { name, args: Some(args), alias, .. } = factor else { return };
    let mut function = call_of(&name.to_string(), []);
    let is_generator = SINGLE.contains(&name_of(&function).as_str()) || SEVERAL.contains(&name_of(&function).as_str());
    let FunctionArguments::List(list) = &mut function.args else { return };
    if !is_generator || args.settings.is_some() {
        return;
    }
    list.args = std::mem::take(&mut args.args);
    let expr = Expr::Function(function);
    let mut names: Vec<Ident> =
        alias.iter_mut().flat_map(|alias| std::mem::take(&mut alias.columns)).map(|column| column.name).collect();
    let item = match names.len() {
        0 => SelectItem::UnnamedExpr(expr),
        1 => SelectItem::ExprWithAlias { expr, alias: names.remove(0) },
        _ => SelectItem::ExprWithAliases { expr, aliases: names },
    };
    let alias = alias.as_ref().map_or_else(|| Ident::new("__relation"), |alias| alias.name.clone());
    *factor = wrap(vec![], vec![item], &alias).relation;
}

/// `FROM t LATERAL VIEW explode(x) v ORDER BY v.col` orders by a column of the wrapped relation, and so does
/// `FROM t, LATERAL explode(x) AS v(col) ORDER BY v.col`.
pub(super) fn unqualify_order(query: &mut Query) -> Result<(), QueryFault> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Ok(()) };
    let called = select.from.iter().filter_map(|from| match &from.relation {
        TableFactor::Function { lateral: true, alias: Some(alias), .. } => Some(alias.name.value.to_lowercase()),
        _ => None,
    });
    let views: Vec<String> = select.lateral_views.iter().map(view_name).chain(called).collect();
    let Some(order) = &mut query.order_by else { return Ok(()) };
    views.iter().try_for_each(|view| unqualify(order, view))
}

fn view_name(view: &LateralView) -> String {
    view.lateral_view_name.to_string().to_lowercase().replace(['`', '"'], "")
}

/// `FROM t, LATERAL explode(x) AS a(b)` is `FROM t LATERAL VIEW explode(x) a AS b`.
pub(super) fn lateral_relations(select: &mut Select) -> Result<(), QueryFault> {
    let mut kept = vec![];
    for from in std::mem::take(&mut select.from) {
        match from.relation {
            TableFactor::Function { lateral: true, name, args, alias: Some(alias), .. } if from.joins.is_empty() => {
                let mut generator = call_of("", []);
                generator.name = name;
                if let FunctionArguments::List(list) = &mut generator.args {
                    list.args = args;
                }
                select.lateral_views.push(LateralView {
                    lateral_view: Expr::Function(generator),
                    lateral_view_name: ObjectName::from(vec![alias.name]),
                    lateral_col_alias: alias.columns.into_iter().map(|c| c.name).collect(),
                    outer: false,
                });
            }
            TableFactor::Function { .. } => return Err(QueryFault::refused("a table function in FROM")),
            relation => kept.push(TableWithJoins { relation, joins: from.joins }),
        }
    }
    select.from = kept;
    Ok(())
}

/// Wraps the one relation of FROM: `(SELECT *, unnest(x) AS c FROM t) t`.
pub(super) fn lateral_view(select: &mut Select, view: LateralView) -> Result<(), QueryFault> {
    let Expr::Function(generator) = &view.lateral_view else {
        return Err(QueryFault::refused("LATERAL VIEW of anything but a function"));
    };
    let name = name_of(generator);
    let args = arguments(generator).unwrap_or_default();
    let mut names: Vec<String> = view.lateral_col_alias.iter().map(|i| i.value.to_lowercase()).collect();
    let made = made(&name, &args, &mut names, view.outer)?;
    let alias = single_alias(select)?;
    let from = std::mem::take(&mut select.from);
    // A SELECT without FROM has no columns but those made here.
    let is_bare = from.is_empty();
    let others = |except: Option<&str>| (!is_bare).then(|| wildcard(except)).into_iter();
    let named = |columns: Vec<Expr>| columns.into_iter().zip(&names).map(|(value, name)| aliased(value, name));
    let wrapped = match made {
        GeneratorParts::Elements(array) => {
            let name = names.first().map_or("col", String::as_str);
            wrap(from, others(None).chain([aliased(call("unnest", vec![array]), name)]).collect(), &alias)
        }
        GeneratorParts::Rows(array, columns) => {
            let unfolded = aliased(call("unnest", vec![array]), GENERATED);
            let unfolded = wrap(from, others(None).chain([unfolded]).collect(), &alias);
            wrap(vec![unfolded], others(Some(GENERATED)).chain(named(columns)).collect(), &alias)
        }
        GeneratorParts::Fields(array) => {
            let unfolded = aliased(call("unnest", vec![array]), GENERATED);
            let unfolded = wrap(from, others(None).chain([unfolded]).collect(), &alias);
            wrap(vec![unfolded], others(Some(GENERATED)).chain([all_fields(GENERATED)]).collect(), &alias)
        }
        GeneratorParts::Columns(columns) => wrap(from, others(None).chain(named(columns)).collect(), &alias),
    };
    select.from = vec![wrapped];
    unqualify(select, &view_name(&view))
}

/// `SELECT k, stack(..) AS (a, b) FROM t` is `SELECT k, x AS a, y AS b FROM t LATERAL VIEW stack(..) v AS x, y`.
pub(super) fn in_items(select: &mut Select) -> Result<(), QueryFault> {
    let (mut items, mut all_hidden) = (vec![], vec![]);
    let is_grouped = !matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    for (place, item) in std::mem::take(&mut select.projection).into_iter().enumerate() {
        let (expr, mut names) = match item {
            SelectItem::UnnamedExpr(expr) if gives_several(&expr) || !is_grouped && is_explode(&expr) => (expr, vec![]),
            SelectItem::ExprWithAlias { expr, alias } if gives_several(&expr) => {
                (expr, vec![alias.value.to_lowercase()])
            }
            SelectItem::ExprWithAliases { expr, aliases } if gives_several(&expr) || is_explode(&expr) => {
                (expr, aliases.into_iter().map(|alias| alias.value.to_lowercase()).collect())
            }
            other => {
                items.push(other);
                continue;
            }
        };
        let Expr::Function(function) = &expr else { continue };
        let arguments = arguments(function).unwrap_or_default();
        let made = made(&name_of(function), &arguments, &mut names, false)?;
        // What has fields in place of names is unfolded as one column.
        let fields = match &made {
            GeneratorParts::Fields(array) => Some(call("explode", vec![array.clone()])),
            _ => None,
        };
        let columns = match made {
            GeneratorParts::Columns(columns) => columns,
            GeneratorParts::Elements(_) | GeneratorParts::Rows(..) | GeneratorParts::Fields(_) => {
                let width = if fields.is_some() { 1 } else { names.len() };
                let hidden: Vec<String> = (0..width).map(|i| format!("__generated_{place}_{i}")).collect();
                if is_grouped {
                    return Err(QueryFault::refused(format!("`{}` together with GROUP BY", name_of(function))));
                }
                all_hidden.extend(hidden.iter().cloned());
                select.lateral_views.push(LateralView {
                    lateral_view: fields.clone().unwrap_or_else(|| expr.clone()),
                    lateral_view_name: ObjectName::from(vec![Ident::new("__items")]),
                    lateral_col_alias: hidden.iter().map(Ident::new).collect(),
                    outer: false,
                });
                if let (Some(_), [column]) = (&fields, hidden.as_slice()) {
                    items.push(all_fields(column));
                    continue;
                }
                hidden.into_iter().map(column).collect()
            }
        };
        items.extend(columns.into_iter().zip(&names).map(|(value, name)| aliased(value, name)));
    }
    select.projection = items;
    hide(select, &all_hidden);
    Ok(())
}

/// Leaves columns out of what wildcards give.
fn hide(select: &mut Select, columns: &[String]) {
    for item in &mut select.projection {
        let (SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options)) = item else { continue };
        for column in columns {
            let column = Ident::with_quote('"', column);
            match &mut options.opt_except {
                Some(except) => except.additional_elements.push(column),
                None => {
                    options.opt_except = Some(ExceptSelectItem { first_element: column, additional_elements: vec![] });
                }
            }
        }
    }
}

fn single_alias(select: &Select) -> Result<Ident, QueryFault> {
    let refused = || QueryFault::refused("a generator over several relations");
    let [TableWithJoins { relation, joins }] = select.from.as_slice() else {
        return if select.from.is_empty() { Ok(Ident::new("__relation")) } else { Err(refused()) };
    };
    if !joins.is_empty() {
        return Err(refused());
    }
    let alias = match relation {
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            Some(alias.name.clone())
        }
        TableFactor::Table { name, .. } => name.0.last().and_then(ObjectNamePart::as_ident).cloned(),
        _ => None,
    };
    Ok(alias.unwrap_or_else(|| Ident::new("__relation")))
}

/// Drops the qualifier `view` from columns: they are columns of the wrapped relation now.
fn unqualify(node: &mut impl VisitMut, view: &str) -> Result<(), QueryFault> {
    struct Unqualify<'a>(&'a str);
    impl VisitorMut for Unqualify<'_> {
        type Break = QueryFault;
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryFault> {
            if let Expr::CompoundIdentifier(parts) = expr
                && let [qualifier, name] = parts.as_slice()
                && is_same_name(&qualifier.value, self.0)
            {
                *expr = Expr::Identifier(name.clone());
            }
            ControlFlow::Continue(())
        }
    }
    match walk::visit_mut(node, &mut Unqualify(view)) {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(()),
    }
}
