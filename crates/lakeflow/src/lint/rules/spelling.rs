//! Strings and names that engines read differently, and texts that a pipeline changes before it parses them.

use std::collections::HashSet;
use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::view::{FileView, StatementView};

/// The text of a string literal with quotes of this kind; `None` for other tokens.
fn quoted<'a>(view: &StatementView<'a>, index: usize, quote: char) -> Option<&'a str> {
    view.string(index)?;
    view.slice(index, index).strip_prefix(quote)?.strip_suffix(quote)
}

/// `'it''s'`: lakeflow-sql.md, "Names and literals".
pub fn doubled_quote(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |index: usize| {
        let body = quoted(view, index, '\'')?;
        // A backslash takes the quote behind it: `\''` is one escaped quote and the end.
        let mut escaped = String::with_capacity(body.len());
        let (mut found, mut rest) = (false, body.chars().peekable());
        while let Some(c) = rest.next() {
            match c {
                '\\' => escaped.extend(std::iter::once(c).chain(rest.next())),
                '\'' if rest.next_if_eq(&'\'').is_some() => {
                    found = true;
                    escaped.push_str("\\'");
                }
                _ => escaped.push(c),
            }
        }
        let range = view.range(index, index);
        let message = "older engines read `''` in a string as two adjacent strings and drop the quote";
        found.then(|| Finding::new(range.clone(), message).hint(r"write `\'`").replace(range, format!("'{escaped}'")))
    };
    (0..view.pieces.len()).filter_map(find).collect()
}

/// What holds nothing but strings and numbers between its brackets.
const OF_STRINGS: &[&str] =
    &["TBLPROPERTIES", "DBPROPERTIES", "PROPERTIES", "OPTIONS", "TAGS", "read_files", "cloud_files", "map", "VALUES"];

/// Words behind which a string stands and never a column.
const BEFORE_STRINGS: &[&str] =
    &["COMMENT", "LOCATION", "LIKE", "RLIKE", "INTERVAL", "DATE", "TIMESTAMP", "CRON", "ZONE"];

/// Whether a column could stand in the place of the string at `index`: only there it may be taken for a name.
fn may_be_column(view: &StatementView<'_>, index: usize, query: usize) -> bool {
    let is_one_of = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let before = index.checked_sub(1);
    let follows = |words: &[&str]| before.and_then(|at| view.word(at)).is_some_and(|word| is_one_of(words, word));
    let is_argument = before.is_some_and(|at| view.is_token(at, &Token::RArrow));
    index > query
        && !is_argument
        && !follows(BEFORE_STRINGS)
        && !view.heads(index).any(|head| is_one_of(OF_STRINGS, head))
}

/// `"text"` where a column could stand: lakeflow-sql.md, "Names and literals".
pub fn double_quoted_string(view: &StatementView<'_>) -> Vec<Finding> {
    let begins = ["SELECT", "EXPECT", "WHERE", "SET"];
    let query = (0..view.pieces.len()).find(|at| begins.iter().any(|word| view.is(*at, word)));
    let Some(query) = query else { return vec![] };
    let find = |index: usize| {
        let body = quoted(view, index, '"').filter(|_| may_be_column(view, index, query))?;
        let range = view.range(index, index);
        let finding = Finding::new(range.clone(), "double quotes make a string, never a name");
        let finding = finding.hint("write '..' for a string, and a name between backticks");
        let is_plain = !body.contains(['\'', '"', '\\']);
        Some(if is_plain { finding.replace(range, format!("'{body}'")) } else { finding })
    };
    (0..view.pieces.len()).filter_map(find).collect()
}

/// Words behind which the name of an object stands.
const BEFORE_NAMES: &[&str] =
    &["FROM", "JOIN", "INTO", "TABLE", "VIEW", "CATALOG", "SCHEMA", "VOLUME", "STREAM", "FUNCTION"];

/// `FROM my-catalog.sales.orders`: lakeflow-sql.md, "Names and literals".
pub fn unquoted_hyphen_name(view: &StatementView<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for before in BEFORE_NAMES.iter().flat_map(|word| view.places(word)) {
        let mut at = before + if view.is_token(before + 1, &Token::LParen) { 2 } else { 1 };
        while let Some(last) = part(view, at) {
            let range = view.range(at, last);
            if last > at {
                let name = view.slice(at, last);
                let finding = Finding::new(range.clone(), format!("`{name}` is read as a subtraction"));
                found.push(finding.hint("put that part in backticks").replace(range, format!("`{name}`")));
            }
            if !view.is_token(last + 1, &Token::Period) {
                break;
            }
            at = last + 2;
        }
    }
    found.sort_by_key(|finding| finding.range.start);
    found.dedup_by_key(|finding| finding.range.start);
    found
}

/// Last token of the part of a name that begins at `at`: `a`, or `a-b` without blanks.
fn part(view: &StatementView<'_>, at: usize) -> Option<usize> {
    let touches = |index: usize| view.range(index, index).end == view.range(index + 1, index + 1).start;
    let mut last = at;
    if !matches!(view.token(at)?, Token::Word(_)) {
        return None;
    }
    while view.is_token(last + 1, &Token::Minus) && view.word(last + 2).is_some() && touches(last) && touches(last + 1)
    {
        last += 2;
    }
    Some(last)
}

/// Columns that Lakeflow, Delta and the readers of files make themselves (lakeflow-sql.md, "Names and literals").
const RESERVED: &[&str] = &["_metadata", "_corrupt_record", "_change_type", "_commit_version", "_commit_timestamp"];

/// `.. AS _metadata`: lakeflow-sql.md, "Names and literals".
pub fn reserved_column_name(view: &StatementView<'_>) -> Vec<Finding> {
    let is_reserved = |word: &str| RESERVED.iter().any(|name| name.eq_ignore_ascii_case(word));
    let find = |at: usize| {
        let (name, behind) = view.name_at(at + 1).filter(|(name, _)| is_reserved(name))?;
        let message = format!("column name `{name}` is reserved by the platform");
        (behind == at + 2).then(|| Finding::new(view.range(at + 1, at + 1), message).hint("choose another name"))
    };
    view.places("AS").filter_map(find).collect()
}

/// A column whose name Delta refuses: lakeflow-sql.md, "Names and literals".
pub fn column_name_needs_mapping(view: &StatementView<'_>) -> Vec<Finding> {
    let mapped = view.property("delta.columnMapping.mode").is_some_and(|mode| mode.eq_ignore_ascii_case("name"));
    if mapped || !view.creates_table() {
        return vec![];
    }
    let refused = |name: &str| name.contains([' ', ',', ';', '{', '}', '(', ')', '\t', '=']);
    let Some(definition) = view.definition else { return vec![] };
    let own: HashSet<&str> =
        definition.columns.iter().map(|column| column.name.as_str()).filter(|name| refused(name)).collect();
    let find = |index: usize| {
        let Some(Token::Word(word)) = view.token(index) else { return None };
        (word.quote_style.is_some() && own.contains(word.value.as_str())).then(|| {
            let message = format!("Delta does not allow `{}` as a column name", word.value);
            let hint = "give it another name, or set `delta.columnMapping.mode` to `name`";
            Finding::new(view.range(index, index), message).hint(hint)
        })
    };
    // The column list and the aliases of the query say the same name.
    (0..view.pieces.len()).rev().find_map(find).into_iter().collect()
}

/// A file that begins with U+FEFF: `gen` reads over it, others do not.
pub fn byte_order_mark(file: &FileView<'_>) -> Vec<Finding> {
    let mark: Range<usize> = 0..'\u{feff}'.len_utf8();
    let finding = Finding::new(mark.clone(), "the file starts with a byte-order mark");
    let finding = finding.hint("save it as UTF-8 without one").replace(mark, "");
    file.text.starts_with('\u{feff}').then_some(finding).into_iter().collect()
}

/// How long a name may be.
const MAX_NAME: usize = 255;

/// A name that no catalog stores; paths in backticks and parameters are no names.
pub fn name_too_long(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let Some(Token::Word(word)) = view.token(at) else { return None };
        let length = word.value.chars().count();
        let is_name = length > MAX_NAME && !word.value.contains(['/', '$', '{']);
        let message = format!("a name can have at most {MAX_NAME} characters, found {length}");
        is_name.then(|| Finding::new(view.range(at, at), message).hint("shorten it"))
    };
    (0..view.pieces.len()).filter_map(find).collect()
}
