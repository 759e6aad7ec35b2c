//! Values that stay although a newer row replaces the older one, because it has none (`on_null`).
//!
//! Rules are judged on rows as they are delivered. A row whose values come from several deliveries was never judged as
//! a whole, so what would promise something about it is refused: rules over several of its columns, unless they only
//! warn, and references by several columns.

use lakeflow::diag::Diagnostic;

use super::context::Context;
use super::entity::{column_pointer, find_columns};
use crate::codes;
use crate::load::Located;
use crate::model::{Action, ColumnId, Entity, EntityColumn, KeptValues, Load, RuleKind};
use crate::spec::{EntitySpec, NullEntry};

/// The columns whose older value stays.
pub fn kept(spec: &Located<EntitySpec>, columns: &[EntityColumn], context: &mut Context<'_>) -> Option<KeptValues> {
    match spec.spec.on_null.as_ref()? {
        NullEntry::All(_) => Some(KeptValues::All),
        NullEntry::Some(some) => {
            let names = some.keep.with_pointers("/on_null/keep");
            let found = find_columns(spec, &names, columns, context);
            Some(KeptValues::Only(found))
        }
    }
}

/// Reports what can't hold where older values stay.
pub fn check(spec: &Located<EntitySpec>, entity: &Entity, context: &mut Context<'_>) {
    let Some(entry) = &spec.spec.on_null else { return };
    if spec.has_lost("") || !matches!(entity.load, Load::Upsert { .. }) {
        return;
    }
    match entry {
        NullEntry::All(_) => report_default(spec, entity, context),
        NullEntry::Some(some) => {
            for (name, pointer) in some.keep.with_pointers("/on_null/keep") {
                let Some(id) = entity.find(name) else { continue };
                report_idle(spec, entity, id, &pointer, context);
            }
        }
    }
    report_rules(entity, context);
    report_references(entity, context);
}

/// A row without a value has the default, so it never leaves an older value.
fn report_default(spec: &Located<EntitySpec>, entity: &Entity, context: &mut Context<'_>) {
    for column in entity.columns.iter().filter(|column| column.default.is_some()) {
        let message = format!("`{}` has a default, which replaces older values", column.name);
        let hint = "name the columns whose older values stay: `on_null: { keep: [..] }`, or remove the default";
        let at = spec.key(&format!("{}/default", column_pointer(&column.name)));
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(at).hint(hint);
        context.push(fault.related(spec.value("/on_null"), "older values stay"));
    }
}

/// Reports a column of the list in which there is always a value.
fn report_idle(spec: &Located<EntitySpec>, entity: &Entity, id: ColumnId, pointer: &str, context: &mut Context<'_>) {
    let column = entity.column(id);
    let why = if entity.key.contains(&id) {
        "is part of the key"
    } else if column.default.is_some() {
        "has a default, which replaces older values"
    } else if !column.nullable {
        "is required: a row without a value does not get into the table"
    } else {
        return;
    };
    let message = format!("`{}` {why}", column.name);
    let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.value(pointer));
    context.push(fault.hint("remove it from the list: no older value of it ever stays"));
}

/// The columns besides the key; a row of several deliveries has one key.
fn beside_key(entity: &Entity, mut columns: Vec<ColumnId>) -> Vec<ColumnId> {
    columns.sort_unstable();
    columns.dedup();
    columns.retain(|id| !entity.key.contains(id));
    columns
}

/// The first of several columns whose value can come from another delivery than that of the others.
fn mixed(entity: &Entity, columns: Vec<ColumnId>) -> Option<&EntityColumn> {
    let columns = beside_key(entity, columns);
    let older = columns.iter().find(|id| entity.keeps_older(**id)).filter(|_| columns.len() > 1);
    older.map(|id| entity.column(*id))
}

fn report_rules(entity: &Entity, context: &mut Context<'_>) {
    for rule in entity.rules.iter().filter(|rule| rule.action != Action::Warn) {
        let RuleKind::Check(check) = &rule.kind else { continue };
        let columns = check.condition.columns().map(|column| column.column).collect();
        let Some(older) = mixed(entity, columns) else { continue };
        let message =
            format!("the rule `{}` may not hold in the table: an older value of `{}` can stay", rule.name, older.name);
        let hint =
            "rules are judged on delivered rows: write `on_violation: warn`, or leave its columns out of `on_null`";
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(rule.span).hint(hint));
    }
}

fn report_references(entity: &Entity, context: &mut Context<'_>) {
    for reference in &entity.references {
        let Some(older) = mixed(entity, reference.columns.clone()) else { continue };
        let message = format!(
            "the reference `{}` may name a row that no delivered row did: an older value of `{}` can stay",
            reference.alias, older.name
        );
        let hint = "leave its columns out of `on_null`, or make them required";
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(reference.span).hint(hint));
    }
}
