//! A fault in the form of a spec is told alone: nothing that only follows from it is reported by a later pass.
//!
//! Each line of a project that uses most of the language is broken in several ways. Where YAML or schema are at fault then
//! (E01xx, E02xx), no other fault may be told: the project itself has none.

use std::path::Path;

use lakegen::driver;
use lakegen::world::MemoryWorld;

const FILES: &[(&str, &str)] = &[
    (
        "specs/project.yml",
        "project: shop
targets:
  dev:
    default: true
    catalog: dev
    schema: shop
    landing: /landing
    principals:
      robots: { group: robots-dev }
principals:
  analysts: { group: analysts }
  directors: { group: directors }
  robots: { service_principal: 6af2b967-f9a4-50de-931b-6e899a171690 }
run_as: robots
audiences:
  sales:
    members: [analysts]
    sees: [email]
  board:
    members: [directors, robots]
    sees: all
masks:
  email: keep_domain
schedules:
  daily:
    cron: \"0 0 5 * * ?\"
    refresh: [sales, orders]
  arrivals:
    on_files: true
notifications:
  on_failure: [a@example.com]
alerts:
  quality_below_percent: 95
",
    ),
    (
        "specs/entities/customers.yml",
        "entity: customers
source:
  files: customers*.csv
  delimiter: \";\"
key: customer_id
load: history
sequence: updated_on
delete_when: operation = 'D'
columns:
  customer_id: { type: string, required: true }
  email:
    type: string
    pii: email
    normalize: lower
  state:
    type: string
    references: states
  operation: { type: string, accepted: [I, U, D] }
  updated_on: date
rules:
  mail_or_none:
    check: email is null or email like '%@%'
    on_violation: warn
derived:
  is_new: operation = 'I'
  region: states.region
audience: [sales, board]
rows:
  sales: state = 'WA'
freshness:
  within_hours: 48
row_count:
  min: 1
",
    ),
    (
        "specs/entities/orders.yml",
        "entity: orders
source: { files: orders*.csv }
key: order_id
columns:
  order_id: { type: string, required: true }
  customer_id:
    type: string
    references:
      entity: customers
      as: buyer
  order_date: date
  quantity:
    type: int
    default: 1
rules:
  quantity_positive: quantity > 0
derived:
  is_large: quantity > 10
",
    ),
    (
        "specs/entities/states.yml",
        "entity: states
source:
  lookup: states.csv
key: code
columns:
  code: { type: string, required: true }
  region:
    type: string
    header: area
",
    ),
    (
        "specs/metrics/buyers.yml",
        "metric: buyers
from: orders
per:
  entity: customers
  where: is_new
  columns: [customer_id, label]
dimensions:
  label: concat(states.region, '!')
measures:
  orders: { sql: count(*), empty: 0 }
audience: board
",
    ),
    (
        "specs/metrics/sales.yml",
        "metric: sales
from: orders
where: quantity > 0
dimensions:
  size: case when is_large then 'large' else 'small' end
  area:
    sql: right(buyer.email, 3)
    declassify: the end of a mail address tells nothing of one person
measures:
  pieces:
    sql: sum(quantity)
    type: bigint
  order_count: count(distinct order_id)
  mean: { sql: pieces / order_count, type: \"decimal(18,2)\" }
time:
  column: order_date
  grains: [day, month]
tables:
  sales_by_size:
    by: [size, area]
  sales_by_area: { by: [area] }
audience: [sales, board]
rows:
  sales: area = 'West' and period_start > DATE'2020-01-01' and pieces > 0
",
    ),
];

const LOOKUP: (&str, &str) = ("specs/lookups/states.csv", "code,area\nWA,West\nNY,East\n");

/// Codes and messages of the project with one text in place of the file of that index.
fn told(changed: usize, text: &str) -> Vec<(String, String)> {
    let mut world = MemoryWorld::default().with_file(LOOKUP.0, LOOKUP.1);
    for (index, (path, own)) in FILES.iter().enumerate() {
        world = world.with_file(*path, if index == changed { text } else { own });
    }
    let diagnostics = driver::check(&world, Path::new("")).unwrap().diagnostics;
    diagnostics.iter().map(|d| (d.code.number().to_owned(), d.message.clone())).collect()
}

/// Leading blanks of a line.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text with each line broken in several ways, each with a word on what was done.
fn broken(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = vec![];
    for (at, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(':') else { continue };
        // What stands below the key goes with its value.
        let below = lines[at + 1..].iter().take_while(|next| indent(next) > indent(line)).count();
        let mut add = |what: &str, block: Vec<String>, kept: usize| {
            let rest = lines[at + 1 + kept..].iter().map(|line| (*line).to_owned());
            let before = lines[..at].iter().map(|line| (*line).to_owned());
            let text = before.chain(block).chain(rest).map(|line| line + "\n").collect();
            all.push((format!("line {}, {what}", at + 1), text));
        };
        let last = key.chars().last().unwrap_or('x');
        add("misspelt", vec![line.replacen(key, &format!("{key}{last}"), 1)], 0);
        add("of another type", vec![format!("{key}: [[1]]")], below);
        add("no value", vec![format!("{key}:")], below);
        add("away", vec![], below);
        // In place of a mapping it would be one, of other names.
        if below == 0 {
            add("a mapping", vec![format!("{key}: {{ nothing: 1 }}")], below);
        }
        let block: Vec<String> = lines[at..=at + below].iter().map(|line| (*line).to_owned()).collect();
        add("twice", [block.clone(), block].concat(), below);
        add("no YAML", vec![format!("{line} ]")], 0);
        add("with a tab", vec![format!("\t{line}")], 0);
    }
    all
}

#[test]
fn the_project_has_no_fault() {
    assert_eq!(told(0, FILES[0].1), []);
}

#[test]
fn nothing_is_told_besides_a_fault_of_form() {
    let (mut wrong, mut faults) = (vec![], 0);
    for (index, (path, text)) in FILES.iter().enumerate() {
        for (what, text) in broken(text) {
            let told = told(index, &text);
            let is_form = |(code, _): &(String, String)| code.starts_with("E01") || code.starts_with("E02");
            if !told.iter().any(is_form) {
                continue;
            }
            faults += 1;
            if !told.iter().all(is_form) {
                wrong.push(format!("{path} {what}: {told:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {faults}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(faults > 500, "{faults}");
}
