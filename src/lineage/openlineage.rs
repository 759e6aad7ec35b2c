//! The whole lineage as facets of OpenLineage: a job for each dataset, without runs, clock or places of this machine.
//!
//! Shapes are those of the column lineage facet 1-2-0, <https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json>.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Serialize, Serializer};

use super::{ColumnOrigin, Edge, Influence, Lineage, Traced, TracedColumn};

const PRODUCER: &str = "https://github.com/lakegen/lakegen";
const JOB: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
const COLUMNS: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const SCHEMA: &str = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
/// The namespace of what is outside of the pipeline.
const FILE: &str = "file";

/// A JSON array of job events, one for each dataset, in the order of their names and each on a line of its own, so that a
/// diff shows which datasets changed. `project` is the namespace of datasets.
pub fn document(lineage: &Lineage, project: &str) -> String {
    let mut datasets: Vec<&Traced> = lineage.datasets.iter().collect();
    datasets.sort_by(|a, b| a.name.cmp(&b.name));
    let mut text = String::from("[");
    for (index, dataset) in datasets.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        // Text and lists alone always have a form in JSON.
        text.push_str(&serde_json::to_string(&job(dataset, project)).unwrap_or_default());
    }
    text.push_str("\n]\n");
    text
}

#[derive(Serialize)]
struct Job<'a> {
    #[serde(rename = "schemaURL")]
    schema_url: &'static str,
    producer: &'static str,
    job: DatasetName<'a>,
    inputs: Vec<DatasetName<'a>>,
    outputs: [OutputDataset<'a>; 1],
}

#[derive(Serialize)]
struct DatasetName<'a> {
    namespace: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct OutputDataset<'a> {
    namespace: &'a str,
    name: &'a str,
    facets: Facets<'a>,
}

#[derive(Serialize)]
struct Facets<'a> {
    schema: SchemaFacet<'a>,
    #[serde(rename = "columnLineage")]
    column_lineage: ColumnLineage<'a>,
}

#[derive(Serialize)]
struct SchemaFacet<'a> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: &'static str,
    fields: Vec<SchemaField<'a>>,
}

#[derive(Serialize)]
struct SchemaField<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct ColumnLineage<'a> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: &'static str,
    fields: ColumnFacet<'a>,
    /// What decides which rows there are.
    dataset: Vec<InputDataset<'a>>,
}

/// Where each column comes from, by name; put together as it is written, because a large project has a million of these.
struct ColumnFacet<'a> {
    columns: &'a [TracedColumn],
    project: &'a str,
}

impl Serialize for ColumnFacet<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inputs_of = |edges| Inputs { input_fields: inputs(edges, self.project) };
        serializer.collect_map(self.columns.iter().map(|column| (&column.name, inputs_of(&column.edges))))
    }
}

#[derive(Serialize)]
struct Inputs<'a> {
    #[serde(rename = "inputFields")]
    input_fields: Vec<InputDataset<'a>>,
}

#[derive(Serialize)]
struct InputDataset<'a> {
    namespace: &'a str,
    name: &'a str,
    field: Cow<'a, str>,
    transformations: Vec<Transformation>,
}

#[derive(Serialize, PartialEq, Eq)]
struct Transformation {
    #[serde(rename = "type")]
    kind: &'static str,
    subtype: &'static str,
    masking: bool,
}

fn job<'a>(dataset: &'a Traced, project: &'a str) -> Job<'a> {
    let inside = dataset.reads.iter().map(|name| DatasetName { namespace: project, name });
    let outside = dataset.outside.iter().map(|name| DatasetName { namespace: FILE, name });
    let column_lineage = ColumnLineage {
        producer: PRODUCER,
        schema_url: COLUMNS,
        fields: ColumnFacet { columns: &dataset.columns, project },
        dataset: inputs(&dataset.rows, project),
    };
    let fields = dataset.columns.iter().map(|column| SchemaField { name: &column.name }).collect();
    let facets = Facets { schema: SchemaFacet { producer: PRODUCER, schema_url: SCHEMA, fields }, column_lineage };
    let (namespace, name) = (project, dataset.name.as_str());
    Job {
        schema_url: JOB,
        producer: PRODUCER,
        job: DatasetName { namespace, name },
        inputs: inside.chain(outside).collect(),
        outputs: [OutputDataset { namespace, name, facets }],
    }
}

/// The columns that edges come from, each once with all its transformations.
fn inputs<'a>(edges: &'a [Edge], project: &'a str) -> Vec<InputDataset<'a>> {
    let mut places: HashMap<&ColumnOrigin, usize> = HashMap::new();
    let mut found: Vec<InputDataset> = Vec::with_capacity(edges.len());
    for edge in edges {
        let next = found.len();
        // Most columns come from one, which needs no looking up.
        let place = if edges.len() == 1 { next } else { *places.entry(&edge.from).or_insert(next) };
        if place == next {
            found.push(input(&edge.from, project));
        }
        let transformation = transformation(edge);
        if let Some(input) = found.get_mut(place).filter(|input| !input.transformations.contains(&transformation)) {
            input.transformations.push(transformation);
        }
    }
    found
}

fn input<'a>(from: &'a ColumnOrigin, project: &'a str) -> InputDataset<'a> {
    let namespace = if from.dataset.is_some() { project } else { FILE };
    let field = match from.field.as_slice() {
        [] => Cow::Borrowed(&*from.column),
        field => Cow::Owned(format!("{}.{}", from.column, field.join("."))),
    };
    InputDataset { namespace, name: &from.table, field, transformations: vec![] }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::lineage::TracedColumn;
    use lakeflow::source::{SourceMap, Span};

    #[test]
    fn a_column_is_named_once_with_all_that_is_done_to_it() {
        let span = Span::new(SourceMap::default().add("a", ""), 0..0);
        let edge = |column: &str, field: &[&str], influence| {
            let field = field.iter().map(|part| (*part).to_owned()).collect();
            let from = ColumnOrigin { table: "a\"b".into(), dataset: None, column: column.into(), field };
            Edge { from, into: vec![], influence, release: None, hold: crate::lineage::Dependence::Bare, span }
        };
        let edges = vec![
            edge("x", &[], Influence::Identity),
            edge("y", &["f", "g"], Influence::Identity),
            edge("x", &[], Influence::Conditional),
            edge("x", &[], Influence::Identity),
        ];
        let dataset = Traced {
            name: "d".to_owned(),
            span,
            columns: vec![TracedColumn { name: "c".to_owned(), edges }],
            rows: vec![],
            reads: BTreeSet::new(),
            outside: ["a\"b".into()].into(),
        };
        let text = document(&Lineage::of(vec![dataset]), "p");
        let document: Value = serde_json::from_str(&text).unwrap();
        let job = &document[0];
        assert_eq!(job["inputs"], json!([{"namespace": "file", "name": "a\"b"}]));
        let facets = &job["outputs"][0]["facets"];
        assert_eq!(facets["schema"]["fields"], json!([{"name": "c"}]));
        let done = |kind: &str, subtype: &str| json!({"type": kind, "subtype": subtype, "masking": false});
        let input = |field: &str, transformations: &[Value]| json!({"namespace": "file", "name": "a\"b", "field": field, "transformations": transformations});
        let (identity, conditional) = (done("DIRECT", "IDENTITY"), done("INDIRECT", "CONDITIONAL"));
        let expected = json!([input("x", &[identity.clone(), conditional]), input("y.f.g", &[identity])]);
        assert_eq!(facets["columnLineage"]["fields"], json!({"c": {"inputFields": expected}}));
        assert_eq!(facets["columnLineage"]["dataset"], json!([]));
    }
}
