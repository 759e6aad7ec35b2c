//! Statements of governance run where their effect does not hold, and nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lakegen::deploy::catalog::{Known, ObservedCatalog};
use lakegen::deploy::change::{Change, Remote, changes};
use lakegen::deploy::desired::Desired;
use lakegen::deploy::effect::{Effect, Object, ObjectKind};
use lakegen::deploy::memory::Memory;
use lakegen::driver;
use lakegen::model::TargetId;
use lakegen::world::DiskWorld;

use crate::projects::cases;
use crate::root;

fn projects() -> Vec<PathBuf> {
    std::iter::once(root().to_owned()).chain(cases()).collect()
}

/// All targets of a project.
fn desired(project: &Path) -> Vec<Desired> {
    let (compilation, _) = driver::build(&DiskWorld, project, &project.join("generated")).unwrap();
    let known = compilation.project.as_ref().unwrap();
    let of = |index| Desired::of(known, &compilation.plan, &compilation.files, TargetId(index)).unwrap();
    (0..known.targets.len()).map(of).collect()
}

/// A workspace with a warehouse, and a catalog.
fn remote(desired: &Desired, catalog: ObservedCatalog) -> Remote {
    Remote {
        user: "ada@example.com".into(),
        root: "/Workspace/Deployments/shop".into(),
        warehouse: Some("w1".into()),
        memory: Memory::new(&desired.project, &desired.target),
        catalog,
        resources: BTreeMap::new(),
        dashboards: BTreeMap::new(),
        releases: std::iter::once(desired.release()).collect(),
    }
}

/// A catalog that nothing is in, and of which everything is known.
fn empty() -> ObservedCatalog {
    ObservedCatalog { policies_are_known: true, tags: Some(BTreeMap::new()), ..ObservedCatalog::default() }
}

/// The statements of a plan, with what each waits for.
fn planned(desired: &Desired, catalog: &ObservedCatalog) -> Vec<(Effect, bool)> {
    let statement = |change| match change {
        Change::Statement { statement, waits, .. } => Some((statement.effect, waits.is_some())),
        _ => None,
    };
    changes(desired, &remote(desired, catalog.clone()), true).unwrap().into_iter().filter_map(statement).collect()
}

/// The catalog after the statements of a plan that need not wait.
fn after(desired: &Desired, mut catalog: ObservedCatalog) -> ObservedCatalog {
    for (effect, waits) in planned(desired, &catalog) {
        if !waits {
            catalog.apply(&effect);
        }
    }
    catalog
}

/// The tables that statements are about, as an update makes them.
fn tables(desired: &Desired) -> impl Iterator<Item = Object> {
    let effects = desired.statements.iter().map(|statement| &statement.effect);
    effects.flat_map(Effect::tables).collect::<Vec<_>>().into_iter()
}

#[test]
fn what_is_said_of_tables_waits_for_them_and_then_nothing_is_left() {
    let mut statements = 0;
    for project in projects() {
        for desired in desired(&project) {
            let name = format!("{} in {}", desired.project, desired.target);
            statements += desired.statements.len();
            let deployed = after(&desired, empty());
            let waiting = planned(&desired, &deployed);
            assert!(waiting.iter().all(|(_, waits)| *waits), "{name}: {waiting:?}");
            let mut updated = deployed;
            updated.objects.extend(tables(&desired).map(|table| (table, Known::Read(None))));
            let granted = after(&desired, updated);
            assert_eq!(planned(&desired, &granted), [], "{name}");
        }
    }
    assert!(statements > 1500, "only {statements} statements");
}

/// What undoes a statement; `None` where that is no matter of the catalog.
fn undo(effect: &Effect, catalog: &mut ObservedCatalog) -> Option<()> {
    match effect {
        Effect::Exists(object) if object.kind == ObjectKind::Volume => {
            catalog.objects.insert(object.clone(), Known::Absent);
        }
        Effect::Comment(on, Some(_)) => drop(catalog.objects.insert(on.clone(), Known::Read(Some("edited".into())))),
        Effect::Granted(on, to, words) => catalog.apply(&Effect::Revoked(on.clone(), to.clone(), words.clone())),
        Effect::Revoked(on, from, words) => catalog.apply(&Effect::Granted(on.clone(), from.clone(), words.clone())),
        Effect::Function(name, _) => match catalog.functions.get_mut(name) {
            Some(Known::Read(function)) => function.body = "value".into(),
            _ => return None,
        },
        Effect::MetricView(name, _) | Effect::View(name, _) => {
            drop(catalog.views.insert(name.clone(), Known::Read("version: 1".into())))
        }
        Effect::Policy(on, name, _) => catalog.apply(&Effect::NoPolicy(on.clone(), name.clone())),
        Effect::Tags(tagged, tags) => {
            catalog.apply(&Effect::NoTags(tagged.clone(), tags.keys().cloned().collect()));
        }
        _ => return None,
    }
    Some(())
}

#[test]
fn whatever_somebody_undoes_is_what_the_next_plan_does_again() {
    let mut undone = 0;
    for project in [root().to_owned(), root().join("tests/cases/clinic"), root().join("tests/cases/branches")] {
        // Targets differ in names alone.
        for desired in desired(&project).into_iter().take(1) {
            let mut whole = after(&desired, empty());
            whole.objects.extend(tables(&desired).map(|table| (table, Known::Read(None))));
            let whole = after(&desired, whole);
            for statement in &desired.statements {
                let mut catalog = whole.clone();
                if undo(&statement.effect, &mut catalog).is_none() || catalog == whole {
                    continue;
                }
                undone += 1;
                let again = planned(&desired, &catalog);
                // To be rid of `ALL PRIVILEGES` may take others away, which are granted anew; a new volume has no comment.
                let is_wide = format!("{:?}", statement.effect).contains("ALL PRIVILEGES")
                    || matches!(statement.effect, Effect::Exists(_));
                assert_eq!(again.first().map(|(effect, _)| effect), Some(&statement.effect), "{}", statement.text);
                assert!(is_wide || again.iter().all(|(effect, _)| *effect == statement.effect), "{again:?}");
            }
        }
    }
    assert!(undone > 200, "only {undone} statements were undone");
}

#[test]
fn layout_of_what_a_catalog_keeps_is_no_difference_and_its_meaning_is() {
    let desired = desired(root()).remove(0);
    let whole = after(&desired, empty());
    let mut laid_out = whole.clone();
    for function in laid_out.functions.values_mut() {
        if let Known::Read(function) = function {
            function.body = function.body.split_whitespace().collect::<Vec<_>>().join("\n  ");
        }
    }
    assert_eq!(planned(&desired, &laid_out), planned(&desired, &whole));
    let mut edited = whole.clone();
    for function in edited.functions.values_mut() {
        if let Known::Read(function) = function {
            function.body = function.body.replace("'***'", "value");
        }
    }
    let changed = planned(&desired, &edited).into_iter().filter(|(effect, _)| matches!(effect, Effect::Function(..)));
    assert!(changed.count() >= 4);
}
