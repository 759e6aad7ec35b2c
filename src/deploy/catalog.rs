//! What a catalog contains of a project: which objects exist, who has which privileges on them, how they are defined.
//!
//! An [`ObservedCatalog`] is a value. It is read once ([`reading`](super::reading)), and statements that are going to
//! run are applied to it, so that the next one is compared with the state at that point. What could not be read is
//! unknown, never absent: a statement whose effect is unknown runs.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::ast::{CreateFunction, CreatePolicy, FunctionBody, PolicyKind, Query, Returns, StatementKind};
use lakeflow::{self, expr_text, folded, parse_expr};

use super::effect::{Effect, Object, ObjectKind, TaggedObject};

/// The privilege that implies all others.
pub(super) const ALL: &str = "ALL PRIVILEGES";
/// Privileges that `ALL PRIVILEGES` does not imply (workspace-api.md, "Privileges").
const APART: [&str; 4] = ["MANAGE", "READ METADATA", "EXTERNAL USE SCHEMA", "EXTERNAL USE LOCATION"];

/// What was read of something.
#[derive(Debug, Clone, PartialEq)]
pub enum Known<T> {
    /// This.
    Read(T),
    /// There is nothing.
    Absent,
    /// It could not be read, for this reason.
    Unknown(String),
}

/// Privileges by principal, in the words of SQL.
pub type Privileges = BTreeMap<String, BTreeSet<String>>;

/// A function as the catalog keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogFunction {
    /// Names and types of its parameters, in order.
    pub parameters: Vec<(String, String)>,
    /// The type of its values.
    pub returns: String,
    /// Its body, in SQL.
    pub body: String,
    /// Without quotes; `None` if there is none.
    pub comment: Option<String>,
}

/// A policy as the catalog keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogPolicy {
    /// The function that it calls, from the catalog on.
    pub function: String,
    /// Whom it binds.
    pub to: BTreeSet<String>,
    /// Whom it does not bind.
    pub except: BTreeSet<String>,
    /// Conditions on columns, in SQL, in order.
    pub conditions: Vec<String>,
}

/// What hides parts of a table: functions, from the catalog on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableProtection {
    /// Columns in their order, in lower case, with their masks.
    pub columns: Vec<(String, Option<String>)>,
    /// The function, `catalog.schema.function` in lower case; `None` if all rows are shown.
    pub filter: Option<String>,
}

/// The pipeline that keeps a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeper {
    /// Id of the pipeline in the workspace.
    pub pipeline: String,
    /// Whether the table is a streaming table, which holds rows that nothing else can give again.
    pub is_stream: bool,
}

/// What a catalog holds of a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservedCatalog {
    /// Schemas, volumes and tables, with their comments.
    pub objects: BTreeMap<Object, Known<Option<String>>>,
    /// Who may do what.
    pub privileges: BTreeMap<Object, Known<Privileges>>,
    /// Tables as the last update left them.
    pub shapes: BTreeMap<Object, TableProtection>,
    /// Owners of schemas, volumes, tables and functions.
    pub owners: BTreeMap<Object, String>,
    /// The pipelines that keep tables.
    pub keepers: BTreeMap<Object, Keeper>,
    /// Functions.
    pub functions: BTreeMap<Object, Known<CatalogFunction>>,
    /// The queries of views, and the YAML of metric views.
    pub views: BTreeMap<Object, Known<String>>,
    /// Policies, by what they hold for and their names in lower case.
    pub policies: BTreeMap<(Object, String), CatalogPolicy>,
    /// Whether all policies are known.
    pub policies_are_known: bool,
    /// Columns of tables, in lower case; a table whose columns are not known is left out.
    pub columns: BTreeMap<Object, BTreeSet<String>>,
    /// Tags of all tables and columns; `None` when they are not known.
    pub tags: Option<BTreeMap<TaggedObject, BTreeMap<String, String>>>,
}

/// Whether an effect holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not, or nobody knows.
    No,
    /// It can't be before the table, or its column, is there.
    Waits,
}

impl ObservedCatalog {
    /// Whether an object is known to be there.
    pub fn is_there(&self, object: &Object) -> bool {
        matches!(self.objects.get(object), Some(Known::Read(_)))
    }

    fn is_absent(&self, object: &Object) -> bool {
        matches!(self.objects.get(object), None | Some(Known::Absent))
    }

    /// A table that is not there, without which the statement of an effect can't run.
    pub fn awaited(&self, effect: &Effect) -> Option<Object> {
        effect.tables().into_iter().find(|table| self.is_absent(table))
    }

    /// Whether the table of an effect is there without the column: it comes with the next update.
    fn lacks_column(&self, effect: &Effect) -> bool {
        let (Effect::Tags(tagged, _) | Effect::NoTags(tagged, _)) = effect else { return false };
        let known = tagged.column.as_ref().zip(self.columns.get(&tagged.table));
        known.is_some_and(|(column, columns)| !columns.contains(column))
    }

    /// Whether an effect holds.
    pub fn holds(&self, effect: &Effect) -> Holds {
        if self.awaited(effect).is_some() || self.lacks_column(effect) {
            // Nobody can be kept from what is not there, and nothing of it can be given.
            let takes = matches!(effect, Effect::Revoked(..) | Effect::NoTags(..));
            return if takes { Holds::Yes } else { Holds::Waits };
        }
        if self.is_true(effect) { Holds::Yes } else { Holds::No }
    }

    /// Whether an effect is known to hold.
    pub fn is_held(&self, effect: &Effect) -> bool {
        self.awaited(effect).is_none() && self.is_true(effect)
    }

    /// Whether it could be read what an effect is about.
    pub fn can_tell(&self, effect: &Effect) -> bool {
        let is_read = |object: &Object| !matches!(self.objects.get(object), Some(Known::Unknown(_)));
        match effect {
            Effect::Unknown => false,
            Effect::Granted(on, ..) | Effect::Revoked(on, ..) => {
                !matches!(self.privileges.get(on), Some(Known::Unknown(_))) && is_read(on)
            }
            Effect::Function(name, _) => !matches!(self.functions.get(name), Some(Known::Unknown(_))),
            Effect::MetricView(name, _) | Effect::View(name, _) => {
                !matches!(self.views.get(name), Some(Known::Unknown(_))) && is_read(name)
            }
            Effect::Policy(..) | Effect::NoPolicy(..) => self.policies_are_known,
            Effect::Tags(..) | Effect::NoTags(..) => self.tags.is_some(),
            Effect::Exists(object) | Effect::Comment(object, _) | Effect::Owned(object, _) | Effect::Gone(object) => {
                is_read(object)
            }
        }
    }

    fn is_true(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Exists(object) => self.is_there(object),
            Effect::Comment(on, comment) => {
                let blank = |text: &Option<String>| text.clone().unwrap_or_default();
                matches!(self.objects.get(on), Some(Known::Read(known)) if blank(known) == blank(comment))
            }
            Effect::Owned(on, owner) => self.owners.get(on) == Some(owner),
            Effect::Granted(on, to, wanted) => match self.privileges.get(on) {
                Some(Known::Read(held)) => {
                    held.get(to).is_some_and(|held| held.contains(ALL) || held.is_superset(wanted))
                }
                _ => false,
            },
            Effect::Revoked(on, from, unwanted) => match self.privileges.get(on) {
                Some(Known::Read(held)) => held.get(from).is_none_or(|held| held.is_disjoint(unwanted)),
                Some(Known::Absent) => true,
                _ => false,
            },
            Effect::Function(name, wanted) => {
                matches!(self.functions.get(name), Some(Known::Read(known)) if is_function(known, wanted))
            }
            Effect::MetricView(name, wanted) => self
                .is_view(name, wanted.comment.as_deref(), |known| known.trim() == wanted.definition.yaml.value.trim()),
            Effect::View(name, wanted) => {
                self.is_view(name, wanted.comment.as_deref(), |known| is_query(known, &wanted.query))
            }
            Effect::Policy(on, name, wanted) => self
                .policies
                .get(&(on.clone(), folded(name).into_owned()))
                .is_some_and(|known| is_policy(known, wanted)),
            Effect::NoPolicy(on, name) => {
                self.policies_are_known && !self.policies.contains_key(&(on.clone(), folded(name).into_owned()))
            }
            Effect::Tags(tagged, wanted) => self.tags.as_ref().is_some_and(|tags| {
                let known = tags.get(tagged);
                wanted.iter().all(|(key, value)| known.is_some_and(|known| known.get(key) == Some(value)))
            }),
            Effect::NoTags(tagged, keys) => self.tags.as_ref().is_some_and(|tags| {
                tags.get(tagged).is_none_or(|known| keys.iter().all(|key| !known.contains_key(key)))
            }),
            Effect::Gone(object) => match object.kind {
                ObjectKind::Function => matches!(self.functions.get(object), None | Some(Known::Absent)),
                _ => self.is_absent(object),
            },
            Effect::Unknown => false,
        }
    }

    fn is_view(&self, name: &Object, comment: Option<&str>, is_definition: impl Fn(&str) -> bool) -> bool {
        matches!(self.views.get(name), Some(Known::Read(known)) if is_definition(known))
            && matches!(self.objects.get(name), Some(Known::Read(known)) if known.as_deref() == comment)
    }

    fn define(&mut self, name: &Object, comment: Option<&String>, definition: String) {
        self.objects.insert(name.clone(), Known::Read(comment.cloned()));
        self.views.insert(name.clone(), Known::Read(definition));
    }

    /// The catalog after a statement of this effect has run.
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Exists(object) => drop(self.objects.insert(object.clone(), Known::Read(None))),
            Effect::Comment(on, comment) => drop(self.objects.insert(on.clone(), Known::Read(comment.clone()))),
            Effect::Owned(on, owner) => drop(self.owners.insert(on.clone(), owner.clone())),
            Effect::Granted(on, to, wanted) => {
                self.change_held(on, |held| held.entry(to.clone()).or_default().extend(wanted.clone()));
            }
            Effect::Revoked(on, from, unwanted) => self.change_held(on, |held| {
                // Whether privileges that were granted by name beside it go with `ALL PRIVILEGES` is told in two ways
                // (workspace-api.md, "Privileges"). They count as gone here, so that what follows grants them again.
                let takes_all = unwanted.contains(ALL);
                held.entry(from.clone()).or_default().retain(|privilege| match takes_all {
                    true => APART.contains(&privilege.as_str()),
                    false => !unwanted.contains(privilege),
                });
            }),
            Effect::Function(name, wanted) => drop(self.functions.insert(name.clone(), Known::Read(function(wanted)))),
            Effect::MetricView(name, wanted) => {
                self.define(name, wanted.comment.as_ref(), wanted.definition.yaml.value.clone());
            }
            Effect::View(name, wanted) => self.define(name, wanted.comment.as_ref(), wanted.query.to_string()),
            Effect::Policy(on, name, wanted) => {
                self.policies.insert((on.clone(), folded(name).into_owned()), policy(wanted));
            }
            Effect::NoPolicy(on, name) => drop(self.policies.remove(&(on.clone(), folded(name).into_owned()))),
            Effect::Tags(tagged, wanted) => {
                let known = self.tags.as_mut().map(|tags| tags.entry(tagged.clone()).or_default());
                known.into_iter().for_each(|known| known.extend(wanted.clone()));
            }
            Effect::NoTags(tagged, keys) => {
                let known = self.tags.as_mut().and_then(|tags| tags.get_mut(tagged));
                known.into_iter().for_each(|known| known.retain(|key, _| !keys.contains(key)));
            }
            Effect::Gone(object) => {
                self.objects.insert(object.clone(), Known::Absent);
                self.functions.insert(object.clone(), Known::Absent);
                self.owners.remove(object);
                self.views.insert(object.clone(), Known::Absent);
                self.privileges.insert(object.clone(), Known::Absent);
            }
            Effect::Unknown => {}
        }
    }

    /// Changes what is held on an object. What could not be read stays unknown.
    fn change_held(&mut self, on: &Object, change: impl FnOnce(&mut Privileges)) {
        let known = self.privileges.entry(on.clone()).or_insert(Known::Absent);
        match known {
            Known::Read(held) => change(held),
            Known::Absent => {
                let mut held = Privileges::new();
                change(&mut held);
                *known = Known::Read(held);
            }
            Known::Unknown(_) => {}
        }
    }
}

/// A function as the catalog would keep it.
fn function(wanted: &CreateFunction) -> CatalogFunction {
    let parameters = wanted.parameters.iter();
    let returns = match &wanted.returns {
        Some(Returns::Scalar(ty)) => ty.to_string(),
        _ => String::new(),
    };
    let body = match &wanted.body {
        FunctionBody::Expr(body) => expr_text(body),
        _ => String::new(),
    };
    CatalogFunction {
        parameters: parameters.map(|p| (folded(&p.name.value).into_owned(), p.data_type.to_string())).collect(),
        returns,
        body,
        comment: wanted.comment.clone(),
    }
}

/// Whether a function of the catalog is the wanted one. Bodies are compared as trees: layout is nobody's business.
fn is_function(known: &CatalogFunction, wanted: &CreateFunction) -> bool {
    let FunctionBody::Expr(body) = &wanted.body else { return false };
    let wanted = function(wanted);
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let parameters = known.parameters.iter().zip(&wanted.parameters);
    known.parameters.len() == wanted.parameters.len()
        && parameters.into_iter().all(|(a, b)| same(&a.0, &b.0) && same(&a.1, &b.1))
        && same(&known.returns, &wanted.returns)
        && known.comment == wanted.comment
        && parse_expr(&known.body).is_ok_and(|known| known == **body)
}

/// Whether a text is this query. They are compared as trees.
fn is_query(known: &str, wanted: &Query) -> bool {
    let parsed = lakeflow::parse(known).unwrap_or_default();
    matches!(parsed.as_slice(), [statement] if matches!(&statement.kind, StatementKind::Query(query) if **query == *wanted))
}

/// A policy as the catalog would keep it.
pub(super) fn policy(wanted: &CreatePolicy) -> CatalogPolicy {
    let name = Object::of(ObjectKind::Function, &wanted.function).full_name();
    let texts = |idents: &[lakeflow::ast::Ident]| idents.iter().map(|ident| ident.value.clone()).collect();
    CatalogPolicy {
        function: name,
        to: texts(&wanted.to),
        except: texts(&wanted.except),
        conditions: wanted.match_columns.iter().map(|column| expr_text(&column.condition)).collect(),
    }
}

fn is_policy(known: &CatalogPolicy, wanted: &CreatePolicy) -> bool {
    let is_mask = matches!(wanted.kind, PolicyKind::ColumnMask { .. });
    let wanted = policy(wanted);
    let conditions = known.conditions.iter().zip(&wanted.conditions);
    is_mask
        && known.function.eq_ignore_ascii_case(&wanted.function)
        && (&known.to, &known.except) == (&wanted.to, &wanted.except)
        && known.conditions.len() == wanted.conditions.len()
        && conditions.into_iter().all(|(a, b)| match (parse_expr(a), parse_expr(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => a == b,
        })
}
