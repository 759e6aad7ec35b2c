//! No text brings the lexer down, and every token lies where it says, in order.
#![no_main]

use lakeflow::tokens;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut end = 0;
    for piece in tokens(text).pieces {
        assert!(end <= piece.range.start && text.get(piece.range.clone()).is_some(), "{piece:?} behind byte {end}");
        end = piece.range.end;
    }
});
