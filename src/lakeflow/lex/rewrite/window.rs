//! `|> SELECT f(a) OVER w AS b WINDOW w AS (PARTITION BY c)` as `|> SELECT f(a) OVER (PARTITION BY c) AS b`, which is the
//! same: sqlparser has no place for named windows in a step, which Spark reads behind `SELECT`, `EXTEND` and `SET`.

use std::ops::Range;

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::lakeflow::lex::keyword::is_word;

/// Windows by name, each as its tokens, brackets included.
type Windows = Vec<(String, Vec<Token>)>;

/// Puts the windows of all steps where they are named.
pub(super) fn inline(input: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !input.iter().any(|t| is_word(&t.token, "WINDOW")) {
        return input;
    }
    let mut edits: Vec<(Range<usize>, Vec<Token>)> = vec![];
    for step in (0..input.len()).filter(|at| begins_step(&input, *at)) {
        let Some(clause) = clause(&input, step) else { continue };
        let Some((windows, end)) = definitions(&input, clause) else { continue };
        edits.extend(uses(&input, step..clause, &windows));
        edits.push((clause..end, vec![]));
    }
    apply(input, edits)
}

fn apply(input: Vec<TokenWithSpan>, mut edits: Vec<(Range<usize>, Vec<Token>)>) -> Vec<TokenWithSpan> {
    edits.sort_by_key(|(range, _)| range.start);
    let (mut output, mut edits) = (Vec::with_capacity(input.len()), edits.into_iter().peekable());
    let mut until = 0;
    for (at, token) in input.into_iter().enumerate() {
        while let Some((range, tokens)) = edits.next_if(|(range, _)| range.start <= at) {
            let span = Span::new(token.span.start, token.span.start);
            output.extend(tokens.into_iter().map(|token| TokenWithSpan { token, span }));
            until = range.end.max(until);
        }
        if at >= until {
            output.push(token);
        }
    }
    output
}

fn token(input: &[TokenWithSpan], at: usize) -> Option<&Token> {
    input.get(at).map(|t| &t.token)
}

fn is(input: &[TokenWithSpan], at: usize, word: &str) -> bool {
    token(input, at).is_some_and(|token| is_word(token, word))
}

fn begins_step(input: &[TokenWithSpan], at: usize) -> bool {
    let pipe = at.checked_sub(1).and_then(|before| token(input, before));
    pipe == Some(&Token::VerticalBarRightAngleBracket)
        && ["SELECT", "EXTEND", "SET"].iter().any(|word| is(input, at, word))
}

/// Index of the `WINDOW` of the step that begins at `step`.
fn clause(input: &[TokenWithSpan], step: usize) -> Option<usize> {
    let mut depth = 0usize;
    for at in step.. {
        match token(input, at)? {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            Token::SemiColon => return None,
            Token::VerticalBarRightAngleBracket if depth == 0 => return None,
            Token::Word(_) if depth == 0 && is(input, at, "WINDOW") && is(input, at + 2, "AS") => return Some(at),
            _ => {}
        }
    }
    None
}

/// What the clause at `start` defines, and where it ends; `None` when it is none.
fn definitions(input: &[TokenWithSpan], start: usize) -> Option<(Windows, usize)> {
    let (mut windows, mut at): (Windows, usize) = (vec![], start);
    loop {
        let Some(Token::Word(name)) = token(input, at + 1) else { return None };
        if !is(input, at + 2, "AS") {
            return None;
        }
        let (window, end) = match token(input, at + 3)? {
            Token::LParen => brackets(input, at + 3)?,
            Token::Word(other) => (named(&windows, &other.value)?.to_vec(), at + 4),
            _ => return None,
        };
        windows.push((name.value.clone(), window));
        if token(input, end) != Some(&Token::Comma) {
            return Some((windows, end));
        }
        at = end;
    }
}

fn named<'w>(windows: &'w Windows, name: &str) -> Option<&'w [Token]> {
    let found = windows.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, window)| window.as_slice())
}

/// From the `(` at `open` to its `)`, and the index behind that.
fn brackets(input: &[TokenWithSpan], open: usize) -> Option<(Vec<Token>, usize)> {
    let (mut depth, mut tokens) = (0usize, vec![]);
    for at in open.. {
        let token = token(input, at)?;
        tokens.push(token.clone());
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 1 => return Some((tokens, at + 1)),
            Token::RParen => depth -= 1,
            Token::SemiColon => return None,
            _ => {}
        }
    }
    None
}

/// Where a step says `OVER w` or `OVER (w)`, with the window that stands there instead. A query in brackets has windows of
/// its own.
fn uses(input: &[TokenWithSpan], step: Range<usize>, windows: &Windows) -> Vec<(Range<usize>, Vec<Token>)> {
    let (mut found, mut depth, mut query) = (vec![], 0usize, None);
    for at in step {
        match token(input, at) {
            Some(Token::LParen) => {
                depth += 1;
                let begins = ["SELECT", "FROM", "WITH"].iter().any(|word| is(input, at + 1, word));
                query = query.or(begins.then_some(depth));
            }
            Some(Token::RParen) => {
                query = query.filter(|outer| *outer != depth);
                depth = depth.saturating_sub(1);
            }
            Some(Token::Word(_)) if query.is_none() && is(input, at, "OVER") => {
                let bracketed = token(input, at + 1) == Some(&Token::LParen);
                let name = at + 1 + usize::from(bracketed);
                let closes = !bracketed || token(input, name + 1) == Some(&Token::RParen);
                let Some(Token::Word(word)) = token(input, name).filter(|_| closes) else { continue };
                let end = name + 1 + usize::from(bracketed);
                found.extend(named(windows, &word.value).map(|window| (at + 1..end, window.to_vec())));
            }
            _ => {}
        }
    }
    found
}
