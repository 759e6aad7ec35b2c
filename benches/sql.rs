//! How fast SQL is read on one core: the lexer and the parser, beside sqlparser's own over the same text.
//!
//!     cargo bench --no-default-features --bench sql [-- ENTITIES]
//!
//! Texts: the generated SQL of a project of that many entities and metrics (200 unless said), and the accepted statements of
//! the tests. sqlparser knows hardly a statement of a pipeline, so the parsers are compared over the queries inside them, as far
//! as its Databricks dialect accepts these. With `SQL_OUT=DIR` the texts are written there, for `benches/compare.py`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its result and may end at a fault")]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use lakeflow::check::query_of;
use lakeflow::{parse, query_text, tokens};
use lakegen::driver;
use lakegen::world::DiskWorld;
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Tokenizer;

mod large_project;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each measurement is repeated for this long, and its fastest round counts.
const SECONDS: f64 = 2.0;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let bodies = |texts: &[String]| texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    println!(
        "{:<10} {:>8} {:>10} {:>10} {:>14} {:>14}",
        "text", "MB", "lexer", "parser", "sqlparser lex", "sqlparser parse"
    );
    for (name, texts) in [("generated", generated(count)), ("tests", accepted())] {
        if let Some(out) = std::env::var_os("SQL_OUT") {
            write(&Path::new(&out).join(name), &texts);
        }
        let queries = queries(&texts);
        let shared: Vec<String> = queries.iter().filter(|query| theirs(query)).cloned().collect();
        let lexer = speed(&texts, |text| drop(black_box(tokens(text))));
        let parser = speed(&texts, |text| drop(black_box(parse(text))));
        let dialect = DatabricksDialect {};
        let their_lexer =
            speed(&texts, |text| drop(black_box(Tokenizer::new(&dialect, text).tokenize_with_location())));
        let their_parser = speed(&shared, |text| drop(black_box(Parser::parse_sql(&dialect, text))));
        let ours_there = speed(&shared, |text| drop(black_box(parse(text))));
        println!(
            "{name:<10} {:>8.2} {lexer:>5.1} MB/s {parser:>5.1} MB/s {their_lexer:>9.1} MB/s {their_parser:>9.1} MB/s",
            bodies(&texts)
        );
        let (lex_ratio, parse_ratio) = (lexer / their_lexer, ours_there / their_parser);
        println!("{:<10} lexer : sqlparser = {lex_ratio:.2}", "");
        println!(
            "{:<10} parser : sqlparser = {parse_ratio:.2} ({ours_there:.1} MB/s) over {} of {} queries",
            "",
            shared.len(),
            queries.len()
        );
    }
}

/// Megabytes a second of the fastest round over all texts; 0 when there are none.
fn speed(texts: &[String], read: impl Fn(&str)) -> f64 {
    let bytes = texts.iter().map(String::len).sum::<usize>() as f64;
    let (begin, mut best) = (Instant::now(), f64::MAX);
    while !texts.is_empty() && begin.elapsed().as_secs_f64() < SECONDS {
        let round = Instant::now();
        texts.iter().for_each(|text| read(text));
        best = best.min(round.elapsed().as_secs_f64());
    }
    bytes / best / 1e6
}

fn theirs(text: &str) -> bool {
    Parser::parse_sql(&DatabricksDialect {}, text).is_ok()
}

/// The queries inside the statements of all texts.
fn queries(texts: &[String]) -> Vec<String> {
    let statements = texts.iter().filter_map(|text| parse(text).ok()).flatten();
    statements.filter_map(|statement| query_of(&statement.kind).map(query_text)).collect()
}

fn generated(count: usize) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    large_project::write(dir.path(), count);
    let compilation = driver::check(&DiskWorld, dir.path()).expect("templates that can be filled");
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    compilation.pipeline_files().map(|file| file.text.to_string()).collect()
}

/// Statements of the tests that the parser accepts, a file each as they stand there.
fn accepted() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found = vec![];
    for folder in ["lakeflow/accept", "check"] {
        for entry in fs::read_dir(root.join(folder)).expect("a directory of cases") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(fs::read_to_string(path).expect("a case"));
            }
        }
    }
    found.retain(|text| parse(text).is_ok());
    found.sort();
    found
}

fn write(dir: &Path, texts: &[String]) {
    fs::create_dir_all(dir).expect("a directory");
    for (index, text) in texts.iter().enumerate() {
        fs::write(dir.join(format!("{index:04}.sql")), text).expect("a file");
    }
}
