//! How many requests of each kind a deployment takes, and how long they take at the rate that workspaces grant.
//!
//! `TABLES=500` prints it for that many tables of ten columns, which takes minutes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::walk::{Shop, workspace};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Workspace, contract};

/// Items of a page of a real workspace, where few are given (page "List tables": 50 with columns).
const PAGE: usize = 50;
/// Tables that an entity makes: raw, clean, duplicates, quarantine.
const TABLES_OF_ENTITY: usize = 4;

/// A project of so many entities with so many columns each, a third of which hold personal data.
fn shop(entities: usize, columns: usize) -> Shop {
    let mut shop = Shop::new();
    for number in 0..entities {
        let mut spec = format!(
            "entity: thing_{number}\nsource: {{ files: thing_{number}_*.csv }}\nkey: id\nload: upsert\naudience: analysis\n\
             columns:\n  id: {{ type: string, required: true }}\n"
        );
        for column in 1..columns {
            let ty = if column % 3 == 0 { "{ type: string, pii: email }" } else { "string" };
            let _ = writeln!(spec, "  column_{column}: {ty}");
        }
        shop.add(&format!("entities/thing_{number}.yml"), &spec);
    }
    shop
}

/// Requests by their kind, and the seconds that they take.
type Bill = (BTreeMap<&'static str, usize>, u64);

fn bill(workspace: &Workspace, desk: &Desk<'_>) -> Bill {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for line in workspace.take_lines() {
        let (verb, path) = line.split_once(' ').unwrap();
        *kinds.entry(contract::route(verb, path).unwrap()).or_default() += 1;
    }
    (kinds, desk.slept().as_secs())
}

/// What a first deployment costs, and what a plan that changes nothing does.
fn bills(entities: usize, columns: usize) -> [Bill; 2] {
    let (workspace, shop) = (workspace(), shop(entities, columns));
    workspace.state().page = Some(PAGE);
    let desk = Desk::new(&workspace);
    shop.deploy_and_run(&desk, DEPLOYER);
    let first = bill(&workspace, &desk);
    let desk = Desk::new(&workspace);
    assert!(shop.plan(&desk, DEPLOYER).is_settled());
    [first, bill(&workspace, &desk)]
}

fn show(what: &str, (kinds, seconds): &Bill) {
    println!("{what}: {} requests in {seconds} s", kinds.values().sum::<usize>());
    for (kind, count) in kinds {
        println!("{count:>7} {kind}");
    }
}

#[test]
fn a_deployment_takes_no_request_a_column_and_few_a_table() {
    let by_hand = std::env::var("TABLES").ok().and_then(|tables| tables.parse::<usize>().ok());
    if let Some(tables) = by_hand {
        let [first, unchanged] = bills(tables.div_ceil(TABLES_OF_ENTITY), 10);
        show(&format!("first deployment of {tables} tables"), &first);
        show("a plan that changes nothing", &unchanged);
        return;
    }
    let [[few, few_again], [wide, wide_again], [many, many_again]] = [bills(4, 4), bills(4, 10), bills(12, 4)];
    assert_eq!(few_again.0, wide_again.0, "what is read does not depend on columns");
    // A statement that takes longer is asked for again; a column with personal data has a statement that tags it.
    let is_read = |kind: &str| kind.starts_with("GET") && !kind.contains("/sql/statements/");
    let reads = |bill: &Bill| bill.0.iter().filter(|(kind, _)| is_read(kind)).map(|(_, count)| count).sum::<usize>();
    assert_eq!(reads(&few), reads(&wide));
    let total = |bill: &Bill| bill.0.values().sum::<usize>();
    let tables = 8 * TABLES_OF_ENTITY;
    let more = (total(&many_again) - total(&few_again)).div_ceil(tables);
    assert!(more <= 2, "{more} requests for each table in a plan that changes nothing: {few_again:?} {many_again:?}");
    let more = (total(&many) - total(&few)).div_ceil(tables);
    assert!(more <= 14, "{more} requests for each table: {few:?} {many:?}");
}
