//! Where a space goes between two tokens of a line.

use super::token::Token;
use crate::PieceKind;

/// Signs that close up to what stands before them.
const TIGHT_BEFORE: &[&str] = &[",", ")", "]", ".", "::", "?::", ";"];
/// Signs that close up to what stands behind them.
const TIGHT_BEHIND: &[&str] = &["(", "[", ".", "::", "?::"];
/// Signs that are prefixes where no operand stands before them.
const PREFIXES: &[&str] = &["-", "+", "~", "!", ":"];
/// Keywords before the name of something whose columns or parameters follow in brackets.
const NAME_FOLLOWS: &[&str] = &["TABLE", "VIEW", "INTO", "EXISTS", "WITH", "REFERENCES"];

/// Decides it for all tokens of a statement.
pub fn set(tokens: &mut [Token<'_>]) {
    let (generics, in_types) = generics(tokens);
    let tight_lists = tight_lists(tokens);
    let spaces: Vec<bool> = (0..tokens.len()).map(|index| is_apart(tokens, &generics, &tight_lists, index)).collect();
    for ((token, space), in_type) in tokens.iter_mut().zip(spaces).zip(in_types) {
        token.space = space;
        token.separates &= !in_type;
    }
}

fn is_one_of(token: &Token<'_>, signs: &[&str]) -> bool {
    token.kind == PieceKind::Sign && signs.contains(&token.text)
}

/// Whether a blank goes before the token at `index`.
fn is_apart(tokens: &[Token<'_>], generics: &[bool], tight_lists: &[bool], index: usize) -> bool {
    let Some(token) = tokens.get(index) else { return true };
    let Some(before) = index.checked_sub(1).and_then(|index| tokens.get(index)) else { return false };
    let generic = |index: Option<usize>| index.and_then(|index| generics.get(index)) == Some(&true);
    if would_join(before, token) {
        return true;
    }
    if token.text.starts_with('@') || is_one_of(token, TIGHT_BEFORE) || is_one_of(before, TIGHT_BEHIND) {
        return false;
    }
    // In angle brackets of types, and around brackets that have one.
    if generic(Some(index)) || (generic(index.checked_sub(1)) && before.text == "<") {
        return false;
    }
    // Of `>>>` the tokens are `>>` and `>`.
    if before.is_sign(">>") && token.is_sign(">") && token.touches {
        return false;
    }
    if token.is_sign(":") {
        return !token.touches;
    }
    if before.is_sign(":") {
        return !token.touches || generic_level(generics, tokens, index);
    }
    if is_prefix(tokens, index - 1) {
        return false;
    }
    if before.is_sign(",") && tight_lists.get(index - 1) == Some(&true) {
        return false;
    }
    match token.text {
        "(" => bracket_is_apart(tokens, index),
        "[" => !is_operand(before),
        _ => true,
    }
}

/// Whether two tokens without a blank would be read as one, or as the beginning of a comment.
fn would_join(before: &Token<'_>, token: &Token<'_>) -> bool {
    let both = |a: &str, b: &str| before.text.ends_with(a) && token.text.starts_with(b);
    let signs = before.kind == PieceKind::Sign && token.kind == PieceKind::Sign;
    signs && (both("-", "-") || both("/", "*") || both("<", "=") || both(">", "=") || both("|", "|") || both("!", "="))
}

fn is_operand(token: &Token<'_>) -> bool {
    match token.kind {
        PieceKind::Word => !token.keyword,
        PieceKind::Sign => [")", "]"].contains(&token.text),
        _ => true,
    }
}

/// Whether the sign at `index` stands where an operand is expected.
fn is_prefix(tokens: &[Token<'_>], index: usize) -> bool {
    let Some(sign) = tokens.get(index).filter(|sign| is_one_of(sign, PREFIXES)) else { return false };
    let Some(before) = index.checked_sub(1).and_then(|index| tokens.get(index)) else { return true };
    let ends_operand = is_operand(before) || ["END", "NULL", "TRUE", "FALSE"].iter().any(|word| before.is_word(word));
    !ends_operand || sign.text == "!" || sign.text == "~"
}

/// A call closes up; a keyword and the brackets of a declaration do not.
fn bracket_is_apart(tokens: &[Token<'_>], index: usize) -> bool {
    let Some(before) = index.checked_sub(1).and_then(|index| tokens.get(index)) else { return false };
    match before.kind {
        PieceKind::Word if before.is_word("STREAM") || before.is_word("IDENTIFIER") => false,
        PieceKind::Word if before.keyword => !TYPES_WITH_ARGUMENTS.iter().any(|name| before.is_word(name)),
        PieceKind::Word | PieceKind::Name => {
            // `WITH a (SELECT ..), b (SELECT ..)`: no function takes a query without brackets of its own.
            let holds_query = tokens.get(index + 1).is_some_and(|next| next.is_word("SELECT") || next.is_word("WITH"));
            holds_query || names_a_list(tokens, index - 1) || names_common_table(tokens, index)
        }
        PieceKind::Sign => !is_operand(before) || ends_identifier(tokens, index - 1),
        _ => true,
    }
}

/// Whether the bracket at `index` holds the columns of a common table that is not the first: `, b (x) AS (SELECT ..`.
fn names_common_table(tokens: &[Token<'_>], index: usize) -> bool {
    let follows_comma = index.checked_sub(2).and_then(|at| tokens.get(at)).is_some_and(|token| token.is_sign(","));
    if !follows_comma {
        return false;
    }
    let columns = tokens.iter().skip(index + 1);
    let length = columns.take_while(|token| token.kind != PieceKind::Sign || token.is_sign(",")).count();
    let at = |offset: usize| tokens.get(index + 1 + length + offset);
    let begins_query = |token: &Token<'_>| ["SELECT", "WITH", "VALUES", "FROM"].iter().any(|word| token.is_word(word));
    at(0).is_some_and(|token| token.is_sign(")"))
        && at(1).is_some_and(|token| token.is_word("AS"))
        && at(2).is_some_and(|token| token.is_sign("("))
        && at(3).is_some_and(begins_query)
}

/// Whether the `)` at `index` ends the name of a table or view that is computed, behind which its columns follow.
fn ends_identifier(tokens: &[Token<'_>], index: usize) -> bool {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().take(index).rev() {
        match token.text {
            ")" => depth += 1,
            "(" if depth == 0 => {
                let name = at.checked_sub(1).filter(|name| tokens.get(*name).is_some_and(|t| t.is_word("IDENTIFIER")));
                return name.is_some_and(|name| names_a_list(tokens, name));
            }
            "(" => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Keywords that take arguments as functions do.
const TYPES_WITH_ARGUMENTS: &[&str] =
    &["DECIMAL", "NUMERIC", "DEC", "CHAR", "VARCHAR", "ARRAY", "MAP", "STRUCT", "DATE"];

/// Whether the name that ends at `index` is that of a table, view or common table expression, whose columns follow.
fn names_a_list(tokens: &[Token<'_>], index: usize) -> bool {
    let mut first = index;
    while first >= 2 && tokens.get(first - 1).is_some_and(|dot| dot.is_sign(".")) {
        first -= 2;
    }
    let Some(before) = first.checked_sub(1).and_then(|index| tokens.get(index)) else { return false };
    let of_function = (2..5).any(|back| first.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(is_function));
    let is_lateral = first.checked_sub(2).and_then(|at| tokens.get(at)).is_some_and(|token| token.is_word("LATERAL"));
    before.keyword && !of_function && !is_lateral && NAME_FOLLOWS.iter().any(|word| before.is_word(word))
}

fn is_function(token: &Token<'_>) -> bool {
    token.is_word("FUNCTION")
}

/// Which signs are angle brackets of types or the `:` in them, and which tokens stand inside of such brackets.
fn generics(tokens: &[Token<'_>]) -> (Vec<bool>, Vec<bool>) {
    let mut depth = 0usize;
    let mut signs = Vec::with_capacity(tokens.len());
    let mut inside = Vec::with_capacity(tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        let is_type = |token: &Token<'_>| ["ARRAY", "MAP", "STRUCT"].iter().any(|name| token.is_word(name));
        let opens = token.is_sign("<") && before.is_some_and(is_type);
        signs.push(opens || depth > 0 && [">", ">>", ":"].contains(&token.text));
        inside.push(depth > 0);
        match token.text {
            "<" if opens => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            ">>" => depth = depth.saturating_sub(2),
            _ => {}
        }
    }
    (signs, inside)
}

/// Whether the `:` before `index` stands between the name and the type of a field.
fn generic_level(generics: &[bool], tokens: &[Token<'_>], index: usize) -> bool {
    let colon = index.checked_sub(1);
    colon.is_some_and(|colon| {
        tokens.get(colon).is_some_and(|token| token.is_sign(":")) && generics.get(colon) == Some(&true)
    })
}

/// Which commas stand in brackets of numbers behind a type: `DECIMAL(18,2)`.
fn tight_lists(tokens: &[Token<'_>]) -> Vec<bool> {
    let decimal = |token: &Token<'_>| ["DECIMAL", "NUMERIC", "DEC"].iter().any(|name| token.is_word(name));
    let mut all = vec![false; tokens.len()];
    for (index, window) in tokens.windows(5).enumerate() {
        if let [name, open, first, comma, second] = window
            && first.kind == PieceKind::Number
            && second.kind == PieceKind::Number
            && open.is_sign("(")
            && comma.is_sign(",")
            && decimal(name)
            && let Some(tight) = all.get_mut(index + 3)
        {
            *tight = true;
        }
    }
    all
}
