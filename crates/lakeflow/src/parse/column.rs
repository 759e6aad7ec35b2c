//! What stands between the brackets of a table: columns, then expectations, then keys (lakeflow-sql.md, "Streaming
//! tables" and "Materialized views").

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::clause::{TableKind, mask};
use super::cursor::{Cursor, Once, Parsed};
use crate::ParseFault;
use crate::ast::{
    DeclaredColumn, Expectation, ForeignKey, Generated, Ident, InlineKey, KeyOption, ObjectName, TableConstraint,
    TableConstraintKind, TypeName, Violation,
};
use crate::lex::is_word;

/// What was read.
#[derive(Default)]
pub(super) struct TableElements {
    pub(super) columns: Vec<DeclaredColumn>,
    pub(super) expectations: Vec<Expectation>,
    pub(super) constraints: Vec<TableConstraint>,
}

/// `( column, .., CONSTRAINT .., .. )`, or nothing.
pub(super) fn table_elements(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<TableElements> {
    let mut elements = TableElements::default();
    if !c.eat_token(&Token::LParen) {
        return Ok(elements);
    }
    loop {
        elements.read_one(c, kind)?;
        if !c.eat_token(&Token::Comma) {
            break;
        }
    }
    c.close_list()?;
    elements.columns.shrink_to_fit();
    c.distinct(elements.columns.iter().map(|column| &column.name))?;
    Ok(elements)
}

/// `CONSTRANT name EXPECT ..`, which looks like a column of a type `name`.
pub(super) fn misspelt_constraint(c: &Cursor<'_>) -> Option<ParseFault> {
    let at = |n: usize, word: &str| is_word(&c.parser.peek_nth_token_ref(n).token, word);
    let opens = |n: usize| c.parser.peek_nth_token_ref(n).token == Token::LParen;
    if at(0, "UNIQUE") && opens(1) {
        return Some(c.fault("`UNIQUE` is only allowed on plain tables"));
    }
    let meant: &[&str] = if at(2, "EXPECT") && opens(3) || (at(2, "PRIMARY") || at(2, "FOREIGN")) && opens(4) {
        &["CONSTRAINT"]
    } else if at(1, "KEY") {
        &["PRIMARY", "FOREIGN"]
    } else {
        return None;
    };
    let fault = c.expected_one_of("a column or a constraint", meant);
    fault.hint.is_some().then_some(fault)
}

impl TableElements {
    fn read_one(&mut self, c: &mut Cursor<'_>, kind: TableKind) -> Parsed<()> {
        let place = c.range();
        if c.eat("CONSTRAINT") {
            let name = c.ident()?;
            if c.is("EXPECT") {
                if kind == TableKind::Table {
                    return Err(c
                        .fault("expectations are only allowed on pipeline datasets")
                        .hint("write `CHECK (..)`"));
                }
                if !self.constraints.is_empty() {
                    return Err(ParseFault::new(place, "expectations must come before primary and foreign keys"));
                }
                self.expectations.push(expectation(c, name)?);
            } else {
                let constraint = key(c, Some(name), kind, &["EXPECT"])?;
                self.add_key(constraint, place)?;
            }
        } else if c.is("PRIMARY KEY") || c.is("FOREIGN KEY") || c.is("CHECK") || kind.has_unique(c) {
            let constraint = key(c, None, kind, &[])?;
            self.add_key(constraint, place)?;
        } else if c.is("EXPECT") && c.parser.peek_nth_token_ref(1).token == Token::LParen {
            return Err(c.fault("an expectation must have a name").hint("write `CONSTRAINT name EXPECT (..)`"));
        } else if let Some(fault) = misspelt_constraint(c) {
            return Err(fault);
        } else if self.expectations.is_empty() && self.constraints.is_empty() {
            let column = column(c, kind)?;
            self.add_column(column, place)?;
        } else if matches!(c.token(), Token::Word(_)) {
            let hint = "a constraint starts with `CONSTRAINT name`";
            return Err(ParseFault::new(place, "columns must come before constraints").hint(hint));
        } else {
            return Err(c.expected(&["CONSTRAINT"]));
        }
        Ok(())
    }

    /// There is one primary key, of a column or of the table.
    fn add_key(&mut self, constraint: TableConstraint, place: Range<usize>) -> Parsed<()> {
        let is_primary = |c: &TableConstraint| matches!(c.kind, TableConstraintKind::PrimaryKey { .. });
        let before = self.columns.iter().any(|c| c.primary_key.is_some()) || self.constraints.iter().any(is_primary);
        if before && is_primary(&constraint) {
            return Err(
                ParseFault::new(place, "a table can only have one primary key").hint("write `PRIMARY KEY (a, b)`")
            );
        }
        self.constraints.push(constraint);
        Ok(())
    }

    fn add_column(&mut self, column: DeclaredColumn, place: Range<usize>) -> Parsed<()> {
        if column.primary_key.is_some() && self.columns.iter().any(|c| c.primary_key.is_some()) {
            return Err(ParseFault::new(place, "a table can only have one primary key")
                .hint("write `PRIMARY KEY (a, b)` after the columns"));
        }
        self.columns.push(column);
        Ok(())
    }
}

/// `EXPECT (predicate) [ON VIOLATION ..]` behind `CONSTRAINT name`.
pub(super) fn expectation(c: &mut Cursor<'_>, name: Ident) -> Parsed<Expectation> {
    c.expect("EXPECT")?;
    c.expect_token(&Token::LParen)?;
    let predicate = c.expr()?;
    c.expect_token(&Token::RParen)?;
    let on_violation = if c.eat("ON") {
        c.expect("VIOLATION")?;
        Some(violation(c)?)
    } else {
        None
    };
    Ok(Expectation { name, predicate, on_violation })
}

fn violation(c: &mut Cursor<'_>) -> Parsed<Violation> {
    match c.one_of(&["DROP", "FAIL"]) {
        Ok("DROP") => c.expect("ROW").map(|()| Violation::DropRow),
        Ok(_) => c.expect("UPDATE").map(|()| Violation::FailUpdate),
        Err(fault) => {
            let message = format!("expected `DROP ROW` or `FAIL UPDATE`, found {}", c.found());
            let hint = fault.hint.unwrap_or_else(|| "without `ON VIOLATION` rows are kept and counted".to_owned());
            Err(ParseFault::new(fault.range, message).hint(hint))
        }
    }
}

/// `PRIMARY KEY (..)`, `FOREIGN KEY (..) REFERENCES ..` or `CHECK (..)`; `others` names what else may stand here.
fn key(c: &mut Cursor<'_>, name: Option<Ident>, kind: TableKind, others: &[&str]) -> Parsed<TableConstraint> {
    if kind != TableKind::Table && c.is("CHECK") {
        return Err(c.fault("`CHECK` is not allowed in a pipeline").hint("write `EXPECT (..)`"));
    }
    let mut heads = others.to_vec();
    heads.extend(["PRIMARY", "FOREIGN"]);
    if kind.has_unique(c) {
        c.advance();
        let kind = TableConstraintKind::Unique(c.list(Cursor::ident)?);
        return Ok(TableConstraint { name, kind, options: key_options(c)? });
    }
    let kind = match c.one_of(&["PRIMARY", "FOREIGN", "CHECK"]).map_err(|_| c.expected(&heads))? {
        "PRIMARY" => {
            c.expect("KEY")?;
            let columns = c.list(|c| Ok((c.ident()?, c.eat("TIMESERIES"))))?;
            c.distinct(columns.iter().map(|(name, _)| name))?;
            let timeseries = columns.iter().find(|(_, timeseries)| *timeseries).map(|(name, _)| name.clone());
            TableConstraintKind::PrimaryKey { columns: columns.into_iter().map(|(name, _)| name).collect(), timeseries }
        }
        "FOREIGN" => {
            c.expect("KEY")?;
            let columns = c.names()?;
            c.expect("REFERENCES")?;
            let start = c.index();
            let references = foreign_key(c)?;
            if !references.columns.is_empty() && references.columns.len() != columns.len() {
                let (own, other) = (columns.len(), references.columns.len());
                let message = format!("a foreign key of {own} columns cannot refer to {other}");
                return Err(ParseFault::new(c.range_since(start), message));
            }
            TableConstraintKind::ForeignKey { columns, references }
        }
        _ => {
            c.expect_token(&Token::LParen)?;
            let predicate = c.expr()?;
            c.expect_token(&Token::RParen)?;
            TableConstraintKind::Check(predicate)
        }
    };
    Ok(TableConstraint { name, kind, options: key_options(c)? })
}

/// `NOT ENFORCED`, `RELY` and the like, in any order.
fn key_options(c: &mut Cursor<'_>) -> Parsed<Vec<KeyOption>> {
    let mut options = vec![];
    let mut once = Once::default();
    // `NOT NULL` and `ON VIOLATION` are no options, so the whole phrase must be there.
    while let Some((option, words)) = KeyOption::ALL.iter().find(|(_, words)| c.is(words)) {
        once.note(words, c.range())?;
        let opposite = KeyOption::ALL.iter().find(|(other, _)| options.contains(other) && option.excludes(*other));
        if let Some((_, other)) = opposite {
            return Err(c.fault(format!("`{other}` and `{words}` cannot be combined")));
        }
        c.expect(words)?;
        options.push(*option);
    }
    options.sort();
    Ok(options)
}

/// `table [(column, ..)]` behind `REFERENCES`.
fn foreign_key(c: &mut Cursor<'_>) -> Parsed<ForeignKey> {
    let table = c.name()?;
    let columns = if *c.token() == Token::LParen { c.list(Cursor::ident)? } else { vec![] };
    Ok(ForeignKey { table, columns })
}

fn column(c: &mut Cursor<'_>, kind: TableKind) -> Parsed<DeclaredColumn> {
    let name = c.ident()?;
    let has_no_type = matches!(c.token(), Token::Comma | Token::RParen);
    let template = has_no_type && name.quote_style.is_none() && name.value.starts_with("${");
    if has_no_type && !template || c.is("COMMENT") || c.is("NOT") || c.is("MASK") {
        return Err(c.fault(format!("expected the type of `{}`, found {}", name.value, c.found())));
    }
    // `${key}` stands for whatever columns it is replaced by.
    let data_type = if template { TypeName::Custom(ObjectName(vec![]), vec![]) } else { c.type_name()? };
    let mut column = DeclaredColumn::new(name, data_type);
    let mut once = Once::default();
    let ends = |c: &Cursor<'_>| matches!(c.token(), Token::Comma | Token::RParen);
    while !ends(c) && property(c, kind, &mut column, &mut once)? {}
    if !ends(c) {
        let heads = [
            "NOT",
            "COMMENT",
            "MASK",
            "USING",
            "CONSTRAINT",
            "PRIMARY",
            "FOREIGN",
            "REFERENCES",
            "GENERATED",
            "DEFAULT",
            "COLLATE",
        ];
        let fault = c.expected_one_of("a column property, `,` or `)`", &heads);
        return Err(if c.is("NULL") {
            fault.hint("a column is nullable unless it is declared `NOT NULL`")
        } else if c.is("CHECK") && kind != TableKind::Table {
            fault.hint("write `CONSTRAINT name EXPECT (..)` after the columns")
        } else {
            fault
        });
    }
    Ok(column)
}

/// Reads one property of a column; `false` when none follows.
fn property(c: &mut Cursor<'_>, kind: TableKind, column: &mut DeclaredColumn, once: &mut Once) -> Parsed<bool> {
    let place = c.range();
    if c.eat("NOT") {
        once.note("NOT NULL", place)?;
        c.expect("NULL")?;
        column.not_null = true;
    } else if c.eat("COMMENT") {
        once.note("COMMENT", place)?;
        column.comment = Some(c.comment()?);
    } else if c.eat("MASK") {
        once.note("MASK", place)?;
        column.mask = Some(mask(c)?);
    } else if c.eat("COLLATE") {
        once.note("COLLATE", place)?;
        column.collation = Some(c.ident()?);
    } else if ["CONSTRAINT", "PRIMARY", "FOREIGN", "REFERENCES"].iter().any(|word| c.is(word)) {
        inline_key(c, column, once)?;
    } else if kind == TableKind::Table && c.eat("UNIQUE") {
        once.note("UNIQUE", place)?;
        column.unique = true;
    } else if c.is("GENERATED") || c.is("DEFAULT") {
        if kind == TableKind::MaterializedView && c.is("DEFAULT") {
            return Err(c.fault(format!("{} is not allowed on a column of a materialized view", c.found())));
        }
        if column.default.is_some() && c.is("GENERATED") || column.generated.is_some() && c.is("DEFAULT") {
            return Err(c.fault("`GENERATED` and `DEFAULT` cannot be combined"));
        }
        if c.eat("DEFAULT") {
            once.note("DEFAULT", place)?;
            column.default = Some(Box::new(c.expr()?));
        } else {
            once.note("GENERATED", place.clone())?;
            column.generated = Some(Box::new(generated(c)?));
            takes_identity(column, place)?;
        }
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// `[CONSTRAINT name] PRIMARY KEY` or `[CONSTRAINT name] [FOREIGN KEY] REFERENCES ..`.
fn inline_key(c: &mut Cursor<'_>, column: &mut DeclaredColumn, once: &mut Once) -> Parsed<()> {
    let place = c.range();
    let name = if c.eat("CONSTRAINT") { Some(c.ident()?) } else { None };
    if c.is("EXPECT") {
        return Err(ParseFault::new(place, "an expectation is separated from a column by a comma"));
    }
    match c.one_of(&["PRIMARY", "FOREIGN", "REFERENCES"])? {
        "PRIMARY" => {
            once.note("PRIMARY KEY", place)?;
            c.expect("KEY")?;
            column.primary_key = Some(Box::new(InlineKey { name, options: key_options(c)? }));
            return Ok(());
        }
        "FOREIGN" => c.expect("KEY REFERENCES")?,
        _ => {}
    }
    once.note("REFERENCES", place)?;
    let references = foreign_key(c)?;
    column.foreign_key = Some(Box::new((InlineKey { name, options: key_options(c)? }, references)));
    Ok(())
}

/// Identity columns are of one type.
fn takes_identity(column: &DeclaredColumn, place: Range<usize>) -> Parsed<()> {
    let is_number = match &column.data_type {
        TypeName::BigInt(_) => true,
        // `LONG`, or a parameter.
        TypeName::Custom(name, _) => {
            name.to_string().eq_ignore_ascii_case("LONG") || name.to_string().starts_with("${")
        }
        _ => false,
    };
    match column.generated.as_deref() {
        Some(Generated::Identity { .. }) if !is_number => {
            let name = &column.name.value;
            let fault = ParseFault::new(place, format!("an identity column must be `BIGINT`, which `{name}` is not"));
            Err(fault.hint(format!("write `{name} BIGINT GENERATED ..`")))
        }
        _ => Ok(()),
    }
}

fn generated(c: &mut Cursor<'_>) -> Parsed<Generated> {
    c.expect("GENERATED")?;
    let always = match c.one_of(&["ALWAYS", "BY"])? {
        "ALWAYS" => true,
        _ => c.expect("DEFAULT").map(|()| false)?,
    };
    c.expect("AS")?;
    if always && *c.token() == Token::LParen {
        c.advance();
        let expr = c.expr()?;
        c.expect_token(&Token::RParen)?;
        return Ok(Generated::Always(expr));
    }
    c.expect("IDENTITY")?;
    let (mut start, mut increment) = (None, None);
    if c.eat_token(&Token::LParen) {
        let mut once = Once::default();
        // Nothing has to stand in the brackets.
        while !c.eat_token(&Token::RParen) {
            let place = c.range();
            if c.one_of(&["START", "INCREMENT"])? == "START" {
                once.note("START WITH", place)?;
                c.expect("WITH")?;
                start = Some(c.integer()?);
            } else {
                once.note("INCREMENT BY", place)?;
                c.expect("BY")?;
                increment = Some(c.integer()?);
            }
            if *c.token() == Token::Comma {
                return Err(c.fault("unexpected comma").hint("write `(START WITH 1 INCREMENT BY 1)`"));
            }
        }
    }
    Ok(Generated::Identity { always, start, increment })
}
