//! What SQL statements do to a workspace: those that `gen` writes, and no others.

use std::sync::LazyLock;

use lakeflow::ast::{
    Alter, AlterAction, ColumnAction, Command, CommandPart, CommentOn, CommentTarget, CreateFunction, CreatePolicy,
    Expr, FunctionBody, Ident, MaskClause, MatchColumn, MetricView, ObjectName, PolicyKind, Privilege, Returns,
    Securable, SecurableKind, StatementKind,
};
use lakeflow::{expr_text, parse, parse_expr};
use regex::Regex;
use serde_json::{Map, Value, json};

use super::asked::{Refusal, denied, invalid, refuse};
use super::catalog::{self, drop_thing, not_found};
use super::state::{Kind, State};
use super::tags;

/// What a query gives.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// Runs a statement as somebody.
pub fn run(state: &mut State, who: &str, text: &str) -> Result<Table, Refusal> {
    let fail = |message: String| Refusal { status: 400, code: "PARSE_SYNTAX_ERROR", message };
    // The language knows the statement in no other place.
    if let Some(found) = MOVES.captures(text) {
        return hand_over(state, who, &found[1].replace('`', "").to_lowercase(), &found[2]).map(|()| Table::default());
    }
    let statements = parse(text).map_err(|faults| fail(format!("{faults:?}")))?;
    let [statement] = &statements[..] else { return Err(fail(format!("{} statements", statements.len()))) };
    if let Some(found) = TAGS.captures(text) {
        return Ok(tags_of(state, who, &found[1].trim_matches('`').replace("``", "`"), &found[2], &found[3]));
    }
    if let StatementKind::Query(_) = &statement.kind {
        reads(state, who, text)?;
        return Ok(Table { columns: vec!["1".into()], rows: vec![vec![Some("1".into())]] });
    }
    perform(state, who, &statement.kind, text)?;
    Ok(Table::default())
}

/// The statements of a file, one after the other.
pub fn run_file(state: &mut State, who: &str, text: &str) -> Result<(), Refusal> {
    let fail = |message: String| Refusal { status: 400, code: "PARSE_SYNTAX_ERROR", message };
    for statement in parse(text).map_err(|faults| fail(format!("{faults:?}")))? {
        run(state, who, &text[statement.range.clone()])?;
    }
    Ok(())
}

pub fn path(name: &ObjectName) -> String {
    let parts = name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.to_lowercase());
    parts.collect::<Vec<_>>().join(".")
}

fn securable(on: &Securable) -> Result<(Kind, String), Refusal> {
    let kind = match on.kind {
        SecurableKind::Catalog => Kind::Catalog,
        SecurableKind::Schema => Kind::Schema,
        SecurableKind::Volume => Kind::Volume,
        SecurableKind::Function => Kind::Function,
        SecurableKind::Table
        | SecurableKind::View
        | SecurableKind::StreamingTable
        | SecurableKind::MaterializedView => Kind::Table,
        other => return invalid(format!("what is {}?", other.words())),
    };
    Ok((kind, path(&on.name)))
}

fn there(state: &State, kind: Kind, name: &str) -> Result<(), Refusal> {
    match state.thing(kind, name) {
        Some(_) => Ok(()),
        None => refuse(404, not_found(kind), format!("{} '{name}' does not exist.", kind.word())),
    }
}

fn words(privileges: &[Privilege]) -> Vec<String> {
    privileges.iter().map(|privilege| privilege.words().replace(' ', "_")).collect()
}

fn perform(state: &mut State, who: &str, statement: &StatementKind, text: &str) -> Result<(), Refusal> {
    match statement {
        StatementKind::Grant(grant) => {
            let (kind, name) = managed(state, who, &grant.on)?;
            catalog::grant(state, kind, &name, &grant.to.value, &words(&grant.privileges), &[])
        }
        StatementKind::Revoke(revoke) => {
            let (kind, name) = managed(state, who, &revoke.on)?;
            catalog::grant(state, kind, &name, &revoke.from.value, &[], &words(&revoke.privileges))
        }
        StatementKind::CreateSchema(schema) => {
            let fields = commented(schema.comment.as_deref());
            catalog::create(state, who, Kind::Schema, &path(&schema.name), fields, schema.if_not_exists).map(drop)
        }
        StatementKind::CreateVolume(volume) => {
            let mut fields = commented(volume.comment.as_deref());
            fields.insert("volume_type".into(), "MANAGED".into());
            catalog::create(state, who, Kind::Volume, &path(&volume.name), fields, volume.if_not_exists).map(drop)
        }
        StatementKind::CreateFunction(function) => define(
            state,
            who,
            Kind::Function,
            &path(&function.name),
            function_fields(function, text),
            function.or_replace,
        ),
        StatementKind::CreateMetricView(view) => {
            sources(&view.definition).iter().try_for_each(|source| may_read(state, who, source))?;
            let mut fields = view_fields("METRIC_VIEW", view.comment.as_deref(), text);
            fields.insert("view_definition".into(), view.definition.yaml.value.clone().into());
            define(state, who, Kind::Table, &path(&view.name), fields, view.or_replace)
        }
        StatementKind::CreateView(view) => {
            reads(state, who, text)?;
            define(
                state,
                who,
                Kind::Table,
                &path(&view.name),
                view_fields("VIEW", view.comment.as_deref(), &view.query.to_string()),
                view.or_replace,
            )
        }
        StatementKind::CommentOn(comment) => comment_on(state, who, comment),
        StatementKind::Alter(change) => alter(state, who, change),
        StatementKind::CreatePolicy(policy) => create_policy(state, who, policy),
        StatementKind::DropPolicy(policy) => {
            let (_, schema) = managed(state, who, &policy.on)?;
            let gone = state.policies.remove(&(schema, policy.name.value.to_lowercase()));
            gone.map_or_else(|| refuse(404, "RESOURCE_DOES_NOT_EXIST", "no such policy"), |_| Ok(()))
        }
        StatementKind::Command(command) if command.rule == "drop" => drop_object(state, who, command),
        StatementKind::Command(command) if command.rule.starts_with("alter_") => give_away(state, who, command),
        StatementKind::Command(command) if command.rule == "block" => script(state, who, command),
        other => invalid(format!("what does {} do?", other.name())),
    }
}

/// `ALTER .. OWNER TO`.
fn give_away(state: &mut State, who: &str, command: &Command) -> Result<(), Refusal> {
    let kind = match command.rule {
        "alter_schema" => Kind::Schema,
        "alter_volume" => Kind::Volume,
        "alter_function" => Kind::Function,
        other => return invalid(format!("what does {other} do?")),
    };
    let mut names = command.names().map(path);
    let name = names.next().unwrap_or_default();
    // Names of principals keep their case.
    let owner = command.names().nth(1).and_then(|name| name.0.last()?.as_ident().map(|owner| owner.value.clone()));
    let Some(owner) = owner else { return invalid("nobody is named") };
    there(state, kind, &name)?;
    if !state.manages(who, kind, &name) {
        return denied(format!("{who} may not give {name} away"));
    }
    state.things.entry((kind, name)).and_modify(|thing| thing.owner = owner);
    Ok(())
}

fn create_policy(state: &mut State, who: &str, policy: &CreatePolicy) -> Result<(), Refusal> {
    let (kind, on) = managed(state, who, &policy.on)?;
    let function = path(&policy.function);
    there(state, Kind::Function, &function)?;
    state.need(who, "EXECUTE", Kind::Function, &function)?;
    let names = |idents: &[Ident]| idents.iter().map(|ident| ident.value.clone()).collect::<Vec<_>>();
    let column = |column: &MatchColumn| json!({"alias": column.alias.as_ref().map(|alias| alias.value.clone()), "condition": expr_text(&column.condition)});
    let columns: Vec<Value> = policy.match_columns.iter().map(column).collect();
    let using: Vec<Value> = policy.using_columns.iter().map(|with| json!({"alias": expr_text(with)})).collect();
    let mut shown = json!({"name": policy.name.value, "on_securable_fullname": on, "for_securable_type": "TABLE",
        "on_securable_type": kind.word().to_uppercase(), "to_principals": names(&policy.to), "match_columns": columns,
        "except_principals": names(&policy.except), "comment": policy.comment});
    match &policy.kind {
        PolicyKind::RowFilter => {
            shown["policy_type"] = "POLICY_TYPE_ROW_FILTER".into();
            shown["row_filter"] = json!({"function_name": function, "using": using});
        }
        PolicyKind::ColumnMask { on_column } => {
            shown["policy_type"] = "POLICY_TYPE_COLUMN_MASK".into();
            shown["column_mask"] = json!({"function_name": function, "on_column": on_column.value, "using": using});
        }
    }
    let at = (on, policy.name.value.to_lowercase());
    if state.policies.contains_key(&at) && !policy.or_replace {
        return refuse(409, "RESOURCE_ALREADY_EXISTS", format!("policy {} already exists", policy.name.value));
    }
    state.policies.insert(at, shown);
    Ok(())
}

/// Something that is there and that somebody manages.
fn managed(state: &State, who: &str, on: &Securable) -> Result<(Kind, String), Refusal> {
    let (kind, name) = securable(on)?;
    there(state, kind, &name)?;
    state.need_manage(who, kind, &name)?;
    Ok((kind, name))
}

fn commented(comment: Option<&str>) -> Map<String, Value> {
    comment.map(|comment| ("comment".to_owned(), comment.into())).into_iter().collect()
}

fn view_fields(kind: &str, comment: Option<&str>, text: &str) -> Map<String, Value> {
    let mut fields = commented(comment);
    fields.insert("table_type".into(), kind.into());
    fields.insert("view_definition".into(), text.into());
    fields
}

fn function_fields(function: &CreateFunction, text: &str) -> Map<String, Value> {
    let mut fields = commented(function.comment.as_deref());
    let body = if let FunctionBody::Expr(body) = &function.body { expr_text(body) } else { String::new() };
    fields.insert("routine_definition".into(), body.into());
    if let Some(Returns::Scalar(returns)) = &function.returns {
        fields.insert("full_data_type".into(), returns.to_string().into());
    }
    let parameter = |p: &lakeflow::ast::Parameter| json!({"name": p.name.value, "type_text": p.data_type.to_string()});
    let parameters: Vec<Value> = function.parameters.iter().map(parameter).collect();
    fields.insert("input_params".into(), json!({"parameters": parameters}));
    fields.insert("sql".into(), text.into());
    fields
}

/// Makes a function or view; who replaces one has to own it, to manage it is not enough.
fn define(
    state: &mut State,
    who: &str,
    kind: Kind,
    name: &str,
    fields: Map<String, Value>,
    or_replace: bool,
) -> Result<(), Refusal> {
    let Some(thing) = state.thing(kind, name) else {
        return catalog::create(state, who, kind, name, fields, false).map(drop);
    };
    if !or_replace {
        return refuse(400, "RESOURCE_ALREADY_EXISTS", format!("{} '{name}' already exists", kind.word()));
    }
    let of = |fields: &Map<String, Value>| fields.get("table_type").cloned();
    if of(&thing.fields) != of(&fields) {
        return invalid(format!("{name} is something else"));
    }
    state.uses(who, kind, name)?;
    if !state.owns(who, kind, name) {
        return denied(format!("User is not an owner of {} '{name}'.", kind.word()));
    }
    if let Some(thing) = state.things.get_mut(&(kind, name.to_owned())) {
        thing.fields.remove("comment");
        thing.fields.extend(fields);
    }
    Ok(())
}

fn sources(view: &MetricView) -> Vec<String> {
    fn joined(joins: &[lakeflow::ast::MetricJoin], found: &mut Vec<String>) {
        for join in joins {
            found.push(join.source.value.clone());
            joined(&join.joins, found);
        }
    }
    let mut found = vec![view.source.value.clone()];
    joined(&view.joins, &mut found);
    found.iter().filter_map(|name| full_name(name)).collect()
}

/// A name of three parts; none for anything else.
fn full_name(text: &str) -> Option<String> {
    match parse_expr(text).ok()? {
        Expr::CompoundIdentifier(parts) if parts.len() == 3 => {
            Some(parts.iter().map(|part| part.value.to_lowercase()).collect::<Vec<_>>().join("."))
        }
        _ => None,
    }
}

/// A look at all tags of a schema.
static MOVES: LazyLock<Regex> = LazyLock::new(|| {
    let kind = "(?:STREAMING TABLE|MATERIALIZED VIEW)";
    Regex::new(&format!(r"^ALTER {kind} (\S+) SET TBLPROPERTIES \('pipelines.pipelineId' = '([\w-]+)'\)$")).unwrap()
});

/// Gives a table to another pipeline; whoever does it owns the table and is whom that pipeline runs as.
fn hand_over(state: &mut State, who: &str, table: &str, to: &str) -> Result<(), Refusal> {
    there(state, Kind::Table, table)?;
    let Some(pipeline) = state.pipelines.get(to) else { return invalid(format!("there is no pipeline {to}")) };
    if pipeline.run_as != who || !state.owns(who, Kind::Table, table) {
        return denied(format!("{who} may not hand {table} over"));
    }
    set_field(state, table, "pipeline_id", to.into())
}

static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"FROM (\S+)\.information_schema\.(table_tags|column_tags) WHERE schema_name = '([^']*)'").unwrap()
});

/// Rows of the information schema: of tables that somebody may see.
fn tags_of(state: &State, who: &str, of: &str, view: &str, schema: &str) -> Table {
    let entity = if view == "table_tags" { "tables" } else { "columns" };
    let below = format!("{}.{}.", of.to_lowercase(), schema.to_lowercase());
    let row = |((kind, name, key), value): (&(String, String, String), &String)| {
        let rest = name.strip_prefix(&below).filter(|_| kind == entity)?;
        let (table, column) = rest.split_once('.').map_or((rest, None), |(table, column)| (table, Some(column)));
        let full = format!("{below}{table}");
        let is_seen = state.manages(who, Kind::Table, &full) || state.may(who, "SELECT", Kind::Table, &full);
        is_seen.then(|| vec![Some(table.to_owned()), column.map(str::to_owned), Some(key.clone()), Some(value.clone())])
    };
    let columns = ["table_name", "column_name", "tag_name", "tag_value"].map(str::to_owned).to_vec();
    Table { columns, rows: state.tags.iter().filter_map(row).collect() }
}

/// Tables with full names that a query reads.
static READ: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:FROM|JOIN)\s+((?:`(?:[^`]|``)+`|\w+)(?:\.(?:`(?:[^`]|``)+`|\w+)){2})").unwrap()
});

fn reads(state: &State, who: &str, text: &str) -> Result<(), Refusal> {
    READ.captures_iter(text).filter_map(|found| full_name(&found[1])).try_for_each(|name| may_read(state, who, &name))
}

fn may_read(state: &State, who: &str, name: &str) -> Result<(), Refusal> {
    there(state, Kind::Table, name)?;
    state.need(who, "SELECT", Kind::Table, name)
}

fn comment_on(state: &mut State, who: &str, comment: &CommentOn) -> Result<(), Refusal> {
    let (kind, name, column) = match &comment.target {
        CommentTarget::Securable(on) => {
            let (kind, name) = securable(on)?;
            (kind, name, None)
        }
        CommentTarget::Column(name) => {
            let name = path(name);
            let (table, column) = name.rsplit_once('.').unwrap_or_default();
            (Kind::Table, table.to_owned(), Some(column.to_owned()))
        }
    };
    there(state, kind, &name)?;
    if !state.manages(who, kind, &name) {
        state.need(who, "MODIFY", kind, &name)?;
    }
    let value: Value = comment.comment.clone().map_or(Value::Null, Value::from);
    match column {
        None => {
            if let Some(thing) = state.things.get_mut(&(kind, name)) {
                thing.fields.insert("comment".into(), value);
            }
            Ok(())
        }
        Some(column) => in_column(state, &name, &column, |fields| drop(fields.insert("comment".into(), value))),
    }
}

fn in_column(
    state: &mut State,
    table: &str,
    column: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), Refusal> {
    let columns = state.things.get_mut(&(Kind::Table, table.to_owned())).and_then(|t| t.fields.get_mut("columns"));
    let is_it = |known: &&mut Value| known["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(column));
    let found = columns.and_then(Value::as_array_mut).and_then(|columns| columns.iter_mut().find(is_it));
    match found.and_then(Value::as_object_mut) {
        Some(fields) => {
            change(fields);
            Ok(())
        }
        None => refuse(404, "COLUMN_DOES_NOT_EXIST", format!("no column {column} in {table}")),
    }
}

fn alter(state: &mut State, who: &str, change: &Alter) -> Result<(), Refusal> {
    let (kind, name) = securable(&change.object)?;
    there(state, kind, &name)?;
    let entity = if kind == Kind::Schema { "schemas" } else { "tables" };
    match &change.action {
        AlterAction::SetTags(tags) => set_tags(state, who, entity, &name, tags),
        AlterAction::UnsetTags(keys) => unset_tags(state, who, entity, &name, keys),
        AlterAction::Column { name: column, action } => {
            let column = column.value.to_lowercase();
            let full = format!("{name}.{column}");
            match action {
                ColumnAction::SetTags(tags) => set_tags(state, who, "columns", &full, tags),
                ColumnAction::UnsetTags(keys) => unset_tags(state, who, "columns", &full, keys),
                ColumnAction::SetMask(mask) => {
                    state.need_manage(who, kind, &name)?;
                    there(state, Kind::Function, &path(&mask.function))?;
                    in_column(state, &name, &column, |fields| drop(fields.insert("mask".into(), mask_of(mask, ""))))
                }
                ColumnAction::DropMask => {
                    state.need_manage(who, kind, &name)?;
                    in_column(state, &name, &column, |fields| drop(fields.remove("mask")))
                }
            }
        }
        AlterAction::SetRowFilter(filter) => {
            state.need_manage(who, kind, &name)?;
            there(state, Kind::Function, &path(&filter.function))?;
            let on: Vec<String> = filter.on.iter().map(ToString::to_string).collect();
            let shown = json!({"function_name": path(&filter.function), "input_column_names": on});
            set_field(state, &name, "row_filter", shown)
        }
        AlterAction::DropRowFilter => {
            state.need_manage(who, kind, &name)?;
            set_field(state, &name, "row_filter", Value::Null)
        }
        AlterAction::MetricBody(_) => invalid("views are replaced whole"),
    }
}

fn set_field(state: &mut State, table: &str, key: &str, value: Value) -> Result<(), Refusal> {
    if let Some(thing) = state.things.get_mut(&(Kind::Table, table.to_owned())) {
        thing.fields.insert(key.to_owned(), value);
    }
    Ok(())
}

/// A name from the catalog on; one of one part lies in `schema`.
pub fn full(name: &ObjectName, schema: &str) -> String {
    completed(&path(name), schema)
}

/// A name as it means something in a schema, whose catalog is part of its name.
pub fn completed(name: &str, schema: &str) -> String {
    let (catalog, _) = schema.split_once('.').unwrap_or((schema, ""));
    match name.matches('.').count() {
        0 => format!("{schema}.{name}"),
        1 => format!("{catalog}.{name}"),
        _ => name.to_owned(),
    }
}

/// A mask as the interface shows it; `schema` is where a name of one part lies.
pub fn mask_of(mask: &MaskClause, schema: &str) -> Value {
    let name = full(&mask.function, schema);
    let using: Vec<String> = mask.using_columns.iter().map(ToString::to_string).collect();
    json!({"function_name": name, "using_column_names": using})
}

fn set_tags(
    state: &mut State,
    who: &str,
    entity: &str,
    name: &str,
    given: &[lakeflow::ast::Tag],
) -> Result<(), Refusal> {
    tags::may_tag(state, who, entity, name)?;
    for tag in given {
        state.tags.insert((entity.into(), name.into(), tag.key.clone()), tag.value.clone().unwrap_or_default());
    }
    Ok(())
}

fn unset_tags(state: &mut State, who: &str, entity: &str, name: &str, keys: &[String]) -> Result<(), Refusal> {
    tags::may_tag(state, who, entity, name)?;
    for key in keys {
        state.tags.remove(&(entity.into(), name.into(), key.clone()));
    }
    Ok(())
}

fn drop_object(state: &mut State, who: &str, command: &Command) -> Result<(), Refusal> {
    let words: Vec<&str> =
        command.parts.iter().filter_map(|p| if let CommandPart::Word(word) = p { Some(*word) } else { None }).collect();
    let name = command.names().next().map(path).unwrap_or_default();
    let kind = match words.get(1).copied().unwrap_or_default() {
        "VIEW" | "TABLE" | "MATERIALIZED" | "STREAMING" => Kind::Table,
        "FUNCTION" => Kind::Function,
        "SCHEMA" => Kind::Schema,
        "VOLUME" => Kind::Volume,
        _ => return invalid(format!("what does {words:?} do?")),
    };
    if state.thing(kind, &name).is_none() && words.contains(&"IF") {
        return Ok(());
    }
    there(state, kind, &name)?;
    state.need_manage(who, kind, &name)?;
    drop_thing(state, kind, &name, words.contains(&"CASCADE"))
}

/// A script whose handler goes on where something is not there.
fn script(state: &mut State, who: &str, script: &Command) -> Result<(), Refusal> {
    for part in &script.parts {
        if let CommandPart::Statement(statement) = part
            && let Err(refusal) = perform(state, who, statement, "")
        {
            return if refusal.status == 404 { Ok(()) } else { Err(refusal) };
        }
    }
    Ok(())
}
