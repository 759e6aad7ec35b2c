//! Columns of definitions: name, type, mask, comment; and which rows a reader sees.

use std::fmt::{self, Write as _};

use lakeflow::types::DataType;

use super::text::{Ident, Literal, Sql};
use crate::model::{Entity, EntityColumn, PersonalKind, Project};
use crate::plan::{Dataset, protection};

/// A column in the list of a CREATE statement.
pub struct ColumnDefinition<'a> {
    /// Quoted where it has to be.
    pub name: Ident<'a>,
    /// Printed in the words of Databricks SQL.
    pub ty: &'a DataType,
    /// Function that masks it. Its name is not qualified, so that the text is the same for every target.
    pub mask: Option<Ident<'a>>,
    /// Comment; none when there is nothing to say.
    pub comment: Option<Literal>,
}

impl<'a> ColumnDefinition<'a> {
    /// A column with a comment; an empty comment is left out.
    pub fn new(name: &'a str, ty: &'a DataType, comment: &str) -> Self {
        let comment = (!comment.is_empty()).then(|| Literal::new(comment));
        ColumnDefinition { name: Ident::new(name), ty, mask: None, comment }
    }

    /// The column with the mask that its personal data need, if any.
    pub fn masked(self, project: &Project, pii: Option<PersonalKind>) -> Self {
        ColumnDefinition { mask: protection::column_mask(project, pii, self.ty).map(Ident::new), ..self }
    }

    /// A typed column of an entity.
    pub fn of(project: &Project, column: &'a EntityColumn) -> Self {
        Self::new(&column.name, &column.ty, &column.description).masked(project, column.pii)
    }

    /// A column of an entity as it was delivered, in this type. What the spec says of it holds for the checked value only.
    pub fn given(project: &Project, column: &'a EntityColumn, ty: &'a DataType) -> Self {
        Self::new(&column.name, ty, "").masked(project, column.pii)
    }
}

impl fmt::Display for ColumnDefinition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        f.write_char(' ')?;
        self.ty.fmt(f)?;
        if let Some(mask) = &self.mask {
            write!(f, " MASK {mask}")?;
        }
        self.comment.as_ref().map_or(Ok(()), |comment| write!(f, " COMMENT {comment}"))
    }
}

/// The typed columns of an entity.
pub fn typed<'a>(project: &Project, entity: &'a Entity) -> Vec<ColumnDefinition<'a>> {
    entity.columns.iter().map(|column| ColumnDefinition::of(project, column)).collect()
}

/// The clause that keeps rows from readers, if some do not see all.
pub fn row_filter(project: &Project, dataset: Dataset) -> Option<Sql> {
    let filter = protection::row_filter(project, dataset)?;
    let columns = idents(filter.columns.iter().map(|c| c.name.as_str()));
    Some(Sql(format!("WITH ROW FILTER {} ON ({columns})", Ident::new(&filter.name))))
}

/// The names of columns, quoted, with commas between them.
pub fn list<'a>(columns: impl Iterator<Item = &'a EntityColumn>) -> String {
    idents(columns.map(|c| c.name.as_str()))
}

fn idents<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| Ident::new(name).to_string()).collect::<Vec<_>>().join(", ")
}
