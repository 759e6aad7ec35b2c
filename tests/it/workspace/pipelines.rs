//! Pipelines; their updates are in [`update`](super::update).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, denied, done, invalid, missing, refuse};
use super::catalog::drop_thing;
use super::permissions;
use super::state::{Kind, State};
use super::update::{self, Update};

#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    pub spec: Map<String, Value>,
    pub creator: String,
    pub run_as: String,
    pub modified: u64,
    /// Oldest first.
    pub updates: Vec<Update>,
    /// Oldest first.
    pub events: Vec<Value>,
    /// What each flow has read, with the definition that judged it.
    pub flows: BTreeMap<String, BTreeMap<String, String>>,
}

impl Pipeline {
    pub fn text(&self, key: &str) -> &str {
        self.spec.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn schema(&self) -> String {
        format!("{}.{}", self.text("catalog"), self.text("schema")).to_lowercase()
    }

    pub fn state(&self) -> &'static str {
        match self.updates.last() {
            Some(update) if update.is_active() => "RUNNING",
            _ => "IDLE",
        }
    }
}

pub fn answer(state: &mut State, asked: &Asked, verb: &str, _: &str) -> Answer {
    match (verb, asked.params.first()) {
        ("POST", _) => create(state, asked),
        ("GET", None) => list(state, asked),
        (_, Some(id)) if !state.pipelines.contains_key(id) => {
            refuse(404, "RESOURCE_DOES_NOT_EXIST", format!("The specified pipeline {id} was not found."))
        }
        ("GET", Some(id)) => {
            if !state.has_level(&asked.who, "pipelines", id, &["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"]) {
                return denied(format!("{} may not see pipeline {id}", asked.who));
            }
            update::advance(state, id);
            Ok(Reply::Json(shown(id, &state.pipelines[id])))
        }
        (_, Some(id)) if !state.has_level(&asked.who, "pipelines", id, &["CAN_MANAGE", "IS_OWNER"]) => {
            denied(format!("{} may not manage pipeline {id}", asked.who))
        }
        ("PUT", Some(id)) => replace(state, asked, id),
        (_, Some(id)) => {
            if asked.query.get("cascade").is_none_or(|cascade| cascade == "true") {
                let of =
                    |thing: &super::state::Thing| thing.fields.get("pipeline_id").is_some_and(|of| of == id.as_str());
                let tables: Vec<String> = state
                    .things
                    .iter()
                    .filter(|((kind, _), t)| *kind == Kind::Table && of(t))
                    .map(|((_, n), _)| n.clone())
                    .collect();
                for table in tables {
                    drop_thing(state, Kind::Table, &table, true)?;
                }
            }
            state.pipelines.remove(id);
            state.permissions.remove(&("pipelines".to_owned(), id.clone()));
            done()
        }
        _ => missing("The pipeline"),
    }
}

fn shown(id: &str, pipeline: &Pipeline) -> Value {
    let mut spec = pipeline.spec.clone();
    spec.insert("id".into(), id.into());
    spec.entry("channel").or_insert_with(|| "CURRENT".into());
    spec.entry("edition").or_insert_with(|| "ADVANCED".into());
    let latest: Vec<Value> = pipeline.updates.iter().rev().take(5).map(Update::brief).collect();
    json!({"pipeline_id": id, "name": pipeline.text("name"), "state": pipeline.state(), "spec": spec,
        "last_modified": pipeline.modified, "creator_user_name": pipeline.creator, "run_as_user_name": pipeline.run_as,
        "latest_updates": latest, "effective_publishing_mode": "DEFAULT_PUBLISHING_MODE"})
}

/// Refuses settings that no pipeline can have; whom it is to run as.
fn run_as(state: &State, asked: &Asked, spec: &Map<String, Value>, before: &str) -> Result<String, Refusal> {
    let has = |key: &str| spec.contains_key(key);
    if !has("catalog") || has("schema") == has("target") || (spec["serverless"] == true && has("clusters")) {
        return invalid("a pipeline has a catalog, a schema, and no clusters");
    }
    let named = spec
        .get("run_as")
        .map(|to| to["service_principal_name"].as_str().or(to["user_name"].as_str()).unwrap_or_default());
    let run_as = named.unwrap_or(before).to_owned();
    if !state.people.contains_key(&run_as) {
        return invalid(format!("Principal {run_as} does not exist"));
    }
    if run_as != asked.who && !state.may_use(&asked.who, &run_as) {
        return denied(format!("{} may not run pipelines as {run_as}", asked.who));
    }
    let text = |key: &str| spec.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let schema = format!("{}.{}", text("catalog"), text("schema"));
    if state.thing(Kind::Schema, &schema).is_none() {
        return refuse(404, "SCHEMA_DOES_NOT_EXIST", format!("Schema '{schema}' does not exist."));
    }
    for privilege in ["CREATE_TABLE", "CREATE_MATERIALIZED_VIEW"] {
        state.need(&run_as, privilege, Kind::Schema, &schema)?;
    }
    Ok(run_as)
}

/// Settings as they are kept: without what is only an instruction.
fn kept(mut spec: Map<String, Value>) -> Map<String, Value> {
    for key in ["allow_duplicate_names", "dry_run", "run_as", "expected_last_modified", "id"] {
        spec.remove(key);
    }
    spec
}

fn is_taken(state: &State, asked: &Asked, own: Option<&str>) -> Result<(), Refusal> {
    let name = asked.text("name");
    let taken = state.pipelines.iter().any(|(id, pipeline)| Some(id.as_str()) != own && pipeline.text("name") == name);
    if taken && asked.body["allow_duplicate_names"] != true {
        return refuse(
            400,
            "RESOURCE_CONFLICT",
            format!(
                "The pipeline name '{name}' is already used by another pipeline. This check can be skipped by setting \
             `allow_duplicate_names = true` in the request."
            ),
        );
    }
    Ok(())
}

fn create(state: &mut State, asked: &Asked) -> Answer {
    is_taken(state, asked, None)?;
    let run_as = run_as(state, asked, &asked.object(), &asked.who)?;
    if asked.body["dry_run"] == true {
        return Ok(Reply::Json(json!({"effective_settings": kept(asked.object())})));
    }
    let id = state.key("pipeline");
    let pipeline = Pipeline {
        spec: kept(asked.object()),
        creator: asked.who.clone(),
        run_as,
        modified: state.ticks,
        ..Pipeline::default()
    };
    state.pipelines.insert(id.clone(), pipeline);
    permissions::made(state, "pipelines", &id, &asked.who);
    Ok(Reply::Json(json!({"pipeline_id": id})))
}

fn replace(state: &mut State, asked: &Asked, id: &str) -> Answer {
    let before = state.pipelines[id].clone();
    let expected = asked.body["expected_last_modified"].as_u64();
    if expected.is_some_and(|expected| expected != before.modified) {
        return refuse(409, "RESOURCE_CONFLICT", "the pipeline was modified since");
    }
    if asked.text("name") != before.text("name") {
        is_taken(state, asked, Some(id))?;
    }
    let run_as = run_as(state, asked, &asked.object(), &before.run_as)?;
    let after = Pipeline { spec: kept(asked.object()), run_as, modified: state.ticks, ..before };
    state.pipelines.insert(id.to_owned(), after);
    done()
}

fn list(state: &State, asked: &Asked) -> Answer {
    let filter = asked.param("filter");
    let wanted = filter.strip_prefix("name LIKE '").and_then(|rest| rest.strip_suffix('\''));
    if !filter.is_empty() && wanted.is_none() {
        return invalid(format!("what is the filter {filter}?"));
    }
    let fits = |name: &str| {
        wanted.is_none_or(|wanted| match wanted.strip_prefix('%').and_then(|w| w.strip_suffix('%')) {
            Some(part) => name.contains(part),
            None => name == wanted,
        })
    };
    let sees =
        |id: &str| state.has_level(&asked.who, "pipelines", id, &["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"]);
    let found = state.pipelines.iter().filter(|(id, pipeline)| sees(id) && fits(pipeline.text("name")));
    let items = found.map(|(id, pipeline)| {
        json!({"pipeline_id": id, "name": pipeline.text("name"), "state": pipeline.state(),
            "creator_user_name": pipeline.creator, "run_as_user_name": pipeline.run_as})
    });
    asked.page("statuses", items.collect())
}
