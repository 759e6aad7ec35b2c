//! What is shown of an update: states, counts and error conditions, and never a row.

use std::path::Path;

use lakegen::deploy::logs::{self, Log};
use lakegen::driver::deploy;
use lakegen::driver::origin::{self, SpecOrigins};
use lakegen::model::TargetId;
use serde_json::{Value, json};

use super::walk::{Shop, workspace};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Workspace};

/// A row of the input, which nobody may see.
const ROW: &str = "ada@example.com";

/// Adds an event to the last update of the only pipeline.
fn happens(workspace: &Workspace, kind: &str, of: &str, details: Value, error: Option<&str>) {
    let mut state = workspace.state();
    let pipeline = state.pipelines.values_mut().next().unwrap();
    let update = pipeline.updates.last().unwrap().id.clone();
    let level = if error.is_some() { "ERROR" } else { "INFO" };
    let mut event = json!({
        "id": format!("e{}", pipeline.events.len()), "timestamp": "2026-01-01T00:00:01.000Z", "level": level,
        "event_type": kind, "message": format!("Flow '{of}' has read {ROW}."), "details": {kind: details},
        "origin": {"update_id": update, "flow_name": format!("main.shop.{of}")},
    });
    if let Some(message) = error {
        event["error"] =
            json!({"fatal": true, "exceptions": [{"class_name": "AnalysisException", "message": message}]});
    }
    pipeline.events.push(event);
}

/// What `gen logs` finds out of the last update.
fn log(shop: &Shop, desk: &Desk<'_>) -> Log {
    let client = desk.client(DEPLOYER);
    let there = deploy::there(&shop.world, Path::new(Shop::PROJECT), &client, &shop.build(), TargetId(0)).unwrap();
    let update = lakegen::deploy::run::recent(&client, &there.pipeline).unwrap().remove(0).update_id;
    logs::log(&client, &there.pipeline, &update).unwrap()
}

#[test]
fn expectations_are_counted_and_no_row_is_shown() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    let quality = |dropped, passed, failed| {
        json!({"status": "RUNNING", "metrics": {"num_output_rows": passed}, "data_quality": {"dropped_records": dropped,
            "expectations": [{"name": "valid", "dataset": "customers_checked", "passed_records": passed,
                "failed_records": failed, "sample": ROW}]}})
    };
    happens(&workspace, "flow_progress", "customers_checked", quality(1, 10, 3), None);
    happens(&workspace, "flow_progress", "customers_checked", quality(2, 5, 0), None);
    happens(&workspace, "flow_progress", "orders_raw", json!({"status": ROW}), None);
    let bad = format!("[CAST_INVALID_INPUT] The value '{ROW}' cannot be cast to \"INT\". SQLSTATE: 22018");
    happens(&workspace, "flow_progress", "orders_checked", json!({"status": "FAILED"}), Some(&bad));
    let log = log(&shop, &desk);
    let shown = serde_json::to_string(&log).unwrap();
    assert!(!shown.contains(ROW) && !shown.contains("ada"), "{shown}");
    let rows: Vec<_> = log.rows.iter().map(|rows| (rows.dataset.as_str(), rows.written, rows.dropped)).collect();
    assert_eq!(rows, [("customers_checked", 15, 3)]);
    let judged: Vec<_> = log.expectations.iter().map(|e| (e.name.as_str(), e.passed, e.failed)).collect();
    assert_eq!(judged, [("valid", 15, 3)]);
    assert!(log.faults[0].message.starts_with("[CAST_INVALID_INPUT] message hidden"), "{:?}", log.faults);
    assert_eq!(log.events.last().unwrap().state.as_deref(), Some("FAILED"));
}

#[test]
fn an_error_is_shown_at_the_spec_that_its_dataset_comes_from() {
    let workspace = workspace();
    let desk = Desk::new(&workspace);
    let shop = Shop::new();
    shop.deploy_and_run(&desk, DEPLOYER);
    let message = "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `twon` cannot be resolved. SQLSTATE: 42703";
    happens(&workspace, "flow_progress", "sales_by_town_monthly", json!({"status": "FAILED"}), Some(message));
    let log = log(&shop, &desk);
    assert_eq!(log.faults[0].message, message);
    let compilation = shop.build();
    let origins = SpecOrigins::of(&compilation);
    let place = |name: &str| origins.named(name).map(|span| origin::shown(&compilation.sources, span));
    let spec = place(log.faults[0].dataset.as_deref().unwrap()).unwrap();
    assert!(spec.ends_with("specs/metrics/sales.yml:9:3"), "{spec}");
    for flow in ["`main`.`shop`.`customers_raw`", "CUSTOMERS", "orders_quarantine"] {
        assert!(place(flow).unwrap().contains("specs/entities/"), "{flow}");
    }
    assert_eq!(place("nothing"), None);
    let path = "/Workspace/x/releases/4f/pipeline/bronze/customers_raw.sql";
    assert_eq!(origins.file(path), origins.named("customers"));
    assert_eq!(origins.file("/Workspace/x/other.sql"), None);
}
