//! Tags of one's own: set on all tables of a spec, and gone with the next deployment behind which no spec has them.

use super::walk::{Shop, text, workspace};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Workspace};

/// Tables, and columns, with a tag.
fn tagged(workspace: &Workspace, tag: &str) -> Vec<String> {
    let state = workspace.state();
    let with = state.tags.iter().filter(|((_, _, key), _)| key == tag);
    with.map(|((_, name, _), value)| format!("{name} = {value}")).collect()
}

#[test]
fn tags_of_ones_own_come_and_go() {
    let (mut shop, workspace) = (Shop::new(), workspace());
    let desk = Desk::new(&workspace);
    shop.edit("entities/customers.yml", "audience: analysis\n", "audience: analysis\ntags: { domain: people }\n");
    shop.edit("metrics/sales.yml", "from: orders\n", "from: orders\ntags: { domain: sales, season: \"2026\" }\n");
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    let domains = tagged(&workspace, "domain");
    for expected in [
        "main.shop.customers = people",
        "main.shop.customers_raw = people",
        "main.shop.sales_by_town_monthly = sales",
        "main.shop.sales_metrics = sales",
    ] {
        assert!(domains.iter().any(|found| found == expected), "{expected}: {domains:?}");
    }
    assert_eq!(tagged(&workspace, "season").len(), 3, "two tables and a metric view");
    shop.edit("entities/customers.yml", "tags: { domain: people }\n", "");
    shop.edit("metrics/sales.yml", ", season: \"2026\"", "");
    shop.deploy_and_run(&desk, DEPLOYER);
    assert_eq!(text(&shop.plan(&desk, DEPLOYER)), "");
    assert!(tagged(&workspace, "domain").iter().all(|found| found.ends_with("= sales")));
    assert_eq!(tagged(&workspace, "season"), Vec::<String>::new());
}
