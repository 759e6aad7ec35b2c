//! Columns of definitions: name, type, mask, comment; and which rows a reader sees.

use std::fmt;

use super::text::{Ident, Literal, Sql};
use crate::lakeflow::types::DataType;
use crate::model::{Column, Entity, PersonalKind, Project};
use crate::plan::{Dataset, protection};

/// A column in the list of a CREATE statement.
pub struct Definition {
    /// Name.
    pub name: Ident,
    /// Type, as it is printed.
    pub ty: String,
    /// Function that masks it. Its name is not qualified, so that the text is the same for every target.
    pub mask: Option<Ident>,
    /// Comment; none when there is nothing to say.
    pub comment: Option<Literal>,
}

impl Definition {
    /// A column with a comment; an empty comment is left out.
    pub fn new(name: &str, ty: impl fmt::Display, comment: &str) -> Self {
        let comment = (!comment.is_empty()).then(|| Literal::new(comment));
        Definition { name: Ident::new(name), ty: ty.to_string(), mask: None, comment }
    }

    /// The column with the mask that its personal data need, if any.
    pub fn masked(self, project: &Project, pii: Option<PersonalKind>, ty: &DataType) -> Self {
        Definition { mask: protection::column_mask(project, pii, ty).map(Ident::new), ..self }
    }

    /// A typed column of an entity.
    pub fn of(project: &Project, column: &Column) -> Self {
        Self::new(&column.name, &column.ty, &column.description).masked(project, column.pii, &column.ty)
    }

    /// A column of an entity as text. What the spec says of it holds for the typed value only.
    pub fn text_of(project: &Project, column: &Column) -> Self {
        Self::new(&column.name, "STRING", "").masked(project, column.pii, &DataType::String)
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.ty)?;
        if let Some(mask) = &self.mask {
            write!(f, " MASK {mask}")?;
        }
        self.comment.as_ref().map_or(Ok(()), |comment| write!(f, " COMMENT {comment}"))
    }
}

/// The typed columns of an entity.
pub fn typed(project: &Project, entity: &Entity) -> Vec<Definition> {
    entity.columns.iter().map(|column| Definition::of(project, column)).collect()
}

/// The clause that keeps rows from readers, if some do not see all.
pub fn row_filter(project: &Project, dataset: Dataset) -> Option<Sql> {
    let filter = protection::row_filter(project, dataset)?;
    let columns: Vec<String> = filter.columns.iter().map(|c| Ident::new(&c.name).to_string()).collect();
    Some(Sql(format!("WITH ROW FILTER {} ON ({})", Ident::new(&filter.name), columns.join(", "))))
}

/// The names of columns, quoted, with commas between them.
pub fn list<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|c| Ident::new(&c.name).to_string()).collect::<Vec<_>>().join(", ")
}
