//! Errors in a SQL file, one per line: `file:line:column: message (remedy)`.

use lakeflow::ParseFault;
use lakeflow::source::{FileId, LineColumn, SourceMap};

/// A file in which places are looked up.
pub struct FilePlaces {
    sources: SourceMap,
    file: FileId,
}

impl FilePlaces {
    pub fn new(name: String, text: &str) -> Self {
        let mut sources = SourceMap::default();
        FilePlaces { file: sources.add(name, text), sources }
    }

    /// The file as it is shown.
    pub fn name(&self) -> &str {
        self.sources.path(self.file)
    }

    pub fn at(&self, offset: usize) -> LineColumn {
        self.sources.line_column(self.file, offset)
    }

    /// A fault without the name of the file.
    pub fn said(&self, fault: &ParseFault) -> String {
        let place = self.at(fault.range.start);
        let hint = fault.hint.as_deref().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{}:{}: {}{hint}", place.line, place.column, fault.message)
    }

    /// A fault as a line, without its end.
    pub fn line(&self, fault: &ParseFault) -> String {
        format!("{}:{}", self.name(), self.said(fault))
    }
}
