//! Running a project, and looking at what came of it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Ran, command, edit, gen_in, run, shop};

fn query(dir: &Path, sql: &str) -> String {
    gen_in(dir, &["query", sql, "--format", "csv"]).ended(0).out
}

const MONTHS: &str = "\
period_start,revenue,order_count,average_order_value
2024-01-01,52.00,2,26.00
2024-02-01,117.40,3,39.13
";

#[test]
fn a_new_project_runs_at_once_and_ends_with_its_figures() {
    let dir = shop();
    let ran = gen_in(dir.path(), &["run"]).ended(0);
    assert_eq!(ran.err, "");
    let total = "\
revenue_total_monthly
 period_start  revenue  order_count  average_order_value
 2024-01-01      52.00            2                26.00
 2024-02-01     117.40            3                39.13

ran 20 datasets on samples in ";
    assert!(
        ran.out.contains(total) && ran.out.contains(" orders_checked    quantity_positive       1  quarantine\n"),
        "{}",
        ran.out
    );
    assert_eq!(query(dir.path(), "SELECT * FROM revenue_total_monthly ORDER BY 1"), MONTHS);
    let quiet = gen_in(dir.path(), &["run", "-q"]).ended(0).out;
    assert!(!quiet.contains("ran 20 datasets") && quiet.contains("revenue_total_monthly"), "{quiet}");
}

#[test]
fn programs_get_everything_about_a_run() {
    let dir = shop();
    let ran = gen_in(dir.path(), &["run", "--format", "json"]).ended(0);
    let run: Value = serde_json::from_str(&ran.out).unwrap();
    let datasets = run["datasets"].as_array().unwrap();
    let checked = datasets.iter().find(|d| d["name"] == "orders_checked").unwrap();
    assert_eq!(
        (&checked["rows_in"], &checked["quarantined"], &checked["layer"]),
        (&11.into(), &3.into(), &"silver".into())
    );
    let months = run["figures"].as_array().unwrap().iter().find(|f| f["name"] == "revenue_total_monthly").unwrap();
    assert_eq!(months["values"][1][1], "117.40");
}

#[test]
fn rows_are_written_as_table_csv_or_json() {
    let dir = shop();
    gen_in(dir.path(), &["run"]).ended(0);
    let sql = "SELECT name, price, category FROM products WHERE price > 20 ORDER BY price";
    let ask = |format: &str| gen_in(dir.path(), &["query", sql, "--format", format]).ended(0).out;
    assert_eq!(
        ask("csv"),
        "name,price,category\nGift card,25.00,Other\nFountain pen,29.90,Stationery\n\"Tea pot, blue\",34.00,Kitchen\n"
    );
    let rows: Value = serde_json::from_str(&ask("json")).unwrap();
    assert_eq!(rows[2]["name"], "Tea pot, blue");
    assert!(
        ask("table").starts_with(" name           price  category\n Gift card      25.00  Other\n"),
        "{}",
        ask("table")
    );
    let tables = gen_in(dir.path(), &["query", "--tables", "--format", "csv"]).ended(0).out;
    assert!(tables.starts_with("table,rows\norders,7\n") && !tables.contains("orders_checked"), "{tables}");
}

#[test]
fn a_query_that_is_wrong_is_told_so() {
    let dir = shop();
    let before = gen_in(dir.path(), &["query", "SELECT 1 FROM orders"]).ended(1).err;
    assert!(before.starts_with("error") && before.contains("gen run"), "{before}");
    gen_in(dir.path(), &["run"]).ended(0);
    for sql in
        ["SELECT nope FROM orders", "SELECT * FROM nowhere", "SELEC 1", "DROP TABLE orders", "SELECT 1; SELECT 2", ""]
    {
        let ran = gen_in(dir.path(), &["query", sql]).ended(1);
        assert!(ran.err.starts_with("error") && !ran.err.contains("panicked"), "{sql}: {}", ran.err);
    }
    gen_in(dir.path(), &["query"]).ended(2);
    gen_in(dir.path(), &["query", "SELECT 1", "--format", "sarif"]).ended(2);
}

#[test]
fn a_run_that_fails_leaves_the_tables_of_the_run_before() {
    let dir = shop();
    gen_in(dir.path(), &["run"]).ended(0);
    edit(
        dir.path(),
        "specs/entities/orders.yml",
        "quantity_positive: quantity > 0",
        "quantity_positive: { check: quantity > 0, on_violation: fail }",
    );
    let ran = gen_in(dir.path(), &["run"]).ended(1);
    assert!(ran.err.starts_with("error[E1003]: ") && ran.err.contains("quantity_positive"), "{}", ran.err);
    assert_eq!(query(dir.path(), "SELECT * FROM revenue_total_monthly ORDER BY 1"), MONTHS);
    let entries = fs::read_dir(dir.path().join(".gen")).unwrap().map(|e| e.unwrap().file_name());
    let left: Vec<_> = entries.filter(|name| name != ".warehouse.lock").collect();
    assert_eq!(left, ["warehouse"]);
}

#[test]
fn what_a_run_needs_is_asked_for() {
    let dir = shop();
    let missing = gen_in(dir.path(), &["run", "--landing", "nowhere"]).ended(1);
    assert!(missing.err.starts_with("error[E1001]: ") && missing.err.contains("gen sample"), "{}", missing.err);
    let target = gen_in(dir.path(), &["run", "--target", "dve"]).ended(2);
    assert_eq!(target.err, "error: unknown target `dve`: did you mean `dev`?\n");
    gen_in(dir.path(), &["run", "--target", "dev"]).ended(0);
    edit(dir.path(), "specs/metrics/revenue.yml", "count(distinct order_id)", "count(distinct order)");
    let fault = gen_in(dir.path(), &["run"]).ended(1);
    assert!(fault.err.contains("specs/metrics/revenue.yml:13:"), "{}", fault.err);
}

#[test]
fn a_narrow_terminal_garbles_nothing() {
    let dir = shop();
    let narrow = |columns: &str, arguments: &[&str]| {
        let mut command = command(dir.path(), arguments);
        command.env("COLUMNS", columns);
        run(command).ended(0).out
    };
    for columns in ["40", "60", "80"] {
        let out = narrow(columns, &["run", "-q"]);
        let limit = columns.parse::<usize>().unwrap();
        // Only a name that is longer than the terminal may pass its edge.
        let wide = out.lines().filter(|line| line.chars().count() > limit && line.split_whitespace().count() > 2);
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new(), "{columns} columns");
        assert!(out.contains("revenue_by_category_monthly") && out.contains("117.40"), "{out}");
    }
    assert!(narrow("12", &["query", "SELECT name, price FROM products LIMIT 1"]).contains("price: "));
}

#[test]
fn pipeline_sql_written_by_hand_runs_too() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("sql")).unwrap();
    fs::create_dir_all(dir.path().join("in")).unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("in/readings_1.csv", "sensor,degrees\na,20\nb,-300\n");
    write("in/readings_2.csv", "sensor,degrees\na,22\n");
    write(
        "sql/readings.sql",
        "CREATE OR REFRESH STREAMING TABLE readings (\n  CONSTRAINT possible EXPECT ((degrees > -274) IS TRUE) ON VIOLATION DROP ROW\n) AS SELECT sensor, CAST(degrees AS INT) AS degrees\nFROM STREAM read_files('${landing}/readings*.csv', format => 'csv', header => true, schema => 'sensor STRING, degrees STRING');\n",
    );
    write(
        "sql/warmest.sql",
        "CREATE OR REFRESH MATERIALIZED VIEW warmest AS SELECT sensor, max(degrees) AS degrees FROM readings GROUP BY sensor;\n",
    );
    let arguments = ["run", "--pipeline", "sql", "--landing", "in", "--warehouse", "out"];
    let ran = gen_in(dir.path(), &arguments).ended(0);
    assert!(
        ran.out.contains("warmest: 1 row\n") && ran.out.contains(" readings  possible        1  drop\n"),
        "{}",
        ran.out
    );
    let rows =
        gen_in(dir.path(), &["query", "SELECT * FROM warmest", "--warehouse", "out", "--format", "csv"]).ended(0);
    assert_eq!(rows.out, "sensor,degrees\na,22\n");
    write("sql/warmest.sql", "CREATE OR REFRESH MATERIALIZED VIEW warmest AS SELECT sensr FROM readings;\n");
    let ran: Ran = gen_in(dir.path(), &arguments).ended(1);
    assert!(ran.err.contains("did you mean `sensor`?"), "{}", ran.err);
}

#[test]
fn samples_are_made_from_the_specs_and_run() {
    let dir = shop();
    let sample = |seed: &str, out: &str| gen_in(dir.path(), &["sample", "--rows", "60", "--seed", seed, "--out", out]);
    let said = sample("3", "in").ended(0).out;
    assert!(said.starts_with("wrote ") && said.ends_with(" to in\n"), "{said}");
    gen_in(dir.path(), &["run", "--landing", "in"]).ended(0);
    assert_eq!(query(dir.path(), "SELECT count(*) > 0 AS rows FROM orders"), "rows\ntrue\n");
    fs::write(dir.path().join("in/mine.txt"), "mine").unwrap();
    let refused = sample("4", "in").ended(1).err;
    assert!(refused.contains("mine.txt") && refused.contains("choose an empty directory"), "{refused}");
}

#[test]
fn rows_of_a_table_are_read_from_a_file() {
    let dir = shop();
    let spec = "entity: leads\nsource: { table: crm.Leads }\nkey: lead_id\ncolumns:\n  lead_id: { type: bigint, from: id }\n  score: int\n";
    fs::write(dir.path().join("specs/entities/leads.yml"), spec).unwrap();
    let told = |rows: Option<&str>| {
        if let Some(rows) = rows {
            fs::create_dir_all(dir.path().join("samples/_tables")).unwrap();
            fs::write(dir.path().join("samples/_tables/crm.leads.csv"), rows).unwrap();
        }
        gen_in(dir.path(), &["run", "-q"])
    };
    for (rows, why) in [
        (None, "file not found; local runs read the rows of table `crm.Leads` there, with the header `id,score`"),
        (Some(""), "the file has no header"),
        (Some("id,points\n1,2\n"), "no column `score`"),
        (Some("id,score\n1,2\n2\n"), "line 3: expected 2 fields, found 1"),
        (Some("id,score\n1,2\n2,ten\n"), "line 3: the value of `score` is not INT"),
        (Some("id,score\n1,2\n1,3\n"), "expectation `unique_key` is not met by 2 of 2 rows"),
    ] {
        let ran = told(rows).ended(1);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
    told(Some("ID,Score,note\n1,,x\n,7,y\n9223372036854775807,-2147483648,\"a, b\"\n")).ended(0);
    let rows = "lead_id,score\n1,\n9223372036854775807,-2147483648\n";
    assert_eq!(query(dir.path(), "SELECT * FROM leads ORDER BY 1"), rows);
    assert_eq!(query(dir.path(), "SELECT count(*) AS n FROM leads_quarantine"), "n\n1\n");
}
