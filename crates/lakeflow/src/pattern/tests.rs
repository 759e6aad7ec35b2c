//! Java patterns and their translations.

use regex::Regex;

use super::{End, PatternFault, translate};

fn like(text: &str, pattern: &str) -> bool {
    translate(pattern).is_ok_and(|p| Regex::new(&p.regex).is_ok_and(|r| r.is_match(text)))
}

#[test]
fn patterns_mean_what_they_mean_in_java() {
    assert!(like("2024-01-05", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"));
    assert!(!like("2024-01-05\n", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"), "\\z is the very end");
    assert!(like("a\n", "^a$"), "$ allows a closing line end");
    assert!(!like("a\nb", "^a$"));
    assert!(!like("\u{0661}", r"^\d$"), "digits are ASCII");
    assert!(!like("a\rb", "^a.b$"), "a dot is no line end");
    assert!(like("a\rb", "(?s)^a.b$"));
    assert!(like("a.b", r"^a\.b$") && !like("axb", r"^a\.b$"));
    assert!(like("x@y.z", "^[^@ ]+@[^@ ]+[.][^@ ]+$"));
    assert!(like("a-b_]", r"^[\w\-\]-]+$") && like("]a", "^[]a]+$"));
}

#[test]
fn letter_case_is_that_of_ascii() {
    assert!(like("ABC", "(?i)^abc$") && like("b", "(?i)^[A-C]$") && like("xA", "x(?i:a)") && !like("XA", "x(?i:a)"));
    assert!(!like("É", "(?i)^é$") && !like("\u{212a}", "(?i)^k$") && !like("ſ", "(?i)[a-z]"));
}

#[test]
fn classes_by_name_are_of_ascii_or_of_unicode() {
    assert!(like("aZ", r"^\p{Alpha}+$") && !like("é", r"\p{Alpha}") && like("é", r"\P{Alpha}"));
    assert!(
        like("éß漢", r"^\p{L}+$") && like("É", r"^\p{Lu}$") && !like("é", r"\p{Lu}") && like("é1-", r"^[\pL\d-]+$")
    );
    assert!(like("é", r"^\p{IsAlphabetic}$") && like("λ", r"^\p{IsGreek}$") && !like("λ", r"\p{IsLatin}"));
    assert!(like("-_", r"^\p{Punct}+$") && like("٣", r"^\p{Nd}$") && !like("٣", r"\p{Digit}"));
    assert!(like("1", r"^[^\p{L}]$") && !like("é", r"^[^\p{L}]$") && !like("é", r"^[\P{L}]$"));
    // A letter of Unicode 14, which Java 17 does not know.
    assert!(!like("\u{2c2f}", r"\p{L}") && like("\u{2c2f}", r"\P{L}"));
}

#[test]
fn what_java_refuses_is_invalid() {
    for pattern in
        ["(?P<y>a)", "a**", "a+*", "[a--b]", "a)", "(a", r"\q", "a{,2}", "{", "[z-a]", "*a", "a{b}", r"[a-\d]"]
    {
        assert!(matches!(translate(pattern), Err(PatternFault::Invalid(_))), "{pattern}: {:?}", translate(pattern));
    }
}

#[test]
fn what_has_no_form_here_is_named() {
    for pattern in [
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        "a++",
        r"\p{Cn}",
        r"(?i)\p{Lu}",
        r"\p{InGreek}",
        "[[:alpha:]]",
        "[a&&b]",
        "(?m)^a",
        "(?x)a b",
        "(?>a)",
        "^*",
    ] {
        assert!(matches!(translate(pattern), Err(PatternFault::Apart(_))), "{pattern}: {:?}", translate(pattern));
    }
}

#[test]
fn ends_and_borders_are_told() {
    let end = |pattern| translate(pattern).map(|p| p.end);
    assert_eq!(
        [end("a"), end("a$"), end(r"(a\Z)"), end("a$|b$")],
        [Ok(End::Unasked), Ok(End::Last), Ok(End::Last), Ok(End::Last)]
    );
    assert_eq!([end("a$\n"), end("(a$)b")], [Ok(End::Inside), Ok(End::Inside)]);
    assert_eq!(translate(r"\ba").map(|p| p.has_word_border), Ok(true));
}
