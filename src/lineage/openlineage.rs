//! The whole lineage as facets of OpenLineage: a job for each dataset, without runs, clock or places of this machine.
//!
//! A large project has a million of these few shapes, so they are written as they are, without a tree of values before.
//! Shapes are those of the column lineage facet 1-2-0, <https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json>.

use std::collections::HashMap;

use super::{Edge, Influence, Lineage, Origin, Traced};

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
    let mut writer = Writer { out: String::from("["), project, places: HashMap::new(), sorted: vec![] };
    for (index, dataset) in datasets.into_iter().enumerate() {
        writer.raw(if index == 0 { "\n" } else { ",\n" });
        writer.job(dataset);
    }
    writer.raw("\n]\n");
    writer.out
}

/// What a list stands in.
type Brackets = [&'static str; 2];

const ARRAY: Brackets = ["[", "]"];
const OBJECT: Brackets = ["{", "}"];

struct Writer<'a> {
    out: String,
    project: &'a str,
    /// The columns that edges come from, in the order in which they are met, while a list of edges is written.
    places: HashMap<&'a Origin, usize>,
    /// The edges of that list, by those places.
    sorted: Vec<(usize, &'a Edge)>,
}

impl<'a> Writer<'a> {
    fn job(&mut self, dataset: &'a Traced) {
        let project = self.project;
        self.raw(&format!(r#"{{"schemaURL":"{JOB}","producer":"{PRODUCER}","job":{{"#));
        self.name(project, &dataset.name);
        self.raw(r#"},"inputs":"#);
        let inside = dataset.reads.iter().map(|name| (project, &**name));
        let inputs = inside.chain(dataset.outside.iter().map(|name| (FILE, &**name)));
        self.list(inputs, ARRAY, |writer, (namespace, name)| {
            writer.raw("{");
            writer.name(namespace, name);
            writer.raw("}");
        });
        self.raw(r#","outputs":[{"#);
        self.name(project, &dataset.name);
        self.raw(&format!(r#","facets":{{"schema":{{"_producer":"{PRODUCER}","_schemaURL":"{SCHEMA}","fields":"#));
        self.list(&dataset.columns, ARRAY, |writer, column| {
            writer.raw(r#"{"name":"#);
            writer.text(&column.name);
            writer.raw("}");
        });
        self.raw(&format!(r#"}},"columnLineage":{{"_producer":"{PRODUCER}","_schemaURL":"{COLUMNS}","fields":"#));
        self.list(&dataset.columns, OBJECT, |writer, column| {
            writer.text(&column.name);
            writer.raw(r#":{"inputFields":"#);
            writer.inputs(&column.edges);
            writer.raw("}");
        });
        // What decides which rows there are.
        self.raw(r#","dataset":"#);
        self.inputs(&dataset.rows);
        self.raw("}}}]}");
    }

    fn name(&mut self, namespace: &str, name: &str) {
        self.raw(r#""namespace":"#);
        self.text(namespace);
        self.raw(r#","name":"#);
        self.text(name);
    }

    /// The columns that edges come from, each once with all its transformations.
    fn inputs(&mut self, edges: &'a [Edge]) {
        let (mut places, mut sorted) = (std::mem::take(&mut self.places), std::mem::take(&mut self.sorted));
        places.clear();
        sorted.clear();
        if let [only] = edges {
            sorted.push((0, only));
        } else {
            for edge in edges {
                let next = places.len();
                sorted.push((*places.entry(&edge.from).or_insert(next), edge));
            }
            sorted.sort_by_key(|(place, _)| *place);
        }
        self.list(sorted.chunk_by(|a, b| a.0 == b.0), ARRAY, Writer::input);
        (self.places, self.sorted) = (places, sorted);
    }

    /// A column; the edges come from it, and there is one at least.
    fn input(&mut self, edges: &[(usize, &Edge)]) {
        let Some((_, Edge { from, .. })) = edges.first() else { return };
        self.raw("{");
        self.name(if from.dataset.is_some() { self.project } else { FILE }, &from.table);
        self.raw(r#","field":"#);
        match from.field.as_slice() {
            [] => self.text(&from.column),
            field => self.text(&format!("{}.{}", from.column, field.join("."))),
        }
        self.raw(r#","transformations":"#);
        // A bit for each of the few that there are.
        let mut seen = 0_u32;
        let transformations = edges.iter().map(|(_, edge)| (edge.influence, edge.release.is_some()));
        let new = transformations.filter(|(influence, masking)| {
            let (before, bit) = (seen, 1 << (2 * *influence as u32 + u32::from(*masking)));
            seen |= bit;
            before != seen
        });
        self.list(new, ARRAY, |writer, (influence, masking)| {
            writer.raw(transformation(influence));
            writer.raw(if masking { r#","masking":true}"# } else { r#","masking":false}"# });
        });
        self.raw("}");
    }

    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        [begin, end]: Brackets,
        mut item: impl FnMut(&mut Self, T),
    ) {
        self.raw(begin);
        for (index, each) in items.into_iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            item(self, each);
        }
        self.raw(end);
    }

    /// Writes a text in quotes.
    fn text(&mut self, text: &str) {
        if text.bytes().any(|b| b < b' ' || b == b'"' || b == b'\\') {
            // A text always has a form in JSON.
            return self.raw(&serde_json::to_string(text).unwrap_or_default());
        }
        self.raw("\"");
        self.raw(text);
        self.raw("\"");
    }

    fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }
}

/// Type and subtype, as the begin of an object.
fn transformation(influence: Influence) -> &'static str {
    match influence {
        Influence::Identity => r#"{"type":"DIRECT","subtype":"IDENTITY""#,
        Influence::Transformation => r#"{"type":"DIRECT","subtype":"TRANSFORMATION""#,
        Influence::Aggregation => r#"{"type":"DIRECT","subtype":"AGGREGATION""#,
        Influence::Conditional => r#"{"type":"INDIRECT","subtype":"CONDITIONAL""#,
        Influence::Window => r#"{"type":"INDIRECT","subtype":"WINDOW""#,
        Influence::Filter => r#"{"type":"INDIRECT","subtype":"FILTER""#,
        Influence::Join => r#"{"type":"INDIRECT","subtype":"JOIN""#,
        Influence::GroupBy => r#"{"type":"INDIRECT","subtype":"GROUP_BY""#,
        Influence::Sort => r#"{"type":"INDIRECT","subtype":"SORT""#,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::lineage::TracedColumn;
    use crate::source::{SourceMap, Span};

    #[test]
    fn a_column_is_named_once_with_all_that_is_done_to_it() {
        let span = Span::new(SourceMap::default().add("a", ""), 0..0);
        let edge = |column: &str, field: &[&str], influence| {
            let field = field.iter().map(|part| (*part).to_owned()).collect();
            let from = Origin { table: "a\"b".into(), dataset: None, column: column.to_owned(), field };
            Edge { from, into: vec![], influence, release: None, span }
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
