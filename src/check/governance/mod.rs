//! Judges what runs beside a pipeline: every statement parses, and every table, column and function that it names is
//! there, in the type that it needs.
//!
//! Like the rest of this pass it sees the text alone. Who may see what is not judged here: that is no fault of the SQL.

mod metric_view;

use std::collections::BTreeMap;

use super::dataset::{Definition, Kind, last_part, statement_of, table_of};
use super::{Pipeline, at};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lakeflow::ast::{
    Alter, AlterAction, CreateFunction, FunctionBody, Mask, ObjectName, Returns, Securable, SecurableKind, Statement,
    StatementKind, TypeName,
};
use crate::lakeflow::infer::{self, Place};
use crate::lakeflow::types::{Column, DataType};
use crate::lakeflow::{self, name_text};
use crate::source::{FileId, SourceMap, Span};

/// Parses and judges the governance files of one target, in the order in which they run, beside the pipeline they
/// belong to.
pub fn governance(files: &[FileId], pipeline: &Pipeline, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let mut parsed: Vec<(FileId, Statement)> = vec![];
    let mut is_complete = true;
    for file in files {
        match lakeflow::parse(sources.text(*file)) {
            Ok(statements) => parsed.extend(statements.into_iter().map(|statement| (*file, statement))),
            Err(faults) => {
                is_complete = false;
                diagnostics.extend(faults.into_iter().map(|fault| at(Code::PipelineSyntax, *file, fault)));
            }
        }
    }
    let known = Known::of(&parsed, pipeline);
    for (file, statement) in &parsed {
        let judged = Judged { file: *file, statement, text: sources.text(*file), known: &known, diagnostics };
        judged.check();
    }
    // A function that seems to be missing may stand in a file that could not be read.
    if is_complete {
        check_pipeline(pipeline, &known, diagnostics);
    }
}

/// What statements can name: datasets of the pipeline, and what governance itself creates.
struct Known<'a> {
    tables: BTreeMap<&'a str, &'a Definition>,
    functions: BTreeMap<String, &'a CreateFunction>,
    views: Vec<String>,
}

impl<'a> Known<'a> {
    fn of(governance: &'a [(FileId, Statement)], pipeline: &'a Pipeline) -> Known<'a> {
        let published = pipeline.datasets.iter().filter(|definition| {
            let (_, statement) = statement_of(definition, &pipeline.files);
            definition.kind != Kind::TemporaryView && !table_of(&statement.kind).is_some_and(|table| table.private)
        });
        let mut known = Known {
            tables: published.map(|definition| (definition.name.as_str(), definition)).collect(),
            functions: BTreeMap::new(),
            views: vec![],
        };
        for (_, statement) in governance {
            match &statement.kind {
                StatementKind::CreateFunction(function) => {
                    known.functions.insert(last_part(&function.name), function);
                }
                StatementKind::CreateMetricView(view) => known.views.push(last_part(&view.name)),
                _ => {}
            }
        }
        known
    }
}

/// A statement while it is judged.
struct Judged<'a> {
    file: FileId,
    statement: &'a Statement,
    text: &'a str,
    known: &'a Known<'a>,
    diagnostics: &'a mut Diagnostics,
}

impl Judged<'_> {
    fn check(mut self) {
        match &self.statement.kind {
            StatementKind::Grant(grant) => self.securable(&grant.on),
            StatementKind::Revoke(revoke) => self.securable(&revoke.on),
            StatementKind::Alter(alter) => self.alter(alter),
            StatementKind::CreatePolicy(policy) => self.function(&policy.function),
            StatementKind::CreateFunction(function) => self.body(function),
            StatementKind::CreateMetricView(view) => {
                let faults = metric_view::faults(&view.definition, |name| self.known.columns(name));
                self.diagnostics.extend(faults.iter().map(|fault| super::fault(self.file, fault)));
            }
            StatementKind::CreateSchema(_) | StatementKind::CreateVolume(_) | StatementKind::CommentOn(_) => {}
            _ => self.report(Code::ForbiddenStatement, "a statement that has no place beside a pipeline".to_owned()),
        }
    }

    fn report(&mut self, code: Code, message: String) {
        self.diagnostics.push(Diagnostic::error(code, message).at(Span::new(self.file, self.statement.range.clone())));
    }

    /// A statement on an object that is not there fails, and stops the file it stands in.
    fn securable(&mut self, on: &Securable) {
        let name = last_part(&on.name);
        let is_known = match on.kind {
            SecurableKind::Table => self.known.tables.contains_key(name.as_str()),
            SecurableKind::StreamingTable => self.is(&name, Kind::StreamingTable),
            SecurableKind::MaterializedView => self.is(&name, Kind::MaterializedView),
            SecurableKind::View => self.known.views.contains(&name),
            SecurableKind::Function => self.known.functions.contains_key(&name),
            // Places, which may be older than the project.
            _ => true,
        };
        if !is_known {
            let kind = on.kind.words().to_lowercase();
            self.report(Code::UnresolvedName, format!("there is no {kind} `{}`", name_text(&on.name)));
        }
    }

    fn is(&self, name: &str, kind: Kind) -> bool {
        self.known.tables.get(name).is_some_and(|definition| definition.kind == kind)
    }

    fn alter(&mut self, alter: &Alter) {
        self.securable(&alter.object);
        let AlterAction::Column { name, .. } = &alter.action else { return };
        let table = self.known.tables.get(last_part(&alter.object.name).as_str());
        let has = |d: &&Definition| d.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name.value));
        if table.is_some_and(|definition| !has(definition)) {
            let message = format!("`{}` has no column `{}`", name_text(&alter.object.name), name.value);
            self.report(Code::UnresolvedName, message);
        }
    }

    fn function(&mut self, name: &ObjectName) {
        if !self.known.functions.contains_key(&last_part(name)) {
            self.report(Code::UnresolvedName, format!("there is no function `{}`", name_text(name)));
        }
    }

    /// A function that does not compile would leave its tables unreadable.
    ///
    /// Tables, blocks and Python are not looked into.
    fn body(&mut self, function: &CreateFunction) {
        let FunctionBody::Expr(body) = &function.body else { return };
        let parameter = |p: &lakeflow::ast::Parameter| Column::nullable(&p.name.value, data_type(&p.data_type));
        let parameters: Vec<Column> = function.parameters.iter().map(parameter).collect();
        let place = Place { unstable: true, ..Place::row("a function") };
        let info = infer::analyze_expr(body, self.text, parameters.as_slice(), place);
        for fault in &info.faults {
            self.diagnostics.push(super::fault(self.file, fault));
        }
        let Some(Returns::Scalar(returns)) = &function.returns else { return };
        let returns = data_type(returns);
        if info.faults.is_empty() && info.ty != returns && info.ty != DataType::Unknown {
            let shown = name_text(&function.name);
            self.report(Code::ColumnMismatch, format!("`{shown}` returns {}, not {returns}", info.ty));
        }
    }
}

impl Known<'_> {
    fn columns(&self, table: &str) -> Option<&[Column]> {
        self.tables.get(table).map(|definition| definition.columns.as_slice())
    }

    /// What is wrong with a function that is called with values of these types; `None` when nothing is.
    fn misfit(&self, name: &ObjectName, types: &[DataType]) -> Option<String> {
        let shown = name_text(name);
        let Some(function) = self.functions.get(&last_part(name)) else {
            return Some(format!("no governance file creates the function `{shown}`"));
        };
        let wanted: Vec<DataType> = function.parameters.iter().map(|p| data_type(&p.data_type)).collect();
        let list = |types: &[DataType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        (wanted != types).then(|| format!("`{shown}` takes ({}), not ({})", list(&wanted), list(types)))
    }
}

/// Masks and row filters of the pipeline call functions that governance creates, with the types they are made for.
fn check_pipeline(pipeline: &Pipeline, known: &Known<'_>, diagnostics: &mut Diagnostics) {
    for definition in &pipeline.datasets {
        let (file, statement) = statement_of(definition, &pipeline.files);
        let Some(table) = table_of(&statement.kind) else { continue };
        let type_of = |name: &str| {
            let declared = table.columns.iter().find(|column| column.name.value.eq_ignore_ascii_case(name));
            declared.map_or(DataType::Unknown, |column| data_type(&column.data_type))
        };
        let masks = table.columns.iter().filter_map(|c| Some((c.mask.as_ref()?, data_type(&c.data_type))));
        let masks = masks.map(|(Mask { function, .. }, ty)| (function, vec![ty]));
        let filters = table.row_filter.iter().map(|filter| {
            let arguments = filter.on.iter().map(|argument| type_of(argument.to_string().trim_matches('`')));
            (&filter.function, arguments.collect::<Vec<_>>())
        });
        for (function, types) in masks.chain(filters) {
            if let Some(message) = known.misfit(function, &types) {
                let place = Span::new(file, statement.range.clone());
                diagnostics.push(Diagnostic::error(Code::UnresolvedName, message).at(place));
            }
        }
    }
}

fn data_type(name: &TypeName) -> DataType {
    DataType::from_sql(name).unwrap_or(DataType::Unknown)
}
