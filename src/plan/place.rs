//! Where the objects of a target are: the one answer to the question which catalog and schema a name lies in.

use lakeflow::folded;

use super::{Dataset, Layer};
use crate::model::Target;

/// The full name of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPlace<'a> {
    /// Its catalog.
    pub catalog: &'a str,
    /// Its schema.
    pub schema: &'a str,
    /// Its name there.
    pub name: &'a str,
}

impl<'a> ObjectPlace<'a> {
    /// A published dataset.
    pub fn of_dataset(target: &'a Target, dataset: Dataset, name: &'a str) -> ObjectPlace<'a> {
        ObjectPlace::in_layer(target, dataset.layer(), name)
    }

    /// A metric view.
    pub fn of_metric_view(target: &'a Target, name: &'a str) -> ObjectPlace<'a> {
        ObjectPlace::in_layer(target, Layer::Gold, name)
    }

    /// What belongs to no layer: functions, views of operation, the event log.
    pub fn of_helper(target: &'a Target, name: &'a str) -> ObjectPlace<'a> {
        ObjectPlace { catalog: &target.catalog, schema: &target.schema, name }
    }

    fn in_layer(target: &'a Target, layer: Layer, name: &'a str) -> ObjectPlace<'a> {
        ObjectPlace { catalog: &target.catalog, schema: target.schema_of(layer), name }
    }

    /// Catalog, schema and name.
    pub fn parts(self) -> [&'a str; 3] {
        [self.catalog, self.schema, self.name]
    }

    /// The same in lower case, as the catalog keeps them.
    pub fn folded(self) -> Vec<String> {
        self.parts().map(|part| folded(part).into_owned()).to_vec()
    }
}

/// Catalog and schema of all schemas of a target, in lower case, as the catalog keeps them: the default one first.
pub fn schemas(target: &Target) -> Vec<[String; 2]> {
    let names = target.schemas().into_iter();
    names.map(|schema| [&target.catalog, schema].map(|part| folded(part).into_owned())).collect()
}
