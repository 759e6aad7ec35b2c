//! How one table is read over REST: a statement with parameters, one page at a time.
//!
//! A page starts after the key of the last row of the previous page (keyset pagination), not at an offset: if a row is
//! added or removed between two pages, no other row appears twice or is missed. A table whose rows can't be identified
//! by columns is not read this way.

use askama::Template;
use lakeflow::types::DataType;

use super::parameter::ParameterNames;
use crate::model::{Dimension, Metric, MetricTable, Project, Time};
use crate::plan::serving::row_keys;
use crate::render::text::Ident;

/// A statement over a table.
#[derive(Debug, Clone)]
pub struct TableReading {
    /// Name of the table.
    pub table: String,
    /// What it tells.
    pub description: String,
    /// What a row holds.
    pub columns: Vec<ResultColumn>,
    /// What the statement is given, the place of a page and its size last.
    pub parameters: Vec<StatementParameter>,
    /// One `SELECT`, with parameters as `:name`, without `;`.
    pub statement: String,
}

/// A column of the result.
#[derive(Debug, Clone)]
pub struct ResultColumn {
    /// The column, as clients spell it.
    pub name: String,
    /// Type as inferred from the spec.
    pub ty: DataType,
    /// Whether it can be NULL.
    pub nullable: bool,
    /// What it holds; may be empty.
    pub description: String,
    /// Whether it holds personal data: rows are not searched by it.
    personal: bool,
}

/// A parameter of the statement; without a value it asks for nothing.
#[derive(Debug, Clone)]
pub struct StatementParameter {
    /// The parameter, without the colon before it.
    pub name: String,
    /// Its type, as SQL.
    pub ty: String,
    /// What it is for.
    pub description: String,
    /// The column of the last row that it is taken from, for the place of a page.
    pub follows: Option<String>,
}

/// A column that tells rows apart and puts them in order.
struct Key {
    column: String,
    sql: String,
    ty: String,
    /// The parameter with its value in the last row of the page before.
    parameter: String,
}

#[derive(Template)]
#[template(path = "serving/statement.sql")]
struct StatementBody<'a> {
    columns: Vec<Ident<'a>>,
    table: Ident<'a>,
    conditions: Vec<String>,
    order: Vec<String>,
}

impl TableReading {
    /// The reading of a table whose rows some columns tell apart.
    pub fn of(project: &Project, metric: &Metric, table: &MetricTable) -> Result<TableReading, askama::Error> {
        let columns = columns(metric, table);
        // What pages are told apart by has its name first: programs rely on it.
        let mut names = ParameterNames::default();
        let page_size = names.name("page_size");
        let keys = keys(project, metric, table, &columns, &mut names);
        let mut parameters = vec![];
        let mut conditions = vec![];
        for column in columns.iter().filter(|column| !column.personal) {
            for (parameter, condition) in filters(column, &mut names) {
                conditions.push(condition);
                parameters.push(parameter);
            }
        }
        conditions.push(behind(&keys));
        parameters.extend(keys.iter().map(|key| StatementParameter {
            name: key.parameter.clone(),
            ty: key.ty.clone(),
            description: format!("`{}` of the last row of the page before; no value for the first page", key.column),
            follows: Some(key.column.clone()),
        }));
        parameters.push(StatementParameter {
            name: page_size,
            ty: "INT".to_owned(),
            description: "Rows of a page; the last page has fewer".to_owned(),
            follows: None,
        });
        let statement = StatementBody {
            columns: columns.iter().map(|column| Ident::new(&column.name)).collect(),
            table: Ident::new(&table.name),
            conditions,
            order: keys.iter().map(|key| key.sql.clone()).collect(),
        };
        let statement = statement.render()?.trim_end().to_owned();
        let described = [&table.description, &metric.description].into_iter().find(|text| !text.is_empty());
        Ok(TableReading {
            table: table.name.clone(),
            description: described.cloned().unwrap_or_default(),
            columns,
            parameters,
            statement,
        })
    }
}

fn columns(metric: &Metric, table: &MetricTable) -> Vec<ResultColumn> {
    let dimension = |d: &Dimension| ResultColumn {
        name: d.name.clone(),
        ty: d.expression.ty.clone(),
        nullable: d.expression.nullable,
        description: d.description.clone(),
        personal: d.pii.is_some(),
    };
    let period = table.grain.map(|_| ResultColumn {
        name: Time::COLUMN.to_owned(),
        ty: DataType::Date,
        nullable: false,
        description: "First day of the period".to_owned(),
        personal: false,
    });
    let shown = metric.per.iter().flat_map(|per| &per.columns).chain(&table.dimensions).map(dimension);
    let measures = metric.measures.iter().map(|m| ResultColumn {
        name: m.name.clone(),
        ty: m.expression.ty.clone(),
        nullable: m.expression.nullable && m.empty.is_none(),
        description: m.description.clone(),
        personal: metric.shown(m, table).is_some(),
    });
    period.into_iter().chain(shown).chain(measures).collect()
}

/// The columns that tell rows apart, in the order of the table.
fn keys(
    project: &Project,
    metric: &Metric,
    table: &MetricTable,
    columns: &[ResultColumn],
    names: &mut ParameterNames,
) -> Vec<Key> {
    let keys = row_keys(project, metric, table);
    columns.iter().filter(|column| keys.contains(&column.name.as_str())).map(|column| key(column, names)).collect()
}

/// NULL is ordered as the empty text, which no column holds: a blank is NULL.
fn key(column: &ResultColumn, names: &mut ParameterNames) -> Key {
    let name = Ident::new(&column.name);
    let (sql, ty) = match (&column.ty, column.nullable) {
        (DataType::String, true) => (format!("coalesce({name}, '')"), DataType::String),
        (_, true) => (format!("coalesce(CAST({name} AS STRING), '')"), DataType::String),
        (ty, false) => (name.to_string(), ty.clone()),
    };
    let parameter = names.name(&format!("after_{}", column.name));
    Key { column: column.name.clone(), sql, ty: ty.to_string(), parameter }
}

/// The rows behind the last one of the page before.
fn behind(keys: &[Key]) -> String {
    let deeper = keys.iter().rev().fold(String::new(), |inner, key| {
        let (sql, last) = (&key.sql, &key.parameter);
        match inner.as_str() {
            "" => format!("{sql} > :{last}"),
            inner => format!("{sql} > :{last} OR ({sql} = :{last} AND ({inner}))"),
        }
    });
    let first = keys.first().map_or("", |key| key.parameter.as_str());
    format!("(:{first} IS NULL OR {deeper})")
}

/// What rows can be searched by, each with its condition.
fn filters(column: &ResultColumn, names: &mut ParameterNames) -> Vec<(StatementParameter, String)> {
    let name = Ident::new(&column.name);
    let make = |parameter: String, ty: &DataType, description: String, test: String| {
        let condition = format!("(:{parameter} IS NULL OR {test})");
        (StatementParameter { name: parameter, ty: ty.to_string(), description, follows: None }, condition)
    };
    let mut compared = |proposal: String, operator: &str, words: &str| {
        let parameter = names.name(&proposal);
        let test = format!("{name} {operator} :{parameter}");
        make(parameter, &column.ty, format!("Only rows whose `{}` is {words}", column.name), test)
    };
    match &column.ty {
        DataType::String | DataType::Boolean => vec![compared(column.name.clone(), "=", "this")],
        DataType::Date | DataType::Timestamp | DataType::TimestampNtz => vec![
            compared(format!("{}_from", column.name), ">=", "this or later"),
            compared(format!("{}_until", column.name), "<=", "this or earlier"),
        ],
        DataType::TinyInt
        | DataType::SmallInt
        | DataType::Int
        | DataType::BigInt
        | DataType::Float
        | DataType::Double
        | DataType::Decimal { .. } => vec![
            compared(format!("min_{}", column.name), ">=", "this or more"),
            compared(format!("max_{}", column.name), "<=", "this or less"),
        ],
        DataType::Array(element) if **element == DataType::String => {
            let parameter = names.name(&format!("{}_contains", column.name));
            let test = format!("array_contains({name}, :{parameter})");
            vec![make(parameter, element, format!("Only rows whose `{}` contains this", column.name), test)]
        }
        _ => vec![],
    }
}
