//! Which word is which keyword: sqlparser's list, searched only among the words of the same first letter; and whether a
//! token is a certain word, which most of Databricks' own are by their letters alone.

use std::ops::Range;
use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::Token;

/// Where the keywords of each first letter stand in the list, which is sorted.
static BY_LETTER: LazyLock<[Range<usize>; 26]> = LazyLock::new(|| {
    std::array::from_fn(|letter| {
        let first = |keyword: &&str| keyword.bytes().next().unwrap_or(0);
        let letter = b'A' + u8::try_from(letter).unwrap_or(0);
        let start = ALL_KEYWORDS.partition_point(|keyword| first(keyword) < letter);
        start..ALL_KEYWORDS.partition_point(|keyword| first(keyword) <= letter)
    })
});

/// The keyword that an unquoted word is, in any letter case.
pub(super) fn keyword(word: &str) -> Keyword {
    let first = word.bytes().next().unwrap_or(0).to_ascii_uppercase();
    let range = usize::from(first).checked_sub(usize::from(b'A')).and_then(|letter| BY_LETTER.get(letter));
    let Some((range, candidates)) = range.and_then(|range| Some((range, ALL_KEYWORDS.get(range.clone())?))) else {
        return Keyword::NoKeyword;
    };
    // No keyword is longer; bytes on the stack compare faster than one by one.
    let mut upper = [0; 64];
    let Some(upper) = upper.get_mut(..word.len()) else { return Keyword::NoKeyword };
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    let found = candidates.binary_search_by(|candidate| candidate.as_bytes().cmp(upper));
    found.ok().and_then(|at| ALL_KEYWORDS_INDEX.get(range.start + at)).copied().unwrap_or(Keyword::NoKeyword)
}

/// Whether `token` is the unquoted word `text`, in any letter case.
pub(in crate::lakeflow) fn is_word(token: &Token, text: &str) -> bool {
    matches!(token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_as_sqlparser_finds_it() {
        let words = ALL_KEYWORDS.iter().flat_map(|word| [(*word).to_owned(), word.to_lowercase(), format!("{word}X")]);
        for word in words.chain(["", "_", "é", "zzz", "a", "1"].map(str::to_owned)) {
            let Token::Word(theirs) = Token::make_word(&word, None) else { panic!("a word") };
            assert_eq!(keyword(&word), theirs.keyword, "{word}");
        }
    }
}
