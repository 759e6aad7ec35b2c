//! Names of files, from the patterns that entities read.

use globset::{GlobBuilder, GlobMatcher};

use super::pattern::TextPattern;
use super::random::Random;
use crate::model::{EntityId, EntitySource, FileSource, Project};

/// Which entity reads which file.
pub struct Readers {
    readers: Vec<(EntityId, Option<GlobMatcher>, Option<regex::Regex>)>,
}

impl Readers {
    /// The patterns of all entities of a project.
    pub fn of(project: &Project) -> Self {
        let files = project.entities.iter().enumerate().filter_map(|(i, e)| match &e.source {
            EntitySource::Files(files) => Some((EntityId(i), files)),
            EntitySource::Query(_) | EntitySource::Table(_) | EntitySource::Lookup(_) => None,
        });
        let except = |files: &FileSource| files.except.as_deref().and_then(|e| regex::Regex::new(e).ok());
        Readers { readers: files.map(|(id, files)| (id, matcher(&files.files), except(files))).collect() }
    }

    /// The entities that read a file of this name.
    pub fn of_file(&self, name: &str) -> Vec<EntityId> {
        let reads = |files: &Option<GlobMatcher>, except: &Option<regex::Regex>| {
            files.as_ref().is_some_and(|f| f.is_match(name)) && !except.as_ref().is_some_and(|e| e.is_match(name))
        };
        self.readers.iter().filter(|(_, files, except)| reads(files, except)).map(|(id, _, _)| *id).collect()
    }
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    Some(GlobBuilder::new(glob).literal_separator(true).build().ok()?.compile_matcher())
}

/// The name of the file `number` of an entity: one that this entity alone reads. `None` when its pattern leaves no room
/// for so many.
pub fn file_name(
    id: EntityId,
    files: &FileSource,
    number: usize,
    readers: &Readers,
    used: &[String],
) -> Option<String> {
    let fillings = [format!("_2024-01-{:02}", number + 1), format!("_{}", number + 1), format!("{}", number + 1)];
    let first = (number == 0).then(String::new);
    let candidates = first.iter().chain(&fillings).map(|filling| filled(&files.files, filling, number));
    let mut names = candidates.filter(|name| !used.contains(name) && !name.starts_with(['_', '.']));
    names.find(|name| readers.of_file(name) == [id])
}

/// A file name that an entity leaves out by `except`, where no other entity reads it.
pub fn left_out_name(files: &FileSource, readers: &Readers, random: &mut Random) -> Option<String> {
    let except = TextPattern::new(files.except.as_deref()?)?;
    let matches = matcher(&files.files)?;
    let name = (0..10).filter_map(|_| except.text(random)).find(|name| matches.is_match(name))?;
    readers.of_file(&name).is_empty().then_some(name)
}

/// A glob with something definite in place of every wildcard; `filling` stands for the first `*`.
fn filled(glob: &str, filling: &str, number: usize) -> String {
    let mut out = String::new();
    let mut filling = Some(filling);
    let mut chars = glob.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(filling.take().unwrap_or_default()),
            '?' => out.extend(char::from_digit((number % 10) as u32, 10)),
            '[' => {
                let class: String = chars.by_ref().take_while(|c| *c != ']').collect();
                out.push(one_of(&class, number));
            }
            '{' => {
                let alternatives: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let alternatives: Vec<&str> = alternatives.split(',').collect();
                out.push_str(alternatives.get(number % alternatives.len()).copied().unwrap_or_default());
            }
            c => out.push(c),
        }
    }
    out
}

/// A character of a class such as `0-9` or `abc`.
fn one_of(class: &str, number: usize) -> char {
    let chars: Vec<char> = class.chars().collect();
    let members: Vec<char> = match chars.as_slice() {
        [from, '-', to] => (*from..=*to).collect(),
        _ => chars,
    };
    members.get(number % members.len().max(1)).copied().unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_filled() {
        for (glob, name) in [
            ("meters*.csv", "meters_2.csv"),
            ("day_??.csv", "day_11.csv"),
            ("loans[0-9]*.csv", "loans1_2.csv"),
            ("{old,new}*.csv", "new_2.csv"),
            ("in/*/all*.csv", "in/_2/all.csv"),
        ] {
            assert_eq!(filled(glob, "_2", 1), name);
        }
    }
}
