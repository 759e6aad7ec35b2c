//! Which privilege is valid for which object: lakeflow-sql.md, "Grants, tags and comments", and the page "Unity
//! Catalog privileges reference".

use crate::ast::{Privilege as P, Securable, SecurableKind as S, StatementKind};
use crate::lint::finding::Finding;
use crate::lint::view::StatementView;
use crate::parse;

/// What holds tables, which hand privileges down to them.
const PLACES: &[S] = &[S::Catalog, S::Schema];

/// The objects that a privilege can be granted on; `None` when that is not known, or when nearly all can be.
fn objects(privilege: P) -> Option<(&'static [S], &'static [S])> {
    let own: &[S] = match privilege {
        P::Select => &[S::Table, S::View, S::MaterializedView, S::Share, S::AnyFile, S::AnonymousFunction],
        P::Modify => &[S::Table, S::View, S::MaterializedView, S::AnyFile],
        P::Refresh => &[S::Table, S::MaterializedView],
        P::Execute => &[S::Function, S::Procedure, S::Model],
        P::ReadVolume | P::WriteVolume => &[S::Volume],
        P::CreateTable | P::CreateView | P::CreateMaterializedView | P::CreateFunction => &[],
        P::CreateVolume | P::CreateModel | P::CreateProcedure | P::UseSchema | P::ExternalUseSchema => &[],
        _ => return not_inherited(privilege).map(|own| (own, &[][..])),
    };
    Some((own, PLACES))
}

/// Privileges that are not handed down.
fn not_inherited(privilege: P) -> Option<&'static [S]> {
    match privilege {
        P::UseCatalog | P::CreateSchema => Some(&[S::Catalog]),
        P::CreateCatalog | P::CreateShare | P::CreateRecipient | P::CreateProvider => Some(&[S::Metastore]),
        P::ReadFiles | P::WriteFiles | P::CreateExternalTable => Some(&[S::ExternalLocation, S::StorageCredential]),
        P::CreateExternalVolume | P::CreateManagedStorage => Some(&[S::ExternalLocation]),
        P::UseConnection | P::CreateForeignCatalog => Some(&[S::Connection, S::Metastore]),
        P::Access => Some(&[S::ServiceCredential]),
        _ => None,
    }
}

/// `GRANT EXECUTE ON TABLE ..`.
pub fn privilege_of_another_object(view: &StatementView<'_>) -> Vec<Finding> {
    if !view.is(0, "GRANT") && !view.is(0, "REVOKE") {
        return vec![];
    }
    let statements = parse(view.slice(0, view.pieces.len().saturating_sub(1))).unwrap_or_default();
    let (privileges, on) = match statements.first().map(|statement| &statement.kind) {
        Some(StatementKind::Grant(grant)) => (&grant.privileges, &grant.on),
        Some(StatementKind::Revoke(revoke)) => (&revoke.privileges, &revoke.on),
        _ => return vec![],
    };
    if is_of_hive(on) {
        return vec![];
    }
    let find = |privilege: &P| {
        let (own, places) = objects(*privilege)?;
        let fitting: Vec<&str> = own.iter().chain(places).map(|kind| kind.words()).collect();
        // The words may be written with `_`, and then the finding is at the statement.
        let at = view.places(privilege.words()).next();
        let range =
            at.map_or_else(|| view.range(0, 0), |at| view.range(at, at + privilege.words().split(' ').count() - 1));
        let message =
            format!("privilege `{1}` does not exist on a {0}", on.kind.words().to_lowercase(), privilege.words());
        let misfits = !own.contains(&on.kind) && !places.contains(&on.kind);
        misfits.then(|| Finding::new(range, message).hint(hint(*privilege, on.kind, &fitting)))
    };
    privileges.iter().filter_map(find).collect()
}

fn hint(privilege: P, on: S, fitting: &[&str]) -> String {
    match (privilege, on) {
        (P::Select, S::Function | S::Procedure | S::Model) => "write `EXECUTE`".to_owned(),
        (P::Select, S::Volume) => "write `READ VOLUME`".to_owned(),
        (P::Modify, S::Volume) => "write `WRITE VOLUME`".to_owned(),
        _ => format!("grant it on `{}`", fitting.join("` or `")),
    }
}

/// The old metastore has a model of its own, in which a function is selected from.
fn is_of_hive(on: &Securable) -> bool {
    on.name
        .0
        .first()
        .and_then(|part| part.as_ident())
        .is_some_and(|name| name.value.eq_ignore_ascii_case("hive_metastore"))
}
