//! The example project of `gen init`: a small web shop, with files that have something to find in them.

use super::{ProjectFile, ScaffoldError, common, readme};

macro_rules! example_files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../templates/init/example/", $path)))),*]
    };
}

/// Files that do not depend on the name of the project.
const FILES: [(&str, &str); 6] = example_files![
    "specs/entities/products.yml",
    "specs/entities/orders.yml",
    "specs/metrics/revenue.yml",
    "samples/products.csv",
    "samples/orders_1.csv",
    "samples/orders_2.csv",
];

/// The files of the example project, sorted by path.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn example(name: &str) -> Result<Vec<ProjectFile>, ScaffoldError> {
    const DESCRIPTION: &str = "Revenue of a small web shop, from its CSV exports.";
    let mut files = common(name, DESCRIPTION)?;
    files.push(readme(name, DESCRIPTION, Some(("revenue", "revenue_by_category_monthly")))?);
    files.extend(FILES.iter().map(|(path, text)| ProjectFile::new(*path, *text)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
