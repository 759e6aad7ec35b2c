//! The grammar of the statements that need no node of their own: maintenance, lookups, changes of rows and objects.
//!
//! What a pipeline consists of, and who may see it, has hand-written nodes. The many statements around it have a grammar
//! as text instead (`*.txt`), read once and matched by `parse/command.rs`; so a new clause is a word in a table, and
//! nothing is accepted that is not written there. No meaning lives here.
//!
//! | notation | reads |
//! |---|---|
//! | `WORD` | that keyword |
//! | `'('` | that sign |
//! | `name`, `expr`, .. | a [`Slot`] |
//! | `_rule` | what the rule of that name reads; rules without `_` are statements |
//! | `[a b]` | `a b` or nothing |
//! | `(a \| b)` | the first that matches |
//! | `{a \| b}` | any of them in any order, each at most once |
//! | `a,+`, `a*` | one or more with commas between; any number |

mod read;

use std::sync::LazyLock;

const TEXTS: &[&str] = &[
    include_str!("objects.txt"),
    include_str!("tables.txt"),
    include_str!("data.txt"),
    include_str!("session.txt"),
    include_str!("script.txt"),
];

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::read(TEXTS).unwrap_or_default());

/// The grammar; empty, if its text were malformed, which a test excludes.
pub(super) fn grammar() -> &'static Grammar {
    &GRAMMAR
}

/// All rules.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    rules: Vec<GrammarRule>,
}

/// A named piece of grammar.
#[derive(Debug)]
pub(super) struct GrammarRule {
    /// Its name; a statement's is the kind that is reported of it.
    pub(super) name: &'static str,
    /// What it reads.
    pub(super) item: Item,
    /// Keywords that it can begin with; only of statements.
    heads: Vec<&'static str>,
}

/// What is to be read.
#[derive(Debug)]
pub(super) enum Item {
    /// A keyword.
    Word(&'static str),
    /// A sign such as `(` or `=`.
    Sign(&'static str),
    /// Something that has a reader of its own.
    Slot(Slot),
    /// Another rule, by its position.
    Rule(usize),
    /// One after the other.
    Sequence(Vec<Item>),
    /// All of it or nothing.
    Optional(Box<Item>),
    /// The first that matches.
    Choice(Vec<Item>),
    /// In any order, each at most once.
    AnyOrder(Vec<Item>),
    /// At least one, with commas between.
    List(Box<Item>),
    /// Any number.
    Repeat(Box<Item>),
}

/// What is read by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A dotted name of at most so many parts.
    Name(usize),
    /// `table.column`, of two to four parts.
    Column,
    /// A dotted name of one part that is no object: an alias, a label, a principal.
    Ident,
    /// An expression.
    Expr,
    /// A query.
    Query,
    /// A query of `COPY INTO`, which reads `FROM 'path'`.
    CopyQuery,
    /// A string literal.
    Text,
    /// A string literal, or the path itself, up to a blank.
    Path,
    /// A whole number, possibly negative.
    Integer,
    /// A number with or without a fraction.
    Number,
    /// A type.
    Type,
    /// A string, a number, `TRUE`, `FALSE` or `NULL`.
    Literal,
    /// An expression that is more than a name.
    Value,
    /// Any statement.
    Statement,
}

impl Grammar {
    /// The statements that can begin with `word`, in the order of the text.
    pub(super) fn beginning_with(&self, word: &str) -> impl Iterator<Item = &GrammarRule> {
        self.rules.iter().filter(move |rule| rule.heads.iter().any(|head| head.eq_ignore_ascii_case(word)))
    }

    /// The rule of this name.
    pub(super) fn named(&self, name: &str) -> Option<&GrammarRule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The rule at this position.
    pub(super) fn at(&self, position: usize) -> Option<&GrammarRule> {
        self.rules.get(position)
    }

    /// All keywords that a statement can begin with.
    pub(super) fn heads(&self) -> impl Iterator<Item = &'static str> {
        self.rules.iter().flat_map(|rule| rule.heads.iter().copied())
    }

    /// Second words of the statements that begin with `first`: what there is to create, to drop.
    pub(super) fn seconds(&self, first: &str) -> Vec<&'static str> {
        let mut found = vec![];
        for rule in self.beginning_with(first) {
            if let Item::Sequence(items) = &rule.item {
                self.collect_heads(items.get(1..).unwrap_or(&[]), &mut found);
            }
        }
        found
    }

    fn find_heads(&mut self) {
        for position in 0..self.rules.len() {
            let Some(rule) = self.rules.get(position) else { continue };
            if rule.name.starts_with('_') {
                continue;
            }
            let mut heads = vec![];
            self.collect_heads(std::slice::from_ref(&rule.item), &mut heads);
            if let Some(rule) = self.rules.get_mut(position) {
                rule.heads = heads;
            }
        }
    }

    /// Adds the keywords that `items` can begin with; `true` when they can also read nothing.
    fn collect_heads(&self, items: &[Item], heads: &mut Vec<&'static str>) -> bool {
        items.iter().all(|item| match item {
            Item::Word(word) => {
                heads.push(word);
                false
            }
            Item::Sign(_) | Item::Slot(_) => false,
            Item::Rule(position) => {
                self.at(*position).is_some_and(|rule| self.collect_heads(std::slice::from_ref(&rule.item), heads))
            }
            Item::Sequence(inner) => self.collect_heads(inner, heads),
            Item::List(inner) => self.collect_heads(std::slice::from_ref(inner), heads),
            Item::Optional(inner) | Item::Repeat(inner) => {
                self.collect_heads(std::slice::from_ref(inner), heads);
                true
            }
            Item::AnyOrder(all) => {
                let _ = self.any_empty(all, heads);
                true
            }
            Item::Choice(all) => self.any_empty(all, heads),
        })
    }

    fn any_empty(&self, all: &[Item], heads: &mut Vec<&'static str>) -> bool {
        all.iter().fold(false, |empty, item| self.collect_heads(std::slice::from_ref(item), heads) | empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_can_be_read() {
        let grammar = Grammar::read(TEXTS).expect("the grammar is well-formed");
        assert!(grammar.rules.len() > 80);
        let vacuum: Vec<&str> = grammar.beginning_with("vacuum").map(|rule| rule.name).collect();
        assert_eq!(vacuum, ["vacuum"]);
        assert!(grammar.seconds("DROP").contains(&"EXTERNAL"));
    }

    #[test]
    fn every_helper_is_used() {
        let grammar = Grammar::read(TEXTS).expect("the grammar is well-formed");
        let whole = TEXTS.concat();
        for rule in grammar.rules.iter().filter(|rule| rule.name.starts_with('_')) {
            let words = whole.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            assert!(words.filter(|word| *word == rule.name).count() > 1, "`{}` is never used", rule.name);
        }
    }

    #[test]
    fn a_faulty_grammar_is_refused() {
        for (text, fault) in [
            ("a = B _none", "there is no rule `_none`"),
            ("a = (B | C", "expected `)`"),
            ("a = B nonsense", "unknown slot `nonsense`"),
            ("a = 'B", "the sign is never closed"),
            ("a B", "expected `=`"),
            ("a = B\na = C", "`a` is defined twice"),
        ] {
            let message = Grammar::read(&[text]).map(|_| ()).expect_err(text);
            assert!(message.contains(fault), "{text}: {message}");
        }
    }
}
