//! How long a large project takes, pass by pass: 1,000 entities and 1,000 metrics unless another number is given.
//!
//!     cargo bench --no-default-features --bench compile [-- ENTITIES]
//!
//! Prints CPU seconds of the whole process for each pass, and its share of the sum, which holds on any machine.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its result and may end at a fault")]

use std::fs;

use lakegen::diag::Diagnostics;
use lakegen::source::SourceMap;
use lakegen::world::DiskWorld;
use lakegen::{check, emit, lineage, load, plan, render, resolve, validate};

mod large_project;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// CPU time of this process in seconds, user and system, over all threads.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let dir = tempfile::tempdir().expect("a temporary directory");
    large_project::write(dir.path(), count);
    let mut laps: Vec<(&str, f64)> = vec![];
    let mut before = cpu_seconds();
    let mut lap = |name: &'static str| {
        let now = cpu_seconds();
        laps.push((name, now - before));
        before = now;
    };

    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let loaded = load::load(&DiskWorld, dir.path(), &mut sources, &mut diagnostics);
    lap("load");
    let specs = validate::validate(loaded, &sources, &mut diagnostics);
    lap("validate");
    let project = resolve::resolve(&specs, &sources, &mut diagnostics).expect("a project");
    lap("resolve");
    let plan = plan::plan(&project, &mut diagnostics);
    lap("plan");
    let files = render::render(&project, &plan).expect("templates");
    lap("render");
    let ids: Vec<_> = files.iter().map(|f| sources.add(f.path.clone(), f.text.as_str())).collect();
    let pipeline = check::check(&ids, &sources, &mut diagnostics);
    lap("check");
    let policy = lineage::Policy::of(&project, &plan);
    let traced = lineage::trace(&pipeline, &sources);
    let flow = lineage::follow(&traced, &policy);
    diagnostics.extend(lineage::judge(&flow, &traced, &policy));
    let document = lineage::document(&traced, &project.name);
    lap("lineage");
    let outputs = files.iter().map(|f| (f.path.clone(), f.text.clone())).collect();
    assert!(document.as_array().is_some_and(|jobs| jobs.len() == pipeline.datasets.len()));
    let changes = emit::ChangeSet::compute(&DiskWorld, &dir.path().join("generated"), &outputs, &mut diagnostics);
    changes.apply(&DiskWorld).expect("written files");
    lap("emit");

    let faults = diagnostics.into_sorted();
    assert!(faults.is_empty(), "{faults:?}");
    let total: f64 = laps.iter().map(|(_, seconds)| seconds).sum();
    println!("{count} entities, {count} metrics, {} datasets, {} files", pipeline.datasets.len(), files.len());
    for (name, seconds) in &laps {
        println!("{name:<10} {seconds:>7.2} s {:>5.1} %", 100.0 * seconds / total);
    }
    println!("{:<10} {total:>7.2} s", "total");
}
