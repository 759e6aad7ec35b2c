//! Where everything in a YAML file is: JSON pointer → span.
//!
//! This tree mirrors the JSON value, so that values stay plain and rules report errors by pointer. A pointer to
//! something that does not exist (a missing key) resolves to its nearest existing ancestor: a diagnostic always has a
//! place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, SourceMap, Span};

use super::align::align;
use super::filled::{FilledPart, written};

/// The places of one file.
#[derive(Debug, Clone)]
pub struct Places {
    file: FileId,
    root: Arc<YamlNode>,
    /// Texts of which parts were replaced, by pointer.
    filled: BTreeMap<String, Vec<FilledPart>>,
    /// Values that stand in another file: their pointers here, and the places and pointers there.
    grafts: Vec<(String, Graft)>,
}

/// A value that stands in another file.
#[derive(Debug, Clone)]
struct Graft {
    places: Arc<Places>,
    pointer: String,
}

/// One value: where its key stands, where it stands itself, and what is in it.
#[derive(Debug, Clone)]
pub(super) struct YamlNode {
    /// The key in front of the value; `None` for list items and the root.
    pub key: Option<Range<usize>>,
    /// The value; from the first to the last of its parts for lists and mappings.
    pub value: Range<usize>,
    pub form: NodeForm,
    /// Whether its key stands once more in the same mapping, so that nobody knows which of the two is meant.
    pub twice: bool,
}

/// What a [`YamlNode`] holds.
#[derive(Debug, Clone)]
pub(super) enum NodeForm {
    Scalar {
        style: ScalarForm,
        /// The decoded text where it is not simply what stands between the quotes.
        decoded: Option<Box<str>>,
    },
    Items(Vec<YamlNode>),
    Fields(Vec<(String, YamlNode)>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarForm {
    Plain,
    Single,
    Double,
    Block,
}

impl YamlNode {
    /// How many nodes there are in this one, itself included.
    pub fn size(&self) -> usize {
        1 + match &self.form {
            NodeForm::Scalar { .. } => 0,
            NodeForm::Items(items) => items.iter().map(YamlNode::size).sum(),
            NodeForm::Fields(fields) => fields.iter().map(|(_, node)| node.size()).sum(),
        }
    }

    /// Pointers to all parts whose keys stand twice.
    fn doubtful(&self, pointer: &str, found: &mut Vec<String>) {
        if self.twice {
            found.push(pointer.to_owned());
        }
        match &self.form {
            NodeForm::Scalar { .. } => {}
            NodeForm::Items(items) => {
                items.iter().enumerate().for_each(|(i, node)| node.doubtful(&format!("{pointer}/{i}"), found));
            }
            NodeForm::Fields(fields) => fields
                .iter()
                .for_each(|(key, node)| node.doubtful(&format!("{pointer}/{}", pointer_segment(key)), found)),
        }
    }

    fn child_mut(&mut self, segment: &str) -> Option<&mut YamlNode> {
        match &mut self.form {
            NodeForm::Scalar { .. } => None,
            NodeForm::Items(items) => segment.parse().ok().and_then(|i: usize| items.get_mut(i)),
            NodeForm::Fields(fields) => fields.iter_mut().find(|(key, _)| key == segment).map(|(_, node)| node),
        }
    }

    fn child(&self, segment: &str) -> Option<&YamlNode> {
        match &self.form {
            NodeForm::Scalar { .. } => None,
            NodeForm::Items(items) => segment.parse().ok().and_then(|i: usize| items.get(i)),
            NodeForm::Fields(fields) => fields.iter().find(|(key, _)| key == segment).map(|(_, node)| node),
        }
    }
}

/// A pointer followed as far as it leads.
struct FollowedPointer<'a> {
    node: &'a YamlNode,
    /// The nearest key at or above the node.
    key: Option<&'a Range<usize>>,
    exact: bool,
}

impl Places {
    pub(super) fn new(file: FileId, root: YamlNode) -> Self {
        Places { file, root: Arc::new(root), filled: BTreeMap::new(), grafts: vec![] }
    }

    /// The file these places are in.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The same places in a view of the file ([`SourceMap::view`]).
    #[must_use]
    pub fn seen_as(&self, view: FileId) -> Places {
        Places { file: view, ..self.clone() }
    }

    /// Says that parts of the text at a pointer were replaced, in the order of the parts: places inside of it are found by
    /// what it is now.
    pub fn fill(&mut self, pointer: impl Into<String>, parts: Vec<FilledPart>) {
        self.filled.insert(pointer.into(), parts);
    }

    /// Says that what stands at a pointer comes from another file, and from which pointer there.
    pub fn graft(&mut self, pointer: impl Into<String>, places: &Arc<Places>, from: impl Into<String>) {
        self.grafts.push((pointer.into(), Graft { places: Arc::clone(places), pointer: from.into() }));
    }

    /// The places of another file that a pointer leads to, and the pointer there.
    fn grafted(&self, pointer: &str) -> Option<(&Places, String)> {
        self.grafts.iter().find_map(|(own, graft)| {
            let rest = pointer.strip_prefix(own.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
            Some((&*graft.places, format!("{}{rest}", graft.pointer)))
        })
    }

    /// The key at `pointer`. For a list item, a missing key and the like: the nearest key above, at last the first key
    /// of the file, which tells its kind.
    pub fn key(&self, pointer: &str) -> Span {
        if let Some((places, pointer)) = self.grafted(pointer) {
            return places.key(&pointer);
        }
        self.key_of(&self.find(pointer))
    }

    /// The value at `pointer`; if there is none, what [`Places::key`] says.
    pub fn value(&self, pointer: &str) -> Span {
        if let Some((places, pointer)) = self.grafted(pointer) {
            return places.value(&pointer);
        }
        let found = self.find(pointer);
        if found.exact && !found.node.value.is_empty() { self.span(&found.node.value) } else { self.key_of(&found) }
    }

    /// Key and value at `pointer` together; `None` where there is nothing.
    pub fn whole(&self, pointer: &str) -> Option<Span> {
        if let Some((places, pointer)) = self.grafted(pointer) {
            return places.whole(&pointer);
        }
        let found = self.find(pointer);
        let value = &found.node.value;
        let start = found.node.key.as_ref().map_or(value.start, |key| key.start.min(value.start));
        found.exact.then(|| self.span(&(start..value.end.max(start))))
    }

    /// The keys of the mapping at `pointer`, or of the nearest one above that is there.
    pub fn keys(&self, pointer: &str) -> Vec<&str> {
        match &self.find(pointer).node.form {
            NodeForm::Fields(fields) => fields.iter().map(|(key, _)| key.as_str()).collect(),
            NodeForm::Items(_) | NodeForm::Scalar { .. } => vec![],
        }
    }

    /// The place of `range`, counted in bytes of the *decoded* text at `pointer` (an SQL expression, say), in the file:
    /// right through quotes, escapes and folded lines. If there is no such text, the whole value.
    pub fn inside(&self, sources: &SourceMap, pointer: &str, range: Range<usize>) -> Span {
        if let Some((places, pointer)) = self.grafted(pointer) {
            return places.inside(sources, &pointer, range);
        }
        let found = self.find(pointer);
        let range = self.filled.get(pointer).map_or(range.clone(), |parts| written(parts, range));
        let NodeForm::Scalar { style, decoded } = &found.node.form else { return self.value(pointer) };
        let Some(written) = sources.text(self.file).get(found.node.value.clone()).filter(|_| found.exact) else {
            return self.value(pointer);
        };
        let start = found.node.value.start;
        let inner = match decoded {
            Some(decoded) => align(written, decoded, *style, range),
            None => {
                let quote = usize::from(matches!(style, ScalarForm::Single | ScalarForm::Double));
                let last = written.len().saturating_sub(quote);
                (range.start + quote).min(last)..(range.end + quote).min(last)
            }
        };
        self.span(&(start + inner.start..start + inner.end))
    }

    /// Adds the keys of another mapping of the same file. Of a key that both have, nobody knows which is meant.
    pub fn add(&mut self, other: Places) {
        let others = Arc::unwrap_or_clone(other.root).form;
        let (NodeForm::Fields(own), NodeForm::Fields(others)) = (&mut Arc::make_mut(&mut self.root).form, others)
        else {
            return;
        };
        for (key, node) in others {
            match own.iter_mut().find(|(known, _)| *known == key) {
                Some((_, twin)) => twin.twice = true,
                None => own.push((key, node)),
            }
        }
    }

    /// Pointers to all values whose keys stand twice in their mapping.
    pub fn doubtful(&self) -> Vec<String> {
        let mut found = vec![];
        self.root.doubtful("", &mut found);
        found
    }

    /// Lets the key at a pointer be found by another name: by the one that it was meant to have.
    pub fn rename(&mut self, parent: &str, from: &str, to: &str) {
        let mut segments = parent.split('/').skip(1);
        let node = segments.try_fold(Arc::make_mut(&mut self.root), |node, segment| node.child_mut(&unescape(segment)));
        if let Some(NodeForm::Fields(fields)) = node.map(|node| &mut node.form)
            && let Some((key, _)) = fields.iter_mut().find(|(key, _)| key == from)
        {
            to.clone_into(key);
        }
    }

    /// The text of the plain (unquoted) one-line scalar at `pointer`, as written: `1.10`, `007`, `True`.
    pub fn plain_text<'a>(&self, text: &'a str, pointer: &str) -> Option<&'a str> {
        let found = self.find(pointer);
        let plain = matches!(found.node.form, NodeForm::Scalar { style: ScalarForm::Plain, decoded: None });
        if plain && found.exact { text.get(found.node.value.clone()) } else { None }
    }

    fn key_of(&self, found: &FollowedPointer<'_>) -> Span {
        self.span(found.key.unwrap_or_else(|| self.first_key()))
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.clone())
    }

    fn first_key(&self) -> &Range<usize> {
        match &self.root.form {
            NodeForm::Fields(fields) => {
                fields.first().and_then(|(_, node)| node.key.as_ref()).unwrap_or(&self.root.value)
            }
            _ => &self.root.value,
        }
    }

    fn find(&self, pointer: &str) -> FollowedPointer<'_> {
        let mut found = FollowedPointer { node: &self.root, key: None, exact: true };
        for segment in pointer.split('/').skip(1) {
            match found.node.child(&unescape(segment)) {
                Some(node) => found = FollowedPointer { node, key: node.key.as_ref().or(found.key), exact: true },
                None => return FollowedPointer { exact: false, ..found },
            }
        }
        found
    }
}

fn unescape(segment: &str) -> Cow<'_, str> {
    match segment.contains('~') {
        true => Cow::Owned(segment.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(segment),
    }
}

/// `key` as a segment of a JSON pointer.
pub fn pointer_segment(key: &str) -> Cow<'_, str> {
    match key.contains(['~', '/']) {
        true => Cow::Owned(key.replace('~', "~0").replace('/', "~1")),
        false => Cow::Borrowed(key),
    }
}
