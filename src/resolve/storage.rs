//! How tables are stored: columns that they can be clustered by, and properties that nothing else sets.

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::is_same_name;
use lakeflow::types::{Column as TypedColumn, DataType};
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::project::list_hint;
use super::upkeep::CONTACTS;
use crate::codes;
use crate::load::Located;
use crate::model::{Clustering, Storage};
use crate::spec::{OneOrMany, StorageSpec};

/// So many columns a table can be clustered by (lakeflow-sql.md, "Streaming tables").
const MOST_KEYS: usize = 4;
/// Properties that tables get from what else is in specs.
const OWN_PROPERTIES: [&str; 7] = [
    CONTACTS,
    "quality",
    "pipelines.reset.allowed",
    "delta.enableRowTracking",
    "delta.enableDeletionVectors",
    "delta.enableChangeDataFeed",
    "delta.dataSkippingNumIndexedCols",
];

/// Resolves `storage` of a table with these columns; `None` where they are not known.
pub fn resolve<T>(
    storage: Option<&StorageSpec>,
    columns: Option<&[TypedColumn]>,
    spec: &Located<T>,
    context: &mut Context<'_>,
) -> Storage {
    let Some(storage) = storage else { return Storage::default() };
    let clustering = match &storage.cluster_by {
        None => Clustering::Usual,
        Some(OneOrMany::One(word)) if word == "auto" => Clustering::Auto,
        Some(OneOrMany::One(word)) if word == "none" => Clustering::Off,
        Some(named) => {
            let names = named.with_pointers("/storage/cluster_by");
            if let Some((_, pointer)) = names.get(MOST_KEYS) {
                let message = format!("a table can be clustered by {MOST_KEYS} columns at most");
                context.push(Diagnostic::error(codes::BAD_VALUE, message).at(spec.value(pointer)));
            }
            let known = |(name, pointer): &(&str, String)| clustering_column(name, pointer, columns?, spec, context);
            Clustering::Columns(names.iter().filter_map(known).collect())
        }
    };
    let mut properties = vec![];
    for (key, value) in storage.properties.iter().flatten() {
        let pointer = format!("/storage/properties/{}", pointer_segment(key));
        if OWN_PROPERTIES.iter().any(|own| own.eq_ignore_ascii_case(key)) {
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, format!("`{key}` is a property that `gen` sets"));
            context.push(fault.at(spec.key(&pointer)).hint("remove it"));
        }
        properties.push((key.clone(), value.clone()));
    }
    Storage { clustering, properties }
}

/// The column that a table is to be clustered by, in its own spelling.
fn clustering_column<T>(
    name: &str,
    pointer: &str,
    columns: &[TypedColumn],
    spec: &Located<T>,
    context: &mut Context<'_>,
) -> Option<String> {
    let place = spec.value(pointer);
    let Some(column) = columns.iter().find(|column| is_same_name(&column.name, name)) else {
        let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let hint = did_you_mean(name, known.iter().copied()).or_else(|| list_hint("columns", &known));
        let fault = Diagnostic::error(codes::UNKNOWN_COLUMN, format!("unknown column `{name}`"));
        context.push(fault.at(place).maybe_hint(hint));
        return None;
    };
    if column.ty == DataType::Boolean {
        let message = format!("a table cannot be clustered by `{name}`: it is {}", column.ty);
        let hint = "use a number, string, date or timestamp";
        context.push(Diagnostic::error(codes::BAD_VALUE, message).at(place).hint(hint));
    }
    Some(column.name.clone())
}
