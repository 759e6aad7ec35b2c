//! Finds what a path of names stands for, from the innermost query outwards.
//!
//! `a.b.c` may be a column of a qualified table or fields of a struct; a qualified column wins, as in Spark. Inside one
//! query: lambda parameters, columns of `FROM`, then columns of the select list to the left.

use std::ops::Range;

use sqlparser::ast::Ident;

use super::analyzer::{Analyzer, BareUse, Frame, Rows, SelectFrame, Source, Typed};
use super::catalog::Resolution;
use super::fault::FaultKind;
use super::flow::{Flow, narrowed};
use super::{ColumnUse, Origin};
use crate::diag::did_you_mean;
use crate::lakeflow::types::Column;

/// What the first parts of a path stand for.
struct Found {
    typed: Typed,
    /// How many parts are used up.
    used: usize,
    flows: Vec<Flow>,
    resolved: Option<String>,
    /// Source and column in the innermost select, if it is one of its columns.
    local: Option<(usize, usize)>,
}

enum Miss {
    Unknown { part: usize, message: Option<String>, candidates: Vec<String> },
    Ambiguous(Vec<String>),
}

/// Functions that are called without parentheses and that the parser takes for columns.
const BARE_FUNCTIONS: [&str; 7] =
    ["current_user", "session_user", "user", "current_catalog", "current_schema", "current_database", "curdate"];

impl Analyzer<'_> {
    /// The type of a column, a struct field or a lambda parameter.
    pub(super) fn path(&mut self, idents: &[Ident]) -> Typed {
        let parts: Vec<&str> = idents.iter().map(|i| i.value.as_str()).collect();
        let (Some(first), Some(last)) = (idents.first(), idents.last()) else { return Typed::unknown() };
        let range = self.range_of_ident(first).start..self.range_of_ident(last).end;
        match self.find(&parts) {
            Ok(found) => self.found(found, idents, range),
            Err(_) if BARE_FUNCTIONS.contains(&parts.join(".").to_ascii_lowercase().as_str()) => {
                self.call_named(&first.value.to_ascii_lowercase(), &[], range)
            }
            Err(miss) => {
                self.miss(miss, idents, &range);
                self.record(&range, &parts, None);
                Typed::unknown()
            }
        }
    }

    fn found(&mut self, found: Found, idents: &[Ident], range: Range<usize>) -> Typed {
        let parts: Vec<&str> = idents.iter().map(|i| i.value.as_str()).collect();
        let mut typed = found.typed;
        if let (Some((source, column)), None) = (found.local, self.inside.aggregate) {
            typed.nullable |= self.has_subtotals();
            let frame = self.select_frame_index().unwrap_or(0);
            self.bare.push(BareUse { frame, source, column, range: range.clone(), name: parts.join(".") });
        }
        let fields = idents.get(found.used..).unwrap_or(&[]);
        // A lambda parameter is no column.
        if found.resolved.is_some() || found.local.is_some() || !found.flows.is_empty() {
            self.record(&range, &parts, found.resolved);
        }
        let flows = fields.iter().fold(found.flows, |flows, field| narrowed(flows, &field.value));
        self.emit(flows, &range);
        for ident in idents.get(found.used..).unwrap_or(&[]) {
            typed = self.field(typed, ident);
        }
        typed
    }

    fn record(&mut self, range: &Range<usize>, parts: &[&str], resolved: Option<String>) {
        if !self.records_uses {
            return;
        }
        let inside = self.inside.aggregate.or(self.inside.window).map(str::to_string);
        let parts = parts.iter().map(ToString::to_string).collect();
        self.uses.push(ColumnUse { range: range.clone(), parts, resolved, inside_aggregate: inside });
    }

    fn miss(&mut self, miss: Miss, idents: &[Ident], range: &Range<usize>) {
        match miss {
            Miss::Ambiguous(candidates) => {
                let name = idents.iter().map(|i| i.value.as_str()).collect::<Vec<_>>().join(".");
                let hint = match candidates.is_empty() {
                    true => "the subquery has two columns of this name".to_string(),
                    false => format!("write one of {}", list(&candidates)),
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
                        let message = format!("table `{}` goes by another name here", ident.value);
                        (message, Some(format!("write `{alias}.{}`", idents.last().map_or("", |i| i.value.as_str()))))
                    }
                    None => {
                        let message = message.unwrap_or_else(|| format!("unknown column `{}`", ident.value));
                        (message, did_you_mean(&ident.value, candidates.iter().map(String::as_str)))
                    }
                };
                let at = self.range_of_ident(ident);
                self.fault_with(FaultKind::UnknownColumn, at, message, hint);
            }
        }
    }

    fn find(&self, parts: &[&str]) -> Result<Found, Miss> {
        let innermost = self.select_frame_index();
        let mut candidates = Vec::new();
        let mut qualified: Option<Miss> = None;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            match frame {
                Frame::Lambda(params) => {
                    if let Some(found) = find_param(params, parts) {
                        return Ok(found);
                    }
                    candidates.extend(params.iter().map(|(name, _)| name.clone()));
                }
                Frame::Select(select) => match select.find(parts) {
                    Ok(mut found) => {
                        if Some(index) != innermost {
                            found.local = None;
                        }
                        return Ok(found);
                    }
                    Err(miss @ Miss::Ambiguous(_)) => return Err(miss),
                    Err(Miss::Unknown { part: 0, candidates: names, .. }) => candidates.extend(names),
                    Err(miss) => qualified = qualified.or(Some(miss)),
                },
            }
        }
        match (self.outer, qualified) {
            (None, Some(miss)) => Err(miss),
            (None, None) => Err(Miss::Unknown { part: 0, message: None, candidates }),
            (Some(outer), qualified) => match (outer(parts), qualified) {
                (Resolution::Found { column, used, path }, _) => Ok(Found {
                    typed: Typed::new(column.ty, column.nullable),
                    used: used.max(1),
                    flows: Vec::new(),
                    resolved: Some(path),
                    local: None,
                }),
                (_, Some(miss)) => Err(miss),
                (Resolution::Ambiguous(names), None) => Err(Miss::Ambiguous(names)),
                (Resolution::Unknown { part, message, candidates: more }, None) => {
                    candidates.extend(more);
                    Err(Miss::Unknown { part, message, candidates })
                }
            },
        }
    }

    /// The alias of the table that is called `name` outside of this query.
    fn alias_of(&self, name: &str) -> Option<String> {
        let sources = self.frames.iter().rev().filter_map(|f| match f {
            Frame::Select(select) => Some(&select.sources),
            Frame::Lambda(_) => None,
        });
        sources.flatten().find_map(|source| match &source.rows {
            Rows::Table(_, read) => {
                let own = self.reads.get(*read)?.name.last()?;
                own.eq_ignore_ascii_case(name).then(|| source.qualifier.last().cloned()).flatten()
            }
            _ => None,
        })
    }

    /// The index of the innermost select among the frames.
    pub(super) fn select_frame_index(&self) -> Option<usize> {
        self.frames.iter().rposition(|f| matches!(f, Frame::Select(_)))
    }

    /// The innermost select.
    pub(super) fn select_frame(&mut self) -> Option<&mut SelectFrame> {
        self.frames.iter_mut().rev().find_map(|f| match f {
            Frame::Select(select) => Some(select),
            Frame::Lambda(_) => None,
        })
    }
}

fn find_param(params: &[(String, Typed)], parts: &[&str]) -> Option<Found> {
    let first = parts.first()?;
    let (_, typed) = params.iter().find(|(name, _)| name.eq_ignore_ascii_case(first))?;
    Some(Found { typed: typed.clone(), used: 1, flows: Vec::new(), resolved: None, local: None })
}

impl SelectFrame {
    fn find(&self, parts: &[&str]) -> Result<Found, Miss> {
        if self.aliases_first
            && let Some(found) = self.find_alias(parts)
        {
            return Ok(found);
        }
        let mut unknown = None;
        for used in (1..parts.len()).rev() {
            let (qualifier, column) = (parts.get(..used).unwrap_or(&[]), parts.get(used).copied().unwrap_or(""));
            let known = self.sources.iter().enumerate().filter(|(_, s)| s.is_called(qualifier));
            for (index, source) in known {
                match source.column_index(column) {
                    Some(at) if source.has_twice(at, column) => return Err(Miss::Ambiguous(Vec::new())),
                    Some(at) => return Ok(source.found(index, at, used + 1)),
                    None if matches!(source.rows, Rows::Open) => return Ok(open()),
                    None => unknown = Some(Miss::Unknown { part: used, message: None, candidates: source.names() }),
                }
            }
        }
        let name = parts.first().copied().unwrap_or("");
        let hits: Vec<(usize, usize)> = (self.sources.iter().enumerate())
            .filter_map(|(i, s)| s.column_index(name).filter(|at| !s.merged.contains(at)).map(|at| (i, at)))
            .collect();
        match hits.as_slice() {
            [] => {}
            [(index, at)] => {
                if let Some(source) = self.sources.get(*index) {
                    if source.has_twice(*at, name) {
                        return Err(Miss::Ambiguous(Vec::new()));
                    }
                    return Ok(source.found(*index, *at, 1));
                }
            }
            several => return Err(Miss::Ambiguous(self.qualified(several))),
        }
        if let Some(found) = self.find_alias(parts) {
            return Ok(found);
        }
        if self.sources.iter().any(|s| matches!(s.rows, Rows::Open)) {
            return Ok(open());
        }
        Err(unknown.unwrap_or_else(|| self.nothing(parts)))
    }

    fn nothing(&self, parts: &[&str]) -> Miss {
        let mut candidates: Vec<String> = self.sources.iter().flat_map(Source::names).collect();
        candidates.extend(self.aliases.iter().map(|a| a.column.name.clone()));
        if parts.len() > 1 {
            candidates.extend(self.sources.iter().filter_map(|s| s.qualifier.last().cloned()));
        }
        Miss::Unknown { part: 0, message: None, candidates }
    }

    fn find_alias(&self, parts: &[&str]) -> Option<Found> {
        let name = parts.first()?;
        // Of two columns with one name the left one is found: what follows can only mean a column that stands already.
        let alias = self.aliases.iter().find(|a| a.named && a.column.name.eq_ignore_ascii_case(name))?;
        let typed = Typed::new(alias.column.ty.clone(), alias.column.nullable);
        Some(Found { typed, used: 1, flows: alias.flows.clone(), resolved: None, local: None })
    }

    fn qualified(&self, hits: &[(usize, usize)]) -> Vec<String> {
        let name = |(index, at): &(usize, usize)| {
            let source = self.sources.get(*index)?;
            let table = source.qualifier.last().map_or("", String::as_str);
            Some(format!("{table}.{}", source.column(*at)?.name))
        };
        hits.iter().filter_map(name).collect()
    }
}

fn open() -> Found {
    Found { typed: Typed::unknown(), used: usize::MAX, flows: Vec::new(), resolved: None, local: None }
}

impl Source {
    /// Whether `qualifier` names this source: its alias, or the last parts of its name.
    pub(super) fn is_called(&self, qualifier: &[&str]) -> bool {
        let skipped = self.qualifier.len().checked_sub(qualifier.len());
        skipped.is_some_and(|skip| {
            self.qualifier.iter().skip(skip).zip(qualifier).all(|(own, part)| own.eq_ignore_ascii_case(part))
        })
    }

    /// How many columns `*` gives.
    pub(super) fn width(&self) -> usize {
        match &self.rows {
            Rows::Table(relation, _) => relation.columns.len(),
            Rows::Derived(columns) => columns.len(),
            Rows::Open => 0,
        }
    }

    pub(super) fn column_index(&self, name: &str) -> Option<usize> {
        if !self.renamed.is_empty() {
            return self.renamed.iter().position(|n| n.eq_ignore_ascii_case(name));
        }
        match &self.rows {
            Rows::Table(relation, _) => {
                relation.columns.iter().chain(&relation.hidden).position(|c| c.name.eq_ignore_ascii_case(name))
            }
            Rows::Derived(columns) => columns.iter().position(|c| c.column.name.eq_ignore_ascii_case(name)),
            Rows::Open => None,
        }
    }

    /// Whether another column after the one at `index` has its name too.
    fn has_twice(&self, index: usize, name: &str) -> bool {
        match &self.rows {
            Rows::Derived(columns) if self.renamed.is_empty() => {
                columns.iter().skip(index + 1).any(|c| c.column.name.eq_ignore_ascii_case(name))
            }
            _ => false,
        }
    }

    /// The column with the name and NULLs it has here.
    pub(super) fn column(&self, index: usize) -> Option<Column> {
        let mut column = match &self.rows {
            Rows::Table(relation, _) => relation.column(index)?.clone(),
            Rows::Derived(columns) => columns.get(index)?.column.clone(),
            Rows::Open => return None,
        };
        if let Some(name) = self.renamed.get(index) {
            column.name.clone_from(name);
        }
        column.nullable |= self.optional;
        Some(column)
    }

    pub(super) fn flows(&self, index: usize) -> Vec<Flow> {
        match &self.rows {
            Rows::Table(_, read) => vec![Flow::of(Origin { read: *read, column: index })],
            Rows::Derived(columns) => columns.get(index).map(|c| c.flows.clone()).unwrap_or_default(),
            Rows::Open => Vec::new(),
        }
    }

    fn found(&self, source: usize, at: usize, used: usize) -> Found {
        let column = self.column(at);
        let typed = column.map_or_else(Typed::unknown, |c| Typed::new(c.ty, c.nullable));
        Found { typed, used, flows: self.flows(at), resolved: None, local: Some((source, at)) }
    }

    pub(super) fn names(&self) -> Vec<String> {
        let hidden = match &self.rows {
            Rows::Table(relation, _) => relation.hidden.len(),
            _ => 0,
        };
        (0..self.width() + hidden).filter_map(|i| self.column(i)).map(|c| c.name).collect()
    }
}

/// `a`, `b` and `c` in backticks.
pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
