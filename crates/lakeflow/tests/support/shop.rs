//! The tables that the cases of the analyser see.

use std::sync::Arc;

use lakeflow::functions::Stability;
use lakeflow::infer::{Catalog, Relation, UserFunction};
use lakeflow::types::{Column, DataType, parse_columns};

pub const ORDERS: &str = "order_id STRING NOT NULL, customer_id STRING, order_date DATE, placed_at TIMESTAMP, quantity INT, \
     price DECIMAL(10,2), weight DOUBLE, status STRING NOT NULL, paid BOOLEAN, tags ARRAY<STRING> NOT NULL, \
     attributes MAP<STRING, INT>, address STRUCT<street: STRING, `zip code`: STRING, geo: STRUCT<lat: DOUBLE, lon: DOUBLE>>, \
     payload VARIANT, lines ARRAY<STRUCT<sku: STRING, amount: DECIMAL(8,2)>>, `straße` STRING";
const CUSTOMERS: &str = "customer_id STRING NOT NULL, name STRING, state STRING, order_date DATE";

/// A catalog of two tables, a stream and a function.
pub struct Shop;

impl Catalog for Shop {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        match name {
            ["orders"] | ["main", "shop", "orders"] => Some(Relation::of(columns(ORDERS))),
            ["customers"] => Some(Relation::of(columns(CUSTOMERS))),
            ["incoming"] => {
                let columns = columns(CUSTOMERS).into();
                Some(Arc::new(Relation { columns, streaming: true, ..Relation::default() }))
            }
            _ => None,
        }
    }

    fn table_names(&self) -> Vec<String> {
        ["orders", "customers", "incoming"].map(String::from).to_vec()
    }

    fn function(&self, name: &[&str]) -> Option<Arc<UserFunction>> {
        let found = matches!(name, ["shop", "mask_name"]);
        let (params, returns) = (vec![DataType::String], DataType::String);
        found.then(|| Arc::new(UserFunction { params, returns, stability: Stability::Session }))
    }
}

pub fn columns(ddl: &str) -> Vec<Column> {
    parse_columns(ddl).unwrap()
}
