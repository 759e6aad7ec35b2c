//! `gen sql convert`: a pipeline in another dialect, with a report of what is lost.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::check::counted;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Failure, Status};
use crate::driver::{self, ConvertedSql, PortedFile};
use crate::sqltool::convert::{Loss, Note, Settings};
use crate::world::World;

/// How the first line of every file ends that this command writes; others are never overwritten.
const MARK: &str = ", converted by gen for Spark Declarative Pipelines";

/// A file that was written by this command is not larger.
const LIMIT: u64 = 64 << 20;

/// Convert a pipeline to open-source Spark 4.3, with a report of what is lost
///
/// The target is Spark Declarative Pipelines. Expectations that drop rows or fail become filters, `read_files` with a schema becomes a table over the files, flows
/// take the spelling that Spark knows. Whatever is left out or may behave otherwise is a line of the report, with its
/// place, a class and the consequence: dropped (rows stay the same), changed, unenforced (a check), unprotected (a mask, a
/// row filter), missing (a function that Spark lacks), unconverted (the statement is left out).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql convert pipelines/ --set landing=/data        to standard output, the report to standard error
  gen sql convert pipelines/ --out spark                spark/transformations/..., as below pipelines/
  gen sql convert --json pipelines/                     statements and notes, as lines of JSON

Tables that have to be there before the pipeline runs go to setup.sql in the directory of --out; run it once, outside of
the pipeline. The exit status is 1 when a statement can't be converted; then --out writes nothing, but with --partial.")]
pub struct ConvertArgs {
    /// Files, or directories whose `.sql` files are converted, as one pipeline
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The dialect to convert to
    #[arg(long, value_enum, value_name = "DIALECT", default_value = "spark")]
    to: Dialect,
    /// Write files below this directory, which is made; a file that this command did not write is not overwritten
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write also when statements can't be converted; they stand in the files as comments
    #[arg(long, requires = "out")]
    partial: bool,
    /// What stands for `${key}`, `{{key}}` or `:key`; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Write one JSON object a line: statements, tables to be set up, notes
    #[arg(long)]
    json: bool,
}

/// What can be converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dialect {
    /// Spark Declarative Pipelines of Apache Spark 4.3
    Spark,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected `KEY=VALUE`")?;
    Ok((key.to_owned(), value.to_owned()))
}

pub fn run(args: &ConvertArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    let Dialect::Spark = args.to;
    let settings: Settings = args.settings.iter().cloned().collect();
    let pipeline = driver::convert_sql(world, &args.paths, &settings);
    shell.report(&pipeline.sources, &pipeline.diagnostics)?;
    if !pipeline.diagnostics.is_empty() {
        return Ok(Status::Fault);
    }
    let left_out = count(&pipeline, |file| file.converted.parts.iter().filter(|s| s.sql.is_empty()).count());
    if args.json {
        shell.result(&json_lines(&pipeline))?;
    } else {
        report(&pipeline, shell)?;
    }
    let written = match &args.out {
        Some(out) if left_out == 0 || args.partial => write(&pipeline, out, world)?,
        Some(_) => Written::Nothing,
        None if args.json => Written::Nothing,
        None => {
            for file in &pipeline.files {
                shell.result(&text(&pipeline, file, true))?;
            }
            Written::Nothing
        }
    };
    let summary = summary(&pipeline, left_out, args, &written);
    if args.out.is_some() && !args.json {
        shell.say(&summary)?
    } else {
        shell.detail(&summary)?
    }
    Ok(if left_out == 0 { Status::Done } else { Status::Fault })
}

fn count(pipeline: &ConvertedSql, of: impl Fn(&PortedFile) -> usize) -> usize {
    pipeline.files.iter().map(of).sum()
}

/// What came of `--out`.
enum Written {
    Nothing,
    Files { setup: bool },
}

/// `file:line:column: class: message`.
fn report(pipeline: &ConvertedSql, shell: &mut Shell) -> Result<(), Failure> {
    for file in &pipeline.files {
        for note in &file.converted.notes {
            let path = pipeline.sources.path(file.file);
            let at = pipeline.sources.line_column(file.file, note.range.start);
            let Note { loss, message, .. } = note;
            shell.say_aside(&format!("{path}:{}:{}: {}: {message}", at.line, at.column, loss.word()))?;
        }
    }
    Ok(())
}

fn json_lines(pipeline: &ConvertedSql) -> String {
    let mut lines = vec![];
    for PortedFile { file, converted, .. } in &pipeline.files {
        let path = pipeline.sources.path(*file);
        let place = |offset| pipeline.sources.line_column(*file, offset);
        for statement in &converted.setup {
            lines.push(json!({"kind": "setup", "file": path, "sql": statement}));
        }
        for statement in &converted.parts {
            let at = place(statement.range.start);
            let sql = &statement.sql;
            lines.push(json!({"kind": "statement", "file": path, "line": at.line, "column": at.column, "sql": sql}));
        }
        for Note { range, loss, message } in &converted.notes {
            let at = place(range.start);
            let (line, column) = (at.line, at.column);
            lines.push(json!({
                "kind": "note", "file": path, "line": line, "column": column, "class": loss.word(), "message": message,
            }));
        }
    }
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

/// A converted file, its first line saying what it is; on request with what has to be set up, as comments.
fn text(pipeline: &ConvertedSql, file: &PortedFile, with_setup: bool) -> String {
    let (path, original) = (pipeline.sources.path(file.file), pipeline.sources.text(file.file));
    let mut text = format!("-- {path}{MARK}\n\n");
    for statement in file.converted.setup.iter().filter(|_| with_setup) {
        let lines = format!("To be run before the pipeline:\n{statement};");
        text.extend(lines.lines().map(|line| format!("-- {line}\n")));
        text.push('\n');
    }
    text.push_str(&file.converted.text(original));
    text
}

/// Writes all files, or none.
fn write(pipeline: &ConvertedSql, out: &Path, world: &dyn World) -> Result<Written, Failure> {
    let mut files: Vec<(PathBuf, String)> = vec![];
    for file in &pipeline.files {
        files.push((out.join("transformations").join(&file.relative), text(pipeline, file, false)));
    }
    let setup: String = pipeline
        .files
        .iter()
        .flat_map(|file| &file.converted.setup)
        .map(|statement| format!("\n{statement};\n"))
        .collect();
    if !setup.is_empty() {
        files.push((out.join("setup.sql"), format!("-- Tables to be made before the pipeline runs{MARK}\n{setup}")));
    }
    files.sort();
    for (path, _) in &files {
        may_write(path, pipeline, world)?;
    }
    if let Some(twice) = files.windows(2).find(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        let path = twice.first().map_or_else(PathBuf::new, |(path, _)| path.clone());
        return Err(Failure::Input(format!("two files would become `{}`: convert their directory", path.display())));
    }
    let bytes: Vec<(PathBuf, &[u8])> = files.iter().map(|(path, text)| (path.clone(), text.as_bytes())).collect();
    world.write_all(&bytes).context("nothing was written").map_err(Failure::Engine)?;
    Ok(Written::Files { setup: !setup.is_empty() })
}

/// Refuses to write over an original, or over any file that this command did not write.
fn may_write(path: &Path, pipeline: &ConvertedSql, world: &dyn World) -> Result<(), Failure> {
    let is_original = pipeline.sources.iter().any(|(_, source)| Path::new(&source.path) == path);
    let is_ours = || {
        let bytes = world.read(path, LIMIT).unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().next().is_some_and(|line| line.ends_with(MARK))
    };
    if is_original || (world.exists(path) && !is_ours()) {
        let shown = path.display();
        return Err(Failure::Input(format!("`{shown}` is in the way: it was not written by this command")));
    }
    Ok(())
}

fn summary(pipeline: &ConvertedSql, left_out: usize, args: &ConvertArgs, written: &Written) -> String {
    let statements = count(pipeline, |file| file.converted.parts.len());
    let mut classes: Vec<String> = vec![];
    for loss in Loss::ALL {
        let found = count(pipeline, |file| file.converted.notes.iter().filter(|note| note.loss == loss).count());
        if found > 0 {
            classes.push(format!("{found} {}", loss.word()));
        }
    }
    let notes = if classes.is_empty() { "nothing lost".to_owned() } else { classes.join(", ") };
    let statements = counted(statements, "statement", "statements");
    let head = format!("{statements} in {}: {notes}", counted(pipeline.files.len(), "file", "files"));
    let out = args.out.as_deref().unwrap_or(Path::new("")).display();
    match written {
        Written::Files { setup: true } => format!("{head}\nwritten to {out}; run {out}/setup.sql before the pipeline"),
        Written::Files { setup: false } => format!("{head}\nwritten to {out}"),
        Written::Nothing if args.out.is_some() && left_out > 0 => {
            let can_not = counted(left_out, "statement", "statements");
            format!("{head}\nnothing written: {can_not} can't be converted; --partial writes the others")
        }
        Written::Nothing => head,
    }
}
