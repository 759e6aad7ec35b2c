//! That a layout means what its source means: the same tokens and comments in the same order, and an equal syntax tree.

use crate::lakeflow::pieces::{PieceKind, pieces};
use crate::lakeflow::{Statement, parse};

/// What the parser makes of a statement; `None` when it refuses it.
pub fn meaning(source: &str) -> Option<Vec<Statement>> {
    parse(source).ok()
}

/// Whether `text` says the same as `source`. Where the parser can't tell, no letter may differ.
pub fn is_same(source: &str, original: &Option<Vec<Statement>>, text: &str, capitals: bool) -> bool {
    if capitals && original.is_none() {
        return false;
    }
    let (Some(before), Some(after)) = (tokens(source, capitals), tokens(text, capitals)) else { return false };
    before == after && (original.is_none() || meaning(text) == *original)
}

/// Tokens, and apart from them comments, without regard to the letter case of words if they may be written in capitals.
fn tokens(text: &str, capitals: bool) -> Option<(Vec<String>, Vec<String>)> {
    let written = |kind: PieceKind, text: &str| match kind {
        PieceKind::Word if capitals => text.to_ascii_lowercase(),
        _ => text.trim_end().to_owned(),
    };
    let all = pieces(text).ok()?;
    let shown = all.into_iter().map(|piece| (piece.kind, text.get(piece.range).unwrap_or("")));
    let (comments, tokens): (Vec<_>, Vec<_>) = shown.partition(|(kind, _)| *kind == PieceKind::Comment);
    let texts = |pieces: Vec<(PieceKind, &str)>| pieces.into_iter().map(|(kind, text)| written(kind, text)).collect();
    Some((texts(tokens), texts(comments)))
}
