//! How the names in expressions are written in a query: which alias each of its tables gets.
//!
//! Aliases are assigned here and nowhere else, so no two tables of a query can have the same one.

use std::collections::BTreeMap;

use lakeflow::{build, is_same_name};
use sqlparser::ast::Expr;

use crate::model::{ColumnPath, Entity, EntityId, Expression, HoleName, Join, Leaf, Project, RefPath};

/// The rows of a query by the references that lead to them, each with its alias.
pub struct Aliases<'a> {
    project: &'a Project,
    by_path: BTreeMap<RefPath, String>,
}

impl<'a> Aliases<'a> {
    /// Aliases for the rows of `base`, which go by the name of their entity, and of `joins`, which go by the references on
    /// the way; a number tells apart what would have the same one. `taken` are names that other parts of the query have.
    pub fn new(project: &'a Project, base: EntityId, joins: &[Join], taken: &[&str]) -> Aliases<'a> {
        let mut used: Vec<String> = taken.iter().map(|name| (*name).to_owned()).collect();
        let mut by_path = BTreeMap::new();
        let mut add = |path: RefPath, wanted: String| {
            let numbered = (2..).map(|number| format!("{wanted}_{number}"));
            let is_free = |alias: &String| !used.iter().any(|known| is_same_name(known, alias));
            let alias = std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or(wanted);
            used.push(alias.clone());
            by_path.insert(path, alias);
        };
        add(RefPath::default(), project.entity(base).name.clone());
        for join in joins {
            add(join.path.clone(), join.path.aliases(base, &project.entities).join("_"));
        }
        Aliases { project, by_path }
    }

    /// The alias of the rows at the end of a path.
    pub fn alias(&self, path: &RefPath) -> &str {
        self.by_path.get(path).map_or("", String::as_str)
    }

    /// `alias.column`
    pub fn column(&self, column: &ColumnPath) -> Expr {
        let name = &self.project.entity(column.entity).column(column.column).name;
        build::column([self.alias(&column.path), name])
    }

    /// An expression over the rows of the query.
    pub fn expr(&self, expression: &Expression) -> Expr {
        expression.with_names(|leaf| match &leaf.named {
            HoleName::Column(column) => self.column(column),
            other => unqualified(other, |column| self.column(column)),
        })
    }
}

/// A condition on the rows of one entity, whose columns need no table.
pub fn own(entity: &Entity, expression: &Expression) -> Expr {
    expression.with_names(|leaf: &Leaf| {
        unqualified(&leaf.named, |column| build::column([entity.column(column.column).name.as_str()]))
    })
}

/// A condition on the columns of a table as a whole.
pub fn of_table(project: &Project, expression: &Expression) -> Expr {
    let name = |column: &ColumnPath| &project.entity(column.entity).column(column.column).name;
    expression.with_names(|leaf: &Leaf| unqualified(&leaf.named, |column| build::column([name(column).as_str()])))
}

fn unqualified(named: &HoleName, column: impl Fn(&ColumnPath) -> Expr) -> Expr {
    match named {
        HoleName::Column(path) => column(path),
        HoleName::Output(name) => build::column([&**name]),
        // Measures are columns of a query part, and only `metric` knows of which.
        HoleName::Measure(_) => build::null(),
    }
}

/// How the rows of an entity that are valid now are told from older versions and from rows that were deleted; `None` where
/// there are no others.
pub fn current_rows(entity: &Entity, alias: &str) -> Option<Expr> {
    if entity.marks_deleted() {
        return Some(build::not(build::column([alias, Entity::IS_DELETED])));
    }
    entity.keeps_versions().then(|| build::is_null(build::column([alias, "__END_AT"])))
}
