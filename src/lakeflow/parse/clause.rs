//! The clauses behind the column list of a table: in any order, each at most once.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Once, Parsed};
use super::embedded::starts_query;
use crate::lakeflow::Fault;
use crate::lakeflow::ast::{Layout, Mask, Property, RefreshPolicy, RowFilter};

/// Which of the two kinds of table is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    StreamingTable,
    MaterializedView,
}

impl TableKind {
    pub(super) fn words(self) -> &'static str {
        match self {
            TableKind::StreamingTable => "STREAMING TABLE",
            TableKind::MaterializedView => "MATERIALIZED VIEW",
        }
    }

    fn formats(self) -> &'static [&'static str] {
        match self {
            TableKind::StreamingTable => &["DELTA"],
            TableKind::MaterializedView => &["DELTA", "ICEBERG"],
        }
    }

    /// Neither a clause nor a query where one is due.
    pub(super) fn expected_clause(self, c: &Cursor<'_>) -> Fault {
        if starts_query(c.token()) && *c.token() != Token::LParen {
            return c.expected(&["AS"]).hint("the query stands behind `AS`");
        }
        if c.is("SCHEDULE") || c.is("TRIGGER") || c.is("DEFAULT COLLATION") {
            let message = format!("{} does not go with `CREATE {}` in a pipeline", c.found(), self.words());
            return c.fault(message).hint("the pipeline's own schedule or trigger decides when it runs");
        }
        let mut heads =
            vec!["USING", "PARTITIONED BY", "CLUSTER BY", "LOCATION", "COMMENT", "TBLPROPERTIES", "WITH ROW FILTER"];
        match self {
            TableKind::StreamingTable => heads.push("FLOW"),
            TableKind::MaterializedView => heads.push("REFRESH POLICY"),
        }
        heads.push("AS");
        // A guess compares single words, so the first words of the longer heads are candidates too.
        let first_words = heads.iter().filter_map(|head| head.split(' ').next());
        let candidates: Vec<&str> = first_words.collect();
        let noun = format!("a clause of `CREATE {}` or `AS`", self.words());
        c.expected_one_of(&noun, &candidates)
    }
}

/// What was read.
#[derive(Default)]
pub(super) struct TableClauses {
    pub(super) using: Option<Ident>,
    pub(super) layout: Option<Layout>,
    pub(super) location: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) properties: Vec<Property>,
    pub(super) row_filter: Option<RowFilter>,
    pub(super) refresh_policy: Option<RefreshPolicy>,
}

impl TableClauses {
    /// Reads clauses up to the first word that begins none.
    pub(super) fn read(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<Self> {
        let mut clauses = TableClauses::default();
        let mut once = Once::default();
        while clauses.read_one(c, kind, &mut once)? {}
        Ok(clauses)
    }

    fn read_one(&mut self, c: &mut Cursor<'_>, kind: TableKind, once: &mut Once) -> Parsed<bool> {
        let place = c.range();
        if c.eat("USING") {
            once.note("USING", place)?;
            let format = c.ident()?;
            if !kind.formats().iter().any(|f| format.value.eq_ignore_ascii_case(f)) {
                let range = c.range_at(c.index() - 1);
                let message = format!("a {} cannot be stored as `{}`", kind.words().to_lowercase(), format.value);
                return Err(Fault::new(range, message).hint(format!("write `{}`", kind.formats().join("` or `"))));
            }
            self.using = Some(format);
        } else if c.eat("PARTITIONED") {
            once.note("PARTITIONED BY", place.clone())?;
            self.set_layout(
                place,
                |c| {
                    c.expect("BY")?;
                    Ok(Layout::PartitionedBy(c.list(Cursor::ident)?))
                },
                c,
            )?;
        } else if c.eat("CLUSTER") {
            once.note("CLUSTER BY", place.clone())?;
            self.set_layout(place, cluster_by, c)?;
        } else if c.eat("LOCATION") {
            once.note("LOCATION", place)?;
            self.location = Some(c.string()?);
        } else if c.eat("COMMENT") {
            once.note("COMMENT", place)?;
            self.comment = Some(c.string()?);
        } else if c.eat("TBLPROPERTIES") {
            once.note("TBLPROPERTIES", place)?;
            self.properties = properties(c)?;
        } else if c.eat("WITH") {
            once.note("WITH ROW FILTER", place)?;
            c.expect("ROW FILTER")?;
            self.row_filter = Some(row_filter(c)?);
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
            return Err(Fault::new(place, "`CLUSTER BY` and `PARTITIONED BY` exclude each other"));
        }
        self.layout = Some(read(c)?);
        Ok(())
    }
}

fn cluster_by(c: &mut Cursor<'_>) -> Parsed<Layout> {
    c.expect("BY")?;
    if *c.token() == Token::LParen {
        return Ok(Layout::ClusterBy(c.list(|c| c.dotted(usize::MAX))?));
    }
    match c.one_of(&["AUTO", "NONE"]) {
        Ok("AUTO") => Ok(Layout::ClusterByAuto),
        Ok(_) => Ok(Layout::ClusterByNone),
        Err(fault) => {
            let message = format!("expected `(`, `AUTO` or `NONE`, found {}", c.found());
            Err(Fault { message, ..fault }.maybe_hint(None))
        }
    }
}

fn refresh_policy(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<RefreshPolicy> {
    if kind == TableKind::StreamingTable {
        return Err(c.fault("`REFRESH POLICY` goes with materialized views only"));
    }
    c.expect("REFRESH POLICY")?;
    Ok(match c.one_of(&["AUTO", "INCREMENTAL", "FULL"])? {
        "AUTO" => RefreshPolicy::Auto,
        "FULL" => RefreshPolicy::Full,
        _ if c.eat("STRICT") => RefreshPolicy::IncrementalStrict,
        _ => RefreshPolicy::Incremental,
    })
}

/// `('k' = 'v', ..)`.
pub(super) fn properties(c: &mut Cursor<'_>) -> Parsed<Vec<Property>> {
    c.expect_token(&Token::LParen)?;
    let mut properties: Vec<Property> = vec![];
    loop {
        let start = c.index();
        let key = property_key(c)?;
        if properties.iter().any(|p| p.key == key) {
            return Err(Fault::new(c.range_since(start), format!("the property `{key}` is given twice")));
        }
        c.expect_token(&Token::Eq)?;
        properties.push(Property { key, value: property_value(c)? });
        if !c.eat_token(&Token::Comma) {
            break;
        }
    }
    c.close_list()?;
    Ok(properties)
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
        _ => return Err(c.fault(format!("expected a string, a number or a truth value, found {}", c.found()))),
    }
    Ok(c.text.get(c.range_since(start)).unwrap_or("").to_owned())
}

/// `function ON (argument, ..)` behind `ROW FILTER`.
pub(super) fn row_filter(c: &mut Cursor<'_>) -> Parsed<RowFilter> {
    let function = c.name()?;
    c.expect("ON")?;
    Ok(RowFilter { function, on: c.list_or_none(Cursor::argument)? })
}

/// `function [USING COLUMNS (argument, ..)]` behind `MASK`.
pub(super) fn mask(c: &mut Cursor<'_>) -> Parsed<Mask> {
    let function = c.name()?;
    let using_columns = if c.eat("USING") {
        c.expect("COLUMNS")?;
        c.list(Cursor::argument)?
    } else {
        vec![]
    };
    Ok(Mask { function, using_columns })
}
