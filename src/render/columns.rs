//! Columns of definitions: name, type, comment.

use std::fmt;

use super::text::{Ident, Literal};
use crate::model::{Column, Entity};

/// A column in the list of a CREATE statement.
pub struct Definition {
    /// Name.
    pub name: Ident,
    /// Type, as it is printed.
    pub ty: String,
    /// Comment; none when there is nothing to say.
    pub comment: Option<Literal>,
}

impl Definition {
    /// A column with a comment; an empty comment is left out.
    pub fn new(name: &str, ty: impl fmt::Display, comment: &str) -> Self {
        let comment = (!comment.is_empty()).then(|| Literal::new(comment));
        Definition { name: Ident::new(name), ty: ty.to_string(), comment }
    }

    /// A typed column of an entity.
    pub fn of(column: &Column) -> Self {
        Self::new(&column.name, &column.ty, &column.description)
    }

    /// A column of an entity as text. What the spec says of it holds for the typed value only.
    pub fn text_of(column: &Column) -> Self {
        Self::new(&column.name, "STRING", "")
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.ty)?;
        self.comment.as_ref().map_or(Ok(()), |comment| write!(f, " COMMENT {comment}"))
    }
}

/// The typed columns of an entity.
pub fn typed(entity: &Entity) -> Vec<Definition> {
    entity.columns.iter().map(Definition::of).collect()
}

/// The names of columns, quoted, with commas between them.
pub fn list<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|c| Ident::new(&c.name).to_string()).collect::<Vec<_>>().join(", ")
}
