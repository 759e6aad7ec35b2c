//! `CREATE VIEW`: temporary, published, metric (lakeflow-sql.md, "Views" and "Metric views").

use sqlparser::tokenizer::Token;

use super::clause::{begins_query, lacks_as, properties};
use super::column::{expectation, misspelt_constraint};
use super::cursor::{Cursor, Once, Parsed};
use super::metric;
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{
    CreateMetricView, CreateView, Expectation, Ident, MetricView, ObjectName, Property, SchemaBinding, StatementKind,
    Text, ViewColumn,
};

/// `VIEW` has been read.
pub(super) fn view(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    read(c, modifiers, false, false)
}

/// `CREATE [TEMPORARY] [STREAMING] LIVE VIEW`, the legacy spelling; `VIEW` has been read.
pub(super) fn live_view(c: &mut Cursor<'_>, modifiers: &Modifiers, streaming: bool) -> Parsed<StatementKind> {
    read(c, modifiers, true, streaming)
}

fn read(c: &mut Cursor<'_>, modifiers: &Modifiers, live: bool, streaming: bool) -> Parsed<StatementKind> {
    let allowed: &[&str] = &["OR REPLACE", "TEMPORARY"];
    modifiers.only(allowed, if live { "LIVE VIEW" } else { "VIEW" })?;
    let temporary = modifiers.temporary.is_some();
    let place = c.range();
    let if_not_exists = c.if_not_exists()?;
    if if_not_exists && modifiers.or_replace.is_some() {
        return Err(ParseFault::new(place, "`IF NOT EXISTS` and `OR REPLACE` cannot be combined"));
    }
    let start = c.index();
    let name = c.name()?;
    if temporary && !live && name.0.len() > 1 {
        let fault = ParseFault::new(c.range_since(start), "the name of a temporary view must have a single part");
        return Err(fault.hint("it lives in the pipeline, not in a schema"));
    }
    let (columns, expectations) = view_elements(c, temporary || live)?;
    let clauses = ViewClauses::read(c)?;
    if clauses.metrics || clauses.yaml {
        if temporary || live {
            let hint = "write `CREATE [OR REPLACE] VIEW name WITH METRICS LANGUAGE YAML AS $$ .. $$`";
            return Err(ParseFault::new(place, "a metric view cannot be temporary").hint(hint));
        }
        let head = ViewHead { or_replace: modifiers.or_replace.is_some(), if_not_exists, name, columns };
        return metric_view(c, head, clauses);
    }
    if !c.eat("AS") {
        return Err(expected_clause(c));
    }
    Ok(StatementKind::CreateView(Box::new(CreateView {
        or_replace: modifiers.or_replace.is_some(),
        temporary,
        global: modifiers.global,
        live,
        streaming,
        if_not_exists,
        name,
        columns,
        expectations,
        comment: clauses.comment,
        properties: clauses.properties,
        schema_binding: clauses.schema_binding,
        collation: clauses.collation,
        query: c.query()?.into(),
    })))
}

struct ViewHead {
    or_replace: bool,
    if_not_exists: bool,
    name: ObjectName,
    columns: Vec<ViewColumn>,
}

fn expected_clause(c: &Cursor<'_>) -> ParseFault {
    if begins_query(c) {
        return lacks_as(c);
    }
    c.expected(&["COMMENT", "TBLPROPERTIES", "AS"])
}

type ViewElements = (Vec<ViewColumn>, Vec<Expectation>);

fn view_elements(c: &mut Cursor<'_>, temporary: bool) -> Parsed<ViewElements> {
    let (mut columns, mut expectations) = (vec![], vec![]);
    if !c.eat_token(&Token::LParen) {
        return Ok((columns, expectations));
    }
    loop {
        let place = c.range();
        if c.eat("CONSTRAINT") {
            if !temporary {
                return Err(ParseFault::new(
                    place,
                    "expectations are only allowed on temporary views, materialized views and streaming tables",
                ));
            }
            let name = c.ident()?;
            expectations.push(expectation(c, name)?);
        } else if let Some(fault) = misspelt_constraint(c) {
            return Err(fault);
        } else if expectations.is_empty() {
            columns.push(view_column(c)?);
        } else {
            return Err(ParseFault::new(place, "columns must come before constraints"));
        }
        if !c.eat_token(&Token::Comma) {
            break;
        }
    }
    c.close_list()?;
    c.distinct(columns.iter().map(|column| &column.name))?;
    Ok((columns, expectations))
}

fn view_column(c: &mut Cursor<'_>) -> Parsed<ViewColumn> {
    let name = c.ident()?;
    let comment = if c.eat("COMMENT") { Some(c.comment()?) } else { None };
    if !matches!(c.token(), Token::Comma | Token::RParen) {
        return Err(c.expected(&["COMMENT", ",", ")"]).maybe_hint(column_type_hint(c, &name)));
    }
    Ok(ViewColumn { name, comment })
}

fn column_type_hint(c: &Cursor<'_>, name: &Ident) -> Option<String> {
    if c.is("MASK") {
        return Some("masks are not allowed on a view: put them on the table".to_owned());
    }
    let word = matches!(c.token(), Token::Word(_)) && c.expected(&["COMMENT"]).hint.is_none();
    word.then(|| format!("the type of `{}` comes from the query", name.value))
}

/// What stands between the columns and `AS`, in any order.
#[derive(Default)]
struct ViewClauses {
    comment: Option<String>,
    properties: Vec<Property>,
    /// `WITH METRICS`.
    metrics: bool,
    /// `LANGUAGE YAML`.
    yaml: bool,
    schema_binding: Option<SchemaBinding>,
    collation: Option<Ident>,
}

impl ViewClauses {
    fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut clauses = ViewClauses::default();
        let mut once = Once::default();
        loop {
            let place = c.range();
            if c.eat("COMMENT") {
                once.note("COMMENT", place)?;
                clauses.comment = Some(c.comment()?);
            } else if c.eat("TBLPROPERTIES") {
                once.note("TBLPROPERTIES", place)?;
                clauses.properties = properties(c)?;
            } else if c.eat("WITH SCHEMA") {
                once.note("WITH SCHEMA", place)?;
                clauses.schema_binding = Some(schema_binding(c)?);
            } else if c.eat("DEFAULT") {
                once.note("DEFAULT COLLATION", place)?;
                c.expect("COLLATION")?;
                clauses.collation = Some(c.ident()?);
            } else if c.is("WITH ROW FILTER") {
                let hint = "put it on the table, or move the condition to the query";
                return Err(c.fault("row filters are not allowed on a view").hint(hint));
            } else if c.eat("WITH") {
                once.note("WITH METRICS", place)?;
                c.expect("METRICS")?;
                clauses.metrics = true;
            } else if c.eat("LANGUAGE") {
                once.note("LANGUAGE", place)?;
                c.expect("YAML")?;
                clauses.yaml = true;
            } else {
                return Ok(clauses);
            }
        }
    }
}

fn schema_binding(c: &mut Cursor<'_>) -> Parsed<SchemaBinding> {
    let Some((binding, words)) = SchemaBinding::ALL.iter().find(|(_, words)| c.is(words)) else {
        let words: Vec<&str> = SchemaBinding::ALL.iter().map(|(_, words)| *words).collect();
        return Err(c.expected(&words));
    };
    c.expect(words)?;
    Ok(*binding)
}

fn metric_view(c: &mut Cursor<'_>, head: ViewHead, clauses: ViewClauses) -> Parsed<StatementKind> {
    if !clauses.metrics {
        return Err(c.expected(&["WITH METRICS"]));
    }
    if !clauses.yaml {
        return Err(c.expected(&["LANGUAGE YAML"]));
    }
    c.expect("AS")?;
    let definition = metric_definition(c)?;
    let ViewClauses { comment, properties, .. } = clauses;
    let ViewHead { or_replace, if_not_exists, name, columns } = head;
    Ok(StatementKind::CreateMetricView(Box::new(CreateMetricView {
        or_replace,
        if_not_exists,
        name,
        columns,
        comment,
        properties,
        definition,
    })))
}

/// `$$ .. $$` with the definition of a metric view.
pub(super) fn metric_definition(c: &mut Cursor<'_>) -> Parsed<MetricView> {
    metric::read(dollar_text(c)?)
}

/// `$$ .. $$`.
pub(super) fn dollar_text(c: &mut Cursor<'_>) -> Parsed<Text> {
    let outer = c.range();
    let Token::DollarQuotedString(text) = c.token() else {
        return Err(c
            .fault(format!("expected `$$`, found {}", c.found()))
            .hint("write the definition between `$$` and `$$`"));
    };
    let value = text.value.clone();
    c.advance();
    Ok(Text { value, range: outer.start + 2..outer.end.saturating_sub(2) })
}
