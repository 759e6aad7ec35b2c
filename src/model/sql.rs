//! Expressions and where they came from.
//!
//! An expression stays a tree until the query that contains it is printed. Where it refers to a column or a measure,
//! the tree has a hole, and a [`Leaf`] says what goes there, because tables have no aliases before there is a query.
//! An expression that is used in another one becomes a part of its tree, and its leaves become leaves of the whole.

use std::sync::Arc;

use lakeflow::build;
use lakeflow::infer::Release;
use lakeflow::source::Span;
use lakeflow::types::DataType;
use lakeflow::walk;
use sqlparser::ast::{Expr, Visitor};

use super::entity::{ColumnId, Entity, EntityId, ReferenceId};

/// Where a thing was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecOrigin {
    /// Path of the spec, relative to the project, `/`-separated.
    pub path: String,
    /// The name it is declared under: the value of the key `entity` or `metric`.
    pub span: Span,
}

/// The references that lead from the rows of an entity to other rows; empty for its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RefPath(Arc<[ReferenceId]>);

impl RefPath {
    /// The path with one more reference.
    pub fn then(&self, reference: ReferenceId) -> RefPath {
        RefPath(self.0.iter().copied().chain([reference]).collect())
    }

    /// The path that goes on with `rest`.
    pub fn join(&self, rest: &RefPath) -> RefPath {
        match (self.is_empty(), rest.is_empty()) {
            (true, _) => rest.clone(),
            (_, true) => self.clone(),
            _ => RefPath(self.0.iter().chain(rest.0.iter()).copied().collect()),
        }
    }

    /// The last reference and the path to where it starts.
    pub fn split_last(&self) -> Option<(ReferenceId, RefPath)> {
        let (last, before) = self.0.split_last()?;
        Some((*last, RefPath(before.into())))
    }

    /// The path itself and every path on its way, shortest first, without the empty one.
    pub fn steps(&self) -> impl Iterator<Item = RefPath> {
        (1..=self.len()).map(|length| RefPath(self.0.iter().take(length).copied().collect()))
    }

    /// How many references it follows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it leads nowhere else.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entity at its end, when it starts at `base`.
    pub fn end(&self, base: EntityId, entities: &[Entity]) -> EntityId {
        self.0.iter().fold(base, |entity, id| entities[entity.0].reference(*id).entity)
    }

    /// What expressions call its references, when it starts at `base`.
    pub fn aliases<'a>(&self, base: EntityId, entities: &'a [Entity]) -> Vec<&'a str> {
        let mut entity = base;
        let aliases = self.0.iter().map(|id| {
            let reference = entities[entity.0].reference(*id);
            entity = reference.entity;
            reference.alias.as_str()
        });
        aliases.collect()
    }
}

/// A column of the rows of an entity, or of rows that they refer to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnPath {
    /// How its rows are found.
    pub path: RefPath,
    /// The entity at the end of the path.
    pub entity: EntityId,
    /// The column of that entity.
    pub column: ColumnId,
}

/// Index of a measure in its metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureId(pub usize);

/// What a hole of an expression stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoleName {
    /// A column.
    Column(ColumnPath),
    /// A column of a table as a whole, by name: conditions on what readers see know no entity.
    Output(Arc<str>),
    /// A measure of the same metric.
    Measure(MeasureId),
}

/// A name in an expression.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// What it stands for.
    pub named: HoleName,
    /// The word in the spec; of an expression that another one uses, the word there.
    pub span: Span,
    /// The word that names the thing itself, where that is in the same spec.
    pub word: Span,
    /// Why its values do not show in the expression, if they do not.
    pub release: Option<Release>,
}

/// A SQL expression.
#[derive(Debug, Clone)]
pub struct Expression {
    tree: Arc<Expr>,
    leaves: Arc<[Leaf]>,
    /// Type of the value.
    pub ty: DataType,
    /// Whether the value can be NULL.
    pub nullable: bool,
    /// The spec text it came from.
    pub origin: Span,
}

impl Expression {
    /// An expression of `tree`, whose hole `n` is for `leaves[n]`.
    pub fn new(tree: Expr, leaves: Vec<Leaf>, ty: DataType, nullable: bool, origin: Span) -> Expression {
        Expression { tree: Arc::new(tree), leaves: leaves.into(), ty, nullable, origin }
    }

    /// A constant condition, in place of one that is at fault.
    pub fn truth(origin: Span) -> Expression {
        Expression::new(build::truth(true), vec![], DataType::Boolean, false, origin)
    }

    /// The tree, with holes.
    pub fn tree(&self) -> &Expr {
        &self.tree
    }

    /// The names in it, in the order of the text; one that occurs twice is here twice.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// What the hole stands for that `expr`, a part of the tree, is.
    pub fn leaf(&self, expr: &Expr) -> Option<&Leaf> {
        self.leaves.get(build::hole_number(expr)?)
    }

    /// The columns it names.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnPath> {
        self.leaves.iter().filter_map(|leaf| match &leaf.named {
            HoleName::Column(column) => Some(column),
            HoleName::Output(_) | HoleName::Measure(_) => None,
        })
    }

    /// The column that it is, if it is nothing else.
    pub fn as_column(&self) -> Option<&ColumnPath> {
        match &self.leaf(&self.tree)?.named {
            HoleName::Column(column) => Some(column),
            HoleName::Output(_) | HoleName::Measure(_) => None,
        }
    }

    /// The tree with every name as `written` has it.
    pub fn with_names(&self, mut written: impl FnMut(&Leaf) -> Expr) -> Expr {
        build::filled(&self.tree, |number| match self.leaves.get(number) {
            Some(leaf) => written(leaf),
            // A hole without a leaf is a fault of the compiler; what is printed for it does not parse.
            None => build::hole(number),
        })
    }

    /// Whether it has the same tree over the same names as another one, wherever both were written.
    pub fn is_same(&self, other: &Expression) -> bool {
        let named = |e: &Expression| e.leaves.iter().map(|leaf| leaf.named.clone()).collect::<Vec<_>>();
        self.tree == other.tree && named(self) == named(other)
    }

    /// How large it is.
    pub fn size(&self) -> Size {
        Size::of(&self.tree)
    }
}

/// How large a tree is: what is put together of parts can grow far beyond the text of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Nodes in all.
    pub nodes: usize,
    /// Nodes on the longest way down.
    pub depth: usize,
}

impl Size {
    /// The size of a tree.
    pub fn of(tree: &Expr) -> Size {
        #[derive(Default)]
        struct Depths {
            size: Size,
            depth: usize,
        }
        impl Visitor for Depths {
            type Break = std::convert::Infallible;
            fn pre_visit_expr(&mut self, _: &Expr) -> std::ops::ControlFlow<Self::Break> {
                self.depth += 1;
                self.size.nodes += 1;
                self.size.depth = self.size.depth.max(self.depth);
                std::ops::ControlFlow::Continue(())
            }
            fn post_visit_expr(&mut self, _: &Expr) -> std::ops::ControlFlow<Self::Break> {
                self.depth -= 1;
                std::ops::ControlFlow::Continue(())
            }
        }
        let mut measure = Depths::default();
        let _ = walk::visit(tree, &mut measure);
        measure.size
    }
}

/// What happens to a row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The row stays and is counted.
    Warn,
    /// The row is left out and counted.
    Drop,
    /// The update fails; in SQL `ON VIOLATION FAIL UPDATE`.
    Fail,
    /// The row goes to the quarantine table.
    Quarantine,
}
