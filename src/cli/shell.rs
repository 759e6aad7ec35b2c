//! All output of a command goes through here: which stream, which format, colour or not, how wide.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use lakeflow::diag::{Diagnostic, github, human, json, sarif};
use lakeflow::source::SourceMap;

use super::{Failure, GlobalArgs};
use crate::world::World;

/// Columns of a terminal that does not tell its width.
const DEFAULT_WIDTH: usize = 100;

/// How diagnostics, or the rows of a query, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// For people: source lines with carets.
    Human,
    /// One JSON object per line; a single JSON document for results.
    Json,
    /// A SARIF 2.1.0 log.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Rows as a table.
    Table,
    /// Rows as CSV.
    Csv,
    /// A graph as a tree.
    Tree,
    /// A graph for Mermaid.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
    /// A comment on a change.
    Markdown,
}

const FORMATS: [(&str, OutputFormat); 10] = [
    ("human", OutputFormat::Human),
    ("json", OutputFormat::Json),
    ("sarif", OutputFormat::Sarif),
    ("github", OutputFormat::Github),
    ("table", OutputFormat::Table),
    ("csv", OutputFormat::Csv),
    ("tree", OutputFormat::Tree),
    ("mermaid", OutputFormat::Mermaid),
    ("dot", OutputFormat::Dot),
    ("markdown", OutputFormat::Markdown),
];

/// The formats of diagnostics.
pub fn diagnostic_formats() -> impl TypedValueParser<Value = OutputFormat> {
    formats(["human", "json", "sarif", "github"])
}

/// The formats of rows.
pub fn row_formats() -> impl TypedValueParser<Value = OutputFormat> {
    formats(["table", "csv", "json"])
}

/// The formats of graphs.
pub fn graph_formats() -> impl TypedValueParser<Value = OutputFormat> {
    formats(["tree", "mermaid", "dot", "json"])
}

/// The formats of plans.
pub fn plan_formats() -> impl TypedValueParser<Value = OutputFormat> {
    formats(["human", "json", "markdown"])
}

fn formats<const N: usize>(words: [&'static str; N]) -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(words)
        .map(|word| FORMATS.iter().find(|(name, _)| *name == word).map_or(OutputFormat::Human, |(_, format)| *format))
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// When it goes to a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The streams of a command and what it knows about them.
pub struct Shell {
    format: Option<OutputFormat>,
    quiet: bool,
    verbose: bool,
    width: usize,
    colour_out: bool,
    colour_err: bool,
    out: BufWriter<io::Stdout>,
    err: io::Stderr,
}

impl Shell {
    /// The shell of a process.
    pub fn new(global: &GlobalArgs, world: &dyn World) -> Self {
        let colour = |is_terminal| is_coloured(global.color, is_terminal, world);
        Shell {
            format: global.format,
            quiet: global.quiet,
            verbose: global.verbose,
            width: width(world),
            colour_out: colour(io::stdout().is_terminal()),
            colour_err: colour(io::stderr().is_terminal()),
            out: BufWriter::new(io::stdout()),
            err: io::stderr(),
        }
    }

    /// The format that was asked for.
    pub fn format(&self) -> Option<OutputFormat> {
        self.format
    }

    /// Whether people read the output.
    pub fn is_human(&self) -> bool {
        matches!(self.format, None | Some(OutputFormat::Human))
    }

    /// Whether results are coloured.
    pub fn colour(&self) -> bool {
        self.colour_out
    }

    /// Columns of the terminal.
    #[cfg(feature = "engine")]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Writes a result.
    pub fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(stream_failure)
    }

    /// Writes a line on what was done, for people who did not ask for quiet.
    pub fn say(&mut self, line: &str) -> Result<(), Failure> {
        if self.quiet || !self.is_human() {
            return Ok(());
        }
        self.result(&format!("{line}\n"))
    }

    /// Writes a line for people who asked for more.
    pub fn detail(&mut self, line: &str) -> Result<(), Failure> {
        if self.verbose { self.say_aside(line) } else { Ok(()) }
    }

    /// Writes a line beside the results.
    pub fn say_aside(&mut self, line: &str) -> Result<(), Failure> {
        self.flush()?;
        writeln!(self.err, "{line}").map_err(stream_failure)
    }

    /// Writes diagnostics in the format that was asked for.
    pub fn report(&mut self, sources: &SourceMap, diagnostics: &[Diagnostic]) -> Result<(), Failure> {
        match self.format {
            Some(OutputFormat::Json) => self.result(&json::render(diagnostics, sources)),
            Some(OutputFormat::Sarif) => self.result(&sarif::render(diagnostics, sources)),
            Some(OutputFormat::Github) => self.result(&github::render(diagnostics, sources)),
            _ => {
                self.flush()?;
                let text =
                    human::render(diagnostics, sources, human::Style { color: self.colour_err, width: self.width });
                self.err.write_all(text.as_bytes()).map_err(stream_failure)
            }
        }
    }

    /// Hands everything over to the reader.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(stream_failure)
    }

    /// Says why a command could not do its work, and gives its exit status.
    pub fn fail(&mut self, status: u8, message: &str) -> ExitCode {
        let mut text = String::new();
        let (begin, end) = if self.colour_err { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        // Writing to a string can't fail; where standard error is closed there is nobody to tell.
        let _ = writeln!(text, "{begin}error{end}: {message}");
        let _ = self.out.flush();
        let _ = self.err.write_all(text.as_bytes());
        ExitCode::from(status)
    }
}

fn stream_failure(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Engine(anyhow::Error::new(error).context("cannot write the output")),
    }
}

/// `NO_COLOR` and `CLICOLOR_FORCE` as https://no-color.org and https://bixense.com/clicolors have it.
fn is_coloured(asked: Colour, is_terminal: bool, world: &dyn World) -> bool {
    let is_set = |name: &str| world.env(name).is_some_and(|value| !value.is_empty() && value != "0");
    match asked {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if world.env("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Colour::Auto => is_set("CLICOLOR_FORCE") || (is_terminal && world.env("TERM").as_deref() != Some("dumb")),
    }
}

fn width(world: &dyn World) -> usize {
    let asked = world.env("COLUMNS").and_then(|value| value.parse().ok());
    let terminal = || comfy_table::Table::new().width().map(usize::from);
    asked.or_else(terminal).filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn colour_follows_the_option_then_the_environment_then_the_terminal() {
        let plain = MemoryWorld::default();
        let none = MemoryWorld::default().with_env("NO_COLOR", "1");
        let forced = MemoryWorld::default().with_env("CLICOLOR_FORCE", "1");
        let dumb = MemoryWorld::default().with_env("TERM", "dumb");
        assert!(is_coloured(Colour::Always, false, &none) && !is_coloured(Colour::Never, true, &forced));
        assert!(is_coloured(Colour::Auto, true, &plain) && !is_coloured(Colour::Auto, false, &plain));
        assert!(!is_coloured(Colour::Auto, true, &none) && is_coloured(Colour::Auto, false, &forced));
        assert!(!is_coloured(Colour::Auto, true, &dumb));
    }
}
