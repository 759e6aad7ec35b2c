//! Which word is which keyword: sqlparser's list, looked up by the ends and the length of a word; and whether a token is a
//! certain word, which most of Databricks' own are by their letters alone.

use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::Token;

/// Keywords with the same slot.
type Slot = Vec<(&'static str, Keyword)>;

const SLOTS: usize = 2048;

/// All keywords by slot: four in one at most, with these factors.
static BY_SLOT: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    let mut slots = vec![Slot::new(); SLOTS];
    for (text, keyword) in ALL_KEYWORDS.iter().zip(ALL_KEYWORDS_INDEX) {
        if let Some(slot) = slot(text).and_then(|slot| slots.get_mut(slot)) {
            slot.push((text, *keyword));
        }
    }
    slots
});

/// The slot of a word, the same in any letter case; `None` for no word.
fn slot(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let letter = |byte: Option<&u8>| byte.map(|byte| usize::from(byte & 0x1f));
    let (first, last, middle) = (letter(bytes.first())?, letter(bytes.last())?, letter(bytes.get(bytes.len() / 2))?);
    Some((first * 61 + last * 7 + middle * 5 + bytes.len() * 257) % SLOTS)
}

/// The keyword that an unquoted word is, in any letter case.
pub(super) fn keyword(word: &str) -> Keyword {
    let slot = slot(word).and_then(|slot| BY_SLOT.get(slot)).map_or(&[][..], Vec::as_slice);
    let found = slot.iter().find(|(text, _)| text.eq_ignore_ascii_case(word));
    found.map_or(Keyword::NoKeyword, |(_, keyword)| *keyword)
}

/// Whether `token` is the unquoted word `text`, in any letter case.
pub(crate) fn is_word(token: &Token, text: &str) -> bool {
    matches!(token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slot_is_long() {
        assert_eq!(BY_SLOT.iter().map(Vec::len).max(), Some(4));
        assert_eq!(BY_SLOT.iter().map(Vec::len).sum::<usize>(), ALL_KEYWORDS.len());
    }

    #[test]
    fn every_keyword_is_found_as_sqlparser_finds_it() {
        let words = ALL_KEYWORDS.iter().flat_map(|word| [(*word).to_owned(), word.to_lowercase(), format!("{word}X")]);
        for word in words.chain(["", "_", "é", "zzz", "a", "1"].map(str::to_owned)) {
            let Token::Word(theirs) = Token::make_word(&word, None) else { panic!("a word") };
            assert_eq!(keyword(&word), theirs.keyword, "{word}");
        }
    }
}
