//! How long a large project takes, pass by pass: 1,000 entities and 1,000 metrics unless another number is given.
//!
//!     cargo bench --no-default-features --bench compile [-- ENTITIES] [check]
//!
//! Runs what `gen build` runs, into an empty directory, or what `gen check` runs, on one thread, so that the seconds of a pass
//! are those of a core.
//! Shares hold on any machine; CPU seconds, system calls included, and the memory at its highest are those of the process.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its result and may end at a fault")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use lakegen::driver::{self, Compilation};
use lakegen::world::DiskWorld;

mod large_project;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As in the program.
const STACK: usize = 64 << 20;

/// CPU seconds of this process: user, and system.
fn cpu_seconds() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let seconds = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0) / 100.0;
    (seconds(11), seconds(12))
}

/// Megabytes of memory at its highest.
fn most_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let dir = tempfile::tempdir().expect("a temporary directory");
    large_project::write(dir.path(), count);
    rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build_global().expect("a pool");
    // On the thread of the pool, as in the program.
    let only_check = std::env::args().any(|a| a == "check");
    rayon::scope(|_| if only_check { check(dir.path(), count) } else { build(dir.path(), count) });
}

/// Checks the project in `dir` and prints what it took.
fn check(dir: &Path, count: usize) {
    let before = cpu_seconds();
    let compilation = driver::check(&DiskWorld, dir).expect("templates that can be filled");
    print(&compilation, before, None, count);
}

/// Builds the project in `dir` and prints what it took.
fn build(dir: &Path, count: usize) {
    let before = cpu_seconds();
    let (compilation, changes) =
        driver::build(&DiskWorld, dir, &dir.join("generated")).expect("templates that can be filled");
    let writing = Instant::now();
    changes.expect("a change set").apply(&DiskWorld).expect("written files");
    print(&compilation, before, Some(("write", writing.elapsed().as_secs_f64())), count);
}

fn print(compilation: &Compilation, before: (f64, f64), last: Option<(&str, f64)>, count: usize) {
    let (user, system) = (cpu_seconds().0 - before.0, cpu_seconds().1 - before.1);
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    let passes = compilation.passes.iter().map(|pass| (pass.name, pass.seconds));
    let passes: Vec<(&str, f64)> = passes.chain(last).collect();
    let files = compilation.files.len();
    println!("{count} entities, {count} metrics, {} datasets, {files} files", compilation.datasets.len());
    let total: f64 = passes.iter().map(|(_, seconds)| seconds).sum();
    for (name, seconds) in &passes {
        println!("{name:<10} {seconds:>7.2} s {:>5.1} %", 100.0 * seconds / total);
    }
    println!("CPU: {:.2} s, {user:.2} user and {system:.2} system; memory: {:.0} MB", user + system, most_memory());
}
