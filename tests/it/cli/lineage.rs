//! `gen lineage`, `gen pii` and `gen sql lineage`, over the shipped project and the one of the lineage cases.

use std::path::Path;

use super::gen_in;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_figure_is_followed_to_the_files() {
    crate::expect(
        "cli/a_figure_is_followed_to_the_files",
        &gen_in(root(), &["lineage", "sales_total_daily.average_order_value"]).ended(0).out,
    );
}

#[test]
fn a_table_is_followed_both_ways() {
    crate::expect("cli/a_table_is_followed_both_ways", &gen_in(root(), &["lineage", "customers"]).ended(0).out);
}

#[test]
fn one_way_is_enough_for_those_who_ask() {
    let up = gen_in(root(), &["lineage", "products.price", "--up"]).ended(0).out;
    let down = gen_in(root(), &["lineage", "products.price", "--down"]).ended(0).out;
    assert!(up.contains("products_raw.price") && !up.contains("sales_total_daily"), "{up}");
    assert!(down.contains("sales_total_daily.revenue") && !down.contains("products_raw"), "{down}");
}

#[test]
fn pictures_hold_the_same_edges() {
    let of = |format| gen_in(root(), &["lineage", "us_states.timezone", "--format", format]).ended(0).out;
    crate::expect("cli/pictures_hold_the_same_edges", &[of("mermaid"), of("dot"), of("json")].join("\n"));
}

#[test]
fn an_unknown_name_gets_a_hint() {
    let table = gen_in(root(), &["lineage", "custmers"]).ended(1).err;
    assert_eq!(table, "error: there is no table `custmers`: did you mean `customers`?\n");
    let column = gen_in(root(), &["lineage", "customers.emial"]).ended(1).err;
    assert_eq!(column, "error: there is no column `emial` in `customers`: did you mean `email`?\n");
}

#[test]
fn personal_data_is_listed_by_column_and_audience() {
    crate::expect("cli/personal_data_is_listed_by_column_and_audience", &gen_in(root(), &["pii"]).ended(0).out);
}

#[test]
fn what_was_declassified_is_listed_with_its_reason() {
    let project = root().join("tests/cases/hr");
    crate::expect("cli/what_was_declassified_is_listed_with_its_reason", &gen_in(&project, &["pii"]).ended(0).out);
    let json = gen_in(&project, &["pii", "--format", "json"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let released = json["released"].as_array().unwrap();
    let cost = released.iter().find(|r| r["column"] == "team_cost").unwrap();
    assert_eq!((&cost["rule"], &cost["why"]), (&"declassify".into(), &"what a team costs is in every budget".into()));
}

#[test]
fn sql_written_by_hand_is_traced_without_a_project() {
    let out = gen_in(root(), &["sql", "lineage", "tests/lineage/clean/other_field.sql"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let field = &json["shown"]["columns"]["shown_field"]["from"];
    assert_eq!(*field, serde_json::json!([{"table": "people", "column": "state", "how": "identity"}]));
}
