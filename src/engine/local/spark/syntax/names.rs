//! Names: lower case throughout, one part for tables, and the name that Spark would show for an unnamed column.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, NamedWindowExpr, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableAlias, TableFactor,
    WildcardAdditionalOptions,
};

use super::super::fault::QueryFault;
use super::super::functions::BETWEEN_NAMES;
use super::Relations;
use super::build::{arguments, call, text};
use super::fields::ALL_FIELDS;
use super::generators::{gives_several, is_explode};

/// The identifier in lower case, quoted so that no later stage touches it.
pub(super) fn lowered(ident: Ident) -> Ident {
    Ident { value: ident.value.to_lowercase(), quote_style: Some('"'), span: ident.span }
}

fn lower(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
    ident.quote_style = Some('"');
}

fn lower_alias(alias: &mut TableAlias) {
    lower(&mut alias.name);
    alias.columns.iter_mut().for_each(|column| lower(&mut column.name));
}

/// Lower-cases the names of common table expressions, and gives them.
pub(super) fn lower_query(query: &mut Query) -> Vec<String> {
    let mut names = vec![];
    for cte in query.with.iter_mut().flat_map(|with| with.cte_tables.iter_mut()) {
        lower_alias(&mut cte.alias);
        names.push(cte.alias.name.value.clone());
    }
    names
}

/// Lower-cases all that a SELECT names outside of expressions.
pub(super) fn lower_select(select: &mut Select) -> Result<(), QueryFault> {
    for item in &mut select.projection {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => lower(alias),
            SelectItem::Wildcard(options) => lower_options(options)?,
            SelectItem::QualifiedWildcard(kind, options) => {
                if let SelectItemQualifiedWildcardKind::ObjectName(name) = kind {
                    lower_object(name);
                }
                lower_options(options)?;
            }
            SelectItem::UnnamedExpr(_) => {}
            SelectItem::ExprWithAliases { .. } => return Err(QueryFault::refused("several aliases of one expression")),
        }
    }
    for window in &mut select.named_window {
        lower(&mut window.0);
        if let NamedWindowExpr::NamedWindow(_) = &window.1 {
            return Err(QueryFault::refused("a window that is defined as another one"));
        }
    }
    for view in &mut select.lateral_views {
        lower_object(&mut view.lateral_view_name);
        view.lateral_col_alias.iter_mut().for_each(lower);
    }
    for join in select.from.iter_mut().flat_map(|from| from.joins.iter_mut()) {
        if let Some(columns) = super::selects::using_columns(&mut join.join_operator) {
            columns.iter_mut().for_each(lower_object);
        }
    }
    Ok(())
}

fn lower_object(name: &mut ObjectName) {
    for part in &mut name.0 {
        if let ObjectNamePart::Identifier(ident) = part {
            lower(ident);
        }
    }
}

fn lower_options(options: &mut WildcardAdditionalOptions) -> Result<(), QueryFault> {
    if let Some(except) = &mut options.opt_except {
        lower(&mut except.first_element);
        except.additional_elements.iter_mut().for_each(lower);
    }
    let others = [
        options.opt_ilike.is_some(),
        options.opt_exclude.is_some(),
        options.opt_replace.is_some(),
        options.opt_rename.is_some(),
        options.opt_alias.is_some(),
    ];
    if others.contains(&true) { Err(QueryFault::refused("`*` with anything but EXCEPT")) } else { Ok(()) }
}

/// Resolves a table, `STREAM(table)` or a table function to a name of the session.
pub(super) fn relation(
    factor: &mut TableFactor,
    relations: &mut dyn Relations,
    scopes: &[Vec<String>],
) -> Result<(), QueryFault> {
    match factor {
        TableFactor::Derived { alias, .. }
        | TableFactor::NestedJoin { alias, .. }
        | TableFactor::Function { alias, .. } => {
            alias.iter_mut().for_each(lower_alias);
            return Ok(());
        }
        TableFactor::Table { .. } => {}
        TableFactor::Pivot { .. } => return Err(QueryFault::refused("PIVOT")),
        TableFactor::Unpivot { .. } => return Err(QueryFault::refused("UNPIVOT")),
        other => return Err(QueryFault::refused(format!("the relation `{other}`"))),
    }
    unwrap_stream(factor)?;
    if let Some(name) = relations.function(factor)? {
        set_table(factor, &name);
        return Ok(());
    }
    let TableFactor::Table { name, alias, args, version, with_ordinality, sample, .. } = factor else { return Ok(()) };
    if version.is_some() || sample.is_some() || *with_ordinality {
        return Err(QueryFault::refused("a table at a version or sampled"));
    }
    if args.is_some() {
        let function = name.to_string().to_lowercase();
        return Err(QueryFault::refused(format!("the table function `{function}`")));
    }
    let resolved = match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] if scopes.iter().flatten().any(|n| *n == ident.value.to_lowercase()) => {
            ident.value.to_lowercase()
        }
        _ => relations.table(name)?,
    };
    // The written name stays usable as a qualifier: its last part is the name that columns are qualified by.
    let last = name.0.last().and_then(ObjectNamePart::as_ident).map(|i| i.value.to_lowercase()).unwrap_or_default();
    if alias.is_none() && last != resolved {
        *alias = Some(TableAlias { explicit: true, name: Ident::with_quote('"', last), columns: vec![], at: None });
    }
    *name = ObjectName::from(vec![Ident::with_quote('"', resolved)]);
    alias.iter_mut().for_each(lower_alias);
    Ok(())
}

fn set_table(factor: &mut TableFactor, table: &str) {
    if let TableFactor::Table { name, args, alias, .. } = factor {
        *name = ObjectName::from(vec![Ident::with_quote('"', table)]);
        *args = None;
        alias.iter_mut().for_each(lower_alias);
    }
}

/// `STREAM(x)` reads what `x` reads: a batch computes everything.
fn unwrap_stream(factor: &mut TableFactor) -> Result<(), QueryFault> {
    let TableFactor::Table { name, args, .. } = factor else { return Ok(()) };
    if args.is_none() || !name.to_string().eq_ignore_ascii_case("stream") {
        return Ok(());
    }
    let inner = match args.as_ref().map(|a| a.args.as_slice()) {
        Some([FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))]) => inner.clone(),
        _ => return Err(QueryFault::refused("STREAM of anything but one relation")),
    };
    *args = None;
    match inner {
        Expr::Identifier(ident) => *name = ObjectName::from(vec![ident]),
        Expr::CompoundIdentifier(parts) => *name = ObjectName::from(parts),
        Expr::Function(Function { name: function, args: FunctionArguments::List(list), .. }) => {
            *name = function;
            *args = Some(sqlparser::ast::TableFunctionArgs { args: list.args, settings: None });
        }
        other => return Err(QueryFault::refused(format!("STREAM of `{other}`"))),
    }
    Ok(())
}

/// What is written in a `struct` names its field in the letters of the query, before names are lowered.
pub(super) fn keep_in_fields(expr: &mut Expr) {
    match expr {
        Expr::Struct { values, fields } if fields.is_empty() => {
            for value in values.iter_mut().filter(|value| !matches!(value, Expr::Named { .. })) {
                let Some(name) = written(value) else { continue };
                let own = std::mem::replace(value, Expr::value(sqlparser::ast::Value::Null));
                *value = Expr::Named { expr: Box::new(own), name: Ident::with_quote('"', name) };
            }
        }
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("arrays_zip") => {
            let Some(args) = arguments(function).filter(|args| !args.is_empty()) else { return };
            // What has no name bears its position.
            let names = args.iter().enumerate().map(|(place, arg)| written(arg).unwrap_or_else(|| place.to_string()));
            let names = text(names.collect::<Vec<_>>().join(&BETWEEN_NAMES.to_string()));
            *expr = call("__zipped", std::iter::once(names).chain(args).collect());
        }
        _ => {}
    }
}

/// The name of a column or of a field that is taken.
fn written(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => Some(ident.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|ident| ident.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(field))) => Some(field.value.clone()),
            _ => None,
        },
        Expr::Nested(inner) => written(inner),
        _ => None,
    }
}

/// Gives every unnamed expression the name that Spark derives from its text.
pub(super) fn name_items(select: &mut Select) {
    for item in &mut select.projection {
        let SelectItem::UnnamedExpr(expr) = item else { continue };
        let Some(name) = spark_name(expr) else { continue };
        let expr = std::mem::replace(expr, Expr::value(sqlparser::ast::Value::Null));
        *item = SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', name) };
    }
}

/// `None` for a column, which keeps its own name, and for functions that give several columns.
fn spark_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => None,
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(field))) => Some(field.value.clone()),
            _ => Some(expr.to_string()),
        },
        Expr::Nested(inner) => spark_name(inner),
        Expr::Function(function) => match function.name.to_string().to_lowercase().as_str() {
            "explode" | "explode_outer" => Some("col".to_owned()),
            ALL_FIELDS => None,
            _ if gives_several(expr) => None,
            "count" if function.to_string().to_lowercase() == "count(*)" => Some("count(1)".to_owned()),
            _ => Some(expr.to_string()),
        },
        _ => Some(expr.to_string()),
    }
}

/// The names of a result's columns as its outermost SELECT writes them, from both ends towards a wildcard.
#[derive(Debug, Default)]
pub(in super::super) struct Written {
    left: Vec<Option<String>>,
    right: Vec<Option<String>>,
}

impl Written {
    /// The name at a position of `width` columns; `None` where it comes from below.
    pub fn of(&self, position: usize, width: usize) -> Option<String> {
        match self.left.get(position) {
            Some(name) => name.clone(),
            None => self.right.get(width.checked_sub(position + 1)?).cloned().flatten(),
        }
    }
}

/// Finds the names that the outermost SELECT of a query writes.
pub(in super::super) fn display_names(query: &Query) -> Written {
    let mut body = query.body.as_ref();
    let select = loop {
        match body {
            SetExpr::Select(select) => break select,
            SetExpr::Query(inner) => body = inner.body.as_ref(),
            SetExpr::SetOperation { left, .. } => body = left.as_ref(),
            _ => return Written::default(),
        }
    };
    let named = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(Some(ident.value.clone())),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => Some(parts.last().map(|i| i.value.clone())),
        SelectItem::UnnamedExpr(expr) if gives_several(expr) || is_explode(expr) => None,
        SelectItem::ExprWithAlias { expr, .. } if gives_several(expr) => None,
        SelectItem::UnnamedExpr(expr) => Some(spark_name(expr)),
        SelectItem::ExprWithAlias { alias, .. } => Some(Some(alias.value.clone())),
        // A wildcard's width is not known here.
        _ => None,
    };
    let left: Vec<_> = select.projection.iter().map_while(named).collect();
    let right = if left.len() == select.projection.len() {
        vec![]
    } else {
        select.projection.iter().rev().map_while(named).collect()
    };
    Written { left, right }
}
