//! Diagnostics as workflow commands of GitHub Actions, which show them beside the changed lines.
//!
//! A command ends with its line and its properties end at `::`, so line breaks, commas and colons of texts are escaped.

use crate::source::SourceMap;

use super::Diagnostic;
use super::region::Region;

/// One command a line.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|d| command(d, sources) + "\n").collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let title = format!("{}: {}", diagnostic.code.number(), diagnostic.code.title());
    let mut properties = vec![];
    if let Some(label) = &diagnostic.primary {
        let Region { path, start, end } = Region::new(label.span, sources);
        properties.push(format!("file={}", property(path)));
        properties.push(format!("line={},col={}", start.line, start.column));
        properties.push(format!("endLine={},endColumn={}", end.line, end.column));
    }
    properties.push(format!("title={}", property(&title)));
    let message: Vec<&str> =
        std::iter::once(&diagnostic.message).chain(&diagnostic.hints).map(String::as_str).collect();
    format!("::{} {}::{}", diagnostic.severity.word(), properties.join(","), data(&message.join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
