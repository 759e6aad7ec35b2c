//! Which column of a query fails on the rows, and for what values: asked after a failure, one column at a time.
//!
//! An engine says that a value cannot be cast; a person wants to know which measure it was, from where to where its values
//! go, and what the declared type holds.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use lakeflow::ast::StatementKind;
use lakeflow::{expr_text, is_same_name};
use sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr};

use super::spark::{QueryFault, Relations, Session, texts_of};
use super::table::Table;

/// The column in which a query fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    /// Name of the column of the result.
    pub column: String,
    /// From where to where its numbers go, and the type that they do not fit; `None` where that is not the reason. Whoever
    /// shows it has to know that no row can be told from it.
    pub values: Option<String>,
}

/// The first column of a query that fails alone.
pub async fn find(session: &Session, query: &Query, relations: &mut dyn Relations) -> Option<Culprit> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    for item in &select.projection {
        let name = match item {
            SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
            SelectItem::UnnamedExpr(Expr::Identifier(ident)) => ident.value.clone(),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last()?.value.clone(),
            _ => continue,
        };
        let alone = with_item(query, item.clone());
        if matches!(session.query(&alone, relations).await, Err(QueryFault::Failed(_))) {
            let values = values(session, query, &name, relations).await;
            return Some(Culprit { column: name, values });
        }
    }
    None
}

fn with_item(query: &Query, item: SelectItem) -> Query {
    let mut query = query.clone();
    query.order_by = None;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = vec![item];
    }
    query
}

/// The range of what is cast under a name, in the query itself or in the one common table expression that computes it.
async fn values(session: &Session, query: &Query, name: &str, relations: &mut dyn Relations) -> Option<String> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let own = select.projection.iter().find_map(|item| cast_under(item, name));
    let (ty, query) = match own {
        Some((inner, ty)) => (ty, with_item(query, aliased(inner))),
        None => {
            let ctes = query.with.as_ref().map(|with| with.cte_tables.as_slice()).unwrap_or_default();
            ctes.iter().find_map(|cte| {
                let SetExpr::Select(select) = cte.query.body.as_ref() else { return None };
                let (inner, ty) = select.projection.iter().find_map(|item| cast_under(item, name))?;
                let mut inner_query = with_item(&cte.query, aliased(inner));
                inner_query.with.clone_from(&query.with);
                Some((ty, inner_query))
            })?
        }
    };
    let (schema, batches) = session.query(&query, relations).await.ok()?;
    let column = datafusion::arrow::compute::concat_batches(&schema, &batches).ok()?;
    let (least, most) = range(column.columns().first()?)?;
    Some(format!("its values go from {least} to {most}, and {ty} {}", holds(&ty)))
}

fn aliased(expr: Expr) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: Ident::new("value") }
}

/// What a column of this name casts, and to what type.
fn cast_under(item: &SelectItem, name: &str) -> Option<(Expr, String)> {
    let SelectItem::ExprWithAlias { expr, alias } = item else { return None };
    if !is_same_name(&alias.value, name) {
        return None;
    }
    match expr {
        Expr::Cast { expr, data_type, .. } => Some((expr.as_ref().clone(), data_type.to_string())),
        _ => None,
    }
}

/// The least and the greatest number of a column.
fn range(column: &ArrayRef) -> Option<(String, String)> {
    if !column.data_type().is_numeric() {
        return None;
    }
    let texts = texts_of(column).ok()?;
    let floats = datafusion::arrow::compute::cast(column, &DataType::Float64).ok()?;
    let floats = datafusion::arrow::array::AsArray::as_primitive::<datafusion::arrow::datatypes::Float64Type>(&floats);
    let known = || (0..floats.len()).filter(|row| floats.is_valid(*row));
    let by_value = |a: &usize, b: &usize| floats.value(*a).total_cmp(&floats.value(*b));
    let (least, most) = (known().min_by(by_value)?, known().max_by(by_value)?);
    Some((texts.value(least).to_owned(), texts.value(most).to_owned()))
}

/// What a type of numbers holds, in words.
fn holds(ty: &str) -> String {
    let flat = ty.to_uppercase().replace(' ', "");
    let decimal = flat.strip_prefix("DECIMAL(").and_then(|rest| rest.strip_suffix(')')).and_then(|inner| {
        let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
        Some((precision.parse::<usize>().ok()?, scale.parse::<usize>().ok()?))
    });
    match (decimal, flat.as_str()) {
        (Some((precision, scale)), _) if scale <= precision => {
            let whole = "9".repeat(precision - scale);
            let whole = if whole.is_empty() { "0" } else { &whole };
            let fraction = if scale > 0 { format!(".{}", "9".repeat(scale)) } else { String::new() };
            format!("ends at {whole}{fraction}: declare a wider type")
        }
        (_, "INT") => "ends at 2147483647: declare a wider type".to_owned(),
        (_, "BIGINT") => "ends at 9223372036854775807: declare a wider type".to_owned(),
        _ => "does not hold them all".to_owned(),
    }
}

/// The figures of the first row that does not meet an expectation, of a dataset that is about data alone: rows of others may
/// be about persons.
pub fn figures(statement: &StatementKind, table: &Table, row: usize, predicate: &Expr) -> Option<String> {
    let declared = lakeflow::check::table_of(statement)?;
    let monitors = declared.properties.iter().any(|p| p.key == "quality" && p.value == "monitoring");
    if !monitors {
        return None;
    }
    let words = expr_text(predicate);
    let is_named =
        |name: &str| words.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| is_same_name(word, name));
    let schema = table.batch.schema();
    let columns = schema.fields().iter().zip(table.batch.columns()).enumerate();
    let figure =
        |(place, (field, column)): (usize, (&std::sync::Arc<datafusion::arrow::datatypes::Field>, &ArrayRef))| {
            let texts = texts_of(column).ok()?;
            let shown = if texts.is_null(row) { "NULL" } else { texts.value(row) };
            (place == 0 || is_named(field.name())).then(|| format!("{} = {shown}", field.name()))
        };
    Some(columns.filter_map(figure).collect::<Vec<_>>().join(", "))
}
