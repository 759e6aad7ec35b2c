//! One YAML file into a JSON value and its [`Places`].
//!
//! Stricter than YAML where leniency hides mistakes: one document per file, no duplicate keys, no merge keys, no tags,
//! and keys must be words. Nesting and the expansion of aliases are bounded, so no text can exhaust memory or the
//! stack.

mod align;
mod filled;
mod places;
mod scalar;
mod slips;
mod syntax;

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, StrInput, StructureStyle};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::codes;
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

pub use filled::FilledPart;
use places::{NodeForm, ScalarForm, YamlNode};
pub use places::{Places, pointer_segment};

/// Block and flow collections that may be open at once, each.
const MAX_DEPTH: usize = 32;
/// Values that a file may hold, those that aliases repeat included.
const MAX_VALUES: usize = 20_000;
/// Faults after which reading a file stops: a person mends some and comes again.
const MAX_FAULTS: usize = 100;

/// What a file holds, as far as it could be read.
pub struct ParsedYaml {
    /// The value and the places; `None` when a fault left nothing to go on with.
    pub document: Option<(Value, Places)>,
    /// What is wrong with it.
    pub faults: Vec<Diagnostic>,
}

/// Reads the text of `file`.
pub fn parse(file: FileId, text: &str) -> ParsedYaml {
    let options = granit_parser::options! {
        emit_comments: false,
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader =
        YamlReader { file, text, parser, anchors: BTreeMap::new(), values: 0, open_brackets: vec![], faults: vec![] };
    let document = match reader.document() {
        Ok(document) => document,
        Err(fault) => {
            reader.faults.push(*fault);
            None
        }
    };
    ParsedYaml { document: document.map(|(value, root)| (value, Places::new(file, root))), faults: reader.faults }
}

/// A fault after which the rest of the file can't be trusted. Boxed to keep results small.
type Fatal = Box<Diagnostic>;
type Read = Result<(Value, YamlNode), Fatal>;

struct YamlReader<'a> {
    file: FileId,
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    /// Finished anchors; one that is still open is absent, so a value can't contain itself.
    anchors: BTreeMap<usize, (Value, YamlNode)>,
    values: usize,
    open_brackets: Vec<Range<usize>>,
    faults: Vec<Diagnostic>,
}

impl<'a> YamlReader<'a> {
    /// The one document of the file; `None` if the file is empty.
    fn document(&mut self) -> Result<Option<(Value, YamlNode)>, Fatal> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(document),
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if document.is_some() => {
                    let fault = self.fault(codes::YAML_SYNTAX, "a second document starts here", &bytes(&span));
                    return Err(Box::new(
                        fault.hint("a spec is a single document: move the other one to its own file"),
                    ));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    document = Some(self.node(event, &span)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, YamlSpan), Fatal> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let bracket = self.open_brackets.last().map(|range| Span::new(self.file, range.clone()));
                Err(Box::new(syntax::explain(&error, self.file, self.text, bracket)))
            }
            // The parser ends each stream with its own event; this keeps a fault of the parser from hanging us.
            None => Ok((Event::StreamEnd, YamlSpan::default())),
        }
    }

    fn fault(&self, code: Code, message: &str, range: &Range<usize>) -> Diagnostic {
        Diagnostic::error(code, message).at(Span::new(self.file, range.clone()))
    }

    fn node(&mut self, event: Event<'a>, span: &YamlSpan) -> Read {
        if event.tag().is_some() {
            let place = span.tag_span().map_or_else(|| bytes(span), |tag| bytes(&tag));
            let fault = self.fault(codes::YAML_SYNTAX, "tags are not supported in a spec", &place);
            return Err(Box::new(fault.hint("remove the tag; quote the value to make it a string")));
        }
        self.count(1, &bytes(span))?;
        let anchor = event.anchor_id();
        let read = match event {
            Event::Scalar(text, style, ..) => Ok(self.scalar(&text, style, bytes(span))),
            Event::SequenceStart(style, ..) => self.sequence(style, bytes(span)),
            Event::MappingStart(style, ..) => self.mapping(style, bytes(span)),
            Event::Alias(id) => self.alias(id, &bytes(span)),
            _ => Err(Box::new(self.fault(codes::YAML_SYNTAX, "expected a value", &bytes(span)))),
        }?;
        if let Some(id) = anchor.filter(|id| *id != 0) {
            self.anchors.insert(id, read.clone());
        }
        Ok(read)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, range: Range<usize>) -> (Value, YamlNode) {
        let written = self.text.get(range.clone()).unwrap_or("");
        let (style, literal) = match style {
            ScalarStyle::Plain => (ScalarForm::Plain, Some(written)),
            ScalarStyle::SingleQuoted => (ScalarForm::Single, unquoted(written)),
            ScalarStyle::DoubleQuoted => (ScalarForm::Double, unquoted(written)),
            ScalarStyle::Literal | ScalarStyle::Folded => (ScalarForm::Block, None),
        };
        let value = match style {
            // An absent value is reported as `~` at an empty place.
            ScalarForm::Plain if written.is_empty() => Value::Null,
            ScalarForm::Plain => scalar::plain(text),
            _ => Value::String(text.to_owned()),
        };
        let decoded = (literal != Some(text) && !written.is_empty()).then(|| Box::from(text));
        (
            value,
            YamlNode {
                key: None,
                value: trim_end(written, range),
                form: NodeForm::Scalar { style, decoded },
                twice: false,
            },
        )
    }

    fn sequence(&mut self, style: StructureStyle, start: Range<usize>) -> Read {
        self.open(style, &start);
        let (mut values, mut nodes) = (vec![], vec![]);
        let mut range = start;
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                self.close(style, &span, &mut range);
                return Ok((
                    Value::Array(values),
                    YamlNode { key: None, value: range, form: NodeForm::Items(nodes), twice: false },
                ));
            }
            let (mut value, node) = self.node(event, &span)?;
            range.end = range.end.max(node.value.end);
            let last = values.last_mut().zip(nodes.last_mut());
            if style == StructureStyle::Flow && self.mends(last, &node.value, "a list item") {
                continue;
            }
            self.mend_quotes(&mut value, &node);
            values.push(value);
            nodes.push(node);
        }
    }

    fn mapping(&mut self, style: StructureStyle, start: Range<usize>) -> Read {
        self.open(style, &start);
        let mut values = Map::new();
        let mut nodes: Vec<(String, YamlNode)> = vec![];
        let mut range = start;
        loop {
            let (event, key_span) = self.next()?;
            if event == Event::MappingEnd {
                self.close(style, &key_span, &mut range);
                return Ok((
                    Value::Object(values),
                    YamlNode { key: None, value: range, form: NodeForm::Fields(nodes), twice: false },
                ));
            }
            let (mut key, mut key_range) = self.key(&event, bytes(&key_span))?;
            let (event, span) = self.next()?;
            let (mut value, mut node) = self.node(event, &span)?;
            range.end = range.end.max(node.value.end).max(key_range.end);
            if style == StructureStyle::Flow && node.value.is_empty() {
                let last = nodes.last_mut().map(|(key, node)| (key.clone(), node));
                if let Some((before, node)) = last
                    && self.mends(
                        values.get_mut(&before).zip(Some(node)),
                        &key_range,
                        &format!("the value of `{before}`"),
                    )
                {
                    continue;
                }
                if let Some(colon) = slips::colon_without_space(&key).filter(|_| key_range.len() == key.len()) {
                    (value, node) = self.mend_colon(&key, colon, &key_range);
                    key.truncate(colon);
                    key_range.end = key_range.start + colon;
                }
            }
            if key != "description" {
                self.mend_quotes(&mut value, &node);
            }
            node.key = Some(key_range.clone());
            match values.entry(key.as_str()) {
                Entry::Occupied(_) => self.report_twice(&key, key_range, &mut nodes)?,
                Entry::Vacant(place) => {
                    place.insert(value);
                    nodes.push((key, node));
                }
            }
        }
    }

    /// Whether what follows a comma belongs to the value before, which is at fault for having no quotes; it is read as if it
    /// had some.
    fn mends(&mut self, before: Option<(&mut Value, &mut YamlNode)>, next: &Range<usize>, what: &str) -> bool {
        let Some((value, node)) = before else { return false };
        let is_plain = matches!(node.form, NodeForm::Scalar { style: ScalarForm::Plain, .. });
        let written = |range: Range<usize>| self.text.get(range).unwrap_or("");
        if !is_plain || !slips::is_cut(written(node.value.clone())) || written(next.clone()).contains('\n') {
            return false;
        }
        node.value.end = next.end;
        let whole = written(node.value.clone());
        *value = Value::String(whole.to_owned());
        if !slips::is_cut(whole) {
            let message = format!("{what} contains a comma, which ends it inside brackets");
            let fault = self.fault(codes::YAML_SYNTAX, &message, &node.value);
            self.faults.push(fault.hint(format!("quote it: `{}`", slips::quoted(whole))));
        }
        true
    }

    /// The value of `{type:string}`, which is at fault for the space that is not there.
    fn mend_colon(&mut self, key: &str, colon: usize, range: &Range<usize>) -> (Value, YamlNode) {
        let at = range.start + colon;
        let fault = self.fault(codes::YAML_SYNTAX, "missing space after the colon", &(at..at + 1));
        self.faults.push(fault.hint("write `key: value`, with a space"));
        self.scalar(&key[colon + 1..], ScalarStyle::Plain, at + 1..range.end)
    }

    /// Refuses typographic quotes, and reads the value as if they were straight.
    fn mend_quotes(&mut self, value: &mut Value, node: &YamlNode) {
        let is_plain = matches!(node.form, NodeForm::Scalar { style: ScalarForm::Plain, .. });
        let written = self.text.get(node.value.clone()).unwrap_or("");
        if let Some(inner) = slips::between_typographic_quotes(written).filter(|_| is_plain) {
            let fault = self.fault(codes::YAML_SYNTAX, "typographic quotes are part of the value", &node.value);
            self.faults.push(fault.hint(format!("write straight quotes: `{}`", slips::quoted(inner))));
            *value = Value::String(inner.to_owned());
        }
    }

    fn report_twice(&mut self, key: &str, range: Range<usize>, nodes: &mut [(String, YamlNode)]) -> Result<(), Fatal> {
        let message = format!("duplicate key `{key}`");
        let fault = self.fault(codes::DUPLICATE_KEY, &message, &range);
        let first = nodes.iter_mut().find(|(name, _)| name == key).map(|(_, node)| node);
        let first = first.and_then(|node| {
            node.twice = true;
            node.key.clone()
        });
        let first = first.unwrap_or(range);
        let fault = fault.related(Span::new(self.file, first), "first here");
        if self.faults.len() >= MAX_FAULTS {
            return Err(Box::new(fault.hint("there may be more errors: the rest of the file was not read")));
        }
        self.faults.push(fault);
        Ok(())
    }

    /// The text and place of a key.
    fn key(&self, event: &Event<'a>, range: Range<usize>) -> Result<(String, Range<usize>), Fatal> {
        let fault = |code, message: &str, hint: &str| Err(Box::new(self.fault(code, message, &range).hint(hint)));
        match event {
            Event::Scalar(.., Some(_)) => {
                fault(codes::YAML_SYNTAX, "tags are not supported in a spec", "remove the tag")
            }
            Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => fault(
                codes::UNKNOWN_KEY,
                "merge keys (`<<`) are not supported in a spec",
                "write the keys out, or give the whole value an anchor (`&name`) and repeat it with `*name`",
            ),
            Event::Scalar(_, ScalarStyle::Plain, ..) if range.is_empty() => {
                fault(codes::YAML_SYNTAX, "missing key before the colon", "write `key: value`")
            }
            Event::Scalar(text, ..) => Ok((text.to_string(), range)),
            _ => fault(codes::YAML_SYNTAX, "a key must be a word", "quote a key that starts with `[`, `{`, `*` or `&`"),
        }
    }

    fn alias(&mut self, id: usize, range: &Range<usize>) -> Read {
        let Some((value, node)) = self.anchors.get(&id) else {
            let message = "the alias is inside the value that it repeats";
            return Err(Box::new(self.fault(codes::YAML_BUDGET, message, range)));
        };
        let read = (value.clone(), node.clone());
        self.count(read.1.size(), range)?;
        Ok(read)
    }

    /// Counts values against the budget of the file.
    fn count(&mut self, values: usize, range: &Range<usize>) -> Result<(), Fatal> {
        self.values += values;
        if self.values <= MAX_VALUES {
            return Ok(());
        }
        let message = format!("the file has more than {MAX_VALUES} values, counting those that aliases repeat");
        Err(Box::new(self.fault(codes::YAML_BUDGET, &message, range)))
    }

    fn open(&mut self, style: StructureStyle, start: &Range<usize>) {
        if style == StructureStyle::Flow {
            self.open_brackets.push(start.clone());
        }
    }

    /// Brackets end a flow collection; a block collection ends with its last part.
    fn close(&mut self, style: StructureStyle, end: &YamlSpan, range: &mut Range<usize>) {
        if style == StructureStyle::Flow {
            self.open_brackets.pop();
            range.end = bytes(end).end;
        }
    }
}

fn bytes(span: &YamlSpan) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn unquoted(written: &str) -> Option<&str> {
    written.get(1..written.len().saturating_sub(1))
}

/// Block scalars reach to the next token; what is blank at their end is no part of the place.
fn trim_end(written: &str, range: Range<usize>) -> Range<usize> {
    range.start..range.start + written.trim_end().len()
}
