//! No text brings the parser down, and every fault that it reports lies in the text.
#![no_main]

use lakeflow::parse;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(faults) = parse(text) {
        assert!(!faults.is_empty());
        for fault in faults {
            assert!(text.get(fault.range.clone()).is_some(), "{fault:?} is outside of the text");
        }
    }
});
