//! The order in which things that depend on each other are resolved.

/// Things that are resolved together: one, or several that are defined by each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Their places in the list, in its order.
    pub members: Vec<usize>,
    /// Whether they are defined by each other, or one by itself.
    pub is_cycle: bool,
}

/// Puts each thing behind those that it uses: `uses[n]` are the places of those that thing `n` mentions.
pub fn by_dependency(uses: &[Vec<usize>]) -> Vec<Component> {
    let mut graph = petgraph::Graph::<(), (), petgraph::Directed, usize>::default();
    for _ in uses {
        graph.add_node(());
    }
    for (user, used) in uses.iter().enumerate() {
        for used in used {
            graph.update_edge(user.into(), (*used).into(), ());
        }
    }
    // Components come with the dependencies first: an edge leads from the user to what it uses.
    let components = petgraph::algo::tarjan_scc(&graph).into_iter().map(|component| {
        let mut members: Vec<usize> = component.iter().map(|node| node.index()).collect();
        members.sort_unstable();
        let is_cycle = members.len() > 1 || members.iter().any(|m| uses.get(*m).is_some_and(|used| used.contains(m)));
        Component { members, is_cycle }
    });
    components.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_comes_first_and_cycles_stay_together() {
        let order = by_dependency(&[vec![1], vec![2], vec![], vec![4], vec![3], vec![5]]);
        let position = |n: usize| order.iter().position(|c| c.members.contains(&n)).unwrap();
        assert!(position(2) < position(1) && position(1) < position(0));
        assert_eq!(order[position(3)], Component { members: vec![3, 4], is_cycle: true });
        assert!(order[position(5)].is_cycle);
        assert!(!order[position(0)].is_cycle);
    }
}
