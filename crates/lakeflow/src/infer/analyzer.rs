//! The state of one analysis: what was found so far, and the names in scope at the current place.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{Expr, Ident, Spanned};
use sqlparser::tokenizer::Span;

use super::catalog::{Catalog, ExprPlace, Relation, Resolution};
use super::fault::{FaultKind, TypeFault};
use super::flow::{ExprOutcome, Flow, Influence, tidy_flows};
use super::group::Groups;
use super::risk::Risk;
use super::{ColumnUse, ExprInfo, Features, NodeTypes, Origin, OutputColumn, QueryInfo, TableRead, UnstableCall};

use crate::diag::did_you_mean;
use crate::types::DataType;
use crate::{NameIndex, range_of};

/// Expressions and queries nested deeper than this are refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 220;

/// More hints than anyone reads.
const HINTS: usize = 100;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub ty: DataType,
    pub nullable: bool,
    /// Digits of a whole number written out: `2` counts as `DECIMAL(1,0)` beside a decimal, not as `DECIMAL(10,0)`.
    pub digits: Option<u8>,
}

impl Typed {
    pub(super) fn new(ty: DataType, nullable: bool) -> Self {
        Typed { ty, nullable, digits: None }
    }

    pub(super) fn unknown() -> Self {
        Typed::new(DataType::Unknown, true)
    }

    pub(super) fn boolean(nullable: bool) -> Self {
        Typed::new(DataType::Boolean, nullable)
    }
}

/// Names in force: those of a query's `FROM`, or the parameters of a lambda.
pub(super) enum Frame {
    Select(SelectFrame),
    Lambda(Vec<(String, Typed)>),
}

/// The names of one `SELECT`.
#[derive(Default)]
pub(super) struct SelectFrame {
    pub sources: Vec<FromSource>,
    /// What `*` gives: places of sources and of their columns.
    pub star: Vec<(usize, usize)>,
    /// Columns that later expressions may name: time windows that rows are grouped by, then those of the select list.
    pub aliases: Vec<OutputColumn>,
    /// Their places by name; see [`SelectFrame::add_alias`].
    pub alias_places: NameIndex,
    /// In `ORDER BY`, names of the select list hide those of `FROM`.
    pub aliases_first: bool,
    /// What rows are grouped by.
    pub groups: Box<Groups>,
    /// Named windows.
    pub windows: Vec<String>,
    /// Whether nobody asks what its columns are called.
    pub nameless: bool,
}

/// One relation of a `FROM`.
pub(super) struct FromSource {
    /// Parts by which its columns may be qualified: the alias, or the name of the table.
    pub qualifier: Arc<[String]>,
    pub rows: SourceRows,
    /// Names given by `AS t(a, b)`, in place of its own.
    pub renamed: Vec<String>,
    /// On the side of an outer join that may have no match.
    pub optional: bool,
    pub streaming: bool,
    /// Columns that `USING` merged into those of another source: no longer found without qualifier.
    pub merged: Vec<usize>,
    /// Of many columns the first of each name, and whether another has it too; made when it is first asked for.
    pub by_name: OnceCell<HashMap<String, (usize, bool)>>,
}

/// Where the columns of a source come from.
#[derive(Clone)]
pub(super) enum SourceRows {
    Table(Arc<Relation>, usize),
    Derived(Rc<[OutputColumn]>),
    /// After a fault: has every column.
    Open,
}

/// A table of a `WITH`.
pub(super) struct Cte {
    pub name: String,
    pub columns: Rc<[OutputColumn]>,
    pub open: bool,
    pub streaming: bool,
}

/// A query's result while it is built.
pub(super) struct Rowset {
    pub columns: Vec<OutputColumn>,
    pub streaming: bool,
    /// After a fault: may have further columns.
    pub open: bool,
}

/// Whether the current place is inside an aggregate or a window function, and which.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Inside {
    pub aggregate: Option<&'static str>,
    pub window: Option<&'static str>,
}

/// Resolves what no query around the current place knows.
pub(super) type Outer<'a> = dyn Fn(&[&str]) -> Resolution + 'a;

pub(super) struct Analyzer<'a> {
    pub text: &'a str,
    pub catalog: &'a dyn Catalog,
    pub outer: Option<&'a Outer<'a>>,
    pub place: ExprPlace,
    pub frames: Vec<Frame>,
    pub ctes: Vec<Cte>,
    pub inside: Inside,
    pub faults: Vec<TypeFault>,
    pub uses: Vec<ColumnUse>,
    /// Whether `uses` is asked for: by whoever judges an expression, and by `PIVOT`.
    pub records_uses: bool,
    /// The types of parts of the expression.
    pub types: NodeTypes,
    /// Columns that have a part in the values of the current select, and in its rows.
    pub flows: Vec<Flow>,
    pub rows: Vec<Flow>,
    /// The part that columns named here have, if it is not their value.
    pub role: Option<Influence>,
    /// What the expression that was just typed does with the columns in it.
    pub outcome: ExprOutcome,
    /// Columns of selects outside of any aggregate, those of inner selects last.
    pub bare: Vec<BareUse>,
    pub unstable: Vec<UnstableCall>,
    pub inexact_sums: Vec<Range<usize>>,
    /// Texts that are cast without a word.
    pub casts: Vec<TypeFault>,
    pub risks: Vec<Risk>,
    pub reads: Vec<TableRead>,
    /// There is a `WITH RECURSIVE`.
    pub recursive: bool,
    pub features: Features,
    /// Whether nobody asks what the columns of the next select are called: it is a value.
    pub nameless: bool,
    /// Whether the rows of the current select are those of a stream.
    pub over_stream: bool,
    /// Whether a source may be a stream although nothing says so.
    pub perhaps_streaming: bool,
    /// Expressions that are not NULL at the current place, whatever their types say (`guard.rs`).
    pub present: Vec<String>,
    /// How many unknown names are still told what may have been meant: each goes through all names there are.
    pub hints: usize,
    /// How many subqueries of expressions there are around the current place: what they note counts for the expression.
    pub inside_expression: usize,
    /// The narrowest place known around the current node, for nodes that have none of their own.
    pub here: Range<usize>,
    depth: usize,
}

/// A column of the current `FROM` outside of any aggregate, to be judged when the grouping is known.
#[derive(Debug, Clone)]
pub(super) struct BareUse {
    pub frame: usize,
    pub source: usize,
    pub column: usize,
    pub range: Range<usize>,
    /// Whether it is one of those that a `*` there gives.
    pub is_star: bool,
}

impl<'a> Analyzer<'a> {
    pub(super) fn new(text: &'a str, catalog: &'a dyn Catalog, place: ExprPlace) -> Self {
        let here = 0..text.len();
        Analyzer {
            text,
            catalog,
            outer: None,
            place,
            frames: Vec::new(),
            ctes: Vec::new(),
            inside: Inside::default(),
            faults: Vec::new(),
            uses: Vec::new(),
            records_uses: false,
            types: NodeTypes::default(),
            flows: Vec::new(),
            rows: Vec::new(),
            role: None,
            outcome: ExprOutcome::default(),
            bare: Vec::new(),
            unstable: Vec::new(),
            inexact_sums: Vec::new(),
            casts: Vec::new(),
            risks: Vec::new(),
            reads: Vec::new(),
            recursive: false,
            features: Features::default(),
            nameless: false,
            over_stream: false,
            perhaps_streaming: false,
            present: Vec::new(),
            hints: HINTS,
            inside_expression: 0,
            here,
            depth: 0,
        }
    }

    /// Runs `inner` one level deeper, or reports that the text is nested too deeply.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let here = self.here.clone();
            self.fault(FaultKind::Unsupported, here, "the expression is nested too deeply");
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        Some(result)
    }

    /// Runs `inner` at another place.
    pub(super) fn at<T>(&mut self, place: ExprPlace, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.place, place);
        let result = inner(self);
        self.place = before;
        result
    }

    /// Notes the type of a part of an expression, for whoever judges expressions.
    pub(super) fn record_type(&mut self, expr: &Expr, ty: &DataType) {
        if self.records_uses {
            self.types.note(expr, ty);
        }
    }

    pub(super) fn fault(&mut self, kind: FaultKind, range: Range<usize>, message: impl Into<String>) {
        self.fault_with(kind, range, message, None::<String>);
    }

    pub(super) fn fault_with(
        &mut self,
        kind: FaultKind,
        range: Range<usize>,
        message: impl Into<String>,
        hint: Option<impl Into<String>>,
    ) {
        self.faults.push(TypeFault { kind, range, message: message.into(), hint: hint.map(Into::into) });
    }

    /// What may have been meant by `word`, while hints are left.
    pub(super) fn meant<S: AsRef<str>>(
        &mut self,
        word: &str,
        candidates: impl FnOnce(&Self) -> Vec<S>,
    ) -> Option<String> {
        self.hints = self.hints.checked_sub(1)?;
        let candidates = candidates(self);
        // The same name elsewhere is nearer than a similar one here.
        let last = |path: &str| path.rsplit_once('.').is_some_and(|(_, last)| crate::is_same_name(last, word));
        if let Some(elsewhere) = candidates.iter().map(AsRef::as_ref).find(|path| last(path)) {
            return Some(format!("did you mean `{elsewhere}`?"));
        }
        did_you_mean(word, candidates.iter().map(AsRef::as_ref))
    }

    /// The place of a node, or the narrowest known place around it.
    pub(super) fn range_of(&self, node: &impl Spanned) -> Range<usize> {
        self.range_in(node.span())
    }

    /// What was written there.
    pub(super) fn slice(&self, range: Range<usize>) -> String {
        self.text.get(range).unwrap_or("").to_owned()
    }

    pub(super) fn range_in(&self, span: Span) -> Range<usize> {
        range_of(self.text, span).unwrap_or_else(|| self.here.clone())
    }

    /// The place of an expression; the parser forgets that of some kinds, which is then put together from their parts.
    pub(super) fn range_of_expr(&self, expr: &Expr) -> Range<usize> {
        if let Expr::BinaryOp { left, right, .. } = expr {
            let mut first = &**left;
            while let Expr::BinaryOp { left, .. } = first {
                first = left;
            }
            return self.range_of_expr(first).start..self.range_of_expr(right).end;
        }
        let span = match expr {
            Expr::RLike { expr, pattern, .. } => expr.span().union(&pattern.span()),
            Expr::Interval(interval) => interval.value.span(),
            Expr::Struct { values, .. } => Span::union_iter(values.iter().map(Spanned::span)),
            Expr::Lambda(lambda) => lambda.body.span(),
            expr => expr.span(),
        };
        self.range_in(span)
    }

    pub(super) fn range_of_ident(&self, ident: &Ident) -> Range<usize> {
        self.range_in(ident.span)
    }

    pub(super) fn into_expr_info(mut self, typed: Typed) -> ExprInfo {
        self.sort_faults();
        for flow in self.flows.iter().filter(|flow| flow.origin.read == Origin::OUTSIDE) {
            if let Some(used) = self.uses.get_mut(flow.origin.column) {
                used.release = flow.release;
            }
        }
        ExprInfo {
            ty: typed.ty,
            nullable: typed.nullable,
            aggregates: !self.features.all.aggregates.is_empty(),
            windows: !self.features.all.windows.is_empty(),
            subqueries: self.features.subqueries,
            unstable: self.unstable,
            inexact_sums: self.inexact_sums,
            risks: self.risks,
            columns: self.uses,
            types: self.types.sorted(),
            casts: self.casts,
            faults: self.faults,
        }
    }

    pub(super) fn into_query_info(mut self, result: Rowset) -> QueryInfo {
        self.sort_faults();
        QueryInfo {
            columns: result.columns,
            open: result.open,
            recursive: self.recursive,
            streaming: result.streaming,
            perhaps_streaming: self.perhaps_streaming,
            reads: self.reads,
            rows: tidy_flows(self.rows),
            unstable: self.unstable,
            inexact_sums: self.inexact_sums,
            features: self.features,
            faults: self.faults,
        }
    }

    fn sort_faults(&mut self) {
        self.faults.sort_by_key(|f| (f.range.start, f.range.end, f.kind));
        self.faults.dedup();
    }
}
