//! The whole lineage as facets of OpenLineage: a job for each dataset, without runs, clock or places of this machine.
//!
//! Shapes are those of the column lineage facet 1-2-0, <https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json>.

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use super::{Edge, Influence, Lineage, Origin, Traced};

const PRODUCER: &str = "https://github.com/lakegen/lakegen";
const JOB: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
const COLUMNS: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const SCHEMA: &str = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";

/// A JSON array of job events, one for each dataset, in the order of their names and each on a line of its own, so that a
/// diff shows which datasets changed. `project` is the namespace of datasets.
pub fn document(lineage: &Lineage, project: &str) -> String {
    let mut datasets: Vec<&Traced> = lineage.datasets.iter().collect();
    datasets.sort_by(|a, b| a.name.cmp(&b.name));
    // Text and lists alone always have a form in JSON.
    let lines = datasets.into_iter().filter_map(|dataset| serde_json::to_string(&job(dataset, project)).ok());
    format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"))
}

#[derive(Serialize)]
struct Job<'a> {
    #[serde(rename = "schemaURL")]
    schema_url: &'static str,
    producer: &'static str,
    job: Name<'a>,
    inputs: Vec<Name<'a>>,
    outputs: [Output<'a>; 1],
}

#[derive(Serialize)]
struct Name<'a> {
    namespace: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Output<'a> {
    namespace: &'a str,
    name: &'a str,
    facets: Facets<'a>,
}

#[derive(Serialize)]
struct Facets<'a> {
    schema: Schema<'a>,
    #[serde(rename = "columnLineage")]
    column_lineage: ColumnLineage<'a>,
}

#[derive(Serialize)]
struct Schema<'a> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: &'static str,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct ColumnLineage<'a> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: &'static str,
    fields: IndexMap<&'a str, Inputs<'a>>,
    /// What decides which rows there are.
    dataset: Vec<Input<'a>>,
}

#[derive(Serialize)]
struct Inputs<'a> {
    #[serde(rename = "inputFields")]
    input_fields: Vec<Input<'a>>,
}

#[derive(Serialize)]
struct Input<'a> {
    namespace: &'a str,
    name: &'a str,
    field: String,
    transformations: IndexSet<Transformation>,
}

#[derive(Serialize, PartialEq, Eq, Hash)]
struct Transformation {
    #[serde(rename = "type")]
    kind: &'static str,
    subtype: &'static str,
    masking: bool,
}

fn job<'a>(dataset: &'a Traced, project: &'a str) -> Job<'a> {
    let inside = dataset.reads.iter().map(|name| Name { namespace: project, name });
    let outside = dataset.outside.iter().map(|name| Name { namespace: "file", name });
    let fields = dataset.columns.iter().map(|column| Field { name: &column.name }).collect();
    let inputs_of = |edges| Inputs { input_fields: inputs(edges, project) };
    let column_lineage = ColumnLineage {
        producer: PRODUCER,
        schema_url: COLUMNS,
        fields: dataset.columns.iter().map(|column| (column.name.as_str(), inputs_of(&column.edges))).collect(),
        dataset: inputs(&dataset.rows, project),
    };
    let facets = Facets { schema: Schema { producer: PRODUCER, schema_url: SCHEMA, fields }, column_lineage };
    let (namespace, name) = (project, dataset.name.as_str());
    Job {
        schema_url: JOB,
        producer: PRODUCER,
        job: Name { namespace, name },
        inputs: inside.chain(outside).collect(),
        outputs: [Output { namespace, name, facets }],
    }
}

/// The columns that edges come from, each once with all its transformations.
fn inputs<'a>(edges: &'a [Edge], project: &'a str) -> Vec<Input<'a>> {
    let mut found: IndexMap<&Origin, IndexSet<Transformation>> = IndexMap::new();
    for edge in edges {
        found.entry(&edge.from).or_default().insert(transformation(edge));
    }
    let input = |(from, transformations): (&'a Origin, IndexSet<Transformation>)| {
        let namespace = if from.inside { project } else { "file" };
        let path = std::iter::once(from.column.as_str()).chain(from.field.iter().map(String::as_str));
        let field = path.collect::<Vec<_>>().join(".");
        Input { namespace, name: &from.table, field, transformations }
    };
    found.into_iter().map(input).collect()
}

fn transformation(edge: &Edge) -> Transformation {
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
    Transformation { kind, subtype, masking: edge.release.is_some() }
}
