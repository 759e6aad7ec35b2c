//! No spec brings down the reader of YAML or the pass that types what it read.
#![no_main]

use std::path::Path;

use lakeflow::source::SourceMap;
use lakeflow::diag::Diagnostics;
use lakegen::world::MemoryWorld;
use lakegen::{load, validate};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let world = MemoryWorld::default().with_file("specs/entities/fuzzed.yml", text);
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let loaded = load::load(&world, Path::new(""), &mut sources, &mut diagnostics);
    validate::validate(loaded, &sources, &mut diagnostics);
});
