//! Reads the notation that `mod.rs` describes. It knows nothing about SQL.

use super::{Grammar, GrammarRule, Item, Slot};

/// One word or sign of the notation.
type Piece = &'static str;

impl Grammar {
    /// Reads the rules of all texts.
    ///
    /// # Errors
    /// The first fault of the notation, for its author.
    pub(super) fn read(texts: &[&'static str]) -> Result<Grammar, String> {
        let mut definitions: Vec<(&'static str, Vec<Piece>)> = vec![];
        for line in texts.iter().flat_map(|text| text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let pieces = pieces(line)?;
            if line.starts_with(' ') {
                let (_, body) = definitions.last_mut().ok_or("a continuation stands before any rule")?;
                body.extend(pieces);
                continue;
            }
            let [name, equals, body @ ..] = pieces.as_slice() else { return Err(format!("expected `=`: {line}")) };
            if *equals != "=" {
                return Err(format!("expected `=`: {line}"));
            }
            if definitions.iter().any(|(other, _)| other == name) {
                return Err(format!("`{name}` is defined twice"));
            }
            definitions.push((name, body.to_vec()));
        }
        let names: Vec<&'static str> = definitions.iter().map(|(name, _)| *name).collect();
        let mut grammar = Grammar::default();
        for (name, body) in definitions {
            let mut reader = GrammarReader { names: &names, pieces: &body };
            let item = reader.choice().map_err(|fault| format!("`{name}`: {fault}"))?;
            if let Some(piece) = reader.pieces.first() {
                return Err(format!("`{name}`: unexpected `{piece}`"));
            }
            grammar.rules.push(GrammarRule { name, item, heads: vec![] });
        }
        grammar.find_heads();
        Ok(grammar)
    }
}

/// Splits a line: words, quoted signs with their first quote, single signs.
fn pieces(line: &'static str) -> Result<Vec<Piece>, String> {
    let mut pieces = vec![];
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => {
                let end = rest.get(1..).and_then(|inner| inner.find('\''));
                end.ok_or_else(|| format!("the sign is never closed: {line}"))? + 1
            }
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ if rest.starts_with(",+") => 2,
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after.strip_prefix('\'').filter(|_| first == '\'').unwrap_or(after).trim_start();
    }
    Ok(pieces)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct GrammarReader<'a> {
    names: &'a [&'static str],
    pieces: &'a [Piece],
}

impl GrammarReader<'_> {
    fn eat(&mut self, piece: &str) -> bool {
        let found = self.pieces.first() == Some(&piece);
        if found {
            self.pieces = self.pieces.get(1..).unwrap_or(&[]);
        }
        found
    }

    fn alternatives(&mut self) -> Result<Vec<Item>, String> {
        let mut all = vec![self.sequence()?];
        while self.eat("|") {
            all.push(self.sequence()?);
        }
        Ok(all)
    }

    fn choice(&mut self) -> Result<Item, String> {
        let mut all = self.alternatives()?;
        Ok(if all.len() == 1 { all.remove(0) } else { Item::Choice(all) })
    }

    fn sequence(&mut self) -> Result<Item, String> {
        let mut items = vec![];
        while let Some(piece) = self.pieces.first() {
            if ["|", ")", "]", "}"].contains(piece) {
                break;
            }
            let item = self.item()?;
            items.push(if self.eat(",+") {
                Item::List(Box::new(item))
            } else if self.eat("*") {
                Item::Repeat(Box::new(item))
            } else {
                item
            });
        }
        Ok(if items.len() == 1 { items.remove(0) } else { Item::Sequence(items) })
    }

    fn item(&mut self) -> Result<Item, String> {
        if self.eat("(") {
            let inner = self.choice()?;
            return self.closed(")", inner);
        }
        if self.eat("[") {
            let inner = self.choice()?;
            return self.closed("]", Item::Optional(Box::new(inner)));
        }
        if self.eat("{") {
            let all = self.alternatives()?;
            return self.closed("}", Item::AnyOrder(all));
        }
        let Some((piece, rest)) = self.pieces.split_first() else { return Err("expected an item".to_owned()) };
        self.pieces = rest;
        if let Some(sign) = piece.strip_prefix('\'') {
            return Ok(Item::Sign(sign));
        }
        if piece.starts_with('_') {
            let position = self.names.iter().position(|name| name == piece);
            return position.map(Item::Rule).ok_or_else(|| format!("there is no rule `{piece}`"));
        }
        if piece.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            return Ok(Item::Word(piece));
        }
        slot(piece).map(Item::Slot)
    }

    fn closed(&mut self, bracket: &str, item: Item) -> Result<Item, String> {
        if self.eat(bracket) { Ok(item) } else { Err(format!("expected `{bracket}`")) }
    }
}

fn slot(word: &str) -> Result<Slot, String> {
    Ok(match word {
        "catalog" => Slot::Name(1),
        "schema" => Slot::Name(2),
        "name" => Slot::Name(3),
        "column" => Slot::Name(usize::MAX),
        "table_column" => Slot::Column,
        "ident" => Slot::Ident,
        "expr" => Slot::Expr,
        "query" => Slot::Query,
        "copy_query" => Slot::CopyQuery,
        "string" => Slot::Text,
        "path" => Slot::Path,
        "integer" => Slot::Integer,
        "number" => Slot::Number,
        "type" => Slot::Type,
        "literal" => Slot::Literal,
        "value" => Slot::Value,
        "statement" => Slot::Statement,
        _ => return Err(format!("unknown slot `{word}`")),
    })
}
