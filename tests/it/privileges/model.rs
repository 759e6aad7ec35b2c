//! A small model of Unity Catalog, fed with nothing but generated text: who may read what, masked or in the clear.
//!
//! It starts from the worst state there can be, in which everybody was granted everything, and runs the governance files
//! of a target in their order. It knows no specs and shares no code with what renders the files.

use std::collections::{BTreeMap, BTreeSet};

use lakegen::lakeflow::ast::{
    AlterAction, ColumnAction, CreateFunction, CreatePolicy, Expr, ObjectName, PolicyKind, Privilege, Securable,
    SecurableKind, StatementKind, TableDefinition,
};
use lakegen::lakeflow::{expr_text, parse};
use sqlparser::ast::{BinaryOperator, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

/// The group that everybody is in.
pub const EVERYBODY: &str = "account users";

/// What somebody sees of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Clear,
    Masked,
    /// Two masks apply: the catalog refuses the query.
    Refused,
}

/// What somebody sees of the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    All,
    None,
    Where(BTreeSet<String>),
}

/// An object that privileges are granted on: its kind is known by how statements call it.
type Object = (&'static str, String);

#[derive(Default)]
pub struct Model {
    granted: BTreeSet<(String, Object, String)>,
    tables: BTreeMap<String, TableDefinition>,
    functions: BTreeMap<String, CreateFunction>,
    policies: Vec<CreatePolicy>,
    tags: BTreeSet<(String, String, String, String)>,
    pub views: BTreeSet<String>,
    volumes: BTreeSet<String>,
}

fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).unwrap().value.to_lowercase()
}

fn object(on: &Securable) -> Object {
    let kind = match on.kind {
        SecurableKind::Catalog => "catalog",
        SecurableKind::Schema => "schema",
        SecurableKind::Function => "function",
        SecurableKind::Volume => "volume",
        _ => "table",
    };
    (kind, last(&on.name))
}

impl Model {
    /// The state after the governance files `governance` were run around the pipeline `pipeline`, both as texts.
    /// `people` had every privilege on everything before.
    pub fn of(pipeline: &[String], governance: &[String], people: &[String]) -> Model {
        let mut model = Model::default();
        for statement in pipeline.iter().flat_map(|text| parse(text).unwrap()) {
            let table = match statement.kind {
                StatementKind::CreateStreamingTable(table) => table.table,
                StatementKind::CreateMaterializedView(view) => view.table,
                _ => continue,
            };
            if !table.private {
                model.tables.insert(last(&table.name), table);
            }
        }
        let statements: Vec<StatementKind> =
            governance.iter().flat_map(|text| parse(text).unwrap()).map(|statement| statement.kind).collect();
        model.grant_everything(&statements, people);
        statements.iter().for_each(|statement| model.run(statement));
        model
    }

    fn grant_everything(&mut self, statements: &[StatementKind], people: &[String]) {
        let tables: BTreeSet<Object> = self.tables.keys().map(|name| ("table", name.clone())).collect();
        let named = statements.iter().filter_map(|statement| match statement {
            StatementKind::Grant(grant) => Some(object(&grant.on)),
            StatementKind::Revoke(revoke) => Some(object(&revoke.on)),
            StatementKind::CreateSchema(schema) => Some(("schema", last(&schema.name))),
            _ => None,
        });
        let objects: BTreeSet<Object> =
            tables.into_iter().chain(named).filter(|(kind, _)| *kind != "catalog").collect();
        for (kind, name) in objects {
            let privileges: &[&str] = match kind {
                "table" => &["ALL PRIVILEGES", "SELECT"],
                "schema" => &["ALL PRIVILEGES", "SELECT", "READ VOLUME"],
                _ => &["ALL PRIVILEGES", "READ VOLUME"],
            };
            for (privilege, person) in privileges.iter().flat_map(|p| people.iter().map(move |person| (p, person))) {
                self.granted.insert(((*privilege).to_owned(), (kind, name.clone()), person.clone()));
            }
        }
    }

    fn run(&mut self, statement: &StatementKind) {
        let word = |privilege: &Privilege| privilege.words().to_owned();
        match statement {
            StatementKind::Grant(grant) => {
                let grants = grant.privileges.iter().map(|p| (word(p), object(&grant.on), grant.to.value.clone()));
                self.granted.extend(grants);
            }
            StatementKind::Revoke(revoke) => {
                for privilege in &revoke.privileges {
                    self.granted.remove(&(word(privilege), object(&revoke.on), revoke.from.value.clone()));
                }
            }
            StatementKind::CreateFunction(function) => {
                self.functions.insert(last(&function.name), (**function).clone());
            }
            StatementKind::CreatePolicy(policy) => self.policies.push((**policy).clone()),
            StatementKind::CreateMetricView(view) => drop(self.views.insert(last(&view.name))),
            StatementKind::CreateVolume(volume) => drop(self.volumes.insert(last(&volume.name))),
            StatementKind::Alter(alter) => {
                let table = last(&alter.object.name);
                if let AlterAction::Column { name, action: ColumnAction::SetTags(tags) } = &alter.action {
                    for tag in tags {
                        let value = tag.value.clone().unwrap_or_default();
                        self.tags.insert((table.clone(), name.value.to_lowercase(), tag.key.clone(), value));
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether somebody holds one of `privileges`, by name, as everybody, or by ALL PRIVILEGES, on any of `objects`.
    fn holds(&self, person: &str, privileges: &[&str], objects: impl Fn(&Object) -> bool) -> bool {
        self.granted.iter().any(|(privilege, on, to)| {
            (to == person || to == EVERYBODY)
                && (privilege == "ALL PRIVILEGES" || privileges.contains(&privilege.as_str()))
                && objects(on)
        })
    }

    /// Whether somebody may read a table or view: by a grant on it or on what it lies in, and with the use of both.
    pub fn reads(&self, person: &str, table: &str) -> bool {
        let uses = |privilege: &str, kind: &str| {
            self.granted.iter().any(|(p, (k, _), to)| p == privilege && *k == kind && (to == person || to == EVERYBODY))
        };
        let inherits = |on: &Object| *on == ("table", table.to_owned()) || matches!(on.0, "schema" | "catalog");
        self.holds(person, &["SELECT"], inherits) && uses("USE CATALOG", "catalog") && uses("USE SCHEMA", "schema")
    }

    /// Whether somebody may read the files of the landing volume.
    pub fn reads_files(&self, person: &str) -> bool {
        self.holds(person, &["READ VOLUME"], |on| matches!(on.0, "volume" | "schema" | "catalog"))
    }

    /// The columns of a table, in the letters of its definition.
    pub fn columns(&self, table: &str) -> Vec<String> {
        self.tables[table].columns.iter().map(|column| column.name.value.clone()).collect()
    }

    /// Names of all tables.
    pub fn tables(&self) -> impl Iterator<Item = &String> {
        self.tables.keys()
    }

    /// What somebody sees of a column of a table that they may read.
    pub fn sight(&self, person: &str, table: &str, column: &str) -> Sight {
        let declared = self.tables[table].columns.iter().find(|c| c.name.value == column).unwrap();
        let mut functions: Vec<String> = declared.mask.iter().map(|mask| last(&mask.function)).collect();
        for policy in &self.policies {
            let named =
                |list: &[sqlparser::ast::Ident]| list.iter().any(|to| to.value == person || to.value == EVERYBODY);
            let binds =
                named(&policy.to) && !named(&policy.except) && matches!(policy.kind, PolicyKind::ColumnMask { .. });
            if binds && policy.match_columns.iter().all(|m| self.tagged(table, column, &m.condition)) {
                functions.push(last(&policy.function));
            }
        }
        if functions.len() > 1 {
            return Sight::Refused;
        }
        let masks = functions.first().map(|name| {
            let function = &self.functions[name];
            assert_eq!(function.parameters.len(), 1, "{name}");
            assert_eq!(function.parameters[0].data_type, declared.data_type, "{table}.{column} and {name}");
            matches!(value(&function.body, person), Expr::Identifier(shown) if *shown == function.parameters[0].name)
        });
        if masks.unwrap_or(true) { Sight::Clear } else { Sight::Masked }
    }

    /// Whether the tags of a column meet the condition of a policy.
    fn tagged(&self, table: &str, column: &str, condition: &Expr) -> bool {
        match condition {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.tagged(table, column, left) && self.tagged(table, column, right)
            }
            Expr::Function(call) if call.name.to_string() == "has_tag_value" => {
                let [key, value] = texts(call).try_into().unwrap();
                self.tags.contains(&(table.to_owned(), column.to_lowercase(), key, value))
            }
            other => panic!("unknown condition {other}"),
        }
    }

    /// What somebody sees of the rows of a table.
    pub fn rows(&self, person: &str, table: &str) -> Rows {
        match &self.tables[table].row_filter {
            None => Rows::All,
            Some(filter) => {
                let function = &self.functions[&last(&filter.function)];
                let given: Vec<String> = filter.on.iter().map(ToString::to_string).collect();
                let taken: Vec<String> = function.parameters.iter().map(|p| p.name.to_string()).collect();
                assert_eq!(given, taken, "{table}");
                rows(&function.body, person)
            }
        }
    }
}

fn texts(call: &sqlparser::ast::Function) -> Vec<String> {
    let FunctionArguments::List(list) = &call.args else { return vec![] };
    list.args.iter().map(|argument| text(argument).unwrap()).collect()
}

fn text(argument: &FunctionArg) -> Option<String> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => literal(expr),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a condition on who asks holds for somebody; `None` for a condition on something else.
fn asks(condition: &Expr, person: &str) -> Option<bool> {
    match condition {
        Expr::Function(call) if call.name.to_string() == "is_account_group_member" => {
            let group = texts(call).remove(0);
            Some(group == person || group == EVERYBODY)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if left.to_string() == "session_user()" => {
            Some(literal(right).as_deref() == Some(person))
        }
        _ => None,
    }
}

/// The part of a CASE that somebody gets.
fn value<'a>(body: &'a Expr, person: &str) -> &'a Expr {
    let Expr::Case { operand: None, conditions, else_result: Some(otherwise), .. } = body else { return body };
    let met = conditions.iter().find(|when| asks(&when.condition, person).expect("a condition on who asks"));
    met.map_or(otherwise, |when| &when.result)
}

fn rows(body: &Expr, person: &str) -> Rows {
    match body {
        Expr::Nested(inner) => rows(inner, person),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => match (rows(left, person), rows(right, person)) {
            (Rows::All, _) | (_, Rows::All) => Rows::All,
            (Rows::None, other) | (other, Rows::None) => other,
            (Rows::Where(one), Rows::Where(other)) => Rows::Where(one.union(&other).cloned().collect()),
        },
        Expr::BinaryOp { left, op: BinaryOperator::And, right } if asks(left, person).is_some() => {
            let condition = if let Expr::Nested(inner) = &**right { inner } else { right };
            let meets = asks(left, person) == Some(true);
            if meets { Rows::Where(BTreeSet::from([expr_text(condition)])) } else { Rows::None }
        }
        other => match asks(other, person) {
            Some(true) => Rows::All,
            Some(false) => Rows::None,
            None => panic!("unknown condition {other}"),
        },
    }
}
