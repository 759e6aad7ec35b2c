//! `gen init --from` with Parquet files.

#![cfg(feature = "engine")]

use std::fs;

use super::gen_in;

#[test]
fn columns_have_the_types_of_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let landing = crate::root().join("tests/cases/seedbank/landing");
    let from: Vec<String> =
        (1..=5).map(|number| landing.join(format!("lots_{number}.parquet")).display().to_string()).collect();
    let mut args = vec!["init", "p", "--from"];
    args.extend(from.iter().map(String::as_str));
    gen_in(dir.path(), &args).ended(0);
    let spec = fs::read_to_string(dir.path().join("p/specs/entities/lots.yml")).unwrap();
    for line in [
        "source: { files: lots*.parquet, format: parquet }",
        "lot_no:       { type: bigint, from: '`Lot No.`' }  # INT_16 in lots_2.parquet",
        "collected_on: date  # STRING in lots_2.parquet",
        "weight:       decimal(8,3)  # DECIMAL(10,4) in lots_2.parquet",
        "frozen:       boolean",
    ] {
        assert!(spec.contains(line), "{line} in {spec}");
    }
    gen_in(&dir.path().join("p"), &["check"]).ended(0);
}

#[test]
fn what_is_no_parquet_is_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("h.parquet"), b"PAR1").unwrap();
    let ran = gen_in(dir.path(), &["init", "p", "--from", "h.parquet"]).ended(1);
    assert!(ran.err.starts_with("error: cannot read `h.parquet`: the file cannot be read as Parquet: "), "{}", ran.err);
    let types = crate::root().join("tests/parquet/types.parquet").display().to_string();
    gen_in(dir.path(), &["init", "q", "--from", &types]).ended(0);
    let spec = fs::read_to_string(dir.path().join("q/specs/entities/types.yml")).unwrap();
    assert!(spec.contains("`binary` (BYTE_ARRAY), `list` (LIST), `struct` (nested)"), "{spec}");
}
