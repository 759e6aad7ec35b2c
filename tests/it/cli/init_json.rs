//! New projects out of JSON files: what is inferred, what is said, and that whatever is in them gives a project that checks.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::gen_in;
use super::init::specs;

fn write(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn packed(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// The specs of the project in `p`, which must check.
fn checked(dir: &Path) -> String {
    let project = dir.join("p");
    assert_eq!(gen_in(&project, &["check"]).ended(0).err, "");
    gen_in(&project, &["build"]).ended(0);
    specs(&project)
}

fn events(from: usize, to: usize) -> String {
    let mut text = String::new();
    for n in from..to {
        let (kind, day) = (["view", "cart", "buy"][n % 3], n % 28 + 1);
        let total = if n % 3 == 2 { format!("{n}.50") } else { "0".to_owned() };
        text.push_str(&format!(
            r#"{{"eventId":"e{n}","type":"{kind}","at":"2024-05-{day:02}T10:00:00Z","user":{{"id":{},"eMail":"u{n}@example.com","address":{{"city":"Bonn","post.code":"53111"}}}},"total":{total},"tags":["a"],"gift":{},"note":null}}"#,
            n % 10 + 1,
            n % 2 == 0,
        ));
        text.push_str("\r\n");
    }
    text
}

#[test]
fn events_a_line_become_an_entity_with_columns_by_path() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "in/events-2024-05-01.jsonl", format!("\u{feff}{}", events(0, 30)));
    write(dir.path(), "in/events-2024-05-02.jsonl.gz", packed(&events(30, 60)));
    write(dir.path(), "in/events-2024-05-03.jsonl", "");
    write(
        dir.path(),
        "in/users.json",
        r#"[
  {"id": 1, "name": "Ada", "signedUp": "2024-01-03"}, {"id": 2, "name": "Alan", "signedUp": "2024-01-04"},
  {"id": 3, "name": "Grace", "signedUp": "2024-01-05"}, {"id": 4, "name": "Edsger", "signedUp": "2024-01-06"},
  {"id": 5, "name": "Ken", "signedUp": "2024-01-07"}, {"id": 6, "name": "Barbara", "signedUp": "2024-01-08"}
]"#,
    );
    write(dir.path(), "in/prices.csv", "sku;price\na;1,50\nb;2,00\n");
    write(dir.path(), "in/notes.txt", "mine");
    write(dir.path(), "in/old/events.jsonl", "{}");
    let ran = gen_in(dir.path(), &["init", "p", "--from", "in"]).ended(0);
    assert!(
        ran.out.contains("\nleft out in/notes.txt: its name is not that of CSV or JSON\nleft out in/old: name it to read its files too\n"),
        "{}",
        ran.out
    );
    crate::expect("cli/events_a_line_become_an_entity_with_columns_by_path", &checked(dir.path()));
    assert_eq!(fs::read(dir.path().join("p/samples/events-2024-05-02.jsonl.gz")).unwrap(), packed(&events(30, 60)));
}

/// Whatever JSON may hold, in three records and a line that is none.
const ODD: &str = r#"{"Id":1,"id":2,"_rescued_data":0,"a.b":"x","`":1,"n":1,"big":12345678901234567890,"huge":123456789012345678901234567890123456789012,"far":1e400,"nil":null,"größe":1.0,"mixed":1,"o":{"x":1.0,"y'z":2,"deep":{"a":{"b":{"c":{"d":{"e":1}}}}}},"list":[{"email":"a@b.de"}],"twice":{"a":1,"b":2},"part":"x","empty":{},"日本":true}
no json
{"n":1.0,"n":2.5,"big":1,"huge":1,"far":1,"nil":null,"größe":1,"mixed":"one","o":{"x":2},"list":[],"twice":{"a":1,"a":2},"part":{"k":1},"empty":{}}
{"n":3,"big":2,"huge":2,"far":2,"nil":null,"größe":2.25,"mixed":true,"o":null,"twice":{"a":3}}
"#;

#[test]
fn what_is_odd_in_json_is_handled_and_said() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "odd.json", ODD);
    gen_in(dir.path(), &["init", "p", "--from", "odd.json"]).ended(0);
    crate::expect("cli/what_is_odd_in_json_is_handled_and_said", &checked(dir.path()));
}

#[test]
fn files_that_lie_differently_are_two_entities() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "orders_1.json", "{\"id\":1}\n{\"id\":2}\n");
    write(dir.path(), "orders_2.json", "[\n{\"id\":3},\n{\"id\":4}\n]\n");
    write(dir.path(), "orders_3.csv", "id\n5\n");
    write(dir.path(), "2024-05-01.ndjson", "{\"n\":1}\n");
    write(dir.path(), "2024-05-02.ndjson", "{\"n\":2}\n");
    let files = ["orders_1.json", "orders_2.json", "orders_3.csv", "2024-05-01.ndjson", "2024-05-02.ndjson"];
    gen_in(dir.path(), &[&["init", "p", "--from"], files.as_slice()].concat()).ended(0);
    crate::expect("cli/files_that_lie_differently_are_two_entities", &checked(dir.path()));
}

#[test]
fn files_that_hold_no_records_are_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        write(dir.path(), name, bytes);
        gen_in(dir.path(), &["init", "p", "--from", name]).ended(1).err
    };
    for (name, bytes, expected) in [
        (
            "a.json",
            &b"[1, 2]"[..],
            "cannot read `a.json` as JSON: line 1 is not a record (an object in standard JSON), and the file is not one record or one array of records either",
        ),
        (
            "b.json",
            b"{\"a\":1} {\"a\":2}",
            "cannot read `b.json` as JSON: line 1 has text after its record: write one record per line, or one array of records per file",
        ),
        (
            "c.json",
            b"{\"a\":\"\xe4\"}",
            "cannot read `c.json` as JSON: line 1 is not UTF-8, which JSON files are: convert it first",
        ),
        ("d.json", b"", "no entity can be made of these files: d.json: no fields that columns can be read from"),
        ("e.json.gz", b"{}", "cannot read `e.json.gz`: it cannot be unpacked: unexpected end of file"),
        ("f.json.zst", b"{}", "cannot read `f.json.zst`: `.zst` files are not unpacked here: unpack it, or use gzip"),
        ("_g.json", b"{}", "_g.json: no run reads a file whose name begins with `_` or `.`: rename it"),
        ("h.xlsx", b"PK", "cannot read `h.xlsx`: `.xlsx` files are not CSV, JSON or Parquet"),
    ] {
        assert_eq!(refused(name, bytes), format!("error: {expected}\n"), "{name}");
    }
    fs::create_dir(dir.path().join("none")).unwrap();
    let ran = gen_in(dir.path(), &["init", "p", "--from", "none"]).ended(1);
    assert_eq!(ran.err, "error: none: no CSV, JSON or Parquet files in this directory\n");
    assert!(!dir.path().join("p").exists());
}

#[test]
fn what_is_there_is_kept_and_copies_stay_out_of_version_control() {
    let dir = tempfile::tempdir().unwrap();
    let project = dir.path().join("p");
    write(&project, "README.md", "mine\n");
    write(&project, ".gitignore", "*.log\n");
    write(&project, "src/main.py", "pass\n");
    write(&project, "samples/users.json", "{\"id\":1}\n");
    write(dir.path(), "in/b.csv", "x\n1\n");
    let from = ["init", "p", "--from", "p/samples", "in/b.csv"];
    let ran = gen_in(dir.path(), &from).ended(0);
    for line in [
        "\nkept p/.gitignore, which was there: add `/.gen/` to it\n",
        "\nkept p/README.md, which was there\n",
        "\nkept p/samples/users.json, which was there\n",
        "\ncreated p/samples/.gitignore\n",
        "\ncreated p/samples/b.csv\n",
        "\ncreated p/specs/entities/users.yml\n",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    for (name, text) in [("README.md", "mine\n"), (".gitignore", "*.log\n"), ("samples/users.json", "{\"id\":1}\n")] {
        assert_eq!(fs::read_to_string(project.join(name)).unwrap(), text);
    }
    checked(dir.path());
    write(dir.path(), "in/users.json", "{\"id\":2}\n");
    fs::remove_dir_all(project.join("specs")).unwrap();
    let ran = gen_in(dir.path(), &["init", "p", "--from", "in"]).ended(1);
    let taken = "error: nothing was written: these files already exist in p:\n  samples/users.json\n";
    assert_eq!(ran.err, taken);
    assert!(!project.join("specs").exists());
}

/// JSON of any shape, in which some names and values mean something to the guesser.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("{}".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!("{n:?}")),
        "[0-9]{1,60}".prop_map(|digits| format!("1{digits}")),
        ".{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
        "(2024-0[1-9]-[0-3][0-9]|n/a|[0-3][0-9]/0[1-9]/2024|1,5|no|null)".prop_map(|text| format!("{text:?}")),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name(), inner), 0..4).prop_map(object),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(id|ID|order|select|name|email|_metadata|__START_AT|a\\.b|at|x y)",
        ".{0,8}",
        "[a-zA-Z_.`'\"\\\\ ]{1,6}",
        "[a-z]{250,260}",
    ]
}

fn object(fields: Vec<(String, String)>) -> String {
    let fields = fields.into_iter().map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

#[test]
fn any_json_gives_a_project_that_checks_or_is_refused() {
    let record = prop::collection::vec((name(), value()), 0..5).prop_map(object);
    let line = prop_oneof![8 => record, 1 => ".{0,10}", 1 => value()];
    let files = prop::collection::vec((".{1,12}", prop::collection::vec(line, 0..5), any::<bool>()), 1..4);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let made = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(&files, |files| {
        let dir = tempfile::tempdir().unwrap();
        let mut names = vec![];
        for (at, (name, lines, is_array)) in files.iter().enumerate() {
            let clean = |c: char| if c == '/' || c.is_control() { 'x' } else { c };
            let name = format!("{}{at}.json", name.chars().map(clean).collect::<String>());
            let text = if *is_array { format!("[{}]", lines.join(",\n")) } else { lines.join("\n") };
            if name.starts_with(['_', '.', '-']) || name.len() > 100 {
                continue;
            }
            fs::write(dir.path().join(&name), text).unwrap();
            names.push(name);
        }
        let mut args = vec!["init", "p", "--from"];
        args.extend(names.iter().map(String::as_str));
        let ran = gen_in(dir.path(), &args);
        if ran.status == 0 {
            made.set(made.get() + 1);
            let ran = gen_in(&dir.path().join("p"), &["check"]);
            prop_assert!(ran.status == 0, "{}\n{}", ran.err, specs(&dir.path().join("p")));
            if cfg!(feature = "engine") && made.get() <= 12 {
                let ran = gen_in(&dir.path().join("p"), &["run"]);
                prop_assert!(ran.status == 0, "{}\n{}", ran.err, specs(&dir.path().join("p")));
            }
        } else {
            prop_assert!(ran.err.starts_with("error: "), "{}", ran.err);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(made.get() > 10, "{made:?}");
}

/// What a run makes of the files that the specs were inferred from.
#[cfg(feature = "engine")]
#[test]
fn a_run_reads_what_was_inferred() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "in/events-2024-05-01.jsonl", format!("\u{feff}{}", events(0, 30)));
    write(dir.path(), "in/events-2024-05-02.jsonl.gz", packed(&events(30, 60)));
    write(dir.path(), "in/events-2024-05-03.jsonl", "");
    write(
        dir.path(),
        "in/whole.json",
        "[\n{\"n\":{\"a\":1.0,\"b\":1e3,\"c\":\" x \"}},\n{\"n\":{\"a\":2,\"b\":2,\"c\":null}}\n]",
    );
    write(dir.path(), "in/odd.json", ODD);
    gen_in(dir.path(), &["init", "p", "--from", "in"]).ended(0);
    let project = dir.path().join("p");
    gen_in(&project, &["run"]).ended(0);
    let rows = |sql: &str| gen_in(&project, &["query", "--format", "csv", sql]).ended(0).out;
    assert_eq!(
        rows(
            "SELECT count(*) AS n, count(event_id) AS ids, count(user_address_post_code) AS codes, sum(total) AS total, min(at) AS first FROM events"
        ),
        "n,ids,codes,total,first\n60,60,60,620.00,2024-05-01T10:00:00Z\n"
    );
    assert_eq!(rows("SELECT * FROM whole ORDER BY n_a"), "n_a,n_b,n_c\n1,1000.0,x\n2,2.0,\n");
    let odd = rows("SELECT id, a_b, n, big, huge, grosse, mixed, o_x, list, twice, column_16 FROM odd ORDER BY n");
    let expected = [
        "id,a_b,n,big,huge,grosse,mixed,o_x,list,twice,column_16",
        r#"1,x,1.0,12345678901234567890,1.2345678901234568e41,1.00,1,1,"[{""email"":""a@b.de""}]","{""a"":1,""b"":2}",true"#,
        r#",,2.5,1,1.0,1.00,one,2,[],"{""a"":1,""a"":2}","#,
        r#",,3.0,2,2.0,2.25,true,,,"{""a"":3}","#,
    ];
    assert_eq!(odd.lines().collect::<Vec<_>>(), expected);
    let quarantined =
        rows("SELECT array_contains(_violations, 'readable_record') AS no, _corrupt_record FROM odd_quarantine");
    assert_eq!(quarantined, "no,_corrupt_record\ntrue,no json\n");
}
