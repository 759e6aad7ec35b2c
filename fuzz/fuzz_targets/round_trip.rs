//! What the parser accepts and the printer writes is read again as the same tree.
#![no_main]

use lakeflow::{parse, print};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(statements) = parse(text) else { return };
    let printed: String = statements.iter().map(|statement| print(statement) + ";\n").collect();
    match parse(&printed) {
        Ok(again) => assert_eq!(statements, again, "printed as:\n{printed}"),
        Err(faults) => panic!("what is printed does not parse: {faults:?}\n{printed}"),
    }
});
