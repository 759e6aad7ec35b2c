//! `|> SELECT f(a) OVER w AS b WINDOW w AS (PARTITION BY c)` as `|> SELECT f(a) OVER (PARTITION BY c) AS b`, which is the
//! same: sqlparser has no place for named windows in a step, which Spark reads behind `SELECT`, `EXTEND` and `SET`.

use std::ops::Range;

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::lex::keyword::is_word;

/// Windows by name, each as its tokens, brackets included.
type Windows = Vec<(String, Vec<Token>)>;

/// Steps nested deeper are left alone: each level is read once more, and the parser refuses that much depth anyway.
const DEPTH: usize = 64;

/// Windows put in may make a text so many times as long; more are left alone, and refused.
const GROWTH: usize = 8;

/// Puts the windows of all steps where they are named.
pub(super) fn inline(input: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !input.iter().any(|t| is_word(&t.token, "WINDOW")) {
        return input;
    }
    let mut edits: Vec<(Range<usize>, Vec<Token>)> = vec![];
    let mut room = GROWTH * input.len();
    for step in steps(&input) {
        let Some((windows, end)) = definitions(&input, step.end) else { continue };
        let names = places(&input, step.clone(), &windows);
        let length = names.iter().map(|(_, window)| window.len()).sum();
        let Some(left) = room.checked_sub(length) else { break };
        room = left;
        edits.extend(names.into_iter().map(|(range, window)| (range, window.to_vec())));
        edits.push((step.end..end, vec![]));
    }
    apply(input, edits)
}

/// The steps that have a `WINDOW`, up to that.
fn steps(input: &[TokenWithSpan]) -> Vec<Range<usize>> {
    let mut found = vec![];
    // Where the step of each open bracket begins, if it is one that takes windows.
    let mut open: Vec<Option<usize>> = vec![None];
    for at in 0..input.len() {
        match token(input, at) {
            Some(Token::LParen) => open.push(None),
            Some(Token::RParen) if open.len() > 1 => _ = open.pop(),
            Some(Token::SemiColon) => open = vec![None],
            Some(Token::VerticalBarRightAngleBracket) => {
                let takes_windows = ["SELECT", "EXTEND", "SET"].iter().any(|word| is(input, at + 1, word));
                let step = (takes_windows && open.len() <= DEPTH).then_some(at + 1);
                open.last_mut().into_iter().for_each(|last| *last = step);
            }
            Some(Token::Word(_)) if is(input, at, "WINDOW") && is(input, at + 2, "AS") => {
                found.extend(open.last_mut().and_then(Option::take).map(|step| step..at));
            }
            _ => {}
        }
    }
    found
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
fn places<'w>(input: &[TokenWithSpan], step: Range<usize>, windows: &'w Windows) -> Vec<(Range<usize>, &'w [Token])> {
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
                found.extend(named(windows, &word.value).map(|window| (at + 1..end, window)));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    #[test]
    fn no_text_grows_beyond_its_measure() {
        let (many, wide) = (vec!["sum(a) OVER w"; 500].join(", "), vec!["a"; 500].join(", "));
        for step in ["SELECT", "SELECT 1 |> SELECT"] {
            let text = format!("FROM t |> {step} {many} WINDOW w AS (PARTITION BY {wide})");
            let short = format!("FROM t |> {step} sum(a) OVER w WINDOW w AS (PARTITION BY {wide})");
            let written = |text: &str| lex(text).tokens.iter().any(|t| is_word(&t.token, "WINDOW"));
            assert!(lex(&text).tokens.len() <= (GROWTH + 1) * text.len() && written(&text) && !written(&short));
        }
    }
}
