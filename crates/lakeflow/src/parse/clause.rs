//! The clauses behind the column list of a table: in any order, each at most once.

use sqlparser::ast::{Expr, Ident};
use sqlparser::tokenizer::Token;

use super::column::TableElements;
use super::cursor::{Cursor, Once, Parsed};
use super::embedded::starts_query;
use crate::ParseFault;
use crate::ast::{
    Layout, MaskClause, ObjectName, Property, RefreshPolicy, RowFilterClause, ScheduleClause, ScheduleUnit,
    TableDefinition,
};
use crate::lex::is_word;

/// Which kind of table is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    StreamingTable,
    MaterializedView,
    Table,
}

impl TableKind {
    pub(super) fn words(self) -> &'static str {
        match self {
            TableKind::StreamingTable => "STREAMING TABLE",
            TableKind::MaterializedView => "MATERIALIZED VIEW",
            TableKind::Table => "TABLE",
        }
    }

    /// Whether `UNIQUE (..)` comes next, which only plain tables have.
    pub(super) fn has_unique(self, c: &Cursor<'_>) -> bool {
        let list = c.parser.peek_nth_token_ref(1).token == Token::LParen;
        self == TableKind::Table && list && c.is("UNIQUE")
    }

    /// What it can be stored as; `None` for any format.
    fn formats(self) -> Option<&'static [&'static str]> {
        match self {
            TableKind::StreamingTable => Some(&["DELTA"]),
            TableKind::MaterializedView => Some(&["DELTA", "ICEBERG"]),
            TableKind::Table => None,
        }
    }

    /// Neither a clause nor a query where one is due.
    pub(super) fn expected_clause(self, c: &Cursor<'_>) -> ParseFault {
        if begins_query(c) {
            return lacks_as(c);
        }
        let mut heads =
            vec!["USING", "PARTITIONED BY", "CLUSTER BY", "LOCATION", "COMMENT", "TBLPROPERTIES", "WITH ROW FILTER"];
        match self {
            TableKind::StreamingTable => heads.push("FLOW"),
            TableKind::MaterializedView => heads.push("REFRESH POLICY"),
            TableKind::Table => heads.push("OPTIONS"),
        }
        heads.push("AS");
        if c.is("ROW FILTER") {
            return c.expected(&["WITH"]).hint("write `WITH ROW FILTER`");
        }
        // A guess compares single words, so the first words of the longer heads are candidates too.
        let first_words = heads.iter().filter_map(|head| head.split(' ').next());
        let rarely = ["SCHEDULE", "TRIGGER", "DEFAULT", "FLOW"];
        let candidates: Vec<&str> = first_words.chain(rarely).collect();
        let noun = format!("a clause of `CREATE {}` or `AS`", self.words());
        c.expected_one_of(&noun, &candidates)
    }
}

/// Whether a query stands where its `AS` should.
pub(super) fn begins_query(c: &Cursor<'_>) -> bool {
    if c.is("WITH") {
        let behind = |ahead: usize| &c.parser.peek_nth_token_ref(ahead).token;
        let is_named = matches!(behind(1), Token::Word(_)) && !c.is("WITH ROW FILTER");
        return c.is("WITH RECURSIVE") || is_named && (is_word(behind(2), "AS") || *behind(2) == Token::LParen);
    }
    starts_query(c.token()) && *c.token() != Token::LParen
}

/// The fault of a dataset whose query stands behind no `AS`.
pub(super) fn lacks_as(c: &Cursor<'_>) -> ParseFault {
    c.fault(format!("missing `AS` before the query, which starts with {}", c.found())).hint("the query follows `AS`")
}

/// What was read.
#[derive(Default)]
pub(super) struct TableClauses {
    pub(super) using: Option<Ident>,
    pub(super) layout: Option<Layout>,
    pub(super) location: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) properties: Vec<Property>,
    pub(super) row_filter: Option<RowFilterClause>,
    pub(super) refresh_policy: Option<RefreshPolicy>,
    pub(super) schedule: Option<ScheduleClause>,
    pub(super) collation: Option<Ident>,
    pub(super) options: Vec<Property>,
}

impl TableClauses {
    /// Reads clauses up to the first word that begins none.
    pub(super) fn read(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<Self> {
        let mut clauses = TableClauses::default();
        let mut once = Once::default();
        while clauses.read_one(c, kind, &mut once)? {}
        Ok(clauses)
    }

    /// The definition of a table with these clauses.
    pub(super) fn define(self, name: ObjectName, elements: TableElements) -> TableDefinition {
        TableDefinition {
            or_refresh: false,
            or_replace: false,
            private: false,
            live: false,
            if_not_exists: false,
            name,
            columns: elements.columns,
            expectations: elements.expectations,
            constraints: elements.constraints,
            using: self.using,
            layout: self.layout,
            location: self.location,
            comment: self.comment,
            properties: self.properties,
            row_filter: self.row_filter,
            schedule: self.schedule,
            collation: self.collation,
            options: self.options,
        }
    }

    fn read_one(&mut self, c: &mut Cursor<'_>, kind: TableKind, once: &mut Once) -> Parsed<bool> {
        let place = c.range();
        if c.eat("USING") {
            once.note("USING", place)?;
            self.using = Some(format(c, kind)?);
        } else if c.eat("PARTITIONED") {
            once.note("PARTITIONED BY", place.clone())?;
            self.set_layout(place, partitioned_by, c)?;
        } else if c.eat("CLUSTER") {
            once.note("CLUSTER BY", place.clone())?;
            self.set_layout(place, cluster_by, c)?;
        } else if c.eat("LOCATION") {
            once.note("LOCATION", place)?;
            self.location = Some(c.string()?);
        } else if c.eat("COMMENT") {
            once.note("COMMENT", place)?;
            self.comment = Some(c.comment()?);
        } else if c.eat("TBLPROPERTIES") {
            once.note("TBLPROPERTIES", place)?;
            self.properties = properties(c)?;
        } else if c.is("WITH") && (kind != TableKind::Table && !begins_query(c) || c.is("WITH ROW")) {
            c.advance();
            once.note("WITH ROW FILTER", place)?;
            c.expect("ROW FILTER")?;
            self.row_filter = Some(row_filter(c)?);
        } else if c.is("SCHEDULE") || c.is("TRIGGER") {
            if kind == TableKind::Table {
                return Err(c.fault(format!("{} is not allowed with `CREATE TABLE`", c.found())));
            }
            if self.schedule.is_some() {
                return Err(c.fault("a table can only have one `SCHEDULE` or `TRIGGER`"));
            }
            self.schedule = Some(schedule(c)?);
        } else if c.eat("DEFAULT") {
            once.note("DEFAULT COLLATION", place)?;
            c.expect("COLLATION")?;
            self.collation = Some(c.ident()?);
        } else if kind == TableKind::Table && c.eat("OPTIONS") {
            once.note("OPTIONS", place)?;
            self.options = properties(c)?;
        } else if c.is("REFRESH") {
            once.note("REFRESH POLICY", place)?;
            self.refresh_policy = Some(refresh_policy(c, kind)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn set_layout(
        &mut self,
        place: std::ops::Range<usize>,
        read: impl FnOnce(&mut Cursor<'_>) -> Parsed<Layout>,
        c: &mut Cursor<'_>,
    ) -> Parsed<()> {
        if self.layout.is_some() {
            return Err(ParseFault::new(place, "`CLUSTER BY` and `PARTITIONED BY` cannot be combined"));
        }
        self.layout = Some(read(c)?);
        Ok(())
    }
}

fn format(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<Ident> {
    let start = c.index();
    let first = c.ident()?;
    let Some(formats) = kind.formats() else {
        // A class such as `org.apache.spark.sql.jdbc` is one word to us.
        while c.eat_token(&Token::Period) {
            c.ident()?;
        }
        if c.index() == start + 1 {
            return Ok(first);
        }
        let value = c.text.get(c.range_since(start)).unwrap_or("").to_owned();
        return Ok(Ident { value, quote_style: None, ..first });
    };
    if formats.iter().any(|format| first.value.eq_ignore_ascii_case(format)) {
        return Ok(first);
    }
    let message = format!("a {} cannot be stored as `{}`", kind.words().to_lowercase(), first.value);
    Err(ParseFault::new(c.range_since(start), message).hint(format!("write `{}`", formats.join("` or `"))))
}

/// `BY (c, ..)`, `BY (c type, ..)` or `BY (years(c), ..)`: one kind for the whole list.
fn partitioned_by(c: &mut Cursor<'_>) -> Parsed<Layout> {
    c.expect("BY")?;
    Ok(match &c.parser.peek_nth_token_ref(2).token {
        Token::Word(_) => Layout::PartitionColumns(c.list(|c| Ok((c.ident()?, c.type_name()?)))?),
        Token::LParen => Layout::PartitionTransforms(c.list(Cursor::expr)?),
        _ => Layout::PartitionedBy(c.names()?),
    })
}

fn schedule(c: &mut Cursor<'_>) -> Parsed<ScheduleClause> {
    if c.eat("TRIGGER") {
        c.expect("ON UPDATE")?;
        let limited = c.eat("AT");
        if limited {
            c.expect("MOST EVERY")?;
        }
        return Ok(ScheduleClause::OnUpdate { at_most_every: if limited { Some(interval(c)?) } else { None } });
    }
    c.expect("SCHEDULE")?;
    c.eat("REFRESH");
    if c.one_of(&["EVERY", "CRON"])? == "EVERY" {
        let place = c.range();
        let count = c.integer()?;
        if count < 1 {
            return Err(ParseFault::new(place, "a schedule must count at least 1"));
        }
        let unit = schedule_unit(c)?;
        let most = unit.most();
        if count > most {
            return Err(ParseFault::new(place, format!("a schedule can count at most {most} {}", unit.word())));
        }
        return Ok(ScheduleClause::Every { count, unit });
    }
    let expression = c.string()?;
    let zoned = c.eat("AT");
    if zoned {
        c.expect("TIME ZONE")?;
    }
    Ok(ScheduleClause::Cron { expression, zone: if zoned { Some(c.string()?) } else { None } })
}

fn interval(c: &mut Cursor<'_>) -> Parsed<Expr> {
    let start = c.index();
    match c.expr()? {
        expr @ Expr::Interval(_) => Ok(expr),
        _ => Err(ParseFault::new(c.range_since(start), "expected an interval").hint("write `INTERVAL 1 HOUR`")),
    }
}

fn schedule_unit(c: &mut Cursor<'_>) -> Parsed<ScheduleUnit> {
    let found = ScheduleUnit::ALL.iter().find(|(_, word)| c.is(word) || c.is(word.trim_end_matches('S')));
    let Some((unit, _)) = found else {
        let words: Vec<&str> = ScheduleUnit::ALL.iter().map(|(_, word)| *word).collect();
        return Err(c.expected(&words));
    };
    c.advance();
    Ok(*unit)
}

fn cluster_by(c: &mut Cursor<'_>) -> Parsed<Layout> {
    c.expect("BY")?;
    if *c.token() == Token::LParen {
        let keys = c.list(|c| c.dotted(usize::MAX))?;
        let plain = keys.iter().filter(|key| key.0.len() == 1);
        c.distinct(plain.filter_map(|key| key.0.first()?.as_ident()))?;
        return Ok(Layout::ClusterBy(keys));
    }
    match c.one_of(&["AUTO", "NONE"]) {
        Ok("AUTO") => Ok(Layout::ClusterByAuto),
        Ok(_) => Ok(Layout::ClusterByNone),
        Err(fault) => {
            let message = format!("expected `(`, `AUTO` or `NONE`, found {}", c.found());
            Err(ParseFault { message, ..fault }.maybe_hint(None))
        }
    }
}

fn refresh_policy(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<RefreshPolicy> {
    if kind != TableKind::MaterializedView {
        return Err(c.fault("`REFRESH POLICY` is only allowed on materialized views"));
    }
    c.expect("REFRESH")?;
    if c.is("EVERY") || c.is("CRON") {
        let hint = "the pipeline decides when it runs; outside of a pipeline, write `SCHEDULE EVERY ..`";
        return Err(c.expected(&["POLICY"]).hint(hint));
    }
    c.expect("POLICY")?;
    if c.is("INCREMENTAL_STRICT") {
        return Err(c.expected(&["AUTO", "INCREMENTAL", "FULL"]).hint("write `INCREMENTAL STRICT`"));
    }
    Ok(match c.one_of(&["AUTO", "INCREMENTAL", "FULL"])? {
        "AUTO" => RefreshPolicy::Auto,
        "FULL" => RefreshPolicy::Full,
        _ if c.eat("STRICT") => RefreshPolicy::IncrementalStrict,
        _ => RefreshPolicy::Incremental,
    })
}

/// `('k' = 'v', k 'v', ..)`.
pub(super) fn properties(c: &mut Cursor<'_>) -> Parsed<Vec<Property>> {
    c.expect_token(&Token::LParen)?;
    let mut properties: Vec<Property> = vec![];
    loop {
        let start = c.index();
        let key = property_key(c)?;
        if properties.iter().any(|p| p.key == key) {
            return Err(ParseFault::new(c.range_since(start), format!("duplicate property `{key}`")));
        }
        // A parameter may stand for whole properties.
        if matches!(c.token(), Token::Comma | Token::RParen) && is_parameter(&key) {
            properties.push(Property { key, value: String::new() });
            if c.eat_token(&Token::Comma) {
                continue;
            }
            break;
        }
        // The value of an option may also follow without `=`.
        if !matches!(c.token(), Token::SingleQuotedString(_) | Token::Number(..)) && !c.is("TRUE") && !c.is("FALSE") {
            c.expect_token(&Token::Eq)?;
        }
        properties.push(Property { key, value: property_value(c)? });
        if !c.eat_token(&Token::Comma) {
            break;
        }
    }
    c.close_list()?;
    Ok(properties)
}

/// Whether a key is `${name}`, which the pipeline replaces.
fn is_parameter(key: &str) -> bool {
    key.starts_with("${") && key.ends_with('}')
}

fn property_key(c: &mut Cursor<'_>) -> Parsed<String> {
    if let Token::SingleQuotedString(_) = c.token() {
        return c.string();
    }
    let start = c.index();
    c.dotted(usize::MAX)?;
    Ok(c.text.get(c.range_since(start)).unwrap_or("").to_owned())
}

fn property_value(c: &mut Cursor<'_>) -> Parsed<String> {
    let start = c.index();
    match c.token() {
        Token::SingleQuotedString(_) => return c.string(),
        Token::Minus | Token::Number(..) => {
            c.eat_token(&Token::Minus);
            if !matches!(c.token(), Token::Number(..)) {
                return Err(c.fault(format!("expected a number, found {}", c.found())));
            }
            c.advance();
        }
        Token::Word(_) if c.is("TRUE") || c.is("FALSE") => c.advance(),
        _ => return Err(c.fault(format!("expected a string, a number or a boolean, found {}", c.found()))),
    }
    Ok(c.text.get(c.range_since(start)).unwrap_or("").to_owned())
}

/// `function ON (argument, ..)` behind `ROW FILTER`.
pub(super) fn row_filter(c: &mut Cursor<'_>) -> Parsed<RowFilterClause> {
    let function = c.name()?;
    c.expect("ON")?;
    Ok(RowFilterClause { function, on: c.list_or_none(Cursor::argument)? })
}

/// `function [USING COLUMNS (argument, ..)]` behind `MASK`.
pub(super) fn mask(c: &mut Cursor<'_>) -> Parsed<MaskClause> {
    let function = c.name()?;
    let using_columns = if c.eat("USING") {
        c.expect("COLUMNS")?;
        c.list(Cursor::argument)?
    } else {
        vec![]
    };
    Ok(MaskClause { function, using_columns })
}
