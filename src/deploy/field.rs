//! Which settings of a resource differ from the desired ones, field by field.
//!
//! Servers add fields of their own, omit what is zero or empty, and sort lists that have no order. None of that is a
//! difference. Tags that others set are ignored.

use serde::Serialize;
use serde_json::Value;

use crate::bundle::resource::ResourceKind;
use crate::model::Share;

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangedField {
    /// Where it is: `tasks[refresh].timeout_seconds`.
    pub path: String,
    /// The value that is there; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value that is wanted; `None` where there is to be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// How much of a resource is compared and replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Of its tags. Those that tell whose it is are always ours.
    pub tags: Share,
    /// Of its other settings. What a job does belongs to the release, so its tasks are always ours.
    pub settings: Share,
}

impl Extent {
    /// Everything but the tags of others.
    pub const USUAL: Extent = Extent { tags: Share::Ours, settings: Share::Exact };

    /// Whether a tag that is there stays as it is.
    fn keeps_tag(self, key: &str, is_given: bool) -> bool {
        match self.tags {
            Share::Exact => false,
            Share::Ours => !is_given,
            Share::Ignored => !MARKS.contains(&key),
        }
    }

    /// Whether a setting that is there stays as it is, by its key. One that is given is ours with all that is in it.
    fn keeps_setting(self, key: &str, is_given: bool) -> bool {
        match self.settings {
            Share::Exact => false,
            Share::Ours => !is_given,
            Share::Ignored => key != "tasks",
        }
    }
}

/// The settings of a resource that differ, in the order of their paths.
pub fn differences(kind: ResourceKind, extent: Extent, wanted: &Value, there: &Value) -> Vec<ChangedField> {
    let mut fields = vec![];
    FieldComparison { kind, extent }.compare("", Some(wanted), Some(there), &mut fields);
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}

/// The wanted settings with what belongs to others: a replacement would take it away.
pub fn merged(kind: ResourceKind, extent: Extent, wanted: &Value, there: &Value) -> Value {
    let mut merged = wanted.clone();
    let (Some(settings), Some(there)) = (merged.as_object_mut(), there.as_object()) else { return merged };
    for (key, value) in there.iter().filter(|(key, _)| *key != "tags" && !is_of_server(kind, key)) {
        if extent.keeps_setting(key, settings.contains_key(key)) {
            settings.insert(key.clone(), value.clone());
        }
    }
    let there = there.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut tags = settings.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    if extent.tags == Share::Ignored {
        tags.retain(|key, _| MARKS.contains(&key.as_str()));
    }
    for (key, value) in there {
        if extent.keeps_tag(&key, tags.contains_key(&key)) {
            tags.insert(key, value);
        }
    }
    if !tags.is_empty() {
        settings.insert("tags".to_owned(), Value::Object(tags));
    }
    merged
}

/// Tags that tell whose a resource is.
const MARKS: [&str; 3] = ["project", "target", "managed_by"];

/// Tags that say which release and commit changed a resource last. A commit that changes nothing else is no change.
const STAMPS: [&str; 2] = ["tags.release", "tags.commit"];

/// Fields that the server sets, or never gives back, by the kind of the resource; names without the places in lists.
fn is_of_server(kind: ResourceKind, path: &str) -> bool {
    let common = ["creator_user_name", "run_as", "deployment", "parent_path"];
    let own: &[&str] = match kind {
        ResourceKind::Pipeline => &["id", "storage", "pipeline_type", "edition", "serverless_compute_id", "photon"],
        ResourceKind::Job => {
            &["format", "edit_mode", "performance_target", "tasks.run_if", "tasks.sql_task.file.source"]
        }
        ResourceKind::Alert => &[
            "id",
            "create_time",
            "update_time",
            "owner_user_name",
            "lifecycle_state",
            "run_as_user_name",
            "effective_run_as",
            "custom_template_format",
            "evaluation.state",
            "evaluation.last_evaluated_at",
        ],
        ResourceKind::Schema | ResourceKind::Volume => &[],
    };
    common.contains(&path) || own.contains(&path)
}

/// Whether a value says no more than that there is none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_nothing),
    }
}

/// A comparison of the settings of a resource.
#[derive(Clone, Copy)]
struct FieldComparison {
    kind: ResourceKind,
    extent: Extent,
}

impl FieldComparison {
    /// Tags and settings that are not ours, what says who deployed last, and what a workspace fills in of clusters.
    fn is_left_alone(self, path: &str, wanted: Option<&Value>) -> bool {
        let is_cluster = path == "clusters" || path.starts_with("clusters.");
        let is_kept = match path.strip_prefix("tags.") {
            Some(tag) => self.extent.keeps_tag(tag, wanted.is_some()),
            // Nothing, or a key: what is deeper belongs to it.
            None => {
                !["", "tags"].contains(&path)
                    && !path.contains('.')
                    && self.extent.keeps_setting(path, wanted.is_some())
            }
        };
        STAMPS.contains(&path) || (is_cluster && wanted.is_none()) || is_kept
    }

    fn compare(self, path: &str, wanted: Option<&Value>, there: Option<&Value>, fields: &mut Vec<ChangedField>) {
        let plain = without_places(path);
        if is_of_server(self.kind, &plain) || self.is_left_alone(&plain, wanted) {
            return;
        }
        match (wanted, there) {
            (Some(Value::Object(wanted)), Some(Value::Object(there))) => {
                let names = wanted.keys().chain(there.keys().filter(|name| !wanted.contains_key(*name)));
                for name in names {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.compare(&path, wanted.get(name), there.get(name), fields);
                }
            }
            (Some(Value::Array(wanted)), Some(Value::Array(there))) => self.lists(path, wanted, there, fields),
            (wanted, there) => {
                let blank = |value: Option<&Value>| value.is_none_or(is_nothing);
                let is_same = match (wanted, there) {
                    (Some(wanted), Some(there)) => is_equal(wanted, there),
                    _ => false,
                };
                if !(is_same || blank(wanted) && blank(there)) {
                    fields.push(ChangedField { path: path.to_owned(), before: there.cloned(), after: wanted.cloned() });
                }
            }
        }
    }

    /// Lists of named things are compared by name, lists of texts as sets, others place by place.
    fn lists(self, path: &str, wanted: &[Value], there: &[Value], fields: &mut Vec<ChangedField>) {
        let all = || wanted.iter().chain(there);
        if all().all(|item| item.get("task_key").is_some()) {
            let name = |item: &Value| item.get("task_key").and_then(Value::as_str).unwrap_or_default().to_owned();
            let find = |items: &'_ [Value], key: &str| items.iter().position(|item| name(item) == key);
            let mut names: Vec<String> = all().map(name).collect();
            names.sort();
            names.dedup();
            for key in names {
                let at = |items: &'_ [Value]| find(items, &key);
                let (wanted, there) = (at(wanted).and_then(|i| wanted.get(i)), at(there).and_then(|i| there.get(i)));
                self.compare(&format!("{path}[{key}]"), wanted, there, fields);
            }
            return;
        }
        let texts = |items: &[Value]| {
            let mut texts: Vec<String> = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            texts.sort();
            texts
        };
        if all().all(Value::is_string) {
            if texts(wanted) != texts(there) {
                let field = |items: &[Value]| Some(Value::Array(items.to_vec()));
                fields.push(ChangedField { path: path.to_owned(), before: field(there), after: field(wanted) });
            }
            return;
        }
        for index in 0..wanted.len().max(there.len()) {
            self.compare(&format!("{path}[{index}]"), wanted.get(index), there.get(index), fields);
        }
    }
}

/// Whether two values are one: `1` is `1.0`, and an id may be a number or a text.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text
        }
        (a, b) => a == b,
    }
}

fn without_places(path: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(kind: ResourceKind, wanted: &Value, there: &Value) -> Vec<String> {
        differences(kind, Extent::USUAL, wanted, there).into_iter().map(|field| field.path).collect()
    }

    #[test]
    fn what_servers_add_drop_and_sort_is_no_difference() {
        let wanted = json!({
            "name": "daily", "max_concurrent_runs": 1, "tags": {"project": "shop"},
            "tasks": [
                {"task_key": "a", "max_retries": 0, "depends_on": [{"task_key": "x"}, {"task_key": "b"}]},
                {"task_key": "b", "sql_task": {"file": {"path": "/a.sql", "source": "WORKSPACE"}}},
            ],
        });
        let there = json!({
            "name": "daily", "max_concurrent_runs": 1, "format": "MULTI_TASK", "timeout_seconds": 0,
            "tags": {"project": "shop", "team": "finance"}, "email_notifications": {}, "webhook_notifications": {},
            "tasks": [
                {"task_key": "b", "run_if": "ALL_SUCCESS", "sql_task": {"file": {"path": "/a.sql"}}},
                {"task_key": "a", "depends_on": [{"task_key": "b"}, {"task_key": "x"}], "email_notifications": {}},
            ],
        });
        assert_eq!(paths(ResourceKind::Job, &wanted, &there), Vec::<String>::new());
        assert_eq!(
            merged(ResourceKind::Job, Extent::USUAL, &wanted, &there)["tags"],
            json!({"project": "shop", "team": "finance"})
        );
    }

    #[test]
    fn what_a_workspace_fills_in_of_clusters_is_no_difference() {
        let wanted = json!({"clusters": [{"num_workers": 2}], "serverless": false});
        let there = json!({"clusters": [{"num_workers": 2, "label": "default", "node_type_id": "i3.xlarge"}]});
        assert_eq!(paths(ResourceKind::Pipeline, &wanted, &there), Vec::<String>::new());
        let there = json!({"clusters": [{"num_workers": 3, "label": "default"}]});
        assert_eq!(paths(ResourceKind::Pipeline, &wanted, &there), ["clusters[0].num_workers"]);
        let serverless = json!({"serverless": true});
        assert_eq!(paths(ResourceKind::Pipeline, &serverless, &there), ["serverless"]);
    }

    #[test]
    fn what_somebody_changed_is_named_by_its_path() {
        let wanted =
            json!({"name": "n", "tasks": [{"task_key": "a", "timeout_seconds": 60}], "queue": {"enabled": true}});
        let there = json!({
            "name": "n", "tasks": [{"task_key": "a", "timeout_seconds": 90}, {"task_key": "c"}],
            "trigger": {"periodic": {"interval": 1, "unit": "DAYS"}},
        });
        assert_eq!(
            paths(ResourceKind::Job, &wanted, &there),
            ["queue", "tasks[a].timeout_seconds", "tasks[c]", "trigger"]
        );
    }

    #[test]
    fn lists_of_texts_have_no_order_and_ids_may_be_texts() {
        let wanted = json!({"refresh_selection": ["b", "a"], "job_id": 12, "threshold": 0.0});
        let there = json!({"refresh_selection": ["a", "b"], "job_id": "12"});
        assert_eq!(paths(ResourceKind::Job, &wanted, &there), Vec::<String>::new());
    }
}
