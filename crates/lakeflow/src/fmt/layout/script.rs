//! Statements that contain others (`BEGIN .. END`): one line per step, with the steps of a block indented by one
//! level.

use super::query;
use crate::fmt::token::Token;
use crate::fmt::tree::{Node, tree, width};
use crate::fmt::writer::TextWriter;
use crate::fmt::{spaces, words};

/// What a step does to the level of those behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Begins steps of its own.
    Opens,
    /// Begins branches with steps of their own.
    OpensBranches,
    /// Goes on with the next steps of the same block: `ELSE`.
    Continues,
    Closes,
    Stands,
}

/// Writes a script.
pub fn script(out: &mut TextWriter, tokens: Vec<Token<'_>>) {
    let mut rest = tokens.as_slice();
    let mut open: Vec<usize> = vec![];
    let mut before = Role::Opens;
    while !rest.is_empty() {
        let (role, length) = step(rest);
        let (step, behind) = rest.split_at(length.clamp(1, rest.len()));
        let level: usize = open.iter().sum();
        let is_apart = matches!(before, Role::Stands | Role::Closes) && matches!(role, Role::Stands | Role::Opens);
        if is_apart && step.first().is_some_and(follows_blank) {
            out.blank_line();
        }
        match role {
            Role::Closes => {
                let closed = level - open.pop().unwrap_or(0);
                out.levels(level, |out| step.first().iter().for_each(|end| out.comments(&end.before)));
                out.levels(closed, |out| write(out, step, role));
            }
            Role::Continues => out.levels(level.saturating_sub(1), |out| write(out, step, role)),
            _ => out.levels(level, |out| write(out, step, role)),
        }
        match role {
            Role::Opens => open.push(1),
            Role::OpensBranches => open.push(2),
            _ => {}
        }
        (rest, before) = (behind, role);
    }
}

fn follows_blank(token: &Token<'_>) -> bool {
    token.before.first().map_or(token.after_blank, |comment| comment.after_blank)
}

/// What the next step is, and its number of tokens.
fn step(tokens: &[Token<'_>]) -> (Role, usize) {
    let label = label(tokens);
    let is = |index: usize, word: &str| tokens.get(index).is_some_and(|token| token.is_word(word));
    let any = |words: &[&str]| words.iter().any(|word| is(label, word));
    let ended = tokens.iter().position(|token| token.is_sign(";")).map_or(tokens.len(), |end| end + 1);
    let up_to = |words: &[&str]| find(tokens, label + 1, words).unwrap_or(ended);
    match () {
        () if is(label, "BEGIN") => {
            let atomic = [["NOT", "ATOMIC"].as_slice(), &["ATOMIC"]]
                .into_iter()
                .find(|words| words.iter().enumerate().all(|(offset, word)| is(label + 1 + offset, word)));
            (Role::Opens, label + 1 + atomic.map_or(0, <[&str]>::len))
        }
        () if any(&["LOOP", "REPEAT"]) => (Role::Opens, label + 1),
        () if is(label, "IF") => (Role::Opens, up_to(&["THEN"]) + 1),
        () if any(&["WHILE", "FOR"]) => (Role::Opens, up_to(&["DO"]) + 1),
        () if is(label, "CASE") => (Role::OpensBranches, up_to(&["WHEN"])),
        () if any(&["ELSEIF", "WHEN"]) => (Role::Continues, up_to(&["THEN"]) + 1),
        () if is(label, "ELSE") => (Role::Continues, 1),
        () if is(label, "UNTIL") => (Role::Continues, up_to(&["END"])),
        () if is(label, "END") => (Role::Closes, ended),
        // Of a handler or a procedure, whose block is the next step.
        () if any(&["DECLARE", "CREATE"]) => (Role::Stands, up_to(&["BEGIN"]).min(ended)),
        () => (Role::Stands, ended),
    }
}

/// Number of tokens of the label before a block.
fn label(tokens: &[Token<'_>]) -> usize {
    let labelled = tokens.get(1).is_some_and(|token| token.is_sign(":"))
        && tokens
            .get(2)
            .is_some_and(|token| ["BEGIN", "WHILE", "LOOP", "REPEAT", "FOR"].iter().any(|word| token.is_word(word)));
    if labelled { 2 } else { 0 }
}

/// Where one of `words` stands at `from` or behind, outside of any `CASE` in between.
fn find(tokens: &[Token<'_>], from: usize, words: &[&str]) -> Option<usize> {
    let mut cases = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        match () {
            () if cases == 0 && words.iter().any(|word| token.is_word(word)) => return Some(index),
            () if token.is_word("CASE") => cases += 1,
            () if token.is_word("END") => cases = cases.saturating_sub(1),
            () => {}
        }
    }
    None
}

/// Writes one step on lines of its own.
fn write(out: &mut TextWriter, step: &[Token<'_>], role: Role) {
    out.newline();
    let mut tokens = step.to_vec();
    if role == Role::Closes {
        tokens.iter_mut().take(1).for_each(|end| end.before.clear());
    }
    let semicolon = tokens.pop_if(|token| token.is_sign(";"));
    mark(&mut tokens, role);
    let nodes = tree(tokens);
    match role {
        Role::Stands => super::nodes(out, &nodes),
        _ => head(out, &nodes),
    }
    if let Some(semicolon) = semicolon {
        out.token(&Token { space: false, ..semicolon });
    }
}

/// Decides on keywords and blanks of one step.
fn mark(tokens: &mut [Token<'_>], role: Role) {
    let label = label(tokens);
    words::mark(tokens.get_mut(label..).unwrap_or(&mut []));
    spaces::set(tokens);
    if let [name, colon, block, ..] = tokens
        && label > 0
    {
        (name.keyword, colon.space, block.space) = (false, false, true);
    }
    let is_word = |token: &&mut Token<'_>| {
        ["THEN", "DO", "ATOMIC", "IF", "CASE", "WHILE", "LOOP", "REPEAT", "FOR"].iter().any(|word| token.is_word(word))
    };
    match role {
        Role::Stands => {}
        Role::Closes => tokens.iter_mut().skip(1).take(1).filter(is_word).for_each(|token| token.keyword = true),
        _ => tokens.last_mut().into_iter().filter(is_word).for_each(|token| token.keyword = true),
    }
}

/// Writes what begins or ends a block; the query of a `FOR` on lines of its own if it is long.
fn head(out: &mut TextWriter, nodes: &[Node<'_>]) {
    let is_for = nodes.iter().take(3).any(|node| node.is_keyword("FOR"));
    let start = nodes.iter().position(|node| node.is_keyword("SELECT") || node.is_keyword("WITH"));
    let fits = width(nodes).is_some_and(|width| width <= out.left());
    match (start, nodes.split_last()) {
        (Some(start), Some((last, before))) if is_for && !fits && start < before.len() => {
            let (head, query) = before.split_at(start);
            out.flat(head);
            out.levels(1, |out| query::broken(out, query));
            out.newline();
            out.token(last.first());
        }
        _ => super::expr::expr(out, nodes),
    }
}
