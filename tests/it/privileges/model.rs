//! A small model of Unity Catalog, fed with nothing but generated text: who may read what, masked or in the clear.
//!
//! It runs the governance files of a target in their order, from two states: one in which nobody was granted anything,
//! and the worst there can be, in which everybody was granted everything in the schema of the project. It knows no specs and shares no code with what renders the files.

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

/// An object that privileges are granted on, as the path from its catalog; what is granted on it reaches all below it.
type Object = Vec<String>;

/// What people hold before the first file is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Nothing,
    Everything,
}

#[derive(Default)]
pub struct Model {
    granted: BTreeSet<(String, Object, String)>,
    tables: BTreeMap<String, TableDefinition>,
    functions: BTreeMap<String, CreateFunction>,
    policies: Vec<CreatePolicy>,
    tags: BTreeSet<(String, String, String, String)>,
    pub views: BTreeSet<String>,
    schema: Object,
    volumes: BTreeSet<Object>,
}

fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).unwrap().value.to_lowercase()
}

fn path(name: &ObjectName) -> Object {
    name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.to_lowercase()).collect()
}

impl Model {
    /// The state after the governance files `governance` were run around the pipeline `pipeline`, both as texts.
    pub fn of(pipeline: &[String], governance: &[String], people: &[String], before: Before) -> Model {
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
        model.find_places(&statements);
        if before == Before::Everything {
            model.grant_everything(&statements, people);
        }
        statements.iter().for_each(|statement| model.run(statement));
        model
    }

    /// The schema that is created, and the volumes that are granted on.
    fn find_places(&mut self, statements: &[StatementKind]) {
        let mut note = |on: &Securable| {
            if on.kind == SecurableKind::Volume {
                self.volumes.insert(path(&on.name));
            }
        };
        for statement in statements {
            match statement {
                StatementKind::CreateSchema(schema) => self.schema = path(&schema.name),
                StatementKind::Grant(grant) => note(&grant.on),
                StatementKind::Revoke(revoke) => note(&revoke.on),
                _ => {}
            }
        }
    }

    fn object(&self, table: &str) -> Object {
        self.schema.iter().cloned().chain([table.to_owned()]).collect()
    }

    fn grant_everything(&mut self, statements: &[StatementKind], people: &[String]) {
        let views = statements.iter().filter_map(|statement| match statement {
            StatementKind::CreateMetricView(view) => Some(path(&view.name)),
            _ => None,
        });
        let tables = self.tables.keys().map(|name| self.object(name));
        let objects = tables.chain(views).chain(self.volumes.clone()).chain([self.schema.clone()]);
        for object in objects.collect::<BTreeSet<_>>() {
            for privilege in ["ALL PRIVILEGES", "SELECT", "READ VOLUME"] {
                let all = people.iter().map(|person| (privilege.to_owned(), object.clone(), person.clone()));
                self.granted.extend(all);
            }
        }
    }

    fn run(&mut self, statement: &StatementKind) {
        let word = |privilege: &Privilege| privilege.words().to_owned();
        match statement {
            StatementKind::Grant(grant) => {
                let grants = grant.privileges.iter().map(|p| (word(p), path(&grant.on.name), grant.to.value.clone()));
                self.granted.extend(grants);
            }
            StatementKind::Revoke(revoke) => {
                for privilege in &revoke.privileges {
                    self.granted.remove(&(word(privilege), path(&revoke.on.name), revoke.from.value.clone()));
                }
            }
            StatementKind::CreateFunction(function) => {
                self.functions.insert(last(&function.name), (**function).clone());
            }
            StatementKind::CreatePolicy(policy) => self.policies.push((**policy).clone()),
            StatementKind::CreateMetricView(view) => drop(self.views.insert(last(&view.name))),
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

    /// Whether somebody was granted a privilege on an object or on what it lies in, by name or as everybody.
    fn holds(&self, person: &str, privilege: &str, object: &Object) -> bool {
        self.granted.iter().any(|(granted, on, to)| {
            (to == person || to == EVERYBODY)
                && (granted == privilege || granted == "ALL PRIVILEGES")
                && object.starts_with(on)
        })
    }

    /// Whether somebody may use the catalog and the schema of an object.
    fn uses(&self, person: &str, object: &Object) -> bool {
        self.holds(person, "USE CATALOG", &object[..1].to_vec())
            && self.holds(person, "USE SCHEMA", &object[..2].to_vec())
    }

    /// Whether somebody may read a table or view.
    pub fn reads(&self, person: &str, table: &str) -> bool {
        let object = self.object(table);
        self.holds(person, "SELECT", &object) && self.uses(person, &object)
    }

    /// Whether somebody may read the files of the landing volume.
    pub fn reads_files(&self, person: &str) -> bool {
        self.volumes.iter().any(|volume| self.holds(person, "READ VOLUME", volume) && self.uses(person, volume))
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
            matches!(value(body(function), person), Expr::Identifier(shown) if *shown == function.parameters[0].name)
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
                rows(body(function), person)
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

/// The expression that a function computes: masks and filters have no other kind of body.
fn body(function: &lakegen::lakeflow::ast::CreateFunction) -> &Expr {
    match &function.body {
        lakegen::lakeflow::ast::FunctionBody::Expr(body) => body,
        other => panic!("a mask or a filter is one expression, not {other:?}"),
    }
}
