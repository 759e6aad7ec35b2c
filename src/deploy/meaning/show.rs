//! Meanings for people: a line each, and as a table of Markdown.

use super::{Meaning, MeaningKind};

/// A line a meaning: dataset, kind, why, and what to do.
pub fn text(meanings: &[Meaning]) -> String {
    let line = |(place, meaning): (usize, &Meaning)| {
        let mut line = format!("{}: {}: {}", meaning.dataset, meaning.kind.word(), because(meaning));
        if let Some(remedy) = &meaning.remedy {
            let first = meanings.iter().take(place).find(|other| other.remedy.as_ref() == Some(remedy));
            line.push_str("; remedy: ");
            match first {
                Some(first) if remedy.text.len() > SHORT => line.push_str(&format!("as for `{}`", first.dataset)),
                _ => line.push_str(&remedy.text),
            }
        }
        line + "\n"
    };
    meanings.iter().enumerate().map(line).collect()
}

/// What is said twice rather than referred to.
const SHORT: usize = 100;

fn because(meaning: &Meaning) -> String {
    let mut why = meaning.why.join("; ");
    if !meaning.via.is_empty() {
        let path: Vec<String> = meaning.via.iter().map(|name| format!("`{name}`")).collect();
        why.push_str(&format!(" (via {})", path.join(" > ")));
    }
    why
}

/// The same as a table of Markdown; words come last, in one line.
pub fn markdown(meanings: &[Meaning]) -> String {
    let mut out = String::new();
    let (words, changes): (Vec<_>, Vec<_>) = meanings.iter().partition(|m| m.kind == MeaningKind::NothingButWords);
    if !changes.is_empty() {
        out.push_str("| dataset | means | why | remedy |\n|---|---|---|---|\n");
    }
    for meaning in changes {
        let remedy = meaning.remedy.as_ref().map_or("", |remedy| remedy.text.as_str());
        let cells = [&format!("`{}`", meaning.dataset), meaning.kind.word(), &because(meaning), remedy].map(cell);
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if !words.is_empty() {
        let names: Vec<String> = words.iter().map(|meaning| format!("`{}`", meaning.dataset)).collect();
        out.push_str(&format!("\nNothing but words: {}\n", names.join(", ")));
    }
    out
}

/// A text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
