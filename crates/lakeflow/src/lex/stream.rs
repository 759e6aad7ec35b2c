//! `FROM STREAM x` as a call: `FROM STREAM(x)`.
//!
//! sqlparser reads `FROM STREAM x` as a table `STREAM` under the alias `x` and refuses `FROM STREAM read_files(..)`; it
//! reads the call as a table function, which is what both mean. So the brackets are put in on the token vector, without
//! width, and `WITH (options)` moves behind the alias, where sqlparser expects it. Nothing else is touched: `STREAM` in any
//! other place stays the name it is.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::keyword::is_word;
use super::sources::Sources;

/// Puts the brackets in.
pub(super) fn call_streams(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut input = tokens.into_iter().peekable();
    let mut output: Vec<TokenWithSpan> = Vec::with_capacity(input.len() + 2);
    let mut sources = Sources::default();
    while let Some(mut token) = input.next() {
        let stream = sources.are_due() && is_word(&token.token, "STREAM");
        sources.note(&token.token);
        let insert = stream && matches!(input.peek(), Some(t) if names_source(&t.token));
        if stream && let Token::Word(word) = &mut token.token {
            word.value.make_ascii_uppercase(); // one spelling, or two equal statements would differ
        }
        output.push(token);
        if insert {
            open_call(&mut output);
            take_path(&mut input, &mut output);
            close_call(&mut output);
        } else if stream && matches!(input.peek(), Some(t) if t.token == Token::LParen) {
            take_brackets(&mut input, &mut output);
        }
        if stream {
            move_options(&mut input, &mut output);
        }
    }
    output
}

/// Whether a name follows, not the next clause of a query whose table is called `stream`.
fn names_source(token: &Token) -> bool {
    const CLAUSES: &[Keyword] = &[
        Keyword::WHERE,
        Keyword::GROUP,
        Keyword::ORDER,
        Keyword::HAVING,
        Keyword::QUALIFY,
        Keyword::LIMIT,
        Keyword::JOIN,
        Keyword::INNER,
        Keyword::LEFT,
        Keyword::RIGHT,
        Keyword::FULL,
        Keyword::CROSS,
        Keyword::LATERAL,
        Keyword::UNION,
        Keyword::EXCEPT,
        Keyword::INTERSECT,
        Keyword::MINUS,
        Keyword::AS,
        Keyword::ON,
    ];
    matches!(token, Token::Word(w) if w.quote_style.is_some() || !CLAUSES.contains(&w.keyword))
}

fn widthless(output: &[TokenWithSpan], token: Token) -> Option<TokenWithSpan> {
    let last = output.last()?;
    Some(TokenWithSpan { token, span: Span::new(last.span.end, last.span.end) })
}

fn open_call(output: &mut Vec<TokenWithSpan>) {
    output.extend(widthless(output, Token::LParen));
}

fn close_call(output: &mut Vec<TokenWithSpan>) {
    output.extend(widthless(output, Token::RParen));
}

/// `a.b.c` and the arguments behind it, if any.
fn take_path(input: &mut std::iter::Peekable<impl Iterator<Item = TokenWithSpan>>, output: &mut Vec<TokenWithSpan>) {
    output.extend(input.next());
    while let Some(dot) = input.next_if(|t| t.token == Token::Period) {
        output.push(dot);
        output.extend(input.next_if(|t| matches!(t.token, Token::Word(_))));
    }
    if matches!(input.peek(), Some(t) if t.token == Token::LParen) {
        take_brackets(input, output);
    }
}

/// From `(` to its `)`, or to the end of the statement when it is missing.
fn take_brackets(
    input: &mut std::iter::Peekable<impl Iterator<Item = TokenWithSpan>>,
    output: &mut Vec<TokenWithSpan>,
) {
    let mut depth = 0usize;
    while let Some(token) = input.next_if(|t| t.token != Token::SemiColon) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        output.push(token);
        if depth == 0 {
            break;
        }
    }
}

/// `WITH (..) [AS] alias` becomes `[AS] alias WITH (..)`; a sample between the two stays before the alias.
fn move_options(input: &mut std::iter::Peekable<impl Iterator<Item = TokenWithSpan>>, output: &mut Vec<TokenWithSpan>) {
    let Some(with) = input.next_if(|t| is_word(&t.token, "WITH")) else { return };
    let mut options = vec![with];
    take_brackets(input, &mut options);
    if let Some(sample) = input.next_if(|t| is_word(&t.token, "TABLESAMPLE")) {
        output.push(sample);
        take_brackets(input, output);
    }
    if let Some(keyword) = input.next_if(|t| is_word(&t.token, "AS")) {
        output.push(keyword);
        output.extend(input.next());
    } else if let Some(alias) = input.next_if(|t| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::NoKeyword))
    {
        output.push(alias);
    }
    output.append(&mut options);
}
