//! What may be sent at all: verbs, paths, names and types, as the official SDK has them. Whatever it does not know is refused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

struct Endpoint {
    verb: String,
    route: String,
    pattern: Regex,
    literal: usize,
    query: Map<String, Value>,
    body: Value,
}

struct Contract {
    endpoints: Vec<Endpoint>,
    types: Map<String, Value>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let text = std::fs::read_to_string(crate::root().join("tests/workspace/endpoints.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let endpoint = |value: &Value| {
        let (verb, path) = (value["verb"].as_str().unwrap(), value["path"].as_str().unwrap());
        let holes = Regex::new(r"\{(\w+)\}").unwrap();
        // Paths of files are given with their slashes.
        let pattern = holes.replace_all(path, |hole: &regex::Captures<'_>| {
            if ["file_path", "directory_path"].contains(&&hole[1]) { "(.+)" } else { "([^/]+)" }
        });
        Endpoint {
            verb: verb.to_owned(),
            route: format!("{verb} {path}"),
            pattern: Regex::new(&format!("^{}$", pattern.replace("/.well", r"/\.well"))).unwrap(),
            literal: holes.replace_all(path, "").len(),
            query: value["query"].as_object().cloned().unwrap_or_default(),
            body: value["body"].clone(),
        }
    };
    let mut endpoints: Vec<Endpoint> = all["endpoints"].as_array().unwrap().iter().map(endpoint).collect();
    endpoints.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.literal));
    Contract { endpoints, types: all["types"].as_object().unwrap().clone() }
});

fn endpoint(verb: &str, path: &str) -> Option<&'static Endpoint> {
    CONTRACT.endpoints.iter().find(|endpoint| endpoint.verb == verb && endpoint.pattern.is_match(path))
}

/// The route that a request takes.
pub fn route(verb: &str, path: &str) -> Option<&'static str> {
    endpoint(verb, path).map(|endpoint| endpoint.route.as_str())
}

/// The route that a request takes, with the values of its parameters; or what is wrong with it.
pub fn check(
    verb: &str,
    path: &str,
    query: &BTreeMap<String, String>,
    body: &Value,
    is_raw: bool,
) -> Result<(String, Vec<String>), String> {
    if path.contains("//") || path.contains(' ') {
        return Err(format!("`{path}` is no path"));
    }
    let endpoint = endpoint(verb, path).ok_or_else(|| format!("no endpoint is `{verb} {path}`"))?;
    let params = endpoint
        .pattern
        .captures(path)
        .map(|found| found.iter().skip(1).flatten().map(|value| value.as_str().to_owned()).collect::<Vec<_>>());
    for (name, value) in query {
        let kind =
            endpoint.query.get(name).and_then(Value::as_str).ok_or_else(|| format!("unknown parameter `{name}`"))?;
        is_text_of(value, kind).map_err(|why| format!("parameter `{name}`: {why}"))?;
    }
    let given = |name: &String| query.contains_key(name);
    all_required(&endpoint.query, given).map_err(|name| format!("parameter `{name}` is missing"))?;
    match &endpoint.body {
        Value::Null if body.is_null() && !is_raw => {}
        Value::Null => return Err("this endpoint takes no body".to_owned()),
        Value::String(raw) if raw == "raw bytes" => {
            if !body.is_null() {
                return Err("this endpoint takes a file".to_owned());
            }
        }
        Value::String(kind) => is_a(body, kind, "body")?,
        Value::Object(fields) => {
            let empty = Value::Object(Map::new());
            has_fields(if body.is_null() { &empty } else { body }, fields, "body")?;
        }
        other => return Err(format!("what is {other}?")),
    }
    Ok((endpoint.route.clone(), params.unwrap_or_default()))
}

fn all_required(fields: &Map<String, Value>, given: impl Fn(&String) -> bool) -> Result<(), String> {
    let required = fields.iter().filter(|(_, kind)| kind.as_str().is_some_and(|kind| kind.ends_with('!')));
    required.map(|(name, _)| name).find(|name| !given(name)).map_or(Ok(()), |name| Err(name.clone()))
}

fn is_text_of(text: &str, kind: &str) -> Result<(), String> {
    let value = match kind.trim_end_matches('!') {
        "bool" => text.parse().map(Value::Bool).unwrap_or_default(),
        "int" => text.parse::<i64>().map(Value::from).unwrap_or_default(),
        kind if kind.starts_with("list<") => return Ok(()),
        _ => Value::String(text.to_owned()),
    };
    is_a(&value, kind, text)
}

fn has_fields(value: &Value, fields: &Map<String, Value>, at: &str) -> Result<(), String> {
    let given = value.as_object().ok_or_else(|| format!("{at} is no object"))?;
    for (name, value) in given {
        let kind = fields.get(name).and_then(Value::as_str).ok_or_else(|| format!("unknown key `{name}` in {at}"))?;
        is_a(value, kind, &format!("{at}.{name}"))?;
    }
    all_required(fields, |name| given.contains_key(name)).map_err(|name| format!("key `{name}` is missing in {at}"))
}

fn is_a(value: &Value, kind: &str, at: &str) -> Result<(), String> {
    let kind = kind.trim_end_matches('!');
    let inner = |open: &str| kind.strip_prefix(open).and_then(|rest| rest.strip_suffix('>'));
    let fits = match kind {
        "any" => !value.is_null(),
        "str" | "ts" | "dur" | "mask" | "bytes" => value.is_string(),
        "int" => value.is_i64() || value.is_u64(),
        "float" => value.is_number(),
        "bool" => value.is_boolean(),
        _ if inner("list<").is_some() => {
            let items = value.as_array().ok_or_else(|| format!("{at} is no list"))?;
            let each = |(index, item)| is_a(item, inner("list<").unwrap_or_default(), &format!("{at}[{index}]"));
            return items.iter().enumerate().try_for_each(each);
        }
        _ if inner("map<").is_some() => {
            let items = value.as_object().ok_or_else(|| format!("{at} is no map"))?;
            return items
                .iter()
                .try_for_each(|(key, item)| is_a(item, inner("map<").unwrap_or_default(), &format!("{at}.{key}")));
        }
        _ => match CONTRACT.types.get(kind) {
            Some(Value::Array(values)) => values.contains(value),
            Some(Value::Object(fields)) => return has_fields(value, fields, at),
            _ => return Err(format!("{at}: unknown type {kind}")),
        },
    };
    if fits { Ok(()) } else { Err(format!("{at}: {value} is no {kind}")) }
}
