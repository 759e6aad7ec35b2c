//! Names that entities, metrics and tables had before: `renamed_from`.

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;
use lakeflow::source::{FileId, Span};
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::names::{self, NameOf};
use crate::codes;
use crate::load::Located;
use crate::spec::{EntitySpec, MetricSpec};

/// Something with a name, and perhaps an old one.
struct RenamedThing<'a> {
    file: FileId,
    name: &'a str,
    old: Option<(&'a str, Span)>,
}

/// Reports old names that something bears still, or that two things say they had.
pub fn check(entities: &[&Located<EntitySpec>], metrics: &[&Located<MetricSpec>], context: &mut Context<'_>) {
    let of_entities = entities.iter().map(|spec| RenamedThing {
        file: spec.file,
        name: &spec.spec.entity,
        old: spec.spec.renamed_from.as_deref().map(|old| (old, spec.value("/renamed_from"))),
    });
    let of_metrics = metrics.iter().map(|spec| RenamedThing {
        file: spec.file,
        name: &spec.spec.metric,
        old: spec.spec.renamed_from.as_deref().map(|old| (old, spec.value("/renamed_from"))),
    });
    let of_tables = metrics.iter().flat_map(|spec| {
        spec.spec.tables.iter().flatten().map(|(name, table)| {
            let pointer = format!("/tables/{}/renamed_from", pointer_segment(name));
            RenamedThing {
                file: spec.file,
                name,
                old: table.renamed_from.as_deref().map(|old| (old, spec.value(&pointer))),
            }
        })
    });
    all(&of_entities.collect::<Vec<_>>(), "entity", NameOf::Entity, context);
    all(&of_metrics.collect::<Vec<_>>(), "metric", NameOf::Metric, context);
    all(&of_tables.collect::<Vec<_>>(), "table", NameOf::Table, context);
}

fn all(named: &[RenamedThing<'_>], word: &str, of: NameOf, context: &mut Context<'_>) {
    for (index, thing) in named.iter().enumerate() {
        let Some((old, span)) = thing.old else { continue };
        let earlier = named.iter().take(index).find(|other| other.old.is_some_and(|(name, _)| is_same_name(name, old)));
        let (message, hint) = if let Some(bearer) = named.iter().find(|other| is_same_name(other.name, old)) {
            let still = format!("{word} `{}` still exists, so `{}` cannot be renamed from it", bearer.name, thing.name);
            (still, "write the name under which it was last deployed, or remove `renamed_from`")
        } else if let Some(other) = earlier {
            let both = format!("`{}` and `{}` cannot both be renamed from `{old}`", other.name, thing.name);
            (both, "keep `renamed_from` only in the one that replaces it")
        } else {
            context.judge(thing.file, |context| context.extend(names::check(old, of, span)));
            continue;
        };
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(span).hint(hint);
        context.judge(thing.file, |context| context.push(fault));
    }
}
