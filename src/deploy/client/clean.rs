//! Makes texts from outside fit for a terminal: no escapes, no invisible characters, no secrets, limited in length.
//!
//! The texts of a server are shown to people and written to logs, so they must not move a cursor, change the writing
//! direction, or echo a token.

use std::sync::LazyLock;

use regex::Regex;

use super::secret::Secret;

/// Characters of a message that are shown.
const MAX_CHARS: usize = 2_000;

/// Sequences that a terminal obeys, with all they consist of.
static ESCAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(?:\x1b\\[|\u{9b})[0-?]*[ -/]*[@-~]|(?:\x1b[\\]PX^_]|[\u{9d}\u{90}])[^\x07\x1b\u{9c}]*(?:\x07|\x1b\\\\|\u{9c})?|\x1b[ -/]*[0-~]?").ok()
});

/// Forms of tokens, whoever they belong to.
static TOKENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:dapi|dose|dsapi|dkea)[0-9a-f]{30,}(?:-\d+)?|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(bearer|basic) +[\w.~+/=-]{8,}")
        .ok()
});

/// A text as it may be shown. `known` are secrets that it must not hold; one that is short enough to be a word is looked for too.
pub fn shown(text: &str, known: &[Secret]) -> String {
    // More than is shown, so that nothing secret is cut in half and then not found; and no more than is worth the time.
    let text: String = text.chars().take(4 * MAX_CHARS).collect();
    let mut text = match &*ESCAPES {
        Some(escapes) => escapes.replace_all(&text, "").into_owned(),
        None => text,
    };
    text.retain(|c| c == '\n' || c == '\t' || !is_unseen(c));
    for secret in known.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.expose(), "***");
    }
    if let Some(tokens) = &*TOKENS {
        text = tokens.replace_all(&text, "***").into_owned();
    }
    let text = text.trim();
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Characters that show nothing, but change how others are shown.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_can_neither_move_the_cursor_nor_hide_what_it_says() {
        for (sent, seen) in [
            ("no\x1b[2J\x1b[1;31m such\x1b]0;owned\x07 table", "no such table"),
            ("\x1b]8;;https://evil\x1b\\click\x1b]8;;\x1b\\ me", "click me"),
            ("a\u{9b}31mb\u{9d}0;t\u{9c}c", "abc"),
            ("safe\u{202e}elbat\u{2066}\u{200b}!", "safeelbat!"),
            ("\x1bPq#0\x1b\\x\x1b(By\x1bcz\x1b", "xyz"),
            ("line one\r\nline two\x08\x00", "line one\nline two"),
        ] {
            assert_eq!(shown(sent, &[]), seen, "{sent:?}");
        }
    }

    #[test]
    fn tokens_are_not_shown_whoever_they_belong_to() {
        let own = Secret::new("hunter2-hunter2");
        let dapi = format!("dapi{}", "0123456789abcdef".repeat(2));
        for text in [
            "you sent hunter2-hunter2".to_owned(),
            format!("you sent {dapi}-2"),
            "you sent eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln".to_owned(),
            "you sent Bearer abcdef.ghijkl".to_owned(),
            "you sent hunt\x1b[0mer2-hunter2".to_owned(),
            "you sent hunter2-\u{200b}hunter2".to_owned(),
        ] {
            assert_eq!(shown(&text, std::slice::from_ref(&own)), "you sent ***", "{text:?}");
        }
        assert_eq!(format!("{own} {own:?}"), "*** ***");
    }

    #[test]
    fn an_endless_message_is_cut() {
        assert_eq!(shown(&"x".repeat(100_000), &[]).chars().count(), MAX_CHARS + 1);
    }
}
