//! Each code has a number and an explanation of its own.

use super::*;

#[test]
fn every_code_is_explained_with_an_example() {
    for code in all() {
        let (number, text) = (code.number(), code.explanation());
        let heading = format!("# {number}: {}\n", code.title());
        assert!(text.starts_with(&heading), "{number} starts with {:?}", text.lines().next());
        assert!(text.matches("```").count() >= 2, "{number} has no example");
        let lines = text.lines().count();
        assert!((8..=40).contains(&lines), "{number} has {lines} lines");
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{number} has a line beyond 110 columns");
    }
}

#[test]
fn each_list_is_in_order_and_no_number_is_in_two() {
    for list in [lakeflow::codes::ALL, ALL, &all()] {
        let numbers: Vec<&str> = list.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
    assert_eq!(from_number("e0305"), Some(UNKNOWN_COLUMN));
    assert_eq!(from_number("E9999"), None);
}
