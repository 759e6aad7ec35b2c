//! What holds for all statements: depth, length, texts that are cut anywhere.

use std::path::Path;

use lakeflow::{parse, parse_each, print};

use crate::cases;
use crate::golden::sql_files;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a case file can be read")
}

/// The corpus was written from the grammar; it is to stay as large as it claims to be.
#[test]
fn the_corpus_is_large() {
    let mut judged = 0;
    for folder in ["accept", "refuse"] {
        for path in sql_files(&cases().join("statements").join(folder)) {
            judged += parse_each(&read(&path)).len();
        }
    }
    assert!(judged >= 600, "{judged} statements");
}

/// Text that nests `depth` levels deep, in every way the grammar nests.
fn nested(depth: usize) -> Vec<String> {
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    vec![
        format!("SELECT {}", around("(", "1", ")")),
        format!("SELECT {}", around("f(", "1", ")")),
        format!("SELECT {}", around("NOT ", "a", "")),
        format!("SELECT {}", around("- ", "a", "")),
        format!("SELECT a{}", around("", "", "[b")),
        format!("SELECT a{}", around("", "", "::INT")),
        format!("SELECT 1{}", around("", "", " + 1")),
        format!("SELECT 1{}", around("", "", " OR a = 1")),
        format!("SELECT {}", around("CASE WHEN a THEN ", "1", " END")),
        format!("SELECT {}", around("CASE WHEN a THEN ", "1", "")),
        format!("SELECT {}", around("exists(a, x -> ", "1", ")")),
        format!("SELECT {}", around("(SELECT ", "1", ")")),
        format!("SELECT * FROM {}", around("(SELECT * FROM ", "t", ")")),
        format!("SELECT * FROM {}", around("(", "t", ")")),
        format!("SELECT * FROM t WHERE a IN {}", around("(SELECT a FROM t WHERE a IN ", "(1)", ")")),
        format!("SELECT 1{}", around("", "", " UNION ALL SELECT 1")),
        format!("SELECT * FROM a{}", around("", "", " JOIN a")),
        around("WITH a AS (", "SELECT 1", ") SELECT 1"),
        format!("CREATE STREAMING TABLE t (a {})", around("ARRAY<", "INT", ">")),
        format!("CREATE STREAMING TABLE t (a {})", around("MAP<INT, ", "INT", ">")),
        format!("CREATE STREAMING TABLE t (a {})", around("STRUCT<a: ", "INT", ">")),
        format!("CREATE STREAMING TABLE t (a {})", around("STRUCT<a: INT, b: ", "INT", "")),
        format!("SELECT CAST(a AS {})", around("ARRAY<", "INT", ">")),
        around("/* ", "", ""),
        around("BEGIN ", "SELECT 1; ", "END; "),
        around("BEGIN IF a THEN ", "SELECT 1; ", "END IF; END; "),
        around("EXPLAIN ", "SELECT 1", ""),
    ]
}

#[test]
fn deep_nesting_is_a_fault_never_an_overflow() {
    for text in nested(20_000) {
        let start: String = text.chars().take(60).collect();
        let faults = parse(&text).expect_err(&start);
        assert_eq!(faults.len(), 1, "{start}: {faults:#?}");
    }
}

/// The deepest text that is accepted can also be walked: printed, read again, compared, dropped.
#[test]
fn what_is_accepted_can_be_printed() {
    // The program gives its threads this stack too.
    let roomy = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        for depth in (10..260).step_by(25) {
            for text in nested(depth) {
                let Ok(statements) = parse(&text) else { continue };
                let printed: String = statements.iter().map(print).collect();
                assert_eq!(parse(&printed).as_deref(), Ok(statements.as_slice()), "{printed}");
            }
        }
    });
    roomy.unwrap().join().unwrap();
}

#[test]
fn ordinary_nesting_is_no_fault() {
    let long_or = vec!["a = 1"; 60].join(" OR ");
    let long_in = (0..5000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let branches = (0..200).map(|n| format!("WHEN a = {n} AND b THEN '{n}'")).collect::<Vec<_>>().join(" ");
    let rows = (0..2000).map(|n| format!("({n}, -{n} + 1)")).collect::<Vec<_>>().join(", ");
    let unions = vec!["SELECT a FROM t"; 60].join(" UNION ALL ");
    for text in [
        format!("SELECT a FROM t WHERE {long_or}"),
        format!("SELECT a FROM t WHERE a IN ({long_in})"),
        format!("SELECT CASE {branches} END FROM t"),
        format!("SELECT * FROM VALUES {rows}"),
        unions,
        "SELECT ((((((((((1))))))))))".to_owned(),
    ] {
        assert!(parse(&text).is_ok(), "{}..", &text[..40]);
    }
}

/// Cut anywhere, a text is accepted or refused, but never brings the parser down.
#[test]
fn cut_statements_never_panic() {
    for path in sql_files(&cases().join("statements/accept")) {
        let text = read(&path);
        for (end, _) in text.char_indices().step_by(7) {
            if let Err(faults) = parse(&text[..end]) {
                assert!(faults.iter().all(|f| f.range.end <= end && f.range.start <= f.range.end));
            }
        }
    }
}
