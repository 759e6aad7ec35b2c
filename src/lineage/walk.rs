//! What is upstream and downstream of a dataset or a column in the graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{Influence, Lineage};

/// A dataset, or a column of one; also of files and tables outside of the pipeline. Among columns, a dataset stands for
/// which rows it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineageNode {
    /// The dataset, or what else it is called.
    pub table: String,
    /// The column; `None` for the dataset as a whole.
    pub column: Option<String>,
}

impl LineageNode {
    /// As people write it.
    pub fn name(&self) -> String {
        match &self.column {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.clone(),
        }
    }
}

/// Which way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what it comes from.
    Up,
    /// To what comes from it.
    Down,
}

/// The part of the graph around a node.
#[derive(Debug, Clone)]
pub struct Subgraph {
    /// Where it starts.
    pub root: LineageNode,
    /// What each node comes from, and how; between datasets the kind does not count.
    pub sources: BTreeMap<LineageNode, BTreeMap<LineageNode, Influence>>,
    /// What comes from each node, and how.
    pub targets: BTreeMap<LineageNode, BTreeMap<LineageNode, Influence>>,
}

/// The part of the graph that lies before or after `root`, whose names must be those of the lineage.
pub fn walk(lineage: &Lineage, root: LineageNode, directions: &[Direction]) -> Subgraph {
    let (before, after) = neighbours(lineage, root.column.is_some());
    let wanted = |direction| directions.contains(&direction);
    let sources = if wanted(Direction::Up) { reached(&before, &root) } else { BTreeMap::new() };
    let targets = if wanted(Direction::Down) { reached(&after, &root) } else { BTreeMap::new() };
    Subgraph { root, sources, targets }
}

type Neighbours = BTreeMap<LineageNode, BTreeMap<LineageNode, Influence>>;

/// All edges of the graph, by their end and by their start.
fn neighbours(lineage: &Lineage, columns: bool) -> (Neighbours, Neighbours) {
    let (mut before, mut after) = (Neighbours::new(), Neighbours::new());
    let mut add = |from: LineageNode, to: LineageNode, influence: Influence| {
        let keep = |known: &mut Influence| *known = (*known).min(influence);
        before.entry(to.clone()).or_default().entry(from.clone()).and_modify(keep).or_insert(influence);
        after.entry(from).or_default().entry(to).and_modify(keep).or_insert(influence);
    };
    let spelt = |table: &str, column: &str| {
        let known = lineage.dataset(table).and_then(|d| d.column(column));
        known.map_or_else(|| column.to_owned(), |c| c.name.clone())
    };
    for dataset in &lineage.datasets {
        if !columns {
            for table in dataset.reads.iter().chain(&dataset.outside) {
                let node = |table: &str| LineageNode { table: table.to_owned(), column: None };
                add(node(table), node(&dataset.name), Influence::Identity);
            }
            continue;
        }
        let node =
            |table: &str, column: &str| LineageNode { table: table.to_owned(), column: Some(spelt(table, column)) };
        for column in &dataset.columns {
            for edge in &column.edges {
                add(node(&edge.from.table, &edge.from.column), node(&dataset.name, &column.name), edge.influence);
            }
        }
        for edge in &dataset.rows {
            let rows = LineageNode { table: dataset.name.clone(), column: None };
            add(node(&edge.from.table, &edge.from.column), rows, edge.influence);
        }
    }
    (before, after)
}

/// What `root` leads to.
fn reached(neighbours: &Neighbours, root: &LineageNode) -> Neighbours {
    let mut found = Neighbours::new();
    let mut pending = vec![root.clone()];
    let mut seen = BTreeSet::from([root.clone()]);
    while let Some(node) = pending.pop() {
        let Some(next) = neighbours.get(&node) else { continue };
        pending.extend(next.keys().filter(|n| seen.insert((*n).clone())).cloned());
        found.insert(node, next.clone());
    }
    found
}
