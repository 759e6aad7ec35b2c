//! Entities that read the same files: every file that one of them reads is also read by the other.
//!
//! Patterns that may merely have a file in common are ignored, since it is unknown whether there is one. The check
//! uses sample paths that match the narrower pattern, one for each way of filling its wildcards that could make a
//! difference.

use globset::{GlobBuilder, GlobMatcher};
use lakeflow::diag::Diagnostic;

use super::context::Context;
use super::glob::alternatives;
use crate::codes;
use crate::load::Located;
use crate::spec::{EntitySpec, FilesSpec, SourceSpec};

/// What `*` is filled with: nothing, what names of files go on with, and what no other pattern names.
const FILLINGS: [&str; 5] = ["", "_2024-01-31", "-part.00001", "s", "~q~"];

/// Warns of entities whose files another entity reads too.
pub fn check(specs: &[&Located<EntitySpec>], context: &mut Context<'_>) {
    let readers: Vec<LandingReader<'_>> = specs.iter().filter_map(|spec| LandingReader::of(spec)).collect();
    for (index, narrow) in readers.iter().enumerate() {
        let wide = readers.iter().enumerate().find(|(other, wide)| {
            // Of two that read the same, the second is told of.
            *other != index && wide.reads_all_of(narrow) && (*other < index || !narrow.reads_all_of(wide))
        });
        let Some((_, wide)) = wide else { continue };
        let message = format!("every file of `{}` is also read by `{}`", narrow.name(), wide.name());
        let hint = format!("narrow the pattern of `{0}`, or exclude these files with `except` in `{0}`", wide.name());
        let warning = Diagnostic::warning(codes::SAME_FILES, message).at(narrow.spec.value("/source/files"));
        context.push(warning.related(wide.spec.value("/source/files"), "also reads them").hint(hint));
    }
}

struct LandingReader<'a> {
    spec: &'a Located<EntitySpec>,
    files: GlobMatcher,
    except: Option<GlobMatcher>,
    /// Files that it reads.
    samples: Vec<String>,
}

impl<'a> LandingReader<'a> {
    /// `None` for a lookup, and where the patterns are at fault.
    fn of(spec: &'a Located<EntitySpec>) -> Option<LandingReader<'a>> {
        let SourceSpec::Files(source) = &spec.spec.source else { return None };
        let FilesSpec { files, except, .. } = source.as_ref();
        if spec.has_lost("/source") {
            return None;
        }
        let matcher = |glob: &str| {
            let glob = GlobBuilder::new(glob).literal_separator(true).build().ok()?;
            Some(glob.compile_matcher())
        };
        let except = match except {
            Some(except) => Some(matcher(except)?),
            None => None,
        };
        let mut reader = LandingReader { spec, files: matcher(files)?, except, samples: vec![] };
        let mut samples: Vec<String> =
            alternatives(files)?.iter().flat_map(|glob| FILLINGS.map(|filling| filled(glob, filling))).collect();
        samples.retain(|path| reader.reads(path));
        reader.samples = samples;
        Some(reader)
    }

    fn name(&self) -> &str {
        &self.spec.spec.entity
    }

    fn reads(&self, path: &str) -> bool {
        self.files.is_match(path) && !self.except.as_ref().is_some_and(|except| except.is_match(path))
    }

    fn reads_all_of(&self, other: &LandingReader<'_>) -> bool {
        !other.samples.is_empty() && other.samples.iter().all(|path| self.reads(path))
    }
}

/// A path that a pattern without `{a,b}` matches, if it has no complicated class of characters.
fn filled(glob: &str, filling: &str) -> String {
    let mut path = String::new();
    let mut rest = glob.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => path.push_str(filling),
            '?' => path.push('q'),
            '[' => {
                path.extend(rest.next());
                // To its end.
                let _ = rest.by_ref().find(|c| *c == ']');
            }
            c => path.push(c),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_filled_in_several_ways() {
        assert_eq!(filled("x_[0-9]?*.csv", "s"), "x_0qs.csv");
    }
}
