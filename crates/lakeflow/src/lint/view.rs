//! A statement as seen by rules: its tokens, what it defines, and what the pipeline around it knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use sqlparser::tokenizer::Token;

use crate::ast::{ScdType, Statement, StatementKind};
use crate::check::{
    DatasetKind, Definition, FlowTree, Judged, Parsed, Setting, flow_of, folded_parts, last_part, parts, table_of,
};
use crate::infer::QueryInfo;
use crate::source::FileId;
use crate::{Piece, Tokens, tokens};

/// A file as rules see it.
pub(super) struct FileView<'a> {
    pub text: &'a str,
    pub tokens: Tokens,
    file: FileId,
}

/// What the pipeline knows of its tables; all names in lower case.
pub(super) struct Targets<'a> {
    /// What each file defines, by the start of the statement.
    defined: HashMap<FileId, HashMap<usize, Defined<'a>>>,
    /// Those that change data capture writes, by all parts of their names.
    current: BTreeSet<Vec<String>>,
    history: BTreeSet<Vec<String>>,
    /// What each file is part of.
    settings: &'a BTreeMap<FileId, Setting>,
    /// Those whose names no plain table has, by the last part: scripts of several projects may lie side by side.
    tables: BTreeMap<String, DatasetTable>,
}

/// What a statement defines.
#[derive(Clone, Copy)]
struct Defined<'a> {
    definition: &'a Definition,
    query: Option<&'a QueryInfo>,
}

/// A streaming table or a materialized view.
struct DatasetTable {
    /// As its definition names it, in one to three parts.
    name: Vec<String>,
    kind: DatasetKind,
    /// Whether it tracks its rows, if it says so.
    tracks_rows: Option<bool>,
}

impl DatasetTable {
    fn of(definition: &Definition, statement: &Statement) -> Option<Self> {
        let table = table_of(&statement.kind)?;
        let parts = table.name.0.iter().filter_map(|part| part.as_ident());
        let property = table.properties.iter().find(|p| p.key.eq_ignore_ascii_case("delta.enableRowTracking"));
        Some(DatasetTable {
            name: parts.map(|part| part.value.to_lowercase()).collect(),
            kind: definition.kind,
            tracks_rows: property.map(|p| p.value.eq_ignore_ascii_case("true")),
        })
    }

    /// Whether `name` can mean it: as far as both say in which schema they are, they say the same.
    fn is_called(&self, name: &[String]) -> bool {
        self.name.iter().rev().zip(name.iter().rev()).all(|(own, other)| own.eq_ignore_ascii_case(other))
    }
}

impl<'a> Targets<'a> {
    pub fn of(judged: &'a Judged, files: &[Arc<Parsed>]) -> Self {
        let mut defined: HashMap<FileId, HashMap<usize, Defined<'_>>> = HashMap::new();
        for (definition, origins) in judged.datasets.iter().zip(&judged.origins) {
            let query = origins.query.as_ref().map(|query| &*query.info);
            let of_file = defined.entry(definition.span.file).or_default();
            of_file.insert(definition.span.range().start, Defined { definition, query });
        }
        let (mut current, mut history) = (BTreeSet::new(), BTreeSet::new());
        let statements = || files.iter().flat_map(|file| &file.statements);
        for (target, flow) in statements().filter_map(|statement| flow_of(&statement.kind)) {
            let FlowTree::Changes(cdc) = flow else { continue };
            match cdc.stored_as.unwrap_or(ScdType::ScdType1) {
                ScdType::ScdType1 => current.insert(parts(target)),
                _ => history.insert(parts(target)),
            };
        }
        let plain: BTreeSet<String> = statements().filter_map(|statement| plain_table(&statement.kind)).collect();
        let tables = judged.datasets.iter().filter(|definition| !plain.contains(&definition.name));
        let tables = tables.filter_map(|d| Some((d.name.clone(), DatasetTable::of(d, d.statement(files)?)?))).collect();
        Targets { defined, current, history, settings: &judged.settings, tables }
    }

    /// The table that `name`, in any letter case, can mean.
    fn table(&self, name: &[String]) -> Option<&DatasetTable> {
        self.tables.get(&name.last()?.to_lowercase()).filter(|table| table.is_called(name))
    }
}

/// The last part of the name of a plain table that a statement creates, in lower case.
fn plain_table(kind: &StatementKind) -> Option<String> {
    match kind {
        StatementKind::CreateTable(table) => Some(last_part(&table.table.name).into_owned()),
        _ => None,
    }
}

impl<'a> FileView<'a> {
    pub fn new(file: FileId, text: &'a str) -> Self {
        FileView { text, tokens: tokens(text), file }
    }

    /// The statements of the file: what stands between two `;`.
    pub fn statements<'b>(&'b self, targets: &'b Targets<'_>) -> Vec<StatementView<'b>> {
        let parts = self.tokens.pieces.split(|piece| piece.token == Token::SemiColon).filter(|part| !part.is_empty());
        let of_file = targets.defined.get(&self.file);
        let defined = |part: &[Piece]| of_file?.get(&part.first()?.range.start).copied();
        let setting = targets.settings.get(&self.file).copied().unwrap_or_default();
        let view = |part: &'b [Piece]| StatementView {
            text: self.text,
            pieces: part,
            brackets: Brackets::of(part),
            setting,
            definition: defined(part).map(|defined| defined.definition),
            query: defined(part).and_then(|defined| defined.query),
            targets,
        };
        parts.map(view).collect()
    }
}

/// A statement.
pub(super) struct StatementView<'a> {
    /// The text of the whole file.
    pub text: &'a str,
    pub pieces: &'a [Piece],
    brackets: Brackets,
    /// What its file is part of.
    pub setting: Setting,
    /// What the statement defines, if it parses and defines a dataset.
    pub definition: Option<&'a Definition>,
    /// What is known of its query, if it has one.
    pub query: Option<&'a QueryInfo>,
    targets: &'a Targets<'a>,
}

impl<'a> StatementView<'a> {
    pub fn token(&self, index: usize) -> Option<&'a Token> {
        self.pieces.get(index).map(|piece| &piece.token)
    }

    /// The unquoted word at `index`.
    pub fn word(&self, index: usize) -> Option<&'a str> {
        match self.token(index)? {
            Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
            _ => None,
        }
    }

    /// Whether the unquoted words from `index` on are those of `phrase`.
    pub fn is(&self, index: usize, phrase: &str) -> bool {
        phrase
            .split(' ')
            .enumerate()
            .all(|(n, word)| self.word(index + n).is_some_and(|w| w.eq_ignore_ascii_case(word)))
    }

    pub fn is_token(&self, index: usize, token: &Token) -> bool {
        self.token(index) == Some(token)
    }

    /// Every place where the words of `phrase` stand.
    pub fn places<'p>(&'p self, phrase: &'p str) -> impl Iterator<Item = usize> + 'p {
        (0..self.pieces.len()).filter(move |index| self.is(*index, phrase))
    }

    /// Whether the words of `phrase` stand anywhere.
    pub fn has(&self, phrase: &str) -> bool {
        self.places(phrase).next().is_some()
    }

    /// Bytes of the tokens from `first` to `last`.
    pub fn range(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.pieces.get(first).map_or(self.text.len(), |piece| piece.range.start);
        start..self.pieces.get(last).map_or(start, |piece| piece.range.end)
    }

    pub fn slice(&self, first: usize, last: usize) -> &'a str {
        self.text.get(self.range(first, last)).unwrap_or("")
    }

    /// The value of the string literal at `index`.
    pub fn string(&self, index: usize) -> Option<&'a str> {
        match self.token(index)? {
            Token::SingleQuotedString(value) => Some(value),
            _ => None,
        }
    }

    /// The same of one that says now what it says when it runs: without a parameter in it.
    pub fn constant(&self, index: usize) -> Option<&'a str> {
        self.string(index).filter(|value| !value.contains("${") && !value.contains("{{"))
    }

    /// Index of the bracket that closes the one at `open`; the last token when none does.
    pub fn closing(&self, open: usize) -> usize {
        // What opens no bracket stands in one, and that is closed.
        let open = if self.is_token(open, &Token::LParen) { Some(open) } else { self.opening(open) };
        let end = self.pieces.len();
        open.and_then(|open| self.brackets.closes.get(open).copied().flatten()).unwrap_or(end.saturating_sub(1))
    }

    /// Index of the bracket that is open at `index`, if any.
    pub fn opening(&self, index: usize) -> Option<usize> {
        self.brackets.around.get(index).copied().flatten()
    }

    /// The words before the brackets that are open at `index`, the innermost first.
    pub fn heads(&self, index: usize) -> impl Iterator<Item = &'a str> + '_ {
        let opens = std::iter::successors(self.opening(index), |open| self.opening(*open));
        opens.filter_map(|open| self.word(open.checked_sub(1)?))
    }

    /// Calls of a function, as the index of its name.
    pub fn calls<'p>(&'p self, name: &'p str) -> impl Iterator<Item = usize> + 'p {
        let is_call = move |index: usize| {
            let is_method = index > 0 && self.is_token(index - 1, &Token::Period);
            self.is_token(index + 1, &Token::LParen) && !is_method
        };
        self.places(name).filter(move |index| is_call(*index))
    }

    /// Parts between commas inside the brackets that `open` opens, each as first and last index.
    pub fn parts(&self, open: usize) -> Vec<(usize, usize)> {
        let close = self.closing(open);
        let (mut parts, mut depth, mut first) = (vec![], 0usize, open + 1);
        for index in open + 1..close {
            match self.token(index) {
                Some(Token::LParen | Token::LBracket) => depth += 1,
                Some(Token::RParen | Token::RBracket) => depth = depth.saturating_sub(1),
                Some(Token::Comma) if depth == 0 => {
                    parts.push((first, index.saturating_sub(1)));
                    first = index + 1;
                }
                _ => {}
            }
        }
        if first < close {
            parts.push((first, close - 1));
        }
        parts
    }

    /// What the statement creates, with the index of the first word behind that: `STREAMING TABLE`, `POLICY`.
    pub fn created(&self) -> Option<(Created, usize)> {
        let mut at = 1;
        if !self.is(0, "CREATE") {
            return None;
        }
        for modifier in ["OR REFRESH", "OR REPLACE", "PRIVATE", "TEMPORARY", "TEMP"] {
            at += if self.is(at, modifier) { modifier.split(' ').count() } else { 0 };
        }
        let found = Created::ALL.iter().find(|(phrase, _)| self.is(at, phrase))?;
        Some((found.1, at + found.0.split(' ').count()))
    }

    pub fn creates(&self, what: Created) -> bool {
        self.created().is_some_and(|(created, _)| created == what)
    }

    /// Whether the statement defines a dataset of a pipeline that holds rows.
    pub fn creates_table(&self) -> bool {
        self.creates(Created::StreamingTable) || self.creates(Created::MaterializedView)
    }

    /// Whether the statement defines a dataset of a pipeline, or may do so.
    pub fn creates_dataset(&self) -> bool {
        self.setting != Setting::Beside
            && (self.creates_table() || self.creates(Created::View) || self.creates(Created::Flow))
    }

    pub fn is_materialized_view(&self) -> bool {
        self.creates(Created::MaterializedView)
    }

    /// The dataset that the statement defines, if it is a streaming table that change data capture writes.
    pub fn is_cdc_target(&self) -> bool {
        let name = self.created().and_then(|(_, at)| self.parts_of_name(at));
        let is_table = self.definition.is_some_and(|d| d.kind == DatasetKind::StreamingTable);
        name.is_some_and(|(name, _)| is_table && (self.keeps_current(&name) || self.keeps_history(&name)))
    }

    /// Whether a table keeps only the current row of each key; `name` in any letter case.
    pub fn keeps_current(&self, name: &[String]) -> bool {
        self.targets.current.contains(&folded_parts(name))
    }

    /// Whether a table keeps the history of each key; `name` in any letter case.
    pub fn keeps_history(&self, name: &[String]) -> bool {
        self.targets.history.contains(&folded_parts(name))
    }

    /// What the table of the pipeline is that `name` means, both naming a schema; `None` for other tables.
    pub fn kind_of(&self, name: &[String]) -> Option<DatasetKind> {
        let table = self.targets.table(name)?;
        (table.name.len().min(name.len()) > 1).then_some(table.kind)
    }

    /// Whether the streaming table that `name` can mean tracks its rows, if it says so; `None` for other tables.
    pub fn tracks_rows(&self, name: &[String]) -> Option<Option<bool>> {
        let table = self.targets.table(name)?;
        (table.kind == DatasetKind::StreamingTable).then_some(table.tracks_rows)
    }

    /// The parts of the dotted name that begins at `index`, and the index behind it.
    pub fn parts_of_name(&self, index: usize) -> Option<(Vec<String>, usize)> {
        let (_, behind) = self.name_at(index)?;
        let part = |at: usize| match self.token(at) {
            Some(Token::Word(word)) => Some(word.value.clone()),
            _ => None,
        };
        Some(((index..behind).filter_map(part).collect(), behind))
    }

    /// The column list of a dataset: its brackets, if it has one.
    pub fn column_list(&self) -> Option<usize> {
        let (_, mut at) = self.created().filter(|_| self.creates_table() || self.creates(Created::View))?;
        while matches!(self.token(at), Some(Token::Word(_) | Token::Period)) {
            if self.is(at, "AS") {
                return None;
            }
            at += 1;
        }
        self.is_token(at, &Token::LParen).then_some(at)
    }

    /// The value of a table property.
    pub fn property(&self, key: &str) -> Option<&'a str> {
        let open = self.places("TBLPROPERTIES").next()? + 1;
        let is_key = |first: usize| self.string(first).is_some_and(|k| k.eq_ignore_ascii_case(key));
        let (_, last) = self.parts(open).into_iter().find(|(first, _)| is_key(*first))?;
        self.string(last).or_else(|| Some(self.slice(last, last)))
    }

    /// The last part of the dotted name that begins at `index`, and the index behind it.
    pub fn name_at(&self, index: usize) -> Option<(&'a str, usize)> {
        let part = |at: usize| match self.token(at) {
            Some(Token::Word(word)) => Some(word.value.as_str()),
            _ => None,
        };
        let (mut at, mut last) = (index + 1, part(index)?);
        while self.is_token(at, &Token::Period) {
            last = part(at + 1)?;
            at += 2;
        }
        Some((last, at))
    }

    /// Tables read as streams: the index of `STREAM` and the parts of the table's name.
    pub fn streams(&self) -> Vec<(usize, Vec<String>)> {
        let sources =
            self.places("STREAM").filter(|at| *at > 0 && (self.is(at - 1, "FROM") || self.is(at - 1, "JOIN")));
        let named = |at: usize| {
            let name = if self.is_token(at + 1, &Token::LParen) { at + 2 } else { at + 1 };
            self.parts_of_name(name).map(|(name, _)| (at, name))
        };
        sources.filter_map(named).collect()
    }
}

/// The round brackets of a statement, found once: it may have as many as it has words.
struct Brackets {
    /// Which bracket is open at each token.
    around: Vec<Option<usize>>,
    /// Where each bracket that is opened is closed.
    closes: Vec<Option<usize>>,
}

impl Brackets {
    fn of(pieces: &[Piece]) -> Self {
        let (mut around, mut closes, mut open) = (Vec::with_capacity(pieces.len()), vec![None; pieces.len()], vec![]);
        for (index, piece) in pieces.iter().enumerate() {
            around.push(open.last().copied());
            match piece.token {
                Token::LParen => open.push(index),
                Token::RParen => {
                    if let Some(close) = open.pop().and_then(|opened: usize| closes.get_mut(opened)) {
                        *close = Some(index);
                    }
                }
                _ => {}
            }
        }
        Brackets { around, closes }
    }
}

/// What a `CREATE` statement makes, as far as rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Created {
    StreamingTable,
    MaterializedView,
    View,
    Flow,
    Function,
    Policy,
}

impl Created {
    const ALL: &[(&str, Created)] = &[
        ("STREAMING TABLE", Created::StreamingTable),
        ("STREAMING LIVE TABLE", Created::StreamingTable),
        ("LIVE TABLE", Created::MaterializedView),
        ("MATERIALIZED VIEW", Created::MaterializedView),
        ("LIVE VIEW", Created::View),
        ("VIEW", Created::View),
        ("FLOW", Created::Flow),
        ("FUNCTION", Created::Function),
        ("POLICY", Created::Policy),
    ];
}
