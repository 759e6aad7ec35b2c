//! The whole lineage as facets of OpenLineage: a job for each dataset, without runs, clock or places of this machine.
//!
//! Shapes are those of the column lineage facet 1-2-0, <https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json>.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Edge, Influence, Lineage, Origin, Traced};

const PRODUCER: &str = "https://github.com/lakegen/lakegen";
const JOB: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
const COLUMNS: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const SCHEMA: &str = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";

/// An array of job events, one for each dataset, in the order of their names. `project` is the namespace of datasets.
pub fn document(lineage: &Lineage, project: &str) -> Value {
    let mut datasets: Vec<&Traced> = lineage.datasets.iter().collect();
    datasets.sort_by(|a, b| a.name.cmp(&b.name));
    Value::Array(datasets.into_iter().map(|dataset| job(dataset, project)).collect())
}

fn job(dataset: &Traced, project: &str) -> Value {
    let inside = dataset.reads.iter().map(|name| json!({"namespace": project, "name": name}));
    let outside = dataset.outside.iter().map(|name| json!({"namespace": "file", "name": name}));
    json!({
        "schemaURL": JOB,
        "producer": PRODUCER,
        "job": {"namespace": project, "name": dataset.name},
        "inputs": inside.chain(outside).collect::<Vec<_>>(),
        "outputs": [{"namespace": project, "name": dataset.name, "facets": facets(dataset, project)}],
    })
}

fn facets(dataset: &Traced, project: &str) -> Value {
    let mut fields = Map::new();
    for column in &dataset.columns {
        fields.insert(column.name.clone(), json!({"inputFields": inputs(&column.edges, project)}));
    }
    let names: Vec<Value> = dataset.columns.iter().map(|column| json!({"name": column.name})).collect();
    json!({
        "schema": {"_producer": PRODUCER, "_schemaURL": SCHEMA, "fields": names},
        "columnLineage": {
            "_producer": PRODUCER,
            "_schemaURL": COLUMNS,
            "fields": fields,
            "dataset": inputs(&dataset.rows, project),
        },
    })
}

/// The columns that edges come from, each once with all its transformations.
fn inputs(edges: &[Edge], project: &str) -> Vec<Value> {
    let mut found: IndexMap<&Origin, Vec<Value>> = IndexMap::new();
    for edge in edges {
        let transformation = transformation(edge);
        let all = found.entry(&edge.from).or_default();
        if !all.contains(&transformation) {
            all.push(transformation);
        }
    }
    let input = |(from, transformations): (&Origin, Vec<Value>)| {
        let namespace = if from.inside { project } else { "file" };
        let path = std::iter::once(from.column.as_str()).chain(from.field.iter().map(String::as_str));
        let field = path.collect::<Vec<_>>().join(".");
        json!({"namespace": namespace, "name": from.table, "field": field, "transformations": transformations})
    };
    found.into_iter().map(input).collect()
}

fn transformation(edge: &Edge) -> Value {
    let (kind, subtype) = match edge.influence {
        Influence::Identity => ("DIRECT", "IDENTITY"),
        Influence::Transformation => ("DIRECT", "TRANSFORMATION"),
        Influence::Aggregation => ("DIRECT", "AGGREGATION"),
        Influence::Conditional => ("INDIRECT", "CONDITIONAL"),
        Influence::Window => ("INDIRECT", "WINDOW"),
        Influence::Filter => ("INDIRECT", "FILTER"),
        Influence::Join => ("INDIRECT", "JOIN"),
        Influence::GroupBy => ("INDIRECT", "GROUP_BY"),
        Influence::Sort => ("INDIRECT", "SORT"),
    };
    json!({"type": kind, "subtype": subtype, "masking": edge.release.is_some()})
}
