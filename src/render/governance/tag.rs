//! Tags: how far a table may be shared, and which columns contain personal data.

use askama::Template;
use lakeflow::fmt;

use super::super::text::{Ident, Literal, Sql};
use super::Site;
use crate::model::{Classification, Project, Protection};
use crate::plan::protection::type_word;
use crate::plan::{Identity, PlannedDataset, access};

#[derive(Template)]
#[template(path = "governance/tags.sql")]
struct Tags<'a> {
    head: Sql,
    tables: Vec<TaggedTable<'a>>,
}

struct TaggedTable<'a> {
    kind: &'static str,
    name: Sql,
    tags: Sql,
    columns: Vec<TaggedColumn<'a>>,
}

struct TaggedColumn<'a> {
    name: Ident<'a>,
    kind: Literal,
    /// Policies tell functions for texts from those for dates by it.
    ty: Option<Literal>,
}

/// The tags of all published tables.
pub fn tags(site: &Site<'_>) -> Result<String, askama::Error> {
    let file = Tags {
        head: site.head(
            "Tags of tables and columns.",
            "after the first update, when the tables exist, and before any grant",
            site.owner(Identity::RunAs),
            &[
                "A tag that is no longer declared is removed last of all, by 47_untags: until then it protects too much,",
                "never too little.",
            ],
        )?,
        tables: site.published().map(|planned| tagged_table(site, planned)).collect(),
    };
    Ok(in_lines(file.render()?, site.project))
}

/// A file with tags of one's own, of which there may be too many for a line.
pub fn in_lines(text: String, project: &Project) -> String {
    let of_entities = project.entities.iter().map(|entity| &entity.upkeep);
    let mut all = of_entities.chain(project.metrics.iter().map(|metric| &metric.upkeep));
    if all.any(|upkeep| !upkeep.tags.is_empty()) { fmt::format(&text).text } else { text }
}

fn tagged_table(site: &Site<'_>, planned: &PlannedDataset) -> TaggedTable<'static> {
    let by_policy = site.project.protection == Protection::Abac;
    let columns = access::typed_personal_columns(site.project, planned.dataset);
    TaggedTable {
        kind: planned.dataset.kind(site.project).words(),
        name: site.dataset(planned),
        tags: table_tags(
            access::classification(site.project, planned.dataset),
            access::tags(site.project, planned.dataset),
        ),
        columns: columns
            .into_iter()
            .map(|column| TaggedColumn {
                name: Ident::new(column.name),
                kind: Literal::new(column.kind.word()),
                ty: by_policy.then(|| Literal::new(type_word(&column.ty))),
            })
            .collect(),
    }
}

/// The tags of a table or metric view: `'classification' = 'internal', 'domain' = 'sales'`.
pub fn table_tags(classification: Classification, own: &[(String, String)]) -> Sql {
    let classification = match classification {
        Classification::Public => "public",
        Classification::Internal => "internal",
        Classification::Confidential => "confidential",
    };
    let own = own.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let all = std::iter::once(("classification", classification)).chain(own);
    let tags: Vec<String> =
        all.map(|(key, value)| format!("{} = {}", Literal::new(key), Literal::new(value))).collect();
    Sql(tags.join(", "))
}
