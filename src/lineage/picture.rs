//! A part of the graph as text: a tree for terminals, Mermaid and DOT for diagrams, JSON for programs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Influence;
use super::walk::{LineageNode, Subgraph};

/// What an influence is called; nothing for a value passed on as it is.
fn word(influence: Influence) -> &'static str {
    match influence {
        Influence::Identity => "",
        Influence::Transformation => "transformed",
        Influence::Aggregation => "aggregated",
        Influence::Conditional => "condition",
        Influence::Window => "window",
        Influence::Filter => "filter",
        Influence::Join => "join",
        Influence::GroupBy => "group",
        Influence::Sort => "order",
    }
}

/// For terminals: what the root comes from and what comes from it. A node that was drawn before is not opened again.
pub fn tree(graph: &Subgraph) -> String {
    let mut out = format!("{}\n", graph.root.name());
    for (title, neighbours) in [("comes from", &graph.sources), ("goes into", &graph.targets)] {
        if neighbours.is_empty() {
            continue;
        }
        out.push_str(&format!("\n  {title}\n"));
        branches(neighbours, &graph.root, "  ", &mut BTreeSet::new(), &mut out);
    }
    if graph.sources.is_empty() && graph.targets.is_empty() {
        out.push_str("\n  no lineage: it reads nothing and nothing reads it\n");
    }
    out
}

fn branches(
    neighbours: &BTreeMap<LineageNode, BTreeMap<LineageNode, Influence>>,
    node: &LineageNode,
    indent: &str,
    drawn: &mut BTreeSet<LineageNode>,
    out: &mut String,
) {
    let Some(next) = neighbours.get(node) else { return };
    for (position, (child, influence)) in next.iter().enumerate() {
        let last = position + 1 == next.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let again = !drawn.insert(child.clone()) && neighbours.contains_key(child);
        let notes: Vec<&str> = [word(*influence), if again { "see above" } else { "" }]
            .into_iter()
            .filter(|note| !note.is_empty())
            .collect();
        let note = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
        out.push_str(&format!("{indent}{branch}{}{note}\n", child.name()));
        if !again {
            branches(neighbours, child, &format!("{indent}{below}"), drawn, out);
        }
    }
}

/// All edges, each once: from, to, how.
fn edges(graph: &Subgraph) -> BTreeSet<(&LineageNode, &LineageNode, Influence)> {
    let up = graph.sources.iter().flat_map(|(to, from)| from.iter().map(move |(from, how)| (from, to, *how)));
    let down = graph.targets.iter().flat_map(|(from, to)| to.iter().map(move |(to, how)| (from, to, *how)));
    up.chain(down).collect()
}

/// All nodes, in order, the root among them.
fn nodes(graph: &Subgraph) -> Vec<&LineageNode> {
    let ends = edges(graph).into_iter().flat_map(|(from, to, _)| [from, to]);
    ends.chain([&graph.root]).collect::<BTreeSet<_>>().into_iter().collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A Mermaid flow chart.
pub fn mermaid(graph: &Subgraph) -> String {
    let nodes = nodes(graph);
    let id = |node: &LineageNode| nodes.iter().position(|n| *n == node).unwrap_or(0);
    let label = |node: &LineageNode| format!("\"{}\"", node.name().replace('"', "#quot;"));
    let mut out = "flowchart LR\n".to_owned();
    for (index, node) in nodes.iter().enumerate() {
        out.push_str(&format!("  n{index}[{}]\n", label(node)));
    }
    for (from, to, influence) in edges(graph) {
        let arrow = match word(influence) {
            "" => "-->".to_owned(),
            how => format!("-->|{how}|"),
        };
        out.push_str(&format!("  n{} {arrow} n{}\n", id(from), id(to)));
    }
    out
}

/// A graph for Graphviz.
pub fn dot(graph: &Subgraph) -> String {
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for node in nodes(graph) {
        out.push_str(&format!("  {};\n", quoted(&node.name())));
    }
    for (from, to, influence) in edges(graph) {
        let label = match word(influence) {
            "" => String::new(),
            how => format!(" [label={}]", quoted(how)),
        };
        out.push_str(&format!("  {} -> {}{label};\n", quoted(&from.name()), quoted(&to.name())));
    }
    out.push_str("}\n");
    out
}

/// Root, nodes and edges as JSON.
pub fn json(graph: &Subgraph) -> serde_json::Value {
    let names: Vec<String> = nodes(graph).into_iter().map(LineageNode::name).collect();
    let edges: Vec<_> = edges(graph)
        .into_iter()
        .map(|(from, to, how)| json!({"from": from.name(), "to": to.name(), "how": if word(how).is_empty() { "identity" } else { word(how) }}))
        .collect();
    json!({"root": graph.root.name(), "nodes": names, "edges": edges})
}
