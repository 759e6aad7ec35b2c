//! Who sees which personal data, and what was declared not to be personal: as tables for people, and as JSON.

use std::collections::BTreeMap;

use serde_json::json;

use super::{DatasetPart, Ground, Lineage, PersonalFlow, Policy, Reach, Release, Released, Visibility};

/// A column, or the rows of a dataset, with the kinds it holds and what each audience gets.
struct ReportedColumn {
    name: String,
    kinds: Vec<&'static str>,
    /// Whether it is declared to hold personal data; if not, it is computed from such.
    declared: bool,
    views: Vec<Visibility>,
}

/// Who sees which personal data, and what was decided to be none.
pub struct PersonalReport<'a> {
    audiences: Vec<&'a str>,
    /// By dataset, in order of names.
    datasets: BTreeMap<&'a str, Vec<ReportedColumn>>,
    released: Vec<&'a Released>,
}

impl<'a> PersonalReport<'a> {
    /// The report of a pipeline.
    pub fn of(lineage: &'a Lineage, personal: &'a PersonalFlow, policy: &'a Policy) -> PersonalReport<'a> {
        let mut datasets: BTreeMap<&str, Vec<ReportedColumn>> = BTreeMap::new();
        for dataset in &lineage.datasets {
            for column in &dataset.columns {
                let part = DatasetPart::Column(column.name.to_lowercase());
                let here = |r: &&Reach| r.dataset == dataset.name && r.part == part;
                let mut kinds: Vec<&str> = personal.reached.iter().filter(here).map(|r| r.kind.word()).collect();
                kinds.sort_unstable();
                kinds.dedup();
                if kinds.is_empty() {
                    continue;
                }
                let name = column.name.to_lowercase();
                let views = policy.audiences.iter().map(|reader| policy.view(&dataset.name, &name, reader)).collect();
                let declared = policy.declared(&dataset.name, &name).is_some();
                let line = ReportedColumn { name: column.name.clone(), kinds, declared, views };
                datasets.entry(&dataset.name).or_default().push(line);
            }
        }
        let is_read = |r: &&Released| policy.readers(&r.dataset).next().is_some();
        let mut released: Vec<&Released> = personal.released.iter().filter(is_read).collect();
        released.sort_by_key(|r| (&r.dataset, &r.part, r.kind));
        PersonalReport { audiences: policy.audiences.iter().map(|a| a.name.as_str()).collect(), datasets, released }
    }

    /// As tables for a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut private = vec![];
        for (dataset, lines) in &self.datasets {
            if lines.iter().all(|line| line.views.iter().all(|view| *view == Visibility::NotGranted)) {
                private.push(*dataset);
                continue;
            }
            let header = ["", "kind"].into_iter().chain(self.audiences.iter().copied()).map(str::to_owned).collect();
            let rows = lines.iter().map(|line| {
                let kind = format!("{}{}", line.kinds.join(", "), if line.declared { "" } else { " (derived)" });
                let views = line.views.iter().map(|view| word(*view).to_owned());
                [line.name.clone(), kind].into_iter().chain(views).collect()
            });
            let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
            out.push_str(&format!("{dataset}\n{}\n", aligned(&rows)));
        }
        if !private.is_empty() {
            out.push_str(&format!("without readers\n{}\n", listed(&private)));
        }
        if !self.released.is_empty() {
            let row = |r: &&Released| vec![part_name(r), r.kind.word().to_owned(), rule(r), why(r)];
            let rows: Vec<Vec<String>> = self.released.iter().map(row).collect();
            out.push_str(&format!("no longer personal data\n{}\n", aligned(&rows)));
        }
        if out.is_empty() {
            out.push_str("no column is declared as personal data\n");
        }
        format!("{}\n", out.trim_end())
    }

    /// As JSON, for programs.
    pub fn json(&self) -> serde_json::Value {
        let columns: Vec<_> = self
            .datasets
            .iter()
            .flat_map(|(dataset, lines)| lines.iter().map(move |line| (dataset, line)))
            .map(|(dataset, line)| {
                let views: serde_json::Map<_, _> = (self.audiences.iter().zip(&line.views))
                    .map(|(audience, view)| ((*audience).to_owned(), json!(word(*view))))
                    .collect();
                json!({"dataset": dataset, "column": line.name, "kinds": line.kinds,
                       "declared": line.declared, "audiences": views})
            })
            .collect();
        let released: Vec<_> = self
            .released
            .iter()
            .map(|r| {
                let column = if let DatasetPart::Column(column) = &r.part { Some(column) } else { None };
                json!({"dataset": r.dataset, "column": column, "kind": r.kind.word(),
                       "declared": matches!(r.ground, Ground::Declassified(_)), "rule": rule(r), "why": why(r)})
            })
            .collect();
        json!({"columns": columns, "released": released})
    }
}

fn word(view: Visibility) -> &'static str {
    match view {
        Visibility::Clear => "clear",
        Visibility::Masked => "masked",
        Visibility::NotGranted => "not granted",
    }
}

fn part_name(released: &Released) -> String {
    match &released.part {
        DatasetPart::Column(column) => format!("{}.{column}", released.dataset),
        DatasetPart::Rows => format!("{} (rows)", released.dataset),
    }
}

/// The rule that released it.
fn rule(released: &Released) -> String {
    let word = match &released.ground {
        Ground::Sql(Release::Counted) => "count",
        Ground::Sql(Release::Distinct) => "count of distinct values",
        Ground::Sql(Release::Presence) => "presence",
        Ground::Sql(Release::Masked) => "mask",
        Ground::Type => "type",
        Ground::Declassified(_) => "declassify",
    };
    match &released.by {
        Some(by) => format!("{word}, by `{by}`"),
        None => word.to_owned(),
    }
}

fn why(released: &Released) -> String {
    match &released.ground {
        Ground::Sql(Release::Counted) => "only the number of values".to_owned(),
        Ground::Sql(Release::Distinct) => "only the number of distinct values".to_owned(),
        Ground::Sql(Release::Presence) => "only whether there is a value".to_owned(),
        Ground::Sql(Release::Masked) => "masked".to_owned(),
        Ground::Type => "only whether the text is valid for its type".to_owned(),
        Ground::Declassified(reason) => reason.clone(),
    }
}

/// Rows in columns, indented.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|t| t.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        format!("  {}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Names in lines of a terminal's width, indented.
fn listed(names: &[&str]) -> String {
    let mut lines = vec![String::new()];
    for (index, name) in names.iter().enumerate() {
        let text = format!("{name}{}", if index + 1 < names.len() { ", " } else { "" });
        match lines.last_mut() {
            Some(line) if line.len() + text.len() <= 76 => line.push_str(&text),
            _ => lines.push(text),
        }
    }
    lines.iter().map(|line| format!("  {}\n", line.trim_end())).collect()
}
