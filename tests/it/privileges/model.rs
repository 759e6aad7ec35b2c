//! A small model of Unity Catalog, fed with nothing but generated text: who may read what, masked or in the clear.
//!
//! It runs the governance files of a target in their order, from two states: one in which nobody was granted anything,
//! and the worst there can be, in which everybody was granted everything in the schema of the project. Or it runs one
//! deployment after another, statement by statement. It knows no specs and shares no code with what renders the files.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::ast::{
    Alter, AlterAction, ColumnAction, Command, CommandPart, CreateFunction, CreatePolicy, Expr, ObjectName, PolicyKind,
    Privilege, Securable, SecurableKind, StatementKind, TableDefinition,
};
use lakeflow::{expr_text, parse};
use sqlparser::ast::{BinaryOperator, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::acting::{given_to, is_place};

/// The group that everybody is in.
pub const EVERYBODY: &str = "account users";

/// What somebody sees of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Clear,
    Masked,
    /// Two masks apply, or one that is not there or made for another type: the catalog refuses the query.
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
pub type Object = Vec<String>;

/// What people hold before the first file is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Nothing,
    Everything,
}

/// Tables, views and functions go by their full names; the pipeline names its own by the last part, in `schema`.
#[derive(Default)]
pub struct Model {
    /// Privilege, object and principal.
    pub granted: BTreeSet<(String, Object, String)>,
    pub tables: BTreeMap<Object, TableDefinition>,
    pub functions: BTreeMap<Object, CreateFunction>,
    /// By the schema they hold for and their names.
    policies: BTreeMap<(Object, String), CreatePolicy>,
    /// Values by table, column and key.
    pub tags: BTreeMap<(Object, String, String), String>,
    pub views: BTreeSet<Object>,
    pub schema: Object,
    /// All schemas that are created.
    pub schemas: BTreeSet<Object>,
    pub volumes: BTreeSet<Object>,
    /// Tables that the pipeline reads and something else keeps.
    pub outside: BTreeSet<Object>,
    /// By object. A catalog that is not there belongs to the administrator.
    pub owners: BTreeMap<Object, String>,
    /// The mark that tables were brought up to a build.
    pub released: Option<String>,
    /// Whether a statement has changed anything since this was last set to false.
    pub has_changed: bool,
}

/// Why a statement fails.
pub type Failure = String;

pub fn path(name: &ObjectName) -> Object {
    name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.to_lowercase()).collect()
}

impl Model {
    /// An empty workspace.
    pub fn of_schema(schema: Object) -> Model {
        Model { schema, ..Model::default() }
    }

    /// The state after the governance files `governance` were run around the pipeline `pipeline`, both as texts.
    pub fn of(pipeline: &[String], governance: &[String], people: &[String], before: Before) -> Model {
        let mut model = Model::default();
        let statements = statements(governance);
        model.find_places(&statements);
        let pipeline = self::statements(pipeline);
        model.find_outside(&pipeline);
        pipeline.iter().for_each(|statement| model.update(statement));
        if before == Before::Everything {
            model.grant_everything(&statements, people);
        }
        for statement in &statements {
            model.run(statement).unwrap();
        }
        model
    }

    /// A statement of the pipeline: a table with its data as they are from now on.
    pub fn update(&mut self, statement: &StatementKind) {
        let table = match statement {
            StatementKind::CreateStreamingTable(table) => &table.table,
            StatementKind::CreateMaterializedView(view) => &view.table,
            _ => return,
        };
        if !table.private {
            let object = self.full(&table.name);
            // A column that is gone takes its tags with it.
            let has = |column: &str| table.columns.iter().any(|known| known.name.value.to_lowercase() == column);
            self.tags.retain(|(tagged, column, _), _| *tagged != object || has(column));
            let before = self.tables.insert(object, table.clone());
            self.has_changed |= before.as_ref() != Some(table);
        }
    }

    /// The schemas that are created, of which the first is that of the pipeline, and the volumes that are granted on.
    pub fn find_places(&mut self, statements: &[StatementKind]) {
        let mut note = |on: &Securable| {
            if on.kind == SecurableKind::Volume {
                self.volumes.insert(path(&on.name));
            }
        };
        for statement in statements {
            match statement {
                StatementKind::CreateSchema(schema) => {
                    let schema = path(&schema.name);
                    self.schemas.insert(schema.clone());
                    if self.schema.is_empty() {
                        self.schema = schema;
                    }
                }
                StatementKind::Grant(grant) => note(&grant.on),
                StatementKind::Revoke(revoke) => note(&revoke.on),
                _ => {}
            }
        }
    }

    pub fn object(&self, table: &str) -> Object {
        self.schema.iter().cloned().chain([table.to_owned()]).collect()
    }

    fn grant_everything(&mut self, statements: &[StatementKind], people: &[String]) {
        let views = statements.iter().filter_map(|statement| match statement {
            StatementKind::CreateMetricView(view) => Some(path(&view.name)),
            StatementKind::CreateView(view) => Some(path(&view.name)),
            _ => None,
        });
        let objects = self.tables.keys().cloned().chain(views).chain(self.volumes.clone()).chain(self.schemas.clone());
        for object in objects.collect::<BTreeSet<_>>() {
            for privilege in ["ALL PRIVILEGES", "SELECT", "READ VOLUME"] {
                let all = people.iter().map(|person| (privilege.to_owned(), object.clone(), person.clone()));
                self.granted.extend(all);
            }
        }
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// When it is about something that is not there.
    pub fn run(&mut self, statement: &StatementKind) -> Result<(), Failure> {
        let word = |privilege: &Privilege| privilege.words().to_owned();
        match statement {
            StatementKind::Grant(grant) => {
                self.is_there(&grant.on)?;
                let grants = grant.privileges.iter().map(|p| (word(p), path(&grant.on.name), grant.to.value.clone()));
                for grant in grants {
                    self.has_changed |= self.granted.insert(grant);
                }
            }
            StatementKind::Revoke(revoke) => {
                self.is_there(&revoke.on)?;
                for privilege in &revoke.privileges {
                    let grant = (word(privilege), path(&revoke.on.name), revoke.from.value.clone());
                    self.has_changed |= self.granted.remove(&grant);
                }
            }
            StatementKind::CreateFunction(function) => {
                let before = self.functions.insert(path(&function.name), (**function).clone());
                self.has_changed |= before.as_ref() != Some(function);
            }
            StatementKind::CreatePolicy(policy) => {
                assert!(self.functions.contains_key(&path(&policy.function)), "{}", policy.function);
                let key = (path(&policy.on.name), policy.name.value.to_lowercase());
                let before = self.policies.insert(key, (**policy).clone());
                self.has_changed |= before.as_ref() != Some(policy);
            }
            StatementKind::DropPolicy(policy) => {
                let key = (path(&policy.on.name), policy.name.value.to_lowercase());
                self.policies.remove(&key).ok_or_else(|| format!("no policy {key:?}"))?;
                self.has_changed = true;
            }
            StatementKind::CreateMetricView(view) => self.has_changed |= self.views.insert(path(&view.name)),
            StatementKind::CreateView(view) => {
                let name = path(&view.name);
                if name.last().is_some_and(|name| name == "operation_release") {
                    self.released = Some(view.query.to_string());
                }
                self.has_changed |= self.views.insert(name);
            }
            StatementKind::Query(query) => self.guard(&query.to_string())?,
            StatementKind::Alter(alter) => self.alter(alter)?,
            StatementKind::Command(command) if command.rule == "drop" => self.drop_object(command),
            StatementKind::Command(command) if command.rule == "block" => self.script(command)?,
            StatementKind::Command(command) => {
                let (object, owner) = given_to(command).unwrap_or_else(|| panic!("what does {} do?", command.rule));
                self.owners.insert(object, owner);
            }
            StatementKind::CreateSchema(_) | StatementKind::CreateVolume(_) | StatementKind::CommentOn(_) => {}
            other => panic!("what does {} do?", other.name()),
        }
        Ok(())
    }

    /// Statements about tables, views and functions fail when these are not there; places are older than the project.
    pub fn is_there(&self, on: &Securable) -> Result<(), Failure> {
        let name = path(&on.name);
        let found = match on.kind {
            SecurableKind::View => self.views.contains(&name),
            SecurableKind::Function => self.functions.contains_key(&name),
            kind if is_place(kind) => true,
            _ => self.tables.contains_key(&name) || self.outside.contains(&name),
        };
        if found { Ok(()) } else { Err(format!("no {} {}", on.kind.words(), name.join("."))) }
    }

    fn alter(&mut self, alter: &Alter) -> Result<(), Failure> {
        self.is_there(&alter.object)?;
        let table = path(&alter.object.name);
        let AlterAction::Column { name, action } = &alter.action else { return Ok(()) };
        let column = name.value.to_lowercase();
        if !self.columns_of(&table).iter().any(|known| known.to_lowercase() == column) {
            return Err(format!("no column {column} in {}", table.join(".")));
        }
        match action {
            ColumnAction::SetTags(tags) => {
                for tag in tags {
                    let value = tag.value.clone().unwrap_or_default();
                    let key = (table.clone(), column.clone(), tag.key.clone());
                    self.has_changed |= self.tags.insert(key, value.clone()) != Some(value);
                }
            }
            ColumnAction::UnsetTags(keys) => {
                for key in keys {
                    self.has_changed |= self.tags.remove(&(table.clone(), column.clone(), key.clone())).is_some();
                }
            }
            other => panic!("what does {other:?} do?"),
        }
        Ok(())
    }

    /// `DROP .. IF EXISTS`: an object goes with all that was granted on it.
    fn drop_object(&mut self, command: &Command) {
        let words: Vec<&str> = command.parts.iter().filter_map(word).collect();
        let name = path(command.names().next().unwrap());
        match words[..] {
            ["DROP", "VIEW", "IF", "EXISTS"] => drop(self.views.remove(&name)),
            ["DROP", "FUNCTION", "IF", "EXISTS"] => drop(self.functions.remove(&name)),
            _ => panic!("what does {words:?} do?"),
        }
        self.granted.retain(|(_, on, _)| *on != name);
        self.owners.remove(&name);
        self.has_changed = true;
    }

    /// A script whose handler goes on where something is not there, and passes on every other fault.
    fn script(&mut self, script: &Command) -> Result<(), Failure> {
        let words: Vec<&str> = script.parts.iter().filter_map(word).collect();
        assert!(
            words.starts_with(&["BEGIN", "DECLARE", "EXIT", "HANDLER", "FOR", "SQLEXCEPTION", "BEGIN"]),
            "{words:?}"
        );
        assert!(words.contains(&"RESIGNAL"), "{words:?}");
        for part in &script.parts {
            if let CommandPart::Statement(statement) = part
                && self.run(statement).is_err()
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What was granted and made. What is given on a catalog, and the use of a schema without tables of the project, is others' business
    /// too and left alone.
    pub fn remains(&self) -> (BTreeSet<(String, Object, String)>, BTreeSet<Object>) {
        let is_own = |on: &Object| self.tables.keys().any(|table| table.starts_with(on));
        let is_use = |privilege: &str| privilege == "USE SCHEMA";
        let granted =
            self.granted.iter().filter(|(privilege, on, _)| on.len() > 1 && (!is_use(privilege) || is_own(on)));
        (granted.cloned().collect(), self.views.clone())
    }

    /// Functions, policies and tags on what is there in `other`: in a schema that was left, and on tables that are made no
    /// more, they go on protecting.
    pub fn protects(&self, other: &Model) -> Vec<String> {
        let functions = self.functions.keys().filter(|name| name.starts_with(&other.schema)).map(|n| format!("{n:?}"));
        let policies = self.policies.keys().filter(|(schema, _)| *schema == other.schema).map(|p| format!("{p:?}"));
        let tags = self.tags.iter().filter(|((table, ..), _)| other.tables.contains_key(table));
        functions.chain(policies).chain(tags.map(|tag| format!("{tag:?}"))).collect()
    }

    /// Whether somebody was granted a privilege on an object or on what it lies in, by name or as everybody.
    pub fn holds(&self, person: &str, privilege: &str, object: &Object) -> bool {
        (1..=object.len()).any(|depth| {
            let on = &object[..depth].to_vec();
            let is_granted =
                |privilege: &str, to: &str| self.granted.contains(&(privilege.to_owned(), on.clone(), to.to_owned()));
            [privilege, "ALL PRIVILEGES"].iter().any(|held| is_granted(held, person) || is_granted(held, EVERYBODY))
        })
    }

    /// Whether somebody may use the catalog and the schema of an object.
    fn uses(&self, person: &str, object: &Object) -> bool {
        self.holds(person, "USE CATALOG", &object[..1].to_vec())
            && self.holds(person, "USE SCHEMA", &object[..2].to_vec())
    }

    /// Whether somebody may read a table or view.
    pub fn reads(&self, person: &str, object: &Object) -> bool {
        self.holds(person, "SELECT", object) && self.uses(person, object)
    }

    /// Whether somebody may read the files of a volume that anything was ever granted on.
    pub fn reads_files(&self, person: &str) -> bool {
        self.volumes.iter().any(|volume| self.reads_volume(person, volume))
    }

    /// Whether somebody may read the files of a volume.
    pub fn reads_volume(&self, person: &str, volume: &Object) -> bool {
        self.holds(person, "READ VOLUME", volume) && self.uses(person, volume)
    }

    /// The columns of a table, in the letters of its definition.
    pub fn columns_of(&self, table: &Object) -> Vec<String> {
        self.tables[table].columns.iter().map(|column| column.name.value.clone()).collect()
    }

    /// Names of all tables.
    pub fn tables(&self) -> impl Iterator<Item = &Object> {
        self.tables.keys()
    }

    /// A function, as a definition in the schema of a table names it.
    pub fn called(&self, table: &Object, function: &ObjectName) -> Object {
        let name = path(function);
        table[..3 - name.len()].iter().cloned().chain(name).collect()
    }

    /// What somebody sees of a column of a table that they may read.
    pub fn sight(&self, person: &str, table: &Object, column: &str) -> Sight {
        let declared = self.tables[table].columns.iter().find(|c| c.name.value == column).unwrap();
        let mut functions: Vec<Object> = declared.mask.iter().map(|mask| self.called(table, &mask.function)).collect();
        for policy in
            self.policies.iter().filter(|((schema, _), _)| table.starts_with(schema)).map(|(_, policy)| policy)
        {
            let named =
                |list: &[sqlparser::ast::Ident]| list.iter().any(|to| to.value == person || to.value == EVERYBODY);
            let binds =
                named(&policy.to) && !named(&policy.except) && matches!(policy.kind, PolicyKind::ColumnMask { .. });
            if binds && policy.match_columns.iter().all(|m| self.tagged(table, column, &m.condition)) {
                functions.push(path(&policy.function));
            }
        }
        let [name] = &functions[..] else {
            return if functions.is_empty() { Sight::Clear } else { Sight::Refused };
        };
        let Some(function) = self.functions.get(name) else { return Sight::Refused };
        assert_eq!(function.parameters.len(), 1, "{name:?}");
        if function.parameters[0].data_type != declared.data_type {
            return Sight::Refused;
        }
        let shown = value(body(function), person);
        let is_clear = matches!(shown, Expr::Identifier(shown) if *shown == function.parameters[0].name);
        if is_clear { Sight::Clear } else { Sight::Masked }
    }

    /// Whether the tags of a column meet the condition of a policy.
    fn tagged(&self, table: &Object, column: &str, condition: &Expr) -> bool {
        match condition {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.tagged(table, column, left) && self.tagged(table, column, right)
            }
            Expr::Function(call) if call.name.to_string() == "has_tag_value" => {
                let [key, value] = texts(call).try_into().unwrap();
                self.tags.get(&(table.clone(), column.to_lowercase(), key)) == Some(&value)
            }
            other => panic!("unknown condition {other}"),
        }
    }

    /// What somebody sees of the rows of a table.
    pub fn rows(&self, person: &str, table: &Object) -> Rows {
        let Some(filter) = &self.tables[table].row_filter else { return Rows::All };
        let Some(function) = self.functions.get(&self.called(table, &filter.function)) else { return Rows::None };
        let given: Vec<String> = filter.on.iter().map(ToString::to_string).collect();
        let taken: Vec<String> = function.parameters.iter().map(|p| p.name.to_string()).collect();
        // A filter that is called with other columns than it takes is refused.
        if given == taken { rows(body(function), person) } else { Rows::None }
    }
}

/// The statements of texts.
pub fn statements(texts: &[String]) -> Vec<StatementKind> {
    texts.iter().flat_map(|text| parse(text).unwrap()).map(|statement| statement.kind).collect()
}

fn word(part: &CommandPart) -> Option<&'static str> {
    if let CommandPart::Word(word) = part { Some(*word) } else { None }
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
pub fn body(function: &lakeflow::ast::CreateFunction) -> &Expr {
    match &function.body {
        lakeflow::ast::FunctionBody::Expr(body) => body,
        other => panic!("a mask or a filter is one expression, not {other:?}"),
    }
}
