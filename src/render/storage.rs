//! The clauses that say how a table is stored.

use super::text::{Ident, Literal, Sql};
use crate::model::{Clustering, Storage};

/// So many columns have statistics unless a property says otherwise; a column without can't be clustered by (page "Use liquid
/// clustering for tables").
const INDEXED: usize = 32;

/// How a table is stored.
pub struct StorageClauses {
    /// `CLUSTER BY ..`.
    pub cluster: Option<Sql>,
    /// Properties with their values, besides those that every table of its kind has.
    pub properties: Vec<Sql>,
}

impl StorageClauses {
    /// The clauses of a table with these columns. `usual` are those by which it is clustered if the spec says nothing.
    pub fn of(storage: &Storage, columns: &[&str], usual: &[&str]) -> StorageClauses {
        let keys: Vec<&str> = match &storage.clustering {
            Clustering::Usual => usual.to_vec(),
            Clustering::Columns(named) => named.iter().map(String::as_str).collect(),
            Clustering::Auto | Clustering::Off => vec![],
        };
        let names: Vec<String> = keys.iter().map(|name| Ident::new(*name).to_string()).collect();
        let cluster = match &storage.clustering {
            Clustering::Auto => Some("CLUSTER BY AUTO".to_owned()),
            _ => (!names.is_empty()).then(|| format!("CLUSTER BY ({})", names.join(", "))),
        };
        let places = keys.iter().filter_map(|key| columns.iter().position(|column| column == key));
        let last = places.map(|place| place + 1).max().filter(|last| *last > INDEXED);
        let indexed = last.map(|last| ("delta.dataSkippingNumIndexedCols".to_owned(), last.to_string()));
        let own = indexed.into_iter().chain(storage.properties.iter().cloned());
        let property = |(key, value): (String, String)| Sql(format!("{} = {}", Literal::new(key), Literal::new(value)));
        StorageClauses { cluster: cluster.map(Sql), properties: own.map(property).collect() }
    }
}
