//! Statements read by the grammar of `grammar/*.txt`.
//!
//! Alternatives are tried in order, and the first that fits is taken. When none does, the fault is the furthest place
//! that any of them reached, with everything that could have stood there.

use sqlparser::ast::ObjectName;
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::governance;
use crate::ParseFault;
use crate::ast::{Command, CommandPart, StatementKind};
use crate::diag::did_you_mean;
use crate::grammar::{GrammarRule, Item, Slot, grammar};

/// What stands in the list of a message for the end.
const END: &str = "the end";

/// How many words a message lists before it only says that the found one is wrong.
const LISTED: usize = 7;

/// Reads a statement of the grammar, which must begin with the next word.
pub(super) fn command(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let Token::Word(word) = c.token() else { return Err(c.expected(&["a statement"])) };
    let head = word.value.clone();
    let labelled = c.parser.peek_nth_token_ref(1).token == Token::Colon;
    let rules: Vec<&GrammarRule> = if labelled {
        grammar().named("block").into_iter().collect()
    } else {
        grammar().beginning_with(&head).collect()
    };
    let start = c.index();
    let mut matcher = Matcher { c, reached: start, words: vec![], fault: None, fatal: None };
    for rule in rules {
        let mut parts = vec![];
        if matcher.item(&rule.item, &mut parts) && matcher.fatal.is_none() {
            if matcher.c.at_end() {
                return Ok(StatementKind::Command(Box::new(Command { rule: rule.name, parts })));
            }
            matcher.note_word(END);
        }
        matcher.c.move_to(start);
    }
    Err(matcher.complaint())
}

/// `BEGIN .. END`, the body of a function.
pub(super) fn block(c: &mut Cursor<'_>) -> Parsed<Command> {
    match command(c)? {
        StatementKind::Command(command) => Ok(*command),
        _ => Err(c.expected(&["BEGIN"])),
    }
}

struct Matcher<'c, 't> {
    c: &'c mut Cursor<'t>,
    /// Index of the furthest token that did not fit.
    reached: usize,
    /// What would have fitted there.
    words: Vec<&'static str>,
    /// What a reader of its own said about that place.
    fault: Option<ParseFault>,
    /// What no alternative can mend.
    fatal: Option<ParseFault>,
}

impl Matcher<'_, '_> {
    /// Whether a failure at `index` is to be remembered; forgets those before it.
    fn is_furthest(&mut self, index: usize) -> bool {
        if index > self.reached {
            self.reached = index;
            self.words.clear();
            self.fault = None;
        }
        index == self.reached
    }

    fn note_word(&mut self, word: &'static str) {
        if self.is_furthest(self.c.index()) && !self.words.contains(&word) {
            self.words.push(word);
        }
    }

    /// Remembers a fault that comes from a reader of its own.
    fn note_fault(&mut self, fault: ParseFault) {
        let index = self.c.index_at(fault.range.start);
        if self.is_furthest(index) && (self.fault.is_none() || fault.hint.is_some()) {
            self.fault = Some(fault);
        }
    }

    fn complaint(self) -> ParseFault {
        let Matcher { c, reached, words, fault, fatal } = self;
        if let Some(fault) = fatal {
            return fault;
        }
        c.move_to(reached);
        let meant = match c.token() {
            Token::Word(word) if word.quote_style.is_none() => did_you_mean(&word.value, words.iter().copied()),
            _ => None,
        };
        match fault {
            Some(fault) if meant.is_none() && (words.is_empty() || fault.hint.is_some()) => fault,
            Some(fault) if meant.is_none() && fault.range.start != c.range().start => fault,
            _ if words.len() > LISTED || words.is_empty() => {
                let some: Vec<String> = words.iter().take(LISTED).map(|word| format!("`{word}`")).collect();
                let hint = meant.unwrap_or_else(|| format!("expected one of {}, ..", some.join(", ")));
                c.fault(format!("unexpected {}", c.found())).hint(hint)
            }
            _ => c.expected(&words).maybe_hint(meant),
        }
    }

    /// Reads `item`; `false` when it does not fit, and then the place is as undefined as `parts`.
    fn item(&mut self, item: &'static Item, parts: &mut Vec<CommandPart>) -> bool {
        match item {
            Item::Word(word) => {
                let fits = self.c.eat(word);
                self.keep(fits, word, CommandPart::Word(word), parts)
            }
            Item::Sign(sign) => {
                let fits = self.c.sign(sign);
                self.keep(fits, sign, CommandPart::Sign(sign), parts)
            }
            Item::Slot(slot) => match self.slot(*slot) {
                Ok(part) => {
                    parts.push(part);
                    true
                }
                Err(fault) => {
                    self.note_fault(fault);
                    false
                }
            },
            Item::Rule(position) => self.rule(*position, parts),
            Item::Sequence(items) => items.iter().all(|item| self.item(item, parts)),
            Item::Optional(inner) => {
                self.attempt(inner, parts);
                true
            }
            Item::Choice(all) => all.iter().any(|item| self.attempt(item, parts)),
            Item::AnyOrder(all) => self.any_order(all, parts),
            Item::List(inner) => self.list(inner, parts),
            Item::Repeat(inner) => {
                while self.attempt(inner, parts) {}
                true
            }
        }
    }

    fn keep(&mut self, fits: bool, word: &'static str, part: CommandPart, parts: &mut Vec<CommandPart>) -> bool {
        if fits {
            parts.push(part);
        } else {
            self.note_word(word);
        }
        fits
    }

    fn rule(&mut self, position: usize, parts: &mut Vec<CommandPart>) -> bool {
        let Some(rule) = grammar().at(position) else { return false };
        if let Err(fault) = self.c.descend() {
            self.fatal = Some(fault);
            return false;
        }
        let fits = self.item(&rule.item, parts);
        self.c.ascend();
        fits
    }

    /// Reads `item`, or leaves place and parts as they were.
    fn attempt(&mut self, item: &'static Item, parts: &mut Vec<CommandPart>) -> bool {
        let (place, length) = (self.c.index(), parts.len());
        let fits = self.fatal.is_none() && self.item(item, parts);
        if !fits {
            self.c.move_to(place);
            parts.truncate(length);
        }
        fits
    }

    fn list(&mut self, inner: &'static Item, parts: &mut Vec<CommandPart>) -> bool {
        if !self.item(inner, parts) {
            return false;
        }
        while self.c.sign(",") {
            parts.push(CommandPart::Sign(","));
            if !self.item(inner, parts) {
                return false;
            }
        }
        self.note_word(",");
        true
    }

    fn any_order(&mut self, all: &'static [Item], parts: &mut Vec<CommandPart>) -> bool {
        let mut read: Vec<Option<Vec<CommandPart>>> = all.iter().map(|_| None).collect();
        loop {
            let range = self.c.range();
            let mut found = None;
            for (position, item) in all.iter().enumerate() {
                let mut clause = vec![];
                if self.attempt(item, &mut clause) {
                    found = Some((position, clause));
                    break;
                }
            }
            let Some((position, clause)) = found else { break };
            let Some(slot) = read.get_mut(position) else { break };
            if slot.is_some() {
                let text = self.c.text.get(range.clone()).unwrap_or("").to_ascii_uppercase();
                self.fatal = Some(ParseFault::new(range, format!("duplicate `{text}`")));
                return false;
            }
            *slot = Some(clause);
        }
        parts.extend(read.into_iter().flatten().flatten());
        true
    }

    fn slot(&mut self, slot: Slot) -> Parsed<CommandPart> {
        let c = &mut *self.c;
        Ok(match slot {
            Slot::Name(most) => CommandPart::Name(c.dotted(most)?),
            Slot::Column => CommandPart::Name(governance::column(c)?),
            Slot::Ident => CommandPart::Name(ObjectName::from(vec![c.ident()?])),
            Slot::Expr => CommandPart::Expr(Box::new(c.expr()?)),
            Slot::Query => CommandPart::Query(c.query()?),
            Slot::CopyQuery => CommandPart::Query(c.copy_query()?),
            Slot::Text => CommandPart::Text(c.string()?),
            Slot::Path => CommandPart::Text(c.path()?),
            Slot::Integer => CommandPart::Number(c.integer()?.to_string()),
            Slot::Number => CommandPart::Number(c.number()?),
            Slot::Type => CommandPart::Type(c.type_name()?),
            Slot::Literal => match c.token() {
                Token::SingleQuotedString(_) => CommandPart::Text(c.string()?),
                Token::Word(word) if word.value.starts_with(['$', '{']) => CommandPart::Expr(Box::new(c.argument()?)),
                Token::Word(word) if !["TRUE", "FALSE", "NULL"].iter().any(|word| c.is(word)) => {
                    let hint = did_you_mean(&word.value, ["true", "false"]);
                    return Err(c.fault(format!("expected a literal, found {}", c.found())).maybe_hint(hint));
                }
                _ => CommandPart::Expr(Box::new(c.argument()?)),
            },
            Slot::Value => match c.token() {
                Token::SingleQuotedString(_) if c.string_stands_alone() => CommandPart::Text(c.string()?),
                _ => CommandPart::Expr(Box::new(c.value()?)),
            },
            Slot::Statement => {
                c.descend()?;
                let statement = super::statement(c);
                c.ascend();
                CommandPart::Statement(Box::new(statement?))
            }
        })
    }
}
