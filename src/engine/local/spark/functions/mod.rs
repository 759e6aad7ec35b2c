//! The functions that a query may call: an explicit list, so that an unknown one is refused by name.
//!
//! A function stands here when its results were compared with Spark's, or when it is written here by Spark's rules.
//! DataFusion's own set is much larger and differs in many places.

mod arrays;
mod bits;
mod csv_text;
mod dates;
mod fdlibm;
mod fold;
mod format;
mod formats;
mod from_text;
mod json;
mod json_text;
mod maps;
mod math;
mod numerals;
mod patterns;
mod regex;
mod sets;
mod statistics;
mod strings;
mod structs;
mod texts;
mod totals;
mod totals_of_some;
mod transcendental;
mod unfolding;
mod urls;
mod variant;
mod zones;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, Volatility, WindowUDF};

pub(super) use maps::BETWEEN_NAMES;
pub(super) use structs::wanted_fields;
pub use variant::variant_text;

use super::{arithmetic, cast};

/// DataFusion's functions that do as Spark does.
const CORE: &[&str] = &[
    "coalesce",
    "greatest",
    "least",
    "lower",
    "upper",
    "named_struct",
    "uuid",
    "replace",
    "translate",
    "split_part",
    "octet_length",
    "bit_length",
    "levenshtein",
    "grouping",
    "nanvl",
];

/// DataFusion's functions on arrays and maps that do as Spark does.
const NESTED: &[&str] = &["make_array", "map", "map_keys", "map_values", "map_entries"];

/// Functions of `datafusion-spark` that do as Spark does.
const SPARK: &[&str] = &[
    "sha1",
    "sha2",
    "crc32",
    "xxhash64",
    "base64",
    "unbase64",
    "ascii",
    "char",
    "hex",
    "bin",
    "bit_count",
    "soundex",
    "url_encode",
    "url_decode",
    "try_url_decode",
    "elt",
];

const AGGREGATES: &[&str] = &[
    "count",
    "min",
    "max",
    "first_value",
    "last_value",
    "bool_and",
    "bool_or",
    "percentile_cont",
    "grouping",
    "bit_and",
    "bit_or",
    "bit_xor",
];

const SPARK_AGGREGATES: &[&str] = &["collect_list", "collect_set"];

const WINDOWS: &[&str] = &[
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

const HIGHER_ORDER: &[&str] = &["array_transform", "array_filter", "array_any_match"];

/// Every function of the engine, by its name in SQL.
#[derive(Debug, Default)]
pub(super) struct Registry {
    scalar: BTreeMap<String, Arc<ScalarUDF>>,
    aggregate: BTreeMap<String, Arc<AggregateUDF>>,
    window: BTreeMap<String, Arc<WindowUDF>>,
    higher_order: BTreeMap<String, Arc<HigherOrderUDF>>,
}

impl Registry {
    /// Collects all functions.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        registry.borrow();
        registry.own();
        registry
    }

    /// A scalar function by its name.
    pub fn scalar(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        self.scalar.get(name).cloned()
    }

    /// A window function by its name.
    pub fn window(&self, name: &str) -> Option<Arc<WindowUDF>> {
        self.window.get(name).cloned()
    }

    /// Hands the functions to a session under construction.
    pub fn install(&self, builder: SessionStateBuilder) -> SessionStateBuilder {
        builder
            .with_scalar_functions(self.scalar.values().cloned().collect())
            .with_aggregate_functions(self.aggregate.values().cloned().collect())
            .with_window_functions(self.window.values().cloned().collect())
            .with_higher_order_functions(self.higher_order.values().cloned().collect())
    }

    fn borrow(&mut self) {
        let scalars = [
            (datafusion::functions::all_default_functions(), CORE),
            (datafusion::functions_nested::all_default_nested_functions(), NESTED),
            (datafusion_spark::all_default_scalar_functions(), SPARK),
        ];
        for (functions, names) in scalars {
            for function in functions.into_iter().filter(|f| names.contains(&f.name())) {
                self.scalar.insert(function.name().to_owned(), function);
            }
        }
        let aggregates = [
            (datafusion::functions_aggregate::all_default_aggregate_functions(), AGGREGATES),
            (datafusion_spark::all_default_aggregate_functions(), SPARK_AGGREGATES),
        ];
        for (functions, names) in aggregates {
            for function in functions.into_iter().filter(|f| names.contains(&f.name())) {
                self.aggregate.insert(function.name().to_owned(), function);
            }
        }
        for function in totals::functions() {
            self.aggregate.insert(function.name().to_owned(), Arc::new(function));
        }
        let ordered = (*datafusion::functions_aggregate::array_agg::array_agg_udaf()).clone();
        self.aggregate.insert("__ordered_list".to_owned(), Arc::new(ordered.with_aliases(["__ordered_list"])));
        for function in datafusion::functions_window::all_default_window_functions() {
            if WINDOWS.contains(&function.name()) {
                self.window.insert(function.name().to_owned(), function);
            }
        }
        self.higher_order.insert("aggregate".to_owned(), Arc::new(HigherOrderUDF::new_from_impl(fold::Fold::new())));
        for function in datafusion::functions_nested::all_default_higher_order_functions() {
            if HIGHER_ORDER.contains(&function.name()) {
                self.higher_order.insert(function.name().to_owned(), function);
            }
        }
    }

    fn own(&mut self) {
        let families = [
            arithmetic::FUNCTIONS,
            cast::FUNCTIONS,
            arrays::FUNCTIONS,
            unfolding::FUNCTIONS,
            bits::FUNCTIONS,
            csv_text::FUNCTIONS,
            dates::FUNCTIONS,
            format::FUNCTIONS,
            formats::FUNCTIONS,
            json::FUNCTIONS,
            json_text::FUNCTIONS,
            variant::FUNCTIONS,
            maps::FUNCTIONS,
            math::FUNCTIONS,
            numerals::FUNCTIONS,
            regex::FUNCTIONS,
            sets::FUNCTIONS,
            statistics::FUNCTIONS,
            strings::FUNCTIONS,
            structs::FUNCTIONS,
            texts::FUNCTIONS,
            transcendental::FUNCTIONS,
            urls::FUNCTIONS,
            zones::FUNCTIONS,
        ];
        for native in families.into_iter().flatten() {
            self.scalar.insert(native.name.to_owned(), Arc::new(native.udf(Volatility::Immutable)));
        }
    }
}
