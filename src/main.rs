//! The program `gen`: only the process around [`lakegen::cli`].

use std::process::ExitCode;

use lakegen::world::DiskWorld;

/// Trees are many small pieces: a fifth of the time with the system's allocator. Its huge pages are off (`no_thp`): where
/// memory is in pieces, the kernel takes up to a third of the time to find and clear them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of every thread that looks at SQL. Expressions nest, and so do the functions that look at them; the parser
/// refuses what nests deeper than this bears.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    // A pool of the usual stack does the same work on ordinary input.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    // On a thread of the pool, so that trees are mostly dropped by the thread that made them, which is far cheaper.
    rayon::scope(|_| lakegen::cli::run(std::env::args_os(), &DiskWorld))
}
