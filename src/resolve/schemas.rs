//! Schemas of layers.

use std::collections::BTreeMap;

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::context::Context;
use super::names::{self, NameOf};
use crate::codes;
use crate::load::Located;
use crate::model::Layer;
use crate::spec::{ProjectSpec, TargetSpec};

/// The layers of a target that are in another schema than the rest.
pub fn of_target(target: &TargetSpec) -> BTreeMap<Layer, String> {
    let Some(schemas) = &target.schemas else { return BTreeMap::new() };
    let of = |layer| match layer {
        Layer::Bronze => &schemas.bronze,
        Layer::Silver => &schemas.silver,
        Layer::Gold => &schemas.gold,
        Layer::Quality => &schemas.quality,
    };
    Layer::ALL.into_iter().filter_map(|layer| Some((layer, of(layer).clone()?))).collect()
}

/// Reports names that no schema can have, layers that are in the schema of the target anyway, and a landing directory in
/// the schema of a layer.
pub fn check(project: &Located<ProjectSpec>, target: &TargetSpec, pointer: &str, context: &mut Context<'_>) {
    let layers = of_target(target);
    for (layer, schema) in &layers {
        let place = project.value(&format!("{pointer}/schemas/{}", layer.word()));
        if let Some(fault) = names::check(schema, NameOf::Place, place) {
            context.push(fault);
        } else if is_same_name(schema, &target.schema) {
            let message = format!("`{schema}` is the schema of all layers already");
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(place);
            context.push(fault.hint("remove this line, or name another schema"));
        }
    }
    let volume = target.landing.strip_prefix("/Volumes/").and_then(|rest| rest.split_once('/'));
    let Some((catalog, rest)) = volume.filter(|(catalog, _)| is_same_name(catalog, &target.catalog)) else { return };
    let schema = rest.split('/').next().unwrap_or_default();
    if is_same_name(schema, &target.schema) {
        return;
    }
    if let Some(layer) = layers.iter().find(|(_, own)| is_same_name(own, schema)).map(|(layer, _)| layer) {
        let message = format!("`landing` is in `{catalog}.{schema}`, the schema of layer `{}`", layer.word());
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(project.value(&format!("{pointer}/landing")));
        let hint = format!("move it to a volume of `{}.{}`, or of a schema of others", target.catalog, target.schema);
        context.push(fault.hint(hint));
    }
}
