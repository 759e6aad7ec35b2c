//! Alerts and dashboards. What is deleted lies in the bin and can still be read.

use serde_json::{Map, Value, json};

use super::asked::{Answer, Asked, Reply, denied, done, missing, refuse};
use super::permissions;
use super::state::{State, Thing};

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    if path.starts_with("lakeview") { dashboards(state, asked, verb, path) } else { alerts(state, asked, verb) }
}

fn shown(id: (&str, &str), thing: &Thing) -> Value {
    let mut fields = thing.fields.clone();
    fields.insert(id.0.into(), id.1.into());
    // A server leaves the root out.
    let parent =
        fields.get("parent_path").and_then(Value::as_str).map(|path| path.trim_start_matches("/Workspace").to_owned());
    if let Some(parent) = parent {
        fields.insert("parent_path".into(), parent.into());
    }
    Value::Object(fields)
}

fn alerts(state: &mut State, asked: &Asked, verb: &str) -> Answer {
    match (verb, asked.params.first()) {
        ("POST", _) => {
            let id = state.key("alert");
            let mut fields = asked.object();
            fields.insert("lifecycle_state".into(), "ACTIVE".into());
            fields.insert("owner_user_name".into(), asked.who.clone().into());
            state.alerts.insert(id.clone(), Thing { owner: asked.who.clone(), fields });
            permissions::made(state, "alertsv2", &id, &asked.who);
            Ok(Reply::Json(shown(("id", &id), &state.alerts[&id])))
        }
        ("GET", None) => {
            let items = state.alerts.iter().filter(|(_, alert)| alert.fields["lifecycle_state"] == "ACTIVE");
            asked.page("alerts", items.map(|(id, alert)| shown(("id", id), alert)).collect())
        }
        (_, Some(id)) if !state.alerts.contains_key(id) => missing(&format!("Alert {id}")),
        ("GET", Some(id)) => Ok(Reply::Json(shown(("id", id), &state.alerts[id]))),
        (_, Some(id)) if !state.has_level(&asked.who, "alertsv2", id, &["CAN_EDIT", "CAN_MANAGE"]) => {
            denied(format!("{} may not change alert {id}", asked.who))
        }
        ("PATCH", Some(id)) => {
            let Some(alert) = state.alerts.get_mut(id) else { return missing(id) };
            let kept: Map<String, Value> = ["lifecycle_state", "owner_user_name", "parent_path"]
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), alert.fields.get(*key)?.clone())))
                .collect();
            alert.fields = asked.object();
            alert.fields.extend(kept);
            let body = shown(("id", id), alert);
            Ok(Reply::Json(body))
        }
        (_, Some(id)) => {
            if let Some(alert) = state.alerts.get_mut(id) {
                alert.fields.insert("lifecycle_state".into(), "DELETED".into());
            }
            done()
        }
        _ => missing("Alert"),
    }
}

/// The body of a dashboard; its datasets are in the catalog and schema that the request names.
fn placed(asked: &Asked) -> Map<String, Value> {
    let mut fields = asked.object();
    let definition = fields.get("serialized_dashboard").and_then(Value::as_str).map(serde_json::from_str::<Value>);
    let Some(Ok(mut definition)) = definition else { return fields };
    for dataset in definition["datasets"].as_array_mut().into_iter().flatten() {
        for (key, given) in [("catalog", "dataset_catalog"), ("schema", "dataset_schema")] {
            dataset[key] = asked.param(given).into();
        }
    }
    fields.insert("serialized_dashboard".into(), definition.to_string().into());
    fields
}

fn dashboards(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    match (verb, asked.params.first()) {
        ("POST", None) => {
            let parent = asked.text("parent_path").to_owned();
            let (name, key) = (asked.text("display_name").to_owned(), "display_name");
            let taken = |d: &Thing| {
                d.fields[key] == name && d.fields["parent_path"] == parent && d.fields["lifecycle_state"] == "ACTIVE"
            };
            if state.dashboards.values().any(taken) {
                return refuse(409, "ALREADY_EXISTS", format!("a dashboard named {name} already exists"));
            }
            let id = state.key("dashboard");
            let mut fields = placed(asked);
            fields.insert("parent_path".into(), parent.into());
            fields.insert("lifecycle_state".into(), "ACTIVE".into());
            fields.insert("etag".into(), state.ticks.to_string().into());
            state.dashboards.insert(id.clone(), Thing { owner: asked.who.clone(), fields });
            permissions::made(state, "dashboards", &id, &asked.who);
            Ok(Reply::Json(shown(("dashboard_id", &id), &state.dashboards[&id])))
        }
        ("GET", None) => {
            let active = state.dashboards.iter().filter(|(_, d)| d.fields["lifecycle_state"] == "ACTIVE");
            let brief = active.map(|(id, dashboard)| {
                let mut value = shown(("dashboard_id", id), dashboard);
                value.as_object_mut().map(|fields| fields.remove("serialized_dashboard"));
                value
            });
            asked.page("dashboards", brief.collect())
        }
        (_, Some(id)) if !state.dashboards.contains_key(id) => missing(&format!("Dashboard {id}")),
        ("GET", Some(id)) if path.ends_with("/published") => match state.dashboards[id].fields.get("published") {
            Some(published) => Ok(Reply::Json(published.clone())),
            None => missing("The published dashboard"),
        },
        ("GET", Some(id)) => {
            let mut value = shown(("dashboard_id", id), &state.dashboards[id]);
            value.as_object_mut().map(|fields| fields.remove("published"));
            Ok(Reply::Json(value))
        }
        (_, Some(id)) if !state.has_level(&asked.who, "dashboards", id, &["CAN_EDIT", "CAN_MANAGE"]) => {
            denied(format!("{} may not change dashboard {id}", asked.who))
        }
        _ => change_dashboard(state, asked, verb, path),
    }
}

fn change_dashboard(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    let etag = state.ticks.to_string();
    let Some(dashboard) = asked.params.first().and_then(|id| state.dashboards.get_mut(id)) else {
        return missing("It");
    };
    match verb {
        "POST" if path.ends_with("/published") => {
            let name = dashboard.fields["display_name"].clone();
            let published = json!({"display_name": name, "warehouse_id": asked.body["warehouse_id"], "embed_credentials": asked.body["embed_credentials"]});
            dashboard.fields.insert("published".into(), published.clone());
            Ok(Reply::Json(published))
        }
        "PATCH" => {
            dashboard.fields.extend(placed(asked));
            dashboard.fields.insert("etag".into(), etag.into());
            done()
        }
        _ if path.ends_with("/published") => {
            dashboard.fields.remove("published");
            done()
        }
        _ => {
            dashboard.fields.insert("lifecycle_state".into(), "TRASHED".into());
            done()
        }
    }
}
