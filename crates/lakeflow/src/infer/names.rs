//! Resolves a path of names, from the innermost query outwards.
//!
//! `a.b.c` may be a column of a qualified table or fields of a struct; a qualified column has precedence, as in Spark.
//! The order within a query is: lambda parameters, columns of `FROM`, then columns of the select list to the left.

use std::collections::HashMap;
use std::ops::Range;

use sqlparser::ast::Ident;

use super::analyzer::{Analyzer, BareUse, Frame, FromSource, SelectFrame, SourceRows, Typed};
use super::catalog::Resolution;
use super::fault::FaultKind;
use super::flow::{Flow, narrowed};
use super::{ColumnUse, Origin, OutputColumn};
use crate::types::Column;
use crate::{folded, is_same_name};

/// What the first parts of a path stand for.
struct FoundPrefix {
    typed: Typed,
    /// How many parts are used up.
    used: usize,
    /// The frame that has it.
    frame: usize,
    thing: NamedThing,
    /// The name that the caller knows it by.
    resolved: Option<String>,
}

/// What a frame has under a name.
#[derive(Clone, Copy)]
enum NamedThing {
    /// A parameter, or something of which nothing else is known here.
    Other,
    /// A column: its source and its place there.
    Column(usize, usize),
    /// A column of the select list.
    Alias(usize),
}

enum Miss {
    Unknown { part: usize, message: Option<String>, candidates: Vec<String> },
    Ambiguous(Vec<String>),
}

/// Why a select does not have what a path names.
enum NotHere {
    /// It has nothing of this name.
    Unknown,
    /// The source that the first parts name has no column of this name.
    NoColumn {
        part: usize,
        source: usize,
    },
    Ambiguous(Vec<String>),
}

/// Columns up to which looking at each is quicker than a map.
const FEW: usize = 64;

/// Functions that are called without parentheses and that the parser takes for columns.
const BARE_FUNCTIONS: [&str; 7] =
    ["current_user", "session_user", "user", "current_catalog", "current_schema", "current_database", "curdate"];

impl Analyzer<'_> {
    /// The type of a column, a struct field or a lambda parameter.
    pub(super) fn path(&mut self, idents: &[Ident]) -> Typed {
        let (Some(first), Some(last)) = (idents.first(), idents.last()) else { return Typed::unknown() };
        let range = self.range_of_ident(first).start..self.range_of_ident(last).end;
        match self.find(idents) {
            Ok(found) => self.found(found, idents, range),
            Err(_) if is_bare_function(idents) => self.call_named(&first.value, &[], range),
            Err(miss) => {
                self.miss(miss, idents, &range);
                self.record(&range, idents, None);
                Typed::unknown()
            }
        }
    }

    fn found(&mut self, found: FoundPrefix, idents: &[Ident], range: Range<usize>) -> Typed {
        let FoundPrefix { mut typed, used, frame, thing, resolved } = found;
        let local = match thing {
            NamedThing::Column(source, column) if self.select_frame_index() == Some(frame) => Some((source, column)),
            _ => None,
        };
        if let (Some((source, column)), None) = (local, self.inside.aggregate) {
            typed.nullable |= self.has_subtotals();
            self.bare.push(BareUse { frame, source, column, range: range.clone(), is_star: false });
        }
        // A lambda parameter is no column.
        if self.records_uses && (resolved.is_some() || local.is_some() || self.has_flows(frame, thing)) {
            let is_outside = resolved.is_some();
            self.record(&range, idents, resolved);
            if is_outside {
                let origin = Origin { read: Origin::OUTSIDE, column: self.uses.len().saturating_sub(1) };
                self.emit([Flow::of(origin)], &range);
            }
        }
        let fields = idents.get(used..).unwrap_or(&[]);
        self.emit_thing(frame, thing, fields, &range);
        fields.iter().fold(typed, |typed, ident| self.field(typed, ident))
    }

    /// The place of a name in the tables read, and what is noted for it.
    fn rows_of(&self, frame: usize, thing: NamedThing) -> Option<(SourceRows, usize)> {
        match (self.frames.get(frame)?, thing) {
            (Frame::Select(select), NamedThing::Column(source, at)) => {
                Some((select.sources.get(source)?.rows.clone(), at))
            }
            (Frame::Select(select), NamedThing::Alias(at)) => {
                let alias = select.aliases.get(at)?.clone();
                Some((SourceRows::Derived([alias].into()), 0))
            }
            _ => None,
        }
    }

    fn has_flows(&self, frame: usize, thing: NamedThing) -> bool {
        match self.rows_of(frame, thing) {
            Some((SourceRows::Table(..), _)) => true,
            Some((SourceRows::Derived(columns), at)) => columns.get(at).is_some_and(|column| !column.flows.is_empty()),
            Some((SourceRows::Open, _)) | None => false,
        }
    }

    /// Notes that what was found, or these fields of it, is used at `range`.
    fn emit_thing(&mut self, frame: usize, thing: NamedThing, fields: &[Ident], range: &Range<usize>) {
        let narrow = |flow: Flow| fields.iter().try_fold(flow, |flow, field| narrowed(flow, &field.value));
        match self.rows_of(frame, thing) {
            Some((SourceRows::Table(_, read), column)) => self.emit(narrow(Flow::of(Origin { read, column })), range),
            Some((SourceRows::Derived(columns), at)) => {
                let flows = columns.get(at).map_or(&[][..], |column| &column.flows);
                self.emit(flows.iter().cloned().filter_map(narrow), range);
            }
            Some((SourceRows::Open, _)) | None => {}
        }
    }

    fn record(&mut self, range: &Range<usize>, idents: &[Ident], resolved: Option<String>) {
        if !self.records_uses {
            return;
        }
        let inside_aggregate = self.inside.aggregate.or(self.inside.window);
        let parts = idents.iter().map(|ident| ident.value.clone()).collect();
        self.uses.push(ColumnUse { range: range.clone(), parts, resolved, inside_aggregate, release: None });
    }

    fn miss(&mut self, miss: Miss, idents: &[Ident], range: &Range<usize>) {
        match miss {
            Miss::Ambiguous(candidates) => {
                let name = joined(idents);
                let hint = match candidates.as_slice() {
                    [] => "the source has two columns of this name".to_owned(),
                    [first, others @ ..] if others.iter().all(|other| is_same_name(other, first)) => {
                        "several tables have this name here: give each a different alias with `AS`".to_owned()
                    }
                    several => format!("write one of {}", list(several)),
                };
                self.fault_with(
                    FaultKind::AmbiguousColumn,
                    range.clone(),
                    format!("column `{name}` is ambiguous"),
                    Some(hint),
                );
            }
            Miss::Unknown { part, message, candidates } => {
                let Some(ident) = idents.get(part).or(idents.first()) else { return };
                let hidden = if part == 0 && idents.len() > 1 { self.alias_of(&ident.value) } else { None };
                let (message, hint) = match hidden {
                    Some(alias) => {
                        let message = format!("table `{}` has an alias here", ident.value);
                        (message, Some(format!("write `{alias}.{}`", idents.last().map_or("", |i| i.value.as_str()))))
                    }
                    None => {
                        let message = message.unwrap_or_else(|| format!("unknown column `{}`", ident.value));
                        (message, self.meant(&ident.value, |_| candidates))
                    }
                };
                let at = self.range_of_ident(ident);
                self.fault_with(FaultKind::UnknownColumn, at, message, hint);
            }
        }
    }

    fn find(&self, idents: &[Ident]) -> Result<FoundPrefix, Miss> {
        let mut qualified = None;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            match frame {
                Frame::Lambda(params) => {
                    if let Some(found) = find_param(params, idents) {
                        return Ok(found);
                    }
                }
                Frame::Select(select) => match select.find(idents) {
                    Ok(found) => return Ok(FoundPrefix { frame: index, ..found }),
                    Err(NotHere::Ambiguous(names)) => return Err(Miss::Ambiguous(names)),
                    Err(NotHere::Unknown) => {}
                    Err(NotHere::NoColumn { part, source }) => {
                        qualified = qualified.or(select.sources.get(source).map(|source| (part, source)));
                    }
                },
            }
        }
        let outside = self.outer.map(|outer| {
            let parts: Vec<&str> = idents.iter().map(|i| i.value.as_str()).collect();
            outer(&parts)
        });
        match (outside, qualified) {
            (Some(Resolution::Found { ty, nullable, used, path }), _) => Ok(FoundPrefix {
                typed: Typed::new(ty, nullable),
                used: used.max(1),
                frame: 0,
                thing: NamedThing::Other,
                resolved: Some(path),
            }),
            (_, Some((part, source))) => {
                let candidates = if self.hints > 0 { source.names() } else { vec![] };
                Err(Miss::Unknown { part, message: None, candidates })
            }
            (None, None) => Err(Miss::Unknown { part: 0, message: None, candidates: self.names(idents) }),
            (Some(Resolution::Ambiguous(names)), None) => Err(Miss::Ambiguous(names)),
            (Some(Resolution::Unknown { part, message, candidates: more }), None) => {
                let mut candidates = self.names(idents);
                candidates.extend(more);
                Err(Miss::Unknown { part, message, candidates })
            }
        }
    }

    /// Every name that the first part of a path could have been.
    fn names(&self, idents: &[Ident]) -> Vec<String> {
        if self.hints == 0 {
            return vec![];
        }
        let names = |frame: &Frame| match frame {
            Frame::Lambda(params) => params.iter().map(|(name, _)| name.clone()).collect(),
            Frame::Select(select) => select.names(idents.len() > 1),
        };
        self.frames.iter().rev().flat_map(names).collect()
    }

    /// The alias of the table that is called `name` outside of this query.
    fn alias_of(&self, name: &str) -> Option<String> {
        let sources = self.frames.iter().rev().filter_map(|f| match f {
            Frame::Select(select) => Some(&select.sources),
            Frame::Lambda(_) => None,
        });
        sources.flatten().find_map(|source| match &source.rows {
            SourceRows::Table(_, read) => {
                let own = self.reads.get(*read)?.name.last()?;
                is_same_name(own, name).then(|| source.qualifier.last().cloned()).flatten()
            }
            _ => None,
        })
    }

    /// The index of the innermost select among the frames.
    pub(super) fn select_frame_index(&self) -> Option<usize> {
        self.frames.iter().rposition(|f| matches!(f, Frame::Select(_)))
    }

    /// The innermost `SELECT` around the expression; `None` outside of any query.
    pub(super) fn select_frame(&mut self) -> Option<&mut SelectFrame> {
        self.frames.iter_mut().rev().find_map(|f| match f {
            Frame::Select(select) => Some(select),
            Frame::Lambda(_) => None,
        })
    }
}

fn is_bare_function(idents: &[Ident]) -> bool {
    let [only] = idents else { return false };
    BARE_FUNCTIONS.iter().any(|function| function.eq_ignore_ascii_case(&only.value))
}

fn find_param(params: &[(String, Typed)], idents: &[Ident]) -> Option<FoundPrefix> {
    let first = idents.first()?;
    let (_, typed) = params.iter().find(|(name, _)| is_same_name(name, &first.value))?;
    Some(FoundPrefix { typed: typed.clone(), ..open(1) })
}

impl SelectFrame {
    fn find(&self, idents: &[Ident]) -> Result<FoundPrefix, NotHere> {
        if self.aliases_first
            && let Some(found) = self.find_alias(idents)
        {
            return Ok(found);
        }
        let mut unknown = NotHere::Unknown;
        for used in (1..idents.len()).rev() {
            let (qualifier, column) =
                (idents.get(..used).unwrap_or(&[]), idents.get(used).map_or("", |i| i.value.as_str()));
            let known = self.sources.iter().enumerate().filter(|(_, s)| s.is_called(qualifier));
            let mut hits = vec![];
            for (index, source) in known {
                match source.column_index(column) {
                    Some(at) if source.has_twice(at, column) => return Err(NotHere::Ambiguous(Vec::new())),
                    Some(at) => hits.push((index, at)),
                    None if matches!(source.rows, SourceRows::Open) => return Ok(open(usize::MAX)),
                    None => unknown = NotHere::NoColumn { part: used, source: index },
                }
            }
            match hits.as_slice() {
                [] => {}
                [(index, at)] => return self.found(*index, *at, used + 1),
                several => return Err(NotHere::Ambiguous(self.qualified(several))),
            }
        }
        let name = idents.first().map_or("", |i| i.value.as_str());
        let hit = |(index, source): (usize, &FromSource)| {
            source.column_index(name).filter(|at| !source.merged.contains(at)).map(|at| (index, at))
        };
        let mut hits = self.sources.iter().enumerate().filter_map(hit);
        match (hits.next(), hits.next()) {
            (None, _) => {}
            (Some((index, at)), None) => match self.sources.get(index) {
                Some(source) if source.has_twice(at, name) => return Err(NotHere::Ambiguous(Vec::new())),
                _ => return self.found(index, at, 1),
            },
            (Some(first), Some(second)) => {
                let several: Vec<_> = [first, second].into_iter().chain(hits).collect();
                return Err(NotHere::Ambiguous(self.qualified(&several)));
            }
        }
        if let Some(found) = self.find_alias(idents) {
            return Ok(found);
        }
        if self.sources.iter().any(|s| matches!(s.rows, SourceRows::Open)) {
            return Ok(open(usize::MAX));
        }
        Err(unknown)
    }

    fn found(&self, source: usize, at: usize, used: usize) -> Result<FoundPrefix, NotHere> {
        let rows = self.sources.get(source).ok_or(NotHere::Unknown)?;
        Ok(rows.found(source, at, used))
    }

    /// All names of columns, and those of tables too if more may follow.
    fn names(&self, with_tables: bool) -> Vec<String> {
        let mut names: Vec<String> = self.sources.iter().flat_map(FromSource::names).collect();
        names.extend(self.aliases.iter().map(|a| a.column.name.clone()));
        if with_tables {
            names.extend(self.sources.iter().filter_map(|s| s.qualifier.last().cloned()));
        }
        names
    }

    /// Adds a column that later expressions may name.
    pub(super) fn add_alias(&mut self, alias: OutputColumn) {
        if alias.named {
            self.alias_places.add(&alias.column.name, self.aliases.len());
        }
        self.aliases.push(alias);
    }

    fn find_alias(&self, idents: &[Ident]) -> Option<FoundPrefix> {
        let name = &idents.first()?.value;
        // Of two columns with one name the left one is found: what follows can only mean a column that stands already.
        let at = self.alias_places.place(name)?;
        let column = &self.aliases.get(at)?.column;
        let typed = Typed::new(column.ty.clone(), column.nullable);
        Some(FoundPrefix { typed, thing: NamedThing::Alias(at), ..open(1) })
    }

    fn qualified(&self, hits: &[(usize, usize)]) -> Vec<String> {
        let name = |(index, at): &(usize, usize)| {
            let source = self.sources.get(*index)?;
            let table = source.qualifier.last().map_or("", String::as_str);
            Some(format!("{table}.{}", source.name(*at)?))
        };
        hits.iter().filter_map(name).collect()
    }
}

/// Something of which nothing is known, whose name takes up so many parts.
fn open(used: usize) -> FoundPrefix {
    FoundPrefix { typed: Typed::unknown(), used, frame: 0, thing: NamedThing::Other, resolved: None }
}

impl FromSource {
    /// Whether `qualifier` names this source: its alias, or the last parts of its name.
    pub(super) fn is_called(&self, qualifier: &[Ident]) -> bool {
        let skipped = self.qualifier.len().checked_sub(qualifier.len());
        let own = skipped.and_then(|skipped| self.qualifier.get(skipped..));
        own.is_some_and(|own| own.iter().zip(qualifier).all(|(own, part)| is_same_name(own, &part.value)))
    }

    /// How many columns `*` gives.
    pub(super) fn width(&self) -> usize {
        match &self.rows {
            SourceRows::Table(relation, _) => relation.columns.len(),
            SourceRows::Derived(columns) => columns.len(),
            SourceRows::Open => 0,
        }
    }

    pub(super) fn column_index(&self, name: &str) -> Option<usize> {
        if self.width() > FEW {
            return self.by_name().get(&*folded(name)).map(|(at, _)| *at);
        }
        if !self.renamed.is_empty() {
            return self.renamed.iter().position(|n| is_same_name(n, name));
        }
        match &self.rows {
            SourceRows::Table(relation, _) => {
                relation.columns.iter().chain(&relation.hidden).position(|c| is_same_name(&c.name, name))
            }
            SourceRows::Derived(columns) => columns.iter().position(|c| is_same_name(&c.column.name, name)),
            SourceRows::Open => None,
        }
    }

    /// The columns by name, for those that have many.
    fn by_name(&self) -> &HashMap<String, (usize, bool)> {
        self.by_name.get_or_init(|| {
            let mut found: HashMap<String, (usize, bool)> = HashMap::new();
            // Hidden columns are found when no other has the name; columns that were renamed have none.
            let hidden = if self.renamed.is_empty() { self.hidden() } else { 0 };
            for at in 0..self.width() + hidden {
                let Some(name) = self.name(at) else { continue };
                let entry = found.entry(folded(name).into_owned());
                entry.and_modify(|(_, twice)| *twice |= at < self.width()).or_insert((at, false));
            }
            found
        })
    }

    fn hidden(&self) -> usize {
        match &self.rows {
            SourceRows::Table(relation, _) => relation.hidden.len(),
            _ => 0,
        }
    }

    /// Whether another column after the one at `index` has its name too.
    fn has_twice(&self, index: usize, name: &str) -> bool {
        if self.width() > FEW {
            return self.by_name().get(&*folded(name)).is_some_and(|(_, twice)| *twice);
        }
        (index + 1..self.width()).any(|other| self.name(other).is_some_and(|known| is_same_name(known, name)))
    }

    /// The column as its rows have it.
    fn own_column(&self, index: usize) -> Option<&Column> {
        match &self.rows {
            SourceRows::Table(relation, _) => relation.column(index),
            SourceRows::Derived(columns) => columns.get(index).map(|c| &c.column),
            SourceRows::Open => None,
        }
    }

    /// The name that a column has here.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        let own = self.own_column(index)?;
        Some(self.renamed.get(index).unwrap_or(&own.name))
    }

    /// The column with the name and NULLs it has here.
    pub(super) fn column(&self, index: usize) -> Option<Column> {
        let own = self.own_column(index)?;
        let name = self.name(index)?.to_owned();
        Some(Column { name, ty: own.ty.clone(), nullable: own.nullable || self.optional })
    }

    pub(super) fn flows(&self, index: usize) -> Vec<Flow> {
        match &self.rows {
            SourceRows::Table(_, read) => vec![Flow::of(Origin { read: *read, column: index })],
            SourceRows::Derived(columns) => columns.get(index).map(|c| c.flows.clone()).unwrap_or_default(),
            SourceRows::Open => Vec::new(),
        }
    }

    fn found(&self, source: usize, at: usize, used: usize) -> FoundPrefix {
        let own = self.own_column(at);
        let typed = own.map_or_else(Typed::unknown, |c| Typed::new(c.ty.clone(), c.nullable || self.optional));
        FoundPrefix { typed, thing: NamedThing::Column(source, at), ..open(used) }
    }

    pub(super) fn names(&self) -> Vec<String> {
        (0..self.width() + self.hidden()).filter_map(|i| self.name(i)).map(str::to_owned).collect()
    }
}

/// A path without quotes.
pub(super) fn joined(idents: &[Ident]) -> String {
    idents.iter().map(|i| i.value.as_str()).collect::<Vec<_>>().join(".")
}

/// `a`, `b` and `c` in backticks.
pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
