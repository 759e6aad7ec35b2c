//! The query that gives the rows of an entity, as a view.

use std::ops::Range;

use askama::Template;
use lakeflow::fmt;
use lakeflow::source::Span;

use super::header;
use super::layers::unplaced;
use super::text::{Ident, Literal, Sql};
use crate::model::{Entity, TableQuery};
use crate::plan;

#[derive(Template)]
#[template(path = "pipeline/query.sql")]
struct QueryView<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    query: &'a str,
}

/// The query as its author wrote it, in the layout of the formatter.
pub fn view(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::query_name(entity);
    let Some(query) = entity.query() else { return Ok(String::new()) };
    let view = QueryView {
        header: header(
            &format!("{name}: the rows of {}, as its query gives them.", entity.name),
            &origin(entity, query),
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {}, as its query gives them", entity.name)),
        query: &query.text,
    };
    Ok(fmt::format(&view.render()?).text)
}

/// The files that an entity comes from.
fn origin(entity: &Entity, query: &TableQuery) -> String {
    if query.path == entity.origin.path {
        query.path.clone()
    } else {
        format!("{} and {}", entity.origin.path, query.path)
    }
}

/// Where a part of the text of a view stands in the query that it was made of; `None` outside of the query.
pub fn place_in_query(query: &TableQuery, view: &str, range: Range<usize>) -> Option<Span> {
    const BEFORE: &str = "\nAS\n";
    let (view, range) = unplaced(view, range);
    let start = view.find(BEFORE)? + BEFORE.len();
    let laid = view.get(start..)?.trim_end().trim_end_matches(';').trim_end();
    let inner = range.start.checked_sub(start)?..range.end.checked_sub(start)?;
    // The formatter changes blanks, and letters of keywords.
    let letters = |text: &str| {
        text.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|b| b.to_ascii_lowercase())
            .eq(laid.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|b| b.to_ascii_lowercase()))
    };
    if inner.end > laid.len() || !letters(&query.text) {
        return None;
    }
    let [moved] = fmt::part::moved(laid, &query.text, &[inner]).try_into().ok()?;
    Some(query.place.of(moved))
}
