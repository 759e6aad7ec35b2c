//! What the local engine does not support, as data: `local_lacks.txt`, one function per line.
//!
//! The list is here, and not with the engine, so that a build without the engine gives the same warnings about a spec.
//! A test queries the engine for every form of every function and keeps the list up to date.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Forms that are lacking: all, or those with these numbers of arguments.
enum Lacking {
    All,
    WithArguments(Vec<usize>),
}

static LACKING: LazyLock<BTreeMap<&'static str, Lacking>> = LazyLock::new(|| {
    let lines = include_str!("local_lacks.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let counts: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
        (name, if counts.is_empty() { Lacking::All } else { Lacking::WithArguments(counts) })
    };
    lines.map(read).collect()
});

/// Whether the local engine refuses the built-in function of this name, in any letter case, with so many arguments:
/// a run stops at a query that calls it.
pub fn is_lacking_locally(name: &str, arguments: usize) -> bool {
    match LACKING.get(name.to_ascii_lowercase().as_str()) {
        None => false,
        Some(Lacking::All) => true,
        Some(Lacking::WithArguments(counts)) => counts.contains(&arguments),
    }
}
