//! Updates of pipelines: sources are read when one starts, it runs while somebody looks at it, and then tables are there.
//!
//! Streams have a memory: each flow remembers what it has read and by which definition it was judged, and reads only what is
//! new, until a full refresh lets it forget. Rows themselves are not computed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lakeflow::ast::{StatementKind, TableDefinition};
use lakeflow::parse;
use regex::Regex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::asked::{Answer, Asked, Refusal, Reply, denied, done, missing, refuse};
use super::sql;
use super::state::{Kind, State, Thing};

#[derive(Debug, Clone)]
pub struct Update {
    pub id: String,
    pub request: Value,
    pub created: u64,
    /// States that are still to come, the last one first.
    coming: Vec<&'static str>,
    state: &'static str,
    /// The sources as they were when it started.
    datasets: Result<Vec<Dataset>, String>,
}

#[derive(Debug, Clone)]
struct Dataset {
    /// Name in lower case, with catalog and schema.
    name: String,
    is_stream: bool,
    table: TableDefinition,
    /// What identifies the definition.
    definition: String,
    /// The statement.
    text: String,
    /// Flows with what they read.
    flows: Vec<(String, Vec<Source>)>,
}

#[derive(Debug, Clone)]
enum Source {
    Files(String),
    Table(String),
}

impl Update {
    pub fn is_active(&self) -> bool {
        !matches!(self.state, "COMPLETED" | "FAILED" | "CANCELED")
    }

    pub fn brief(&self) -> Value {
        json!({"update_id": self.id, "state": self.state, "creation_time": self.created.to_string()})
    }

    fn shown(&self, pipeline: &str) -> Value {
        json!({"pipeline_id": pipeline, "update_id": self.id, "state": self.state, "cause": "API_CALL",
            "validate_only": self.request["validate_only"] == true, "full_refresh": self.request["full_refresh"] == true,
            "creation_time": self.created})
    }

    fn is_validation(&self) -> bool {
        self.request["validate_only"] == true
    }

    /// Whether a dataset is to be updated, and whether it is to begin anew. Names without a schema are those of the pipeline's.
    fn selects(&self, dataset: &Dataset, schema: &str) -> (bool, bool) {
        let names = |key: &str| -> Vec<String> {
            self.request[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|n| Some(sql::completed(&n.as_str()?.to_lowercase(), schema)))
                .collect()
        };
        let (refresh, full) = (names("refresh_selection"), names("full_refresh_selection"));
        let is_all = refresh.is_empty() && full.is_empty();
        let is_kept = dataset.table.properties.iter().any(|p| p.key == "pipelines.reset.allowed" && p.value == "false");
        let anew = (self.request["full_refresh"] == true || full.contains(&dataset.name)) && !is_kept;
        (is_all || refresh.contains(&dataset.name) || full.contains(&dataset.name), anew)
    }
}

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    let id = asked.params[0].clone();
    if !state.pipelines.contains_key(&id) {
        return refuse(404, "RESOURCE_DOES_NOT_EXIST", format!("The specified pipeline {id} was not found."));
    }
    let enough: &[&str] = match verb {
        "GET" => &["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"],
        _ => &["CAN_RUN", "CAN_MANAGE", "IS_OWNER"],
    };
    if !state.has_level(&asked.who, "pipelines", &id, enough) {
        return denied(format!("{} may not do this with pipeline {id}", asked.who));
    }
    match (verb, asked.params.get(1)) {
        ("POST", _) if path.ends_with("/stop") => {
            if let Some(update) =
                state.pipelines.get_mut(&id).and_then(|p| p.updates.last_mut()).filter(|u| u.is_active())
            {
                (update.state, update.coming) = ("CANCELED", vec![]);
            }
            done()
        }
        ("POST", _) => start(state, &id, asked.body.clone()).map(|update| Reply::Json(json!({"update_id": update}))),
        ("GET", Some(update)) => {
            advance(state, &id);
            let found = state.pipelines[&id].updates.iter().find(|known| known.id == *update);
            found.map_or_else(|| missing("The update"), |update| Ok(Reply::Json(json!({"update": update.shown(&id)}))))
        }
        ("GET", None) if path.ends_with("/events") => events(state, asked, &id),
        _ => {
            advance(state, &id);
            let newest = state.pipelines[&id].updates.iter().rev().map(|update| update.shown(&id));
            asked.page("updates", newest.collect())
        }
    }
}

fn events(state: &State, asked: &Asked, id: &str) -> Answer {
    if asked.query.contains_key("page_token") && asked.query.contains_key("filter") {
        return refuse(400, "INVALID_PARAMETER_VALUE", "a page token excludes a filter");
    }
    let filter = asked.param("filter");
    let condition =
        |key: &str| CONDITION.captures_iter(filter).find(|found| &found[1] == key).map(|found| found[2].to_owned());
    let (update, level) = (condition("update_id"), condition("level"));
    let is = |found: &Value, wanted: &Option<String>| wanted.as_ref().is_none_or(|wanted| found == wanted);
    let fits = |event: &&Value| is(&event["origin"]["update_id"], &update) && is(&event["level"], &level);
    let newest = state.pipelines[id].events.iter().rev().filter(fits).cloned();
    asked.page("events", newest.collect())
}

/// Starts an update; its id.
pub fn start(state: &mut State, id: &str, request: Value) -> Result<String, Refusal> {
    let pipeline = &state.pipelines[id];
    if pipeline.state() != "IDLE" {
        return refuse(409, "INVALID_STATE", format!("An active update already exists for pipeline {id}."));
    }
    let datasets = datasets(state, id);
    let (key, created) = (state.key("update"), state.ticks);
    let coming = vec!["COMPLETED", "RUNNING", "INITIALIZING"];
    let update = Update { id: key.clone(), request, created, coming, state: "QUEUED", datasets };
    if let Some(pipeline) = state.pipelines.get_mut(id) {
        pipeline.updates.push(update);
    }
    Ok(key)
}

/// Lets the update that runs go on by a step.
pub fn advance(state: &mut State, id: &str) {
    let Some(update) = state.pipelines.get_mut(id).and_then(|p| p.updates.last_mut()).filter(|u| u.is_active()) else {
        return;
    };
    let next = update.coming.pop().unwrap_or("COMPLETED");
    update.state = next;
    if next != "COMPLETED" {
        return;
    }
    let update = update.clone();
    let mut after = state.clone();
    let result = finish(&mut after, id, &update);
    if result.is_ok() && !update.is_validation() {
        *state = after;
    }
    let (ticks, event) = (state.ticks, state.key("event"));
    let Some(pipeline) = state.pipelines.get_mut(id) else { return };
    let (level, word, error) = match &result {
        Ok(()) => ("INFO", "COMPLETED", Value::Null),
        Err((_, message)) => (
            "ERROR",
            "FAILED",
            json!({"fatal": true, "exceptions": [{"class_name": "AnalysisException", "message": message}]}),
        ),
    };
    if let Some(update) = pipeline.updates.last_mut() {
        update.state = word;
    }
    let mut shown = json!({"id": event, "timestamp": format!("2026-01-01T00:00:00.{ticks:06}Z"), "level": level,
        "event_type": "update_progress", "message": format!("Update {} is {word}.", update.id),
        "origin": {"pipeline_id": id, "update_id": update.id}, "maturity_level": "STABLE"});
    if !error.is_null() {
        shown["error"] = error;
    }
    if let Err((Some(dataset), _)) = &result {
        shown["origin"]["dataset_name"] = dataset.clone().into();
    }
    pipeline.events.push(shown);
}

/// Runs the update that runs to its end.
pub fn run(state: &mut State, id: &str, request: Value) -> Result<(), String> {
    start(state, id, request).map_err(|refusal| refusal.message)?;
    while state.pipelines[id].state() != "IDLE" {
        advance(state, id);
    }
    let last = state.pipelines[id].updates.last().map(|update| update.state);
    if last == Some("COMPLETED") { Ok(()) } else { Err(format!("the update is {last:?}")) }
}

static CONDITION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\w+)\s*=\s*'([^']*)'").unwrap());
static FILES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"read_files\(\s*'([^']+)'").unwrap());
static STREAMS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"STREAM\s*\(?\s*([\w.`]+)").unwrap());

/// The datasets that the sources of a pipeline declare, by the files as they are now.
fn datasets(state: &State, id: &str) -> Result<Vec<Dataset>, String> {
    let pipeline = &state.pipelines[id];
    let schema = pipeline.schema();
    let mut found: BTreeMap<String, Dataset> = BTreeMap::new();
    let mut flows: Vec<(String, String, Vec<Source>)> = vec![];
    for (path, text) in sources(state, id)? {
        let text = pipeline
            .spec
            .get("configuration")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .fold(text, |text, (key, value)| text.replace(&format!("${{{key}}}"), value.as_str().unwrap_or_default()));
        for statement in parse(&text).map_err(|faults| format!("[PARSE_SYNTAX_ERROR] {path}: {faults:?}"))? {
            let whole = &text[statement.range.clone()];
            let (table, is_stream) = match &statement.kind {
                StatementKind::CreateStreamingTable(table) => (table.table.clone(), true),
                StatementKind::CreateMaterializedView(view) => (view.table.clone(), false),
                StatementKind::CreateFlow(flow) => {
                    flows.push((sql::full(&flow.target, &schema), sql::path(&flow.name), read(whole)));
                    continue;
                }
                _ => continue,
            };
            let name = sql::full(&table.name, &schema);
            let own = if is_stream && !read(whole).is_empty() { vec![(name.clone(), read(whole))] } else { vec![] };
            let definition = Sha256::digest(whole.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            let text = whole.to_owned();
            let dataset = Dataset { name: name.clone(), is_stream, table, definition, text, flows: own };
            if found.insert(name.clone(), dataset).is_some() {
                return Err(format!("Cannot have multiple queries named {name}"));
            }
        }
    }
    for (target, name, sources) in flows {
        let dataset = found.get_mut(&target).ok_or_else(|| format!("no table {target} for the flow {name}"))?;
        dataset.flows.push((name, sources));
    }
    if found.is_empty() {
        Err("[NO_TABLES_IN_PIPELINE] there is no dataset".to_owned())
    } else {
        Ok(found.into_values().collect())
    }
}

fn read(text: &str) -> Vec<Source> {
    let files = FILES.captures_iter(text).map(|found| Source::Files(found[1].to_owned()));
    let tables = STREAMS.captures_iter(text).map(|found| found[1].replace('`', "").to_lowercase());
    files.chain(tables.filter(|name| name != "read_files").map(Source::Table)).collect()
}

/// Paths and texts of the sources, which the pipeline reads as whoever it runs as.
fn sources(state: &State, id: &str) -> Result<Vec<(String, String)>, String> {
    let pipeline = &state.pipelines[id];
    let mut found = vec![];
    for library in pipeline.spec.get("libraries").and_then(Value::as_array).into_iter().flatten() {
        let path = library["glob"]["include"].as_str().or(library["file"]["path"].as_str()).unwrap_or_default();
        let (folder, is_folder) = path.strip_suffix("/**").map_or((path, false), |folder| (folder, true));
        let is_in = |name: &str| if is_folder { name.starts_with(&format!("{folder}/")) } else { name == folder };
        let before = found.len();
        for (name, entry) in state.entries.iter().filter(|(name, entry)| entry.bytes.is_some() && is_in(name)) {
            if !state.may_file(&pipeline.run_as, name, false) {
                return Err(format!("{} may not read {name}", pipeline.run_as));
            }
            found
                .push((name.clone(), String::from_utf8_lossy(entry.bytes.as_deref().unwrap_or_default()).into_owned()));
        }
        if found.len() == before {
            return Err(format!("the path {path} does not exist"));
        }
    }
    Ok(found)
}

/// What an update does at its end, or why it fails.
fn finish(state: &mut State, id: &str, update: &Update) -> Result<(), (Option<String>, String)> {
    let datasets = update.datasets.clone().map_err(|message| (None, message))?;
    let schema = state.pipelines[id].schema();
    for dataset in &datasets {
        check(state, id, dataset).map_err(|refusal| (Some(dataset.name.clone()), refusal.message))?;
    }
    // Private tables are seen by their pipeline alone.
    for dataset in datasets.iter().filter(|dataset| update.selects(dataset, &schema).0 && !dataset.table.private) {
        publish(state, id, dataset);
    }
    publish_event_log(state, id);
    // Streams in the order in which they feed each other: as often as there are streams is enough for any order.
    for round in 0..datasets.len() {
        for dataset in datasets.iter().filter(|dataset| dataset.is_stream) {
            let (is_selected, anew) = update.selects(dataset, &schema);
            if is_selected {
                feed(state, id, dataset, anew && round == 0);
            }
        }
    }
    Ok(())
}

fn check(state: &State, id: &str, dataset: &Dataset) -> Result<(), Refusal> {
    let pipeline = &state.pipelines[id];
    let (who, schema) = (&pipeline.run_as, pipeline.schema());
    let create = if dataset.is_stream { "CREATE_TABLE" } else { "CREATE_MATERIALIZED_VIEW" };
    let (home, _) = dataset.name.rsplit_once('.').unwrap_or_default();
    if state.thing(Kind::Schema, home).is_none() {
        return refuse(404, "SCHEMA_NOT_FOUND", format!("[SCHEMA_NOT_FOUND] The schema `{home}` cannot be found."));
    }
    state.need(who, create, Kind::Schema, home)?;
    if let Some(name) = state.unknown_functions.iter().find(|name| dataset.text.contains(&format!("{name}("))) {
        let message = format!(
            "[UNRESOLVED_ROUTINE] Cannot resolve routine `{name}` on search path. SQLSTATE: 42883; line 9 pos 2"
        );
        return refuse(400, "UNRESOLVED_ROUTINE", message);
    }
    let masks = dataset.table.columns.iter().filter_map(|column| column.mask.as_ref()).map(|mask| &mask.function);
    let filters = dataset.table.row_filter.iter().map(|filter| &filter.function);
    for function in masks.chain(filters) {
        let function = sql::full(function, &schema);
        if state.thing(Kind::Function, &function).is_none() {
            return refuse(
                404,
                "ROUTINE_DOES_NOT_EXIST",
                format!("[UNRESOLVED_ROUTINE] function {function} does not exist"),
            );
        }
        state.need(who, "EXECUTE", Kind::Function, &function)?;
    }
    for (_, sources) in &dataset.flows {
        for source in sources {
            // Other places are external locations, which an administrator gives.
            if let Source::Files(glob) = source
                && glob.starts_with("/Volumes/")
            {
                let volume = glob.split('/').skip(2).take(3).collect::<Vec<_>>().join(".");
                state.need(who, "READ_VOLUME", Kind::Volume, &volume)?;
            }
        }
    }
    let name = &dataset.name;
    let Some(there) = state.thing(Kind::Table, name) else { return Ok(()) };
    if there.fields.get("pipeline_id").is_none_or(|of| of != id) {
        return refuse(400, "INVALID_STATE", format!("Table '{name}' is already managed by another pipeline"));
    }
    let kind = if dataset.is_stream { "STREAMING_TABLE" } else { "MATERIALIZED_VIEW" };
    if there.fields["table_type"] != kind {
        return refuse(400, "INVALID_STATE", format!("Table '{name}' can't become a {kind}"));
    }
    Ok(())
}

/// A table as its definition says, owned by whoever the pipeline runs as. Tags and grants of one that was there stay.
fn publish(state: &mut State, id: &str, dataset: &Dataset) {
    let (schema, who) = (state.pipelines[id].schema(), state.pipelines[id].run_as.clone());
    let name = dataset.name.clone();
    let at = (Kind::Table, name.clone());
    let before = state.things.get(&at).cloned();
    let new_id = state.key("table");
    let parts: Vec<&str> = name.split('.').collect();
    let columns: Vec<Value> = dataset.table.columns.iter().enumerate().map(|(position, column)| {
        let mut shown = json!({"name": column.name.value, "type_text": column.data_type.to_string().to_lowercase(), "position": position});
        if let Some(comment) = &column.comment {
            shown["comment"] = comment.clone().into();
        }
        if let Some(mask) = &column.mask {
            shown["mask"] = sql::mask_of(mask, &schema);
        }
        shown
    }).collect();
    let kind = if dataset.is_stream { "STREAMING_TABLE" } else { "MATERIALIZED_VIEW" };
    let mut shown = json!({"name": parts[2], "catalog_name": parts[0], "schema_name": parts[1], "full_name": name,
        "table_type": kind, "pipeline_id": id, "columns": columns, "comment": dataset.table.comment});
    if let Some(filter) = &dataset.table.row_filter {
        let on: Vec<String> = filter.on.iter().map(ToString::to_string).collect();
        shown["row_filter"] = json!({"function_name": sql::full(&filter.function, &schema), "input_column_names": on});
    }
    shown["table_id"] =
        before.as_ref().and_then(|thing| thing.fields.get("table_id").cloned()).unwrap_or_else(|| new_id.into());
    let owner = before.map_or(who, |thing| thing.owner);
    let fields = shown.as_object().cloned().unwrap_or_default();
    // A column that is gone takes its tags with it.
    let below = format!("{name}.");
    let has = |column: &str| dataset.table.columns.iter().any(|known| known.name.value.to_lowercase() == column);
    state.tags.retain(|(_, tagged, _), _| tagged.strip_prefix(&below).is_none_or(has));
    state.things.insert(at, Thing { owner, fields });
}

/// The event log as a table, where the pipeline names one.
fn publish_event_log(state: &mut State, id: &str) {
    let pipeline = &state.pipelines[id];
    let Some(log) = pipeline.spec.get("event_log").filter(|log| log.is_object()) else { return };
    let names = ["catalog", "schema", "name"].map(|part| log[part].as_str().unwrap_or_default());
    let full = names.join(".");
    let shown = json!({"name": names[2], "catalog_name": names[0], "schema_name": names[1], "full_name": full,
        "table_type": "MANAGED", "columns": []});
    let thing = Thing { owner: pipeline.run_as.clone(), fields: shown.as_object().cloned().unwrap_or_default() };
    state.things.entry((Kind::Table, full.to_lowercase())).or_insert(thing);
}

/// Reads what is new. What was read stays as it was judged.
fn feed(state: &mut State, id: &str, dataset: &Dataset, anew: bool) {
    for (flow, sources) in &dataset.flows {
        let mut items: Vec<String> = vec![];
        for source in sources {
            match source {
                Source::Files(pattern) => {
                    let Ok(glob) = globset::GlobBuilder::new(pattern).literal_separator(true).build() else { continue };
                    let matcher = glob.compile_matcher();
                    items.extend(state.volume_files.keys().filter(|path| matcher.is_match(path.as_str())).cloned());
                }
                Source::Table(table) => items.extend(state.rows_of(id, table).into_keys()),
            }
        }
        let Some(pipeline) = state.pipelines.get_mut(id) else { return };
        let (_, table) = dataset.name.rsplit_once('.').unwrap_or_default();
        let known = pipeline.flows.entry(format!("{table}/{flow}")).or_default();
        if anew {
            known.clear();
        }
        for item in items {
            known.entry(item).or_insert_with(|| dataset.definition.clone());
        }
    }
}

impl State {
    /// What the flows of a streaming table have read, each with the definition that judged it.
    pub fn rows_of(&self, pipeline: &str, table: &str) -> BTreeMap<String, String> {
        let of = format!("{}/", table.rsplit('.').next().unwrap_or_default());
        let flows = self.pipelines.get(pipeline).map(|pipeline| pipeline.flows.clone()).unwrap_or_default();
        flows.into_iter().filter(|(flow, _)| flow.starts_with(&of)).flat_map(|(_, items)| items).collect()
    }

    /// Whether somebody may let things run as somebody else.
    pub fn may_use(&self, who: &str, other: &str) -> bool {
        self.identities(who).contains("admins") || self.users.contains(&(who.to_owned(), other.to_owned()))
    }
}
