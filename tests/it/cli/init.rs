//! New projects: they check and build at once, and nothing that exists is overwritten.

use std::fs;
use std::path::Path;

use super::{gen_in, shop};

const CUSTOMERS: &str = "\
Customer No.;Full Name;E-Mail;Signed Up;Segment
C001;Ada Lovelace;ada@example.com;2024-01-03;Business
C002;Alan Turing;alan@example.com;2024-02-11;private
C003;Grace Hopper;grace@example.com;2024-02-29;business
C004;Edsger Dijkstra;;2024-03-01;private
C005;Barbara Liskov;barbara@example.com;2024-03-02;private
C006;Ken Thompson;ken@example.com;2024-03-03;Private
C007;Dennis Ritchie;dennis@example.com;2024-03-04;business
C008;Donald Knuth;donald@example.com;2024-03-05;business
C009;Frances Allen;frances@example.com;2024-03-06;private
C010;John Backus;john@example.com;2024-03-07;business
";

fn orders(from: usize) -> String {
    let mut text = "order_id,customer_no,amount,ordered_at,status\n".to_owned();
    for n in from..from + 30 {
        let status = ["open", "paid", "sent"][n % 3];
        text.push_str(&format!(
            "{n},C{:03},{}.{:02},2024-05-{:02} 10:00:00,{status}\n",
            n % 10 + 1,
            n * 3,
            n % 100,
            n % 28 + 1
        ));
    }
    text
}

#[test]
fn the_example_is_without_fault_and_builds() {
    let dir = shop();
    let ran = gen_in(dir.path(), &["check"]).ended(0);
    assert_eq!(ran.err, "");
    gen_in(dir.path(), &["build"]).ended(0);
}

#[test]
fn the_name_comes_from_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let ran = gen_in(dir.path(), &["init", "My Web-Shop"]).ended(0);
    assert!(
        ran.out.starts_with("created My Web-Shop/.gitattributes\n") && ran.out.contains("  cd My Web-Shop\n"),
        "{}",
        ran.out
    );
    let spec = fs::read_to_string(dir.path().join("My Web-Shop/specs/project.yml")).unwrap();
    assert!(spec.contains("project: my_web_shop\n"), "{spec}");
    let ran = gen_in(dir.path(), &["init", "x", "--name", "Not A Name"]).ended(2);
    assert_eq!(ran.err, "error: `Not A Name` is not a valid project name: write `--name not_a_name`\n");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("specs")).unwrap();
    fs::write(dir.path().join("specs/project.yml"), "mine\n").unwrap();
    fs::write(dir.path().join("README.md"), "mine\n").unwrap();
    let ran = gen_in(dir.path(), &["init", "."]).ended(1);
    assert_eq!(ran.err, "error: nothing was written: these files already exist in .:\n  specs/project.yml\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    fs::remove_dir_all(dir.path().join("specs")).unwrap();
    let ran = gen_in(dir.path(), &["init", ".", "--name", "shop"]).ended(0);
    assert!(ran.out.contains("\nkept README.md, which was there\n"), "{}", ran.out);
    assert_eq!(fs::read_to_string(dir.path().join("README.md")).unwrap(), "mine\n");
    gen_in(dir.path(), &["check"]).ended(0);
}

#[test]
fn entities_are_inferred_from_csv_files() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("exports");
    fs::create_dir(&csv).unwrap();
    fs::write(csv.join("customers.csv"), CUSTOMERS).unwrap();
    fs::write(csv.join("orders_2024-05.csv"), orders(1000)).unwrap();
    fs::write(csv.join("orders_2024-06.csv"), orders(1030)).unwrap();
    let files = ["exports/customers.csv", "exports/orders_2024-05.csv", "exports/orders_2024-06.csv"];
    gen_in(dir.path(), &[&["init", "shop", "--from-csv"], files.as_slice()].concat()).ended(0);
    let project = dir.path().join("shop");
    let ran = gen_in(&project, &["check"]).ended(0);
    assert_eq!(ran.err, "");
    gen_in(&project, &["build"]).ended(0);
    assert_eq!(fs::read_to_string(project.join("samples/customers.csv")).unwrap(), CUSTOMERS);
    crate::expect("cli/entities_are_inferred_from_csv_files", &specs(&project));
}

#[test]
fn files_that_say_little_still_give_specs_without_fault() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(dir.path().join(name), text).unwrap();
    write("sales.csv", b"Sale ID,Sale ID,,2024,\"a,b\",_rescued_data,NO\n1,2,3,4,5,6,yes\n");
    write("sales_orders.csv", b"id\n");
    write("newest.csv", b"\xef\xbb\xbfid|x: y|'q'\n1|#no|it's\n2|-|[a]\n");
    gen_in(dir.path(), &["init", "p", "--from-csv", "sales.csv", "sales_orders.csv", "newest.csv"]).ended(0);
    let ran = gen_in(&dir.path().join("p"), &["check"]).ended(0);
    assert_eq!(ran.err, "");
    crate::expect("cli/files_that_say_little_still_give_specs_without_fault", &specs(&dir.path().join("p")));
}

#[test]
fn files_that_are_no_csv_are_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("packed.csv"), b"\x1f\x8b\x08\0").unwrap();
    fs::write(dir.path().join("empty.csv"), b"").unwrap();
    let refused = |file: &str| gen_in(dir.path(), &["init", "p", "--from-csv", file]).ended(1).err;
    let why = "it is not text: unpack or convert it first";
    assert_eq!(refused("packed.csv"), format!("error: cannot read `packed.csv` as CSV: {why}\n"));
    assert_eq!(refused("empty.csv"), "error: cannot read `empty.csv` as CSV: its first line names no columns\n");
    assert_eq!(refused("gone.csv"), "error: gone.csv: file not found\n");
    assert!(!dir.path().join("p").exists());
}

#[test]
fn forms_of_files_are_found_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let bills = b"Beleg;Datum;F\xe4llig;Betrag;Kurs;Tag\n\
        R1;05.01.2024;29.02.2024;1.234,50;1,08;01/02/2024\n\
        R2;06.01.2024;k.A.;12,3;-;03/04/2024\n\
        R3;31.01.2024;01.03.2024;-7,00;0,95;05/06/2024\n";
    fs::write(dir.path().join("belege_2024.csv"), bills).unwrap();
    gen_in(dir.path(), &["init", "p", "--from-csv", "belege_2024.csv"]).ended(0);
    let project = dir.path().join("p");
    assert_eq!(gen_in(&project, &["check"]).ended(0).err, "");
    fs::write(dir.path().join("belege_2025.csv"), "Beleg;Datum;Fällig;Betrag;Kurs;Tag\n").unwrap();
    gen_in(dir.path(), &["init", "q", "--from-csv", "belege_2024.csv", "belege_2025.csv"]).ended(0);
    let mixed = specs(&dir.path().join("q"));
    assert!(mixed.contains("\n# Some files are UTF-8 and others are not:"), "{mixed}");
    crate::expect("cli/forms_of_files_are_found_and_said", &specs(&project));
}

/// All entity and metric specs of a project.
pub fn specs(project: &Path) -> String {
    let mut out = String::new();
    for directory in ["specs/entities", "specs/metrics"] {
        let entries = fs::read_dir(project.join(directory)).map(|entries| entries.map(|e| e.unwrap().path()).collect());
        let mut paths: Vec<_> = entries.unwrap_or_default();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            out.push_str(&format!("======== {directory}/{name}\n{}", fs::read_to_string(&path).unwrap()));
        }
    }
    out
}
