//! What a definition says besides its rows: protection, expectations, layout, properties, words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lakeflow::ast::{
    DeclaredColumn, Expectation, Expr, Ident, Layout, ObjectName, RefreshPolicy, StatementKind, TableConstraint,
    TableConstraintKind, Violation,
};
use lakeflow::check;
use lakeflow::types::DataType;
use lakeflow::{expr_text, folded, name_text};

use super::super::term::{Ctes, Evaluator, Term, TermRelation, TermScope, parts};
use super::dataset::DatasetInput;

/// What a definition says besides its rows.
#[derive(Debug, Default, PartialEq)]
pub(in super::super) struct Facts {
    /// Types of columns, as far as they are known.
    pub(in super::super) types: BTreeMap<String, String>,
    /// Listed columns in order; none when the query gives them.
    pub(in super::super) listed: Vec<String>,
    /// Columns that must have a value.
    pub(in super::super) required: BTreeSet<String>,
    /// What masks a column.
    pub(in super::super) masks: BTreeMap<String, String>,
    /// What filters rows.
    pub(in super::super) row_filter: Option<String>,
    /// Expectations by name: what they ask, as a term and as text, and what becomes of a row that does not meet it.
    pub(in super::super) expectations: BTreeMap<String, (Term, Option<Violation>)>,
    /// `PARTITIONED BY`.
    pub(in super::super) partition: Option<String>,
    /// `CLUSTER BY`.
    pub(in super::super) cluster: Option<String>,
    /// `USING`, `LOCATION`, `DEFAULT COLLATION`.
    pub(in super::super) storage: String,
    /// `PRIVATE`.
    pub(in super::super) private: bool,
    /// `REFRESH POLICY`.
    pub(in super::super) policy: Option<RefreshPolicy>,
    /// `TBLPROPERTIES`.
    pub(in super::super) properties: BTreeMap<String, String>,
    /// `COMMENT`.
    pub(in super::super) comment: Option<String>,
    /// Comments of columns.
    pub(in super::super) comments: BTreeMap<String, String>,
    /// Keys, which inform and hold nobody back.
    pub(in super::super) keys: BTreeSet<String>,
}

impl Facts {
    /// The facts of one dataset, whose rows over the datasets it reads are `own`.
    pub(super) fn of(evaluator: &mut Evaluator, input: &DatasetInput<'_>, own: &TermRelation) -> Facts {
        let scope = TermScope::of(Arc::new(own.clone()));
        let mut facts = Facts::default();
        for Expectation { name, predicate, on_violation } in check::expectations_of(input.statement) {
            let asked = evaluator.expr(predicate, &scope, &Ctes::new());
            facts.expectations.insert(folded(&name.value).into_owned(), (asked, *on_violation));
        }
        for column in input.definition.columns.iter() {
            facts.types.insert(folded(&column.name).into_owned(), column.ty.to_string());
        }
        match input.statement {
            StatementKind::CreateView(view) => {
                facts.comment.clone_from(&view.comment);
                facts.properties = view.properties.iter().map(|p| (p.key.clone(), p.value.clone())).collect();
                for column in &view.columns {
                    let name = folded(&column.name.value).into_owned();
                    facts.comments.extend(column.comment.clone().map(|comment| (name, comment)));
                }
            }
            StatementKind::CreateMaterializedView(view) => facts.policy = view.refresh_policy,
            _ => {}
        }
        facts.table(evaluator, input);
        facts
    }

    fn table(&mut self, evaluator: &Evaluator, input: &DatasetInput<'_>) {
        let Some(table) = check::table_of(input.statement) else { return };
        table.columns.iter().for_each(|column| self.column(evaluator, column));
        self.row_filter = table.row_filter.as_ref().map(|filter| called(evaluator, &filter.function, &filter.on));
        match &table.layout {
            None => {}
            Some(Layout::ClusterBy(names)) => {
                let names: Vec<_> = names.iter().map(|name| name_text(name).to_lowercase()).collect();
                self.cluster = Some(names.join(", "));
            }
            Some(Layout::ClusterByAuto) => self.cluster = Some("auto".to_owned()),
            // That is what a table without the clause is.
            Some(Layout::ClusterByNone) => {}
            Some(Layout::PartitionedBy(names)) => {
                let names: Vec<_> = names.iter().map(|name| folded(&name.value).into_owned()).collect();
                self.partition = Some(names.join(", "));
            }
            Some(Layout::PartitionColumns(columns)) => {
                let names: Vec<_> = columns.iter().map(|(name, _)| folded(&name.value).into_owned()).collect();
                self.partition = Some(names.join(", "));
            }
            Some(Layout::PartitionTransforms(parts)) => {
                let parts: Vec<_> = parts.iter().map(|part| expr_text(part).to_lowercase()).collect();
                self.partition = Some(parts.join(", "));
            }
        }
        let using = table.using.as_ref().map(|format| format.value.to_lowercase()).filter(|format| format != "delta");
        let collation = table.collation.as_ref().map(|name| name.value.to_lowercase());
        let storage = [using, table.location.clone(), collation];
        self.storage = storage.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.private = table.private;
        self.properties = table.properties.iter().map(|p| (p.key.clone(), p.value.clone())).collect();
        self.comment.clone_from(&table.comment);
        self.keys.extend(table.constraints.iter().map(|key| constraint(evaluator, key)));
    }

    fn column(&mut self, evaluator: &Evaluator, column: &DeclaredColumn) {
        let name = folded(&column.name.value).into_owned();
        self.listed.push(name.clone());
        if column.not_null {
            self.required.insert(name.clone());
        }
        if let Ok(ty) = DataType::from_sql(&column.data_type) {
            self.types.insert(name.clone(), ty.to_string());
        }
        if column.primary_key.is_some() {
            self.keys.insert(format!("primary key {name}"));
        }
        if let Some(key) = &column.foreign_key {
            self.keys.insert(format!("foreign key {name} {}", evaluator.full_name(parts(&key.1.table)).join(".")));
        }
        if let Some(mask) = &column.mask {
            self.masks.insert(name.clone(), called(evaluator, &mask.function, &mask.using_columns));
        }
        self.comments.extend(column.comment.clone().map(|comment| (name, comment)));
    }

    /// Whether a property is set to true.
    pub(in super::super) fn has(&self, property: &str) -> bool {
        self.properties.get(property).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether readers see less than there is.
    pub(in super::super) fn is_protected(&self) -> bool {
        !self.masks.is_empty() || self.row_filter.is_some()
    }
}

fn constraint(evaluator: &Evaluator, constraint: &TableConstraint) -> String {
    let names = |columns: &[Ident]| {
        columns.iter().map(|column| folded(&column.value).into_owned()).collect::<Vec<_>>().join(" ")
    };
    match &constraint.kind {
        TableConstraintKind::PrimaryKey { columns, timeseries } => {
            let series = timeseries.as_ref().map(|column| format!(" timeseries {}", folded(&column.value)));
            format!("primary key {}{}", names(columns), series.unwrap_or_default())
        }
        TableConstraintKind::ForeignKey { columns, references } => {
            let table = evaluator.full_name(parts(&references.table)).join(".");
            format!("foreign key {} {table}", names(columns))
        }
        TableConstraintKind::Unique(columns) => format!("unique {}", names(columns)),
        TableConstraintKind::Check(condition) => format!("check {}", expr_text(condition).to_lowercase()),
    }
}

/// A function as it is called.
fn called(evaluator: &Evaluator, function: &ObjectName, arguments: &[Expr]) -> String {
    let arguments: Vec<String> = arguments.iter().map(argument).collect();
    let name = evaluator.full_name(parts(function)).join(".");
    if arguments.is_empty() { name } else { format!("{name}({})", arguments.join(", ")) }
}

fn argument(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => expr_text(expr).to_lowercase(),
        literal => expr_text(literal),
    }
}
