//! What a template costs: one `each` of 1,000 rows beside 1,000 files that say the same, unless another number is given.
//!
//!     cargo bench --no-default-features --bench each [-- ROWS]
//!
//! Runs what `gen check` runs, on one thread, three times each in turn, and compares the fastest.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its result and may end at a fault")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use lakegen::driver;
use lakegen::world::DiskWorld;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As in the program.
const STACK: usize = 64 << 20;

const RUNS: usize = 3;

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("a spec");
}

fn spec(shop: &str, town: &str, sql: &str, most: &str, each: &str) -> String {
    format!(
        "entity: receipts_{shop}\n{each}description: Receipts of the shop in {town}.\nsource: {{ files: \"receipts_{shop}_*.csv\" }}\nkey: id\ncolumns:\n  id: {{ type: string, required: true }}\n  town: {{ type: string, default: {town} }}\n  day: {{ type: date, required: true }}\n  amount: {{ type: \"decimal(12,2)\", required: true }}\n  quantity: int\n  state: {{ type: string, normalize: lower, accepted: [open, closed] }}\nrules:\n  at_home: town = {sql}\n  within: {{ check: \"amount <= {most}\", on_violation: warn }}\n"
    )
}

fn main() {
    let count: usize = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let (template, files) =
        (tempfile::tempdir().expect("a temporary directory"), tempfile::tempdir().expect("a temporary directory"));
    let project = "project: shops\ntargets:\n  dev: { default: true, catalog: c, schema: s, landing: /in }\n";
    let mut rows = "shop,town,most\n".to_owned();
    for i in 0..count {
        let (shop, town, most) = (format!("s{i:05}"), format!("Town {i}"), format!("{}.50", i % 400));
        rows.push_str(&format!("{shop},{town},{most}\n"));
        let text = spec(&shop, &town, &format!("'{town}'"), &format!("CAST({most} AS DECIMAL(5,2))"), "");
        write(files.path(), &format!("specs/entities/{shop}.yml"), &text);
    }
    let each = "each: { key: shop, rows: shops.csv, types: { most: \"decimal(5,2)\" } }\n";
    let text = spec("$(shop)", "$(town)", "$(town)", "$(most)", each);
    write(template.path(), "specs/entities/receipts.yml", &text);
    write(template.path(), "specs/lookups/shops.csv", &rows);
    [&template, &files].iter().for_each(|dir| write(dir.path(), "specs/project.yml", project));
    rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build_global().expect("a pool");
    rayon::scope(|_| {
        let mut best = [f64::MAX; 2];
        for _ in 0..RUNS {
            for (best, dir) in best.iter_mut().zip([&template, &files]) {
                *best = best.min(seconds(dir.path()));
            }
        }
        let [of_template, of_files] = best;
        println!(
            "{count} rows of one template: {of_template:.2} s; {count} files: {of_files:.2} s; ratio {:.2}",
            of_template / of_files
        );
    });
}

/// What a check takes.
fn seconds(dir: &Path) -> f64 {
    let start = Instant::now();
    let compilation = driver::check(&DiskWorld, dir).expect("templates that can be filled");
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics.first());
    start.elapsed().as_secs_f64()
}
