//! Checks the SQL that runs next to a pipeline: every statement parses, and every table, column and function that it
//! uses exists, with the required type.
//!
//! Like the rest of this pass, it only sees the text. Who may see what is not checked here, since that is not an error
//! in the SQL.

mod metric_view;

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::at;
use super::dataset::last_part;
use super::forms::{DatasetKind, Definition, FunctionUse};
use crate::ast::{
    Alter, AlterAction, ColumnAction, Command, CommandPart, CreateFunction, FunctionBody, ObjectName, Returns,
    Securable, SecurableKind, Statement, StatementKind, TypeName,
};
use crate::codes;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::infer::{self, ExprPlace};
use crate::is_same_name;
use crate::source::{FileId, SourceMap, Span};
use crate::types::{Column, DataType};
use crate::{ParseFault, name_text};

/// Parses and judges the governance files of one target, in the order in which they run, beside the pipeline they
/// belong to.
pub fn governance(files: &[FileId], datasets: &[Definition], sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let tables = published(datasets);
    let judged: Vec<_> = files.par_iter().map(|file| FileFacts::read(*file, sources.text(*file), &tables)).collect();
    let is_complete = judged.iter().all(Result::is_ok);
    let mut known = GovernanceObjects::default();
    let mut missing = vec![];
    for (file, judged) in files.iter().zip(judged) {
        match judged {
            Ok(judged) => {
                diagnostics.extend(judged.diagnostics);
                missing.extend(judged.missing);
                known.functions.extend(judged.known.functions);
                known.views.extend(judged.known.views);
            }
            Err(faults) => diagnostics.extend(faults.into_iter().map(|fault| at(codes::PIPELINE_SYNTAX, *file, fault))),
        }
    }
    diagnostics
        .extend(missing.into_iter().filter(|missing| !known.has(missing.kind, &missing.name)).map(Missing::fault));
    // A function that seems to be missing may stand in a file that could not be read.
    if is_complete {
        check_pipeline(datasets, &known, diagnostics);
    }
}

/// The datasets that the catalog knows, by name.
type Tables<'a> = HashMap<&'a str, &'a Definition>;

fn published(datasets: &[Definition]) -> Tables<'_> {
    let published = datasets.iter().filter(|definition| !definition.private);
    published.map(|definition| (definition.name.as_str(), definition)).collect()
}

/// What governance itself creates, by name: the types of a function's parameters, and metric views.
#[derive(Default)]
struct GovernanceObjects {
    functions: HashMap<String, Vec<DataType>>,
    views: HashSet<String>,
}

impl GovernanceObjects {
    /// Whether there is a function or a view of this name.
    fn has(&self, kind: SecurableKind, name: &str) -> bool {
        if kind == SecurableKind::Function { self.functions.contains_key(name) } else { self.views.contains(name) }
    }
}

/// A function or a view that no statement has created so far.
struct Missing {
    kind: SecurableKind,
    /// In lower case.
    name: String,
    /// As written.
    shown: String,
    place: Span,
}

impl Missing {
    fn fault(self) -> Diagnostic {
        let kind = self.kind.words().to_lowercase();
        Diagnostic::error(codes::UNRESOLVED_NAME, format!("unknown {kind} `{}`", self.shown)).at(self.place)
    }
}

/// What was found in a file. Its trees are gone by then: those of all targets together would take more room than the
/// pipeline.
struct FileFacts<'a> {
    file: FileId,
    text: &'a str,
    tables: &'a Tables<'a>,
    known: GovernanceObjects,
    missing: Vec<Missing>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> FileFacts<'a> {
    /// Reads a file and judges every statement.
    ///
    /// # Errors
    /// What does not parse; then nothing is said of the rest.
    fn read(file: FileId, text: &'a str, tables: &'a Tables<'a>) -> Result<FileFacts<'a>, Vec<ParseFault>> {
        let (known, missing, diagnostics) = Default::default();
        let mut judged = FileFacts { file, text, tables, known, missing, diagnostics };
        let mut faults = vec![];
        crate::visit_each(text, |attempt| match attempt.statement {
            Ok(statement) => judged.check(&statement),
            Err(found) => faults.extend(found),
        });
        if faults.is_empty() { Ok(judged) } else { Err(faults) }
    }
}

impl FileFacts<'_> {
    fn check(&mut self, statement: &Statement) {
        let place = Span::new(self.file, statement.range.clone());
        match &statement.kind {
            StatementKind::Grant(grant) => self.securable(&grant.on, place),
            StatementKind::Revoke(revoke) => self.securable(&revoke.on, place),
            StatementKind::Alter(alter) => self.alter(alter, place),
            StatementKind::CreatePolicy(policy) => self.created(SecurableKind::Function, &policy.function, place),
            StatementKind::CreateFunction(function) => self.create(function, place),
            StatementKind::CreateMetricView(view) => {
                let columns = |name: &str| self.tables.get(name).map(|definition| &*definition.columns);
                let faults = metric_view::faults(&view.definition, columns);
                self.diagnostics.extend(faults.iter().map(|fault| super::fault(super::Author::Gen, self.file, fault)));
                self.known.views.insert(last_part(&view.name).into_owned());
            }
            StatementKind::Command(script) if script.rule == "block" && script.parts.iter().all(only_takes_away) => {}
            StatementKind::Command(command) if gives_to_owner(command) => {}
            StatementKind::CreateSchema(_) | StatementKind::CreateVolume(_) | StatementKind::CommentOn(_) => {}
            _ => {
                let message = "this statement is not allowed next to a pipeline".to_owned();
                self.report(codes::FORBIDDEN_STATEMENT, message, place);
            }
        }
    }

    fn report(&mut self, code: Code, message: String, place: Span) {
        self.diagnostics.push(Diagnostic::error(code, message).at(place));
    }

    /// A statement on an object that is not there fails, and stops the file it stands in.
    fn securable(&mut self, on: &Securable, place: Span) {
        let is_known = match on.kind {
            SecurableKind::Table => self.tables.contains_key(&*last_part(&on.name)),
            SecurableKind::StreamingTable => self.is(&on.name, DatasetKind::StreamingTable),
            SecurableKind::MaterializedView => self.is(&on.name, DatasetKind::MaterializedView),
            SecurableKind::View | SecurableKind::Function => return self.created(on.kind, &on.name, place),
            // Places, which may be older than the project.
            _ => true,
        };
        if !is_known {
            let kind = on.kind.words().to_lowercase();
            self.report(codes::UNRESOLVED_NAME, format!("unknown {kind} `{}`", name_text(&on.name)), place);
        }
    }

    /// A function or a view, which may be created further down or in another file.
    fn created(&mut self, kind: SecurableKind, name: &ObjectName, place: Span) {
        let last = last_part(name);
        if !self.known.has(kind, &last) {
            self.missing.push(Missing { kind, name: last.into_owned(), shown: name_text(name), place });
        }
    }

    fn is(&self, name: &ObjectName, kind: DatasetKind) -> bool {
        self.tables.get(&*last_part(name)).is_some_and(|definition| definition.kind == kind)
    }

    fn alter(&mut self, alter: &Alter, place: Span) {
        self.securable(&alter.object, place);
        let AlterAction::Column { name, .. } = &alter.action else { return };
        let table = self.tables.get(&*last_part(&alter.object.name));
        let has = |d: &&Definition| d.columns.iter().any(|column| is_same_name(&column.name, &name.value));
        if table.is_some_and(|definition| !has(definition)) {
            let message = format!("`{}` has no column `{}`", name_text(&alter.object.name), name.value);
            self.report(codes::UNRESOLVED_NAME, message, place);
        }
    }

    fn create(&mut self, function: &CreateFunction, place: Span) {
        let parameters = function.parameters.iter().map(|p| data_type(&p.data_type)).collect();
        self.known.functions.insert(last_part(&function.name).into_owned(), parameters);
        self.body(function, place);
    }

    /// A function that does not compile would leave its tables unreadable.
    ///
    /// Tables, blocks and Python are not looked into.
    fn body(&mut self, function: &CreateFunction, place: Span) {
        let FunctionBody::Expr(body) = &function.body else { return };
        let parameter = |p: &crate::ast::Parameter| Column::nullable(&p.name.value, data_type(&p.data_type));
        let parameters: Vec<Column> = function.parameters.iter().map(parameter).collect();
        let within = ExprPlace { unstable: true, ..ExprPlace::row("a function") };
        let info = infer::analyze_expr(body, self.text, parameters.as_slice(), within);
        for fault in &info.faults {
            self.diagnostics.push(super::fault(super::Author::Gen, self.file, fault));
        }
        let Some(Returns::Scalar(returns)) = &function.returns else { return };
        let returns = data_type(returns);
        if info.faults.is_empty() && info.ty != returns && info.ty != DataType::Unknown {
            let shown = name_text(&function.name);
            self.report(codes::COLUMN_MISMATCH, format!("`{shown}` returns {}, not {returns}", info.ty), place);
        }
    }
}

/// Whether a statement does nothing but give a place or a function to another owner.
fn gives_to_owner(command: &Command) -> bool {
    let is_word = |part: &CommandPart| matches!(part, CommandPart::Word("OWNER"));
    matches!(command.rule, "alter_schema" | "alter_volume" | "alter_function") && command.parts.iter().any(is_word)
}

/// Whether a part of a script does nothing but take away what may be gone already, so that its name need not be there.
fn only_takes_away(part: &CommandPart) -> bool {
    let CommandPart::Statement(statement) = part else { return true };
    match &**statement {
        StatementKind::Revoke(_) | StatementKind::DropPolicy(_) => true,
        StatementKind::Alter(alter) => matches!(
            alter.action,
            AlterAction::UnsetTags(_) | AlterAction::Column { action: ColumnAction::UnsetTags(_), .. }
        ),
        StatementKind::Command(command) => command.rule == "drop",
        _ => false,
    }
}

/// What is wrong with a call of a function; `None` when nothing is.
fn misfit(known: &GovernanceObjects, call: &FunctionUse) -> Option<String> {
    let FunctionUse { function, shown, types } = call;
    let Some(wanted) = known.functions.get(function) else {
        return Some(format!("unknown function `{shown}`: no governance file creates it"));
    };
    let list = |types: &[DataType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    (wanted != types).then(|| format!("`{shown}` takes ({}), found ({})", list(wanted), list(types)))
}

/// Masks and row filters of the pipeline call functions that governance creates, with the types they are made for.
fn check_pipeline(datasets: &[Definition], known: &GovernanceObjects, diagnostics: &mut Diagnostics) {
    for definition in datasets {
        let faults = definition.calls.iter().filter_map(|call| misfit(known, call));
        let fault = |message| Diagnostic::error(codes::UNRESOLVED_NAME, message).at(definition.span);
        diagnostics.extend(faults.map(fault));
    }
}

fn data_type(name: &TypeName) -> DataType {
    DataType::from_sql(name).unwrap_or(DataType::Unknown)
}
