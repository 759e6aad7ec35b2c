//! What specs share is put into each of them, before anything else looks at them.
//!
//! Templates become specs: a spec with `each` gives one spec for each row of its table. Then values of
//! the project file come to specs that do not set them (`defaults`).
//!
//! Every row sees the file of its template as a view of its own ([`SourceMap::view`]), so that each later pass works on
//! ordinary specs, judges them one by one, and points into the template. What was found is brought together at the end
//! ([`told`]): once for each word of a template, with the rows that it is about.
//!
//! A parameter is never pasted into SQL or YAML. It stands where a value of an expression may stand, and becomes a literal of
//! its type there (`sql`), or in a text that names or describes something (`marks`).

mod defaults;
mod fill;
mod literal;
mod marks;
mod spots;
mod sql;
mod table;
mod told;

pub use told::told;

use lakeflow::diag::Diagnostics;
use lakeflow::source::SourceMap;

use crate::load::Loaded;

/// Puts the specs of all rows in place of each template, and defaults into all specs. A template that is at fault stays,
/// marked as unfilled.
pub fn fill(mut loaded: Loaded, sources: &mut SourceMap, diags: &mut Diagnostics) -> Loaded {
    let mut filled = vec![];
    for document in std::mem::take(&mut loaded.documents) {
        match document.value.get("each") {
            Some(_) => filled.extend(fill::template(document, &loaded.lookups, &loaded.lost, sources, diags)),
            None => filled.push(document),
        }
    }
    loaded.documents = filled;
    defaults::apply(&mut loaded, sources, diags);
    loaded
}
