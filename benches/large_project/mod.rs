//! Specs of a project as large as one likes, for the benches.

use std::fs;
use std::path::Path;

/// Entities refer to the one before them; each metric measures one entity along that reference.
pub fn write(dir: &Path, count: usize) {
    let file = |path: String, text: String| {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a spec");
    };
    file(
        "specs/project.yml".into(),
        "project: large\ntargets:\n  dev: { default: true, catalog: main, schema: large, landing: /Volumes/main/large/in }\n".into(),
    );
    for i in 0..count {
        let reference = if i > 0 { format!(", references: entity_{:04}", i - 1) } else { String::new() };
        file(
            format!("specs/entities/entity_{i:04}.yml"),
            format!(
                "entity: entity_{i:04}\ndescription: Rows of kind {i}.\nsource: {{ files: entity_{i:04}*.csv }}\nkey: id\ncolumns:\n  id: {{ type: string, required: true }}\n  parent: {{ type: string{reference} }}\n  day: {{ type: date, required: true }}\n  amount: {{ type: \"decimal(12,2)\", required: true }}\n  quantity: int\n  state: {{ type: string, normalize: lower, accepted: [open, closed] }}\nrules:\n  amount_not_negative: amount >= 0\n  quantity_positive: {{ check: quantity > 0, on_violation: warn }}\n"
            ),
        );
        let by = if i > 0 { format!("entity_{:04}.state", i - 1) } else { "state".into() };
        file(
            format!("specs/metrics/metric_{i:04}.yml"),
            format!(
                "metric: metric_{i:04}\ndescription: Figures of kind {i}.\nfrom: entity_{i:04}\nwhere: quantity > 0 and amount < 1000000\nmeasures:\n  total: {{ sql: sum(amount * quantity), type: \"decimal(18,2)\" }}\n  row_count: count(distinct id)\n  mean: {{ sql: total / row_count, type: \"decimal(18,2)\" }}\ntime: {{ column: day, grains: [month] }}\ntables:\n  metric_{i:04}_by_state: {{ by: [{by}] }}\n"
            ),
        );
    }
}
