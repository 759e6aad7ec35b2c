//! Who may do what with pipelines, jobs, folders, alerts, dashboards and warehouses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::asked::{Answer, Asked, Reply, denied, invalid, missing};
use super::state::State;

/// Levels of each type, the weakest first; and whether there has to be exactly one owner.
fn levels(of: &str) -> Option<(&'static [&'static str], bool)> {
    Some(match of {
        "pipelines" => (&["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"], true),
        "jobs" => (&["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"], true),
        "directories" | "alertsv2" | "dashboards" => (&["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"], false),
        "warehouses" => (&["CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER"], true),
        _ => return None,
    })
}

/// What comes with making something.
pub fn made(state: &mut State, of: &str, id: &str, who: &str) {
    let level = if matches!(of, "pipelines" | "jobs") { "IS_OWNER" } else { "CAN_MANAGE" };
    let entry = (principal_key(state, who), level.to_owned());
    state.permissions.insert((of.to_owned(), id.to_owned()), BTreeMap::from([entry]));
}

fn principal_key(state: &State, who: &str) -> (String, String) {
    let key = if !state.people.contains_key(who) {
        "group_name"
    } else if who.contains('@') || who == "admin" {
        "user_name"
    } else {
        "service_principal_name"
    };
    (key.to_owned(), who.to_owned())
}

fn is_there(state: &State, of: &str, id: &str) -> bool {
    match of {
        "pipelines" => state.pipelines.contains_key(id),
        "jobs" => id.parse().is_ok_and(|id: u64| state.jobs.contains_key(&id)),
        "directories" => state.entries.values().any(|entry| entry.id.to_string() == id),
        "alertsv2" => state.alerts.contains_key(id),
        "dashboards" => state.dashboards.contains_key(id),
        _ => state.warehouses.contains_key(id),
    }
}

pub fn answer(state: &mut State, asked: &Asked, verb: &str) -> Answer {
    // `permissions/jobs/{job_id}` names its type in the path, others give it as a parameter.
    let of = match &asked.params[..] {
        [of, _] => of.clone(),
        _ => asked.route.rsplit('/').nth(1).unwrap_or_default().to_owned(),
    };
    let Some(id) = asked.params.last().cloned() else { return missing("Something") };
    let Some((known, has_owner)) = levels(&of) else { return invalid(format!("{of} has no permissions")) };
    if !is_there(state, &of, &id) {
        return missing(&format!("{of} {id}"));
    }
    let at = (of.clone(), id.clone());
    if verb != "GET" {
        let made_it = state.entries.values().any(|e| e.id.to_string() == id && e.owner == asked.who);
        if !state.has_level(&asked.who, &of, &id, &["CAN_MANAGE", "IS_OWNER"]) && !made_it {
            return denied(format!("{} may not manage {of} {id}", asked.who));
        }
        let mut entries =
            if verb == "PUT" { BTreeMap::new() } else { state.permissions.get(&at).cloned().unwrap_or_default() };
        for entry in asked.body["access_control_list"].as_array().into_iter().flatten() {
            let level = entry["permission_level"].as_str().unwrap_or_default();
            if !known.contains(&level) {
                return invalid(format!("{level} is no level of {of}"));
            }
            let keys = ["user_name", "group_name", "service_principal_name"];
            let given: Vec<_> =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), entry[key].as_str()?.to_owned()))).collect();
            let [who] = &given[..] else { return invalid("exactly one principal an entry") };
            if principal_key(state, &who.1).0 != who.0 || !is_known(state, &who.1) {
                return invalid(format!("Principal {} does not exist", who.1));
            }
            entries.insert(who.clone(), level.to_owned());
        }
        let owners = entries.values().filter(|level| *level == "IS_OWNER").count();
        if has_owner && owners != 1 {
            return invalid(format!("The {} must have exactly one owner.", of.trim_end_matches('s')));
        }
        state.permissions.insert(at.clone(), entries);
    }
    let entries = state.permissions.get(&at).cloned().unwrap_or_default();
    let mut list: Vec<Value> =
        entries.into_iter().map(|((key, who), level)| shown(&key, &who, &level, false)).collect();
    list.push(shown("group_name", "admins", "CAN_MANAGE", true));
    Ok(Reply::Json(json!({"object_id": format!("/{of}/{id}"), "object_type": of, "access_control_list": list})))
}

fn is_known(state: &State, who: &str) -> bool {
    state.people.contains_key(who) || state.people.values().any(|groups| groups.contains(who))
}

fn shown(key: &str, who: &str, level: &str, inherited: bool) -> Value {
    json!({key: who, "all_permissions": [{"permission_level": level, "inherited": inherited}]})
}
