//! Who answers for tables, how they are labelled, and how long they stay.

use indexmap::IndexMap;
use lakeflow::diag::Diagnostic;
use lakeflow::types::DataType;
use lakeflow::yaml::pointer_segment;

use super::constant;
use super::context::Context;
use super::graph::Graph;
use crate::codes;
use crate::load::Located;
use crate::model::{Entity, Metric, Storage, TAGS_OF_SERVER, Upkeep};
use crate::spec::{DeprecatedSpec, EntitySpec, MetricSpec, OneOrMany};

/// The property that names contacts.
pub const CONTACTS: &str = "contacts";
/// Tags that come from what else is in specs.
const OWN_TAGS: [&str; 3] = ["classification", "pii", "pii_type"];
/// The most tags of a table, one of which `gen` sets, and the most characters of a key or value (lakeflow-sql.md, "Grants,
/// tags and comments").
const MOST_TAGS: usize = 49;
const LONGEST: usize = 256;
/// Characters that some page of the documentation forbids in keys, and in values.
const NOT_IN_KEYS: &str = "*.,-=/:<>%&?\\";
const NOT_IN_VALUES: &str = "*<>%&?\\";

/// What a spec says about its tables besides their rows.
struct UpkeepKeys<'a> {
    contacts: Option<&'a OneOrMany>,
    tags: Option<&'a IndexMap<String, String>>,
    deprecated: Option<&'a DeprecatedSpec>,
}

/// Resolves what an entity says; contacts become a property in `storage`.
pub fn of_entity(spec: &Located<EntitySpec>, storage: &mut Storage, context: &mut Context<'_>) -> Upkeep {
    let EntitySpec { contacts, tags, deprecated, .. } = &spec.spec;
    let keys = UpkeepKeys { contacts: contacts.as_ref(), tags: tags.as_ref(), deprecated: deprecated.as_ref() };
    resolve(&keys, storage, spec, context)
}

/// Resolves what a metric says; contacts become a property in `storage`.
pub fn of_metric(spec: &Located<MetricSpec>, storage: &mut Storage, context: &mut Context<'_>) -> Upkeep {
    let MetricSpec { contacts, tags, deprecated, .. } = &spec.spec;
    let keys = UpkeepKeys { contacts: contacts.as_ref(), tags: tags.as_ref(), deprecated: deprecated.as_ref() };
    resolve(&keys, storage, spec, context)
}

fn resolve<T>(said: &UpkeepKeys<'_>, storage: &mut Storage, spec: &Located<T>, context: &mut Context<'_>) -> Upkeep {
    if let Some(contacts) = said.contacts {
        let mut names = vec![];
        for (name, pointer) in contacts.with_pointers("/contacts") {
            if name.trim().is_empty() {
                let fault = Diagnostic::error(codes::BAD_VALUE, "a contact cannot be empty");
                context.push(fault.at(spec.value(&pointer)));
            }
            names.push(name.trim());
        }
        if !names.is_empty() {
            storage.properties.push((CONTACTS.to_owned(), names.join(", ")));
        }
    }
    let mut tags = vec![];
    for (key, value) in said.tags.into_iter().flatten() {
        check_tag(key, value, spec, context);
        tags.push((key.clone(), value.clone()));
    }
    if tags.len() > MOST_TAGS {
        let fault = Diagnostic::error(codes::BAD_VALUE, format!("a table has {MOST_TAGS} tags of your own at most"));
        context.push(fault.at(spec.key("/tags")));
    }
    Upkeep { tags, deprecated: said.deprecated.map(|deprecated| notice(deprecated, spec, context)) }
}

fn check_tag<T>(key: &str, value: &str, spec: &Located<T>, context: &mut Context<'_>) {
    let pointer = format!("/tags/{}", pointer_segment(key));
    let (place, of_value) = (spec.key(&pointer), spec.value(&pointer));
    let begins = |beginning: &str| key.to_lowercase().starts_with(beginning);
    if OWN_TAGS.iter().any(|own| own.eq_ignore_ascii_case(key)) {
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, format!("`{key}` is a tag that `gen` sets"));
        context.push(fault.at(place).hint("remove it"));
    } else if TAGS_OF_SERVER.iter().any(|beginning| begins(beginning)) {
        let fault = Diagnostic::error(codes::BAD_VALUE, format!("`{key}` is a tag that the workspace sets"));
        context.push(fault.at(place).hint("remove it"));
    } else if let Some(why) = fault_of(key, NOT_IN_KEYS) {
        context.push(Diagnostic::error(codes::BAD_VALUE, format!("the key of a tag {why}")).at(place));
    }
    if let Some(why) = fault_of(value, NOT_IN_VALUES).filter(|_| !value.is_empty()) {
        context.push(Diagnostic::error(codes::BAD_VALUE, format!("the value of a tag {why}")).at(of_value));
    }
}

/// Why a text can't be the key or value of a tag.
fn fault_of(text: &str, forbidden: &str) -> Option<String> {
    if text.is_empty() || text.trim() != text {
        return Some("cannot be empty, nor begin or end with a space".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Some(format!("has {LONGEST} characters at most"));
    }
    let found = text.chars().find(|c| c.is_control() || forbidden.contains(*c))?;
    Some(match found.is_control() {
        true => "cannot contain control characters".to_owned(),
        false => format!("cannot contain `{found}`"),
    })
}

/// What is said of something deprecated.
fn notice<T>(deprecated: &DeprecatedSpec, spec: &Located<T>, context: &mut Context<'_>) -> String {
    if let Some(day) = &deprecated.remove_on
        && !constant::converts(day, &DataType::Date)
    {
        let fault = Diagnostic::error(codes::BAD_VALUE, format!("`{day}` is not a date"));
        context.push(fault.at(spec.value("/deprecated/remove_on")).hint("write it as `2027-01-31`"));
    }
    let day = deprecated.remove_on.as_ref().map(|day| format!("It will be removed on {day}."));
    let instead = deprecated.instead.as_ref().map(|name| format!("Use {} instead.", name.trim()));
    let reason = deprecated.reason.as_ref().map(|reason| format!("{}.", reason.trim().trim_end_matches('.')));
    let sentences: Vec<String> = [day, instead, reason].into_iter().flatten().collect();
    sentences.join(" ")
}

/// The description of tables, with the notice that they are deprecated before it.
pub fn described(description: Option<&String>, upkeep: &Upkeep) -> String {
    let description = description.cloned().unwrap_or_default();
    let Some(notice) = &upkeep.deprecated else { return description };
    let parts = ["Deprecated.", notice, &description];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Warns about specs that read what is deprecated, unless they are deprecated themselves.
pub fn check_reads(
    (entity_specs, metric_specs): (&[&Located<EntitySpec>], &[&Located<MetricSpec>]),
    graph: &Graph,
    metrics: &[Metric],
    context: &mut Context<'_>,
) {
    let deprecated = |entity: &Entity| entity.upkeep.deprecated.clone().map(|notice| (entity.name.clone(), notice));
    let mut warnings = vec![];
    for (entity, spec) in graph.entities.iter().zip(entity_specs).filter(|(e, _)| e.upkeep.deprecated.is_none()) {
        for reference in &entity.references {
            let read = graph.entities.get(reference.entity.0).and_then(deprecated);
            warnings.extend(read.map(|read| (read, reference.span)));
        }
        let Some(query) = entity.query() else { continue };
        let entities = query.entities.iter().filter_map(|id| graph.entities.get(id.0)).filter_map(deprecated);
        let metrics = query.metrics.iter().filter_map(|id| metrics.get(id.0));
        let metrics = metrics.filter_map(|m| m.upkeep.deprecated.clone().map(|notice| (m.name.clone(), notice)));
        warnings.extend(entities.chain(metrics).map(|read| (read, spec.value("/source/query"))));
    }
    for (metric, spec) in metrics.iter().zip(metric_specs).filter(|(m, _)| m.upkeep.deprecated.is_none()) {
        let per = metric.per.as_ref().map(|per| (per.entity, "/per/entity"));
        for (id, pointer) in [(metric.from, "/from")].into_iter().chain(per) {
            let read = graph.entities.get(id.0).and_then(deprecated);
            warnings.extend(read.map(|read| (read, spec.value(pointer))));
        }
    }
    for ((name, notice), place) in warnings {
        let fault = Diagnostic::warning(codes::DEPRECATED, format!("`{name}` is deprecated")).at(place);
        let note = (!notice.is_empty()).then_some(notice);
        context.push(fault.maybe_hint(note));
    }
}
