//! Reads from a workspace what a catalog contains of the objects that statements are about.
//!
//! Lists are used where they exist; only privileges, which are in no list, are read one by one. What the workspace
//! does not show to this identity is unknown. Any other failure ends the reading: there is no plan from half a state.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::{folded, ident, ident_text, string_text};

use super::catalog::{CatalogFunction, CatalogPolicy, Keeper, Known, ObservedCatalog, Privileges, TableProtection};
use super::client::Client;
use super::client::api::grants::{self, Securable};
use super::client::api::statements::{self, Statement};
use super::client::api::{functions, policies, schemas, tables, volumes};
use super::client::error::{Error, ErrorKind};
use super::effect::{Effect, Object, ObjectKind, TaggedObject};

/// Reads what there is of the objects in `effects`, and who may do what with `also`, of which no effect need speak. Tags are
/// read by the warehouse, when there is one.
///
/// # Errors
/// When the workspace can't be read; what it denies is unknown.
pub fn catalog(
    client: &Client<'_>,
    warehouse: Option<&str>,
    effects: &[Effect],
    also: &[Object],
) -> Result<ObservedCatalog, Error> {
    let mut reading = CatalogReading { client, catalog: ObservedCatalog::default(), schemas: schemas_of(effects) };
    reading.places(effects)?;
    reading.tables(effects)?;
    reading.functions(effects)?;
    reading.policies(effects)?;
    reading.privileges(effects, also)?;
    if let Some(warehouse) = warehouse {
        reading.tags(warehouse, effects)?;
    }
    Ok(reading.catalog)
}

struct CatalogReading<'c, 'w> {
    client: &'c Client<'w>,
    catalog: ObservedCatalog,
    /// Catalog and schema of every object below a schema.
    schemas: BTreeSet<[String; 2]>,
}

/// The objects that an effect is about.
fn objects(effect: &Effect) -> Option<&Object> {
    match effect {
        Effect::Exists(object)
        | Effect::Comment(object, _)
        | Effect::Owned(object, _)
        | Effect::Granted(object, ..)
        | Effect::Revoked(object, ..)
        | Effect::Function(object, _)
        | Effect::MetricView(object, _)
        | Effect::View(object, _)
        | Effect::Policy(object, ..)
        | Effect::NoPolicy(object, _)
        | Effect::Gone(object) => Some(object),
        Effect::Tags(tagged, _) | Effect::NoTags(tagged, _) => Some(&tagged.table),
        Effect::Unknown => None,
    }
}

fn schemas_of(effects: &[Effect]) -> BTreeSet<[String; 2]> {
    let schema = |object: &Object| match object.name.as_slice() {
        [catalog, schema] if object.kind == ObjectKind::Schema => Some([catalog.clone(), schema.clone()]),
        [catalog, schema, _] => Some([catalog.clone(), schema.clone()]),
        _ => None,
    };
    effects.iter().filter_map(objects).filter_map(schema).collect()
}

/// What was read; what is denied is unknown.
fn known<T>(result: Result<Option<T>, Error>) -> Result<Known<T>, Error> {
    match result {
        Ok(Some(value)) => Ok(Known::Read(value)),
        Ok(None) => Ok(Known::Absent),
        Err(error) => match error.kind {
            ErrorKind::NotFound => Ok(Known::Absent),
            ErrorKind::Denied => Ok(Known::Unknown(error.to_string())),
            _ => Err(error),
        },
    }
}

fn child(schema: &[String; 2], kind: ObjectKind, name: &str) -> Object {
    Object { kind, name: schema.iter().cloned().chain([folded(name).into_owned()]).collect() }
}

impl CatalogReading<'_, '_> {
    fn places(&mut self, effects: &[Effect]) -> Result<(), Error> {
        for [catalog, schema] in self.schemas.clone() {
            let object = Object { kind: ObjectKind::Schema, name: vec![catalog, schema] };
            let found = known(schemas::get(self.client, &object.full_name()))?;
            if let Known::Read(schema) = &found {
                self.catalog.owners.extend(schema.owner.clone().map(|owner| (object.clone(), owner)));
            }
            self.catalog.objects.insert(object, with_comment(found, |schema| schema.comment));
        }
        let volumes: BTreeSet<&Object> =
            effects.iter().filter_map(objects).filter(|object| object.kind == ObjectKind::Volume).collect();
        for object in volumes {
            let found = known(volumes::get(self.client, &object.full_name()))?;
            if let Known::Read(volume) = &found {
                self.catalog.owners.extend(volume.owner.clone().map(|owner| (object.clone(), owner)));
            }
            self.catalog.objects.insert(object.clone(), with_comment(found, |volume| volume.comment));
        }
        Ok(())
    }

    /// The schemas that are known to be there: below others there is nothing to read.
    fn schemas_there(&self) -> Vec<[String; 2]> {
        let object = |schema: &[String; 2]| Object { kind: ObjectKind::Schema, name: schema.to_vec() };
        self.schemas.iter().filter(|schema| self.catalog.is_there(&object(schema))).cloned().collect()
    }

    fn tables(&mut self, effects: &[Effect]) -> Result<(), Error> {
        for schema in &self.schemas_there() {
            let [catalog, name] = schema;
            for table in tables::list(self.client, catalog, name, true)? {
                let object = child(schema, ObjectKind::Table, &table.name);
                self.catalog.shapes.insert(object.clone(), shape(&table));
                if let Some(pipeline) = table.pipeline_id {
                    let is_stream = table.table_type == "STREAMING_TABLE";
                    self.catalog.keepers.insert(object.clone(), Keeper { pipeline, is_stream });
                }
                self.catalog.owners.extend(table.owner.map(|owner| (object.clone(), owner)));
                let columns = table.columns.iter().map(|column| folded(&column.name).into_owned());
                self.catalog.columns.insert(object.clone(), columns.collect());
                self.catalog.objects.insert(object, Known::Read(table.comment));
            }
        }
        let views = effects.iter().filter_map(|effect| match effect {
            Effect::MetricView(view, _) | Effect::View(view, _) => Some(view),
            _ => None,
        });
        let there: BTreeSet<Object> = views.filter(|view| self.catalog.is_there(view)).cloned().collect();
        let there: Vec<Object> = there.into_iter().collect();
        // The list leaves definitions out.
        let found = self.client.side_by_side(&there, |view| known(tables::get(self.client, &view.full_name())));
        for (view, table) in there.into_iter().zip(found) {
            let definition = match table? {
                Known::Read(table) => table.view_definition.map_or(Known::Absent, Known::Read),
                Known::Absent => Known::Absent,
                Known::Unknown(why) => Known::Unknown(why),
            };
            self.catalog.views.insert(view, definition);
        }
        Ok(())
    }

    fn functions(&mut self, effects: &[Effect]) -> Result<(), Error> {
        let is_about = |effect: &Effect| objects(effect).is_some_and(|object| object.kind == ObjectKind::Function);
        if !effects.iter().any(is_about) {
            return Ok(());
        }
        for schema in &self.schemas_there() {
            for function in functions::list(self.client, &schema[0], &schema[1])? {
                let parameters = function.input_params.unwrap_or_default().parameters.into_iter();
                let kept = CatalogFunction {
                    parameters: parameters.map(|p| (folded(&p.name).into_owned(), p.type_text)).collect(),
                    returns: function.full_data_type.unwrap_or_default(),
                    body: function.routine_definition.unwrap_or_default(),
                    comment: function.comment,
                };
                let object = child(schema, ObjectKind::Function, &function.name);
                self.catalog.owners.extend(function.owner.map(|owner| (object.clone(), owner)));
                self.catalog.functions.insert(object, Known::Read(kept));
            }
        }
        Ok(())
    }

    fn policies(&mut self, effects: &[Effect]) -> Result<(), Error> {
        let on = effects.iter().filter_map(|effect| match effect {
            Effect::Policy(on, ..) | Effect::NoPolicy(on, _) => Some(on),
            _ => None,
        });
        self.catalog.policies_are_known = true;
        for schema in on.collect::<BTreeSet<_>>() {
            if !self.catalog.is_there(schema) {
                continue;
            }
            match known(policies::list(self.client, &schema.full_name()).map(Some))? {
                Known::Read(found) => {
                    for policy in found {
                        let key = (schema.clone(), folded(&policy.name).into_owned());
                        self.catalog.policies.insert(key, kept(policy));
                    }
                }
                Known::Absent | Known::Unknown(_) => self.catalog.policies_are_known = false,
            }
        }
        Ok(())
    }

    fn privileges(&mut self, effects: &[Effect], also: &[Object]) -> Result<(), Error> {
        let named = effects.iter().filter_map(|effect| match effect {
            Effect::Granted(on, ..) | Effect::Revoked(on, ..) => Some(on.clone()),
            _ => None,
        });
        // What is given on these is inherited by tables.
        let above = self.schemas.iter().flat_map(|[catalog, schema]| {
            let of = |kind, name: &[&String]| Object { kind, name: name.iter().map(|part| (*part).clone()).collect() };
            [of(ObjectKind::Catalog, &[catalog]), of(ObjectKind::Schema, &[catalog, schema])]
        });
        let about: BTreeSet<Object> = named.chain(above).chain(also.iter().cloned()).collect();
        let is_there = |object: &&Object| match object.kind {
            ObjectKind::Catalog => true,
            ObjectKind::Function => self.catalog.functions.contains_key(*object),
            _ => !matches!(self.catalog.objects.get(*object), None | Some(Known::Absent)),
        };
        let (about, absent): (Vec<&Object>, Vec<&Object>) = about.iter().partition(|object| is_there(object));
        let about: Vec<Object> = about.into_iter().cloned().collect();
        let absent: Vec<Object> = absent.into_iter().cloned().collect();
        self.catalog.privileges.extend(absent.into_iter().map(|object| (object, Known::Absent)));
        let read =
            |object: &Object| known(grants::direct(self.client, securable(object.kind), &object.full_name()).map(Some));
        let found = self.client.side_by_side(&about, read);
        for (object, privileges) in about.into_iter().zip(found) {
            let privileges = match privileges? {
                Known::Read(held) => Known::Read(in_sql(held)),
                Known::Absent => Known::Absent,
                Known::Unknown(why) => Known::Unknown(why),
            };
            self.catalog.privileges.insert(object, privileges);
        }
        Ok(())
    }

    /// Two queries for all tags of a schema: the interface has a request for each column.
    fn tags(&mut self, warehouse: &str, effects: &[Effect]) -> Result<(), Error> {
        let tagged = effects.iter().filter_map(|effect| match effect {
            Effect::Tags(tagged, _) | Effect::NoTags(tagged, _) => Some(&tagged.table),
            _ => None,
        });
        let there: Vec<&Object> = tagged.filter(|table| self.catalog.is_there(table)).collect();
        let schemas: BTreeSet<[String; 2]> = self
            .schemas
            .iter()
            .filter(|schema| there.iter().any(|table| table.name.starts_with(schema.as_slice())))
            .cloned()
            .collect();
        let mut tags: BTreeMap<TaggedObject, BTreeMap<String, String>> = BTreeMap::new();
        for schema in schemas {
            for (view, column) in [("table_tags", "NULL"), ("column_tags", "column_name")] {
                let (catalog, name) = (ident_text(&ident(&schema[0])), string_text(&schema[1]));
                let query = format!(
                    "SELECT table_name, {column} AS column_name, tag_name, tag_value \
                     FROM {catalog}.information_schema.{view} WHERE schema_name = {name}"
                );
                let statement = Statement { statement: &query, warehouse_id: warehouse, parameters: &[] };
                for row in statements::run(self.client, &statement)?.rows {
                    let [Some(table), column, Some(key), value] = row.as_slice() else { continue };
                    let table = child(&schema, ObjectKind::Table, table);
                    let column = column.as_ref().map(|column| folded(column).into_owned());
                    let known = tags.entry(TaggedObject { table, column }).or_default();
                    known.insert(key.clone(), value.clone().unwrap_or_default());
                }
            }
        }
        self.catalog.tags = Some(tags);
        Ok(())
    }
}

fn with_comment<T>(found: Known<T>, comment: impl Fn(T) -> Option<String>) -> Known<Option<String>> {
    match found {
        Known::Read(value) => Known::Read(comment(value)),
        Known::Absent => Known::Absent,
        Known::Unknown(why) => Known::Unknown(why),
    }
}

/// What hides parts of a table.
fn shape(table: &tables::Table) -> TableProtection {
    let name = |function: &tables::Function| folded(&function.function_name).into_owned();
    let columns = table.columns.iter();
    TableProtection {
        columns: columns.map(|c| (folded(&c.name).into_owned(), c.mask.as_ref().map(name))).collect(),
        filter: table.row_filter.as_ref().map(name),
    }
}

fn securable(kind: ObjectKind) -> Securable {
    match kind {
        ObjectKind::Catalog => Securable::Catalog,
        ObjectKind::Schema => Securable::Schema,
        ObjectKind::Volume => Securable::Volume,
        ObjectKind::Table => Securable::Table,
        ObjectKind::Function => Securable::Function,
    }
}

/// Privileges in the words of SQL: the interface writes `USE_SCHEMA`.
fn in_sql(held: grants::Privileges) -> Privileges {
    let words = |privileges: BTreeSet<String>| privileges.into_iter().map(|word| word.replace('_', " ")).collect();
    held.into_iter().map(|(principal, privileges)| (principal, words(privileges))).collect()
}

fn kept(policy: policies::Policy) -> CatalogPolicy {
    let text = |value: Option<&serde_json::Value>| value.and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let mask = policy.rest.get("column_mask");
    let columns = policy.rest.get("match_columns").and_then(|columns| columns.as_array());
    CatalogPolicy {
        function: text(mask.and_then(|mask| mask.get("function_name"))),
        to: policy.to_principals.into_iter().collect(),
        except: policy.except_principals.into_iter().collect(),
        conditions: columns.into_iter().flatten().map(|column| text(column.get("condition"))).collect(),
    }
}
