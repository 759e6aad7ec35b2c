//! The effect of a governance statement, so that the state of a catalog shows whether the statement has to run.
//!
//! The statements are those of the build, read back from their text. Each can be run any number of times and does
//! nothing if its effect already holds ([`Catalog::holds`](super::catalog::ObservedCatalog::holds)), so skipping it
//! does not affect what was proven about their order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lakeflow::ast::{
    Alter, AlterAction, ColumnAction, Command, CommandPart, CommentOn, CommentTarget, CreateFunction, CreateMetricView,
    CreatePolicy, CreateView, Expr, MetricJoin, ObjectName, Privilege, Securable, SecurableKind, StatementKind, Text,
};
use lakeflow::{folded, parse_expr};

/// A kind of object of the catalog, as far as privileges and tags tell kinds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A catalog.
    Catalog,
    /// A schema.
    Schema,
    /// A volume.
    Volume,
    /// A table or view of any kind.
    Table,
    /// A function.
    Function,
}

impl ObjectKind {
    /// The word for one.
    pub fn word(self) -> &'static str {
        match self {
            ObjectKind::Catalog => "catalog",
            ObjectKind::Schema => "schema",
            ObjectKind::Volume => "volume",
            ObjectKind::Table => "table",
            ObjectKind::Function => "function",
        }
    }
}

/// An object of the catalog: its kind, and its name from the catalog on, as the catalog keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// Views of any kind are tables here.
    pub kind: ObjectKind,
    /// The parts of its name, in lower case.
    pub name: Vec<String>,
}

impl Object {
    /// An object by the name that a statement writes.
    pub fn of(kind: ObjectKind, name: &ObjectName) -> Object {
        let part = |part: &sqlparser::ast::ObjectNamePart| part.as_ident().map(|id| folded(&id.value).into_owned());
        Object { kind, name: name.0.iter().filter_map(part).collect() }
    }

    /// The name as the interface of the workspace writes it, which has no quotes.
    pub fn full_name(&self) -> String {
        self.name.join(".")
    }

    /// The last part of the name.
    pub fn short_name(&self) -> &str {
        self.name.last().map_or("", String::as_str)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind.word(), self.full_name())
    }
}

/// What bears tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaggedObject {
    /// A table or view.
    pub table: Object,
    /// Its column, in lower case; `None` for the table itself.
    pub column: Option<String>,
}

/// What a statement makes true.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A schema or volume is there.
    Exists(Object),
    /// An object has this comment.
    Comment(Object, Option<String>),
    /// A principal holds privileges, in the words of SQL.
    Granted(Object, String, BTreeSet<String>),
    /// An object belongs to this principal.
    Owned(Object, String),
    /// A principal holds none of these privileges. `ALL PRIVILEGES` takes all but `MANAGE` and those that no list implies.
    Revoked(Object, String, BTreeSet<String>),
    /// A function has this definition.
    Function(Object, Box<CreateFunction>),
    /// A metric view has this definition.
    MetricView(Object, Box<CreateMetricView>),
    /// A view has this definition.
    View(Object, Box<CreateView>),
    /// A policy has this definition.
    Policy(Object, String, Box<CreatePolicy>),
    /// There is no such policy.
    NoPolicy(Object, String),
    /// Tags have these values.
    Tags(TaggedObject, BTreeMap<String, String>),
    /// There are no such tags.
    NoTags(TaggedObject, BTreeSet<String>),
    /// An object is not there.
    Gone(Object),
    /// What is not known of a catalog: the statement runs.
    Unknown,
}

impl Effect {
    /// What a statement makes true. A script that only guards a statement has the effect of that.
    pub fn of(statement: &StatementKind) -> Effect {
        match statement {
            StatementKind::CreateSchema(schema) if schema.if_not_exists => {
                Effect::Exists(Object::of(ObjectKind::Schema, &schema.name))
            }
            StatementKind::CreateVolume(volume) if volume.if_not_exists => {
                Effect::Exists(Object::of(ObjectKind::Volume, &volume.name))
            }
            StatementKind::CommentOn(CommentOn { target: CommentTarget::Securable(on), comment }) => {
                object(on).map_or(Effect::Unknown, |on| Effect::Comment(on, comment.clone()))
            }
            StatementKind::Grant(grant) => object(&grant.on)
                .map_or(Effect::Unknown, |on| Effect::Granted(on, grant.to.value.clone(), words(&grant.privileges))),
            StatementKind::Revoke(revoke) => object(&revoke.on).map_or(Effect::Unknown, |on| {
                Effect::Revoked(on, revoke.from.value.clone(), words(&revoke.privileges))
            }),
            StatementKind::CreateFunction(function) => {
                Effect::Function(Object::of(ObjectKind::Function, &function.name), function.clone())
            }
            StatementKind::CreateMetricView(view) => {
                Effect::MetricView(Object::of(ObjectKind::Table, &view.name), view.clone())
            }
            StatementKind::CreateView(view) => Effect::View(Object::of(ObjectKind::Table, &view.name), view.clone()),
            StatementKind::CreatePolicy(policy) => object(&policy.on)
                .map_or(Effect::Unknown, |on| Effect::Policy(on, policy.name.value.clone(), policy.clone())),
            StatementKind::DropPolicy(policy) => {
                object(&policy.on).map_or(Effect::Unknown, |on| Effect::NoPolicy(on, policy.name.value.clone()))
            }
            StatementKind::Alter(alter) => tags(alter),
            StatementKind::Command(command) => of_command(command),
            _ => Effect::Unknown,
        }
    }

    /// The tables that have to be there before the statement can run: tables come with the first update.
    pub fn tables(&self) -> Vec<Object> {
        match self {
            Effect::Granted(on, ..) | Effect::Revoked(on, ..) | Effect::Comment(on, _) => {
                if on.kind == ObjectKind::Table { vec![on.clone()] } else { vec![] }
            }
            Effect::Tags(tagged, _) | Effect::NoTags(tagged, _) => vec![tagged.table.clone()],
            Effect::MetricView(_, view) => read_by(&view.definition.source, &view.definition.joins),
            _ => vec![],
        }
    }
}

/// What a metric view reads: tables by their full names. A query would stand in the place of a name; its tables are not
/// looked for, so such a view does not wait.
fn read_by(source: &Text, joins: &[MetricJoin]) -> Vec<Object> {
    let name = parse_expr(&source.value).ok().and_then(|expr| match expr {
        Expr::CompoundIdentifier(parts) if parts.len() == 3 => {
            let name = parts.iter().map(|part| folded(&part.value).into_owned()).collect();
            Some(Object { kind: ObjectKind::Table, name })
        }
        _ => None,
    });
    name.into_iter().chain(joins.iter().flat_map(|join| read_by(&join.source, &join.joins))).collect()
}

fn words(privileges: &[Privilege]) -> BTreeSet<String> {
    privileges.iter().map(|privilege| privilege.words().to_owned()).collect()
}

fn object(securable: &Securable) -> Option<Object> {
    let kind = match securable.kind {
        SecurableKind::Catalog => ObjectKind::Catalog,
        SecurableKind::Schema => ObjectKind::Schema,
        SecurableKind::Volume => ObjectKind::Volume,
        SecurableKind::Function => ObjectKind::Function,
        SecurableKind::Table
        | SecurableKind::View
        | SecurableKind::StreamingTable
        | SecurableKind::MaterializedView => ObjectKind::Table,
        _ => return None,
    };
    Some(Object::of(kind, &securable.name))
}

fn tags(alter: &Alter) -> Effect {
    let Some(table) = object(&alter.object) else { return Effect::Unknown };
    let (column, set, unset) = match &alter.action {
        AlterAction::SetTags(tags) => (None, Some(tags), None),
        AlterAction::UnsetTags(keys) => (None, None, Some(keys)),
        AlterAction::Column { name, action: ColumnAction::SetTags(tags) } => (Some(name), Some(tags), None),
        AlterAction::Column { name, action: ColumnAction::UnsetTags(keys) } => (Some(name), None, Some(keys)),
        _ => return Effect::Unknown,
    };
    let tagged = TaggedObject { table, column: column.map(|name| folded(&name.value).into_owned()) };
    match (set, unset) {
        (Some(tags), _) => {
            let value = |tag: &lakeflow::ast::Tag| (tag.key.clone(), tag.value.clone().unwrap_or_default());
            Effect::Tags(tagged, tags.iter().map(value).collect())
        }
        (None, keys) => Effect::NoTags(tagged, keys.into_iter().flatten().cloned().collect()),
    }
}

/// What `ALTER .. OWNER TO` makes true.
fn owned(command: &Command, word: &str) -> Effect {
    let kind = match word {
        "SCHEMA" => ObjectKind::Schema,
        "VOLUME" => ObjectKind::Volume,
        "FUNCTION" => ObjectKind::Function,
        _ => return Effect::Unknown,
    };
    let mut names = command.names();
    let (Some(object), Some(owner)) = (names.next(), names.next()) else { return Effect::Unknown };
    let owner = owner.0.last().and_then(|part| part.as_ident()).map(|owner| owner.value.clone());
    owner.map_or(Effect::Unknown, |owner| Effect::Owned(Object::of(kind, object), owner))
}

fn of_command(command: &Command) -> Effect {
    // A script with one statement of governance in it, behind handlers that are none.
    let inner = command.parts.iter().filter_map(|part| match part {
        CommandPart::Statement(statement) => Some(Effect::of(statement)).filter(|effect| *effect != Effect::Unknown),
        _ => None,
    });
    let inner: Vec<Effect> = inner.collect();
    if let [effect] = inner.as_slice() {
        return effect.clone();
    }
    let word = |index: usize| match command.parts.get(index) {
        Some(CommandPart::Word(word)) => *word,
        _ => "",
    };
    if command.parts.iter().any(|part| matches!(part, CommandPart::Word("OWNER"))) {
        return owned(command, word(1));
    }
    let kind = match (word(0), word(1)) {
        ("DROP", "VIEW") => ObjectKind::Table,
        ("DROP", "FUNCTION") => ObjectKind::Function,
        _ => return Effect::Unknown,
    };
    command.names().next().map_or(Effect::Unknown, |name| Effect::Gone(Object::of(kind, name)))
}
