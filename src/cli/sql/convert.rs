//! `gen sql convert`: a pipeline in another dialect, with a report of what is lost.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::build;
use crate::cli::check::counted;
use crate::cli::project;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Failure, Status};
use crate::driver::{self, ConvertedSql, PortedFile};
use crate::sqltool::convert::{ConversionNote, Loss, Settings};
use crate::world::World;

/// What `spark-pipelines` reads first, by both names that it knows.
const SPECS: [&str; 2] = ["spark-pipeline.yml", "spark-pipeline.yaml"];

/// Convert a pipeline to open-source Spark 4.3, with a report of what is lost
///
/// The target is Spark Declarative Pipelines. Expectations that drop rows or fail become filters, `read_files` with a
/// schema becomes a table over the files, flows are rewritten in the syntax of Spark. Whatever is left out or may
/// behave differently is listed in the report, with its place, a class and the consequence: dropped (rows stay the
/// same), changed, unenforced (a check), unprotected (a mask, a row filter), missing (a function that Spark lacks),
/// unconverted (the statement is left out). In a notebook, SQL cells are converted; the others are listed in the
/// report.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql convert pipelines/ --set landing=/data    SQL to standard output, the report to standard error
  gen sql convert pipelines/ --out spark            spark/transformations/.., as below pipelines/
  gen sql convert --json pipelines/                 statements and notes, as lines of JSON

The directory of --out is a project for spark-pipelines: transformations/, spark-pipeline.yml unless
there is one, setup.sql if tables have to exist before. To run it, in that directory:

  spark-sql -f setup.sql                            once, in the catalog that the pipeline uses
  spark-pipelines run

Running this command again writes what differs and removes what is obsolete. Files that it
did not write are left alone. The exit status is 1 if something cannot be converted; then --out
writes nothing, unless --partial is given.")]
pub struct ConvertArgs {
    /// Files, or directories whose `.sql` files and notebooks are converted, as one pipeline; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The dialect to convert to
    #[arg(long, value_enum, value_name = "DIALECT", default_value = "spark")]
    to: Dialect,
    /// Write a Spark project to this directory, creating it if necessary
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write files even if some statements cannot be converted; those are kept as comments
    #[arg(long, requires = "out")]
    partial: bool,
    /// Value of `${key}`, `{{key}}`, `$key` or `:key`; can be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Write one JSON object per line: statements, tables to set up, notes
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
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("expected `KEY=VALUE`")?;
    Ok((key.to_owned(), value.to_owned()))
}

pub fn run(args: &ConvertArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    let Dialect::Spark = args.to;
    if !shell.is_human() {
        return Err(Failure::Usage(
            "the report of `gen sql convert` is text, or with --json data: it has no --format".to_owned(),
        ));
    }
    let settings: Settings = args.settings.iter().cloned().collect();
    let pipeline = driver::convert_sql(world, &args.paths, &settings);
    shell.report(&pipeline.sources, &pipeline.diagnostics)?;
    if !pipeline.diagnostics.is_empty() {
        return nothing_written(args, shell, "cannot read some files");
    }
    if pipeline.files.is_empty() {
        return Err(Failure::Input("nothing to convert: all these files were converted before".to_owned()));
    }
    if args.json {
        shell.result(&json_lines(&pipeline))?;
    } else {
        report(&pipeline, shell)?;
    }
    let is_used = |key: &String| pipeline.files.iter().any(|file| file.converted.used.contains(key));
    for key in settings.keys().filter(|key| !is_used(key)) {
        shell.say_aside(&format!("unused --set {key}: these files have no such parameter"))?;
    }
    let left_out = count(&pipeline, |file| file.converted.parts.iter().filter(|part| part.sql.is_empty()).count());
    let status = if left_out == 0 { Status::Done } else { Status::Fault };
    match &args.out {
        None => {
            for file in pipeline.files.iter().filter(|_| !args.json) {
                shell.result(&text(&pipeline, file))?;
            }
            shell.detail(&summary(&pipeline))?;
            Ok(status)
        }
        Some(_) if left_out > 0 && !args.partial => {
            let parts = counted(left_out, "part", "parts");
            nothing_written(args, shell, &format!("{parts} cannot be converted; --partial writes the others"))
        }
        Some(out) => {
            let written = write(&pipeline, out, args, shell, world)?;
            Ok(if written == Status::Done { status } else { written })
        }
    }
}

/// Says that `--out` did nothing, in every format.
fn nothing_written(args: &ConvertArgs, shell: &mut Shell, why: &str) -> Ended {
    if args.out.is_some() {
        shell.say_aside(&format!("nothing written: {why}"))?;
    }
    Ok(Status::Fault)
}

fn count(pipeline: &ConvertedSql, of: impl Fn(&PortedFile) -> usize) -> usize {
    pipeline.files.iter().map(of).sum()
}

/// `file:line:column: class: message`.
fn report(pipeline: &ConvertedSql, shell: &mut Shell) -> Result<(), Failure> {
    for file in &pipeline.files {
        for note in &file.converted.notes {
            let path = pipeline.sources.path(file.file);
            let at = pipeline.sources.line_column(file.file, note.range.start);
            let ConversionNote { loss, message, .. } = note;
            shell.say_aside(&format!("{path}:{}:{}: {}: {message}", at.line, at.column, loss.word()))?;
        }
    }
    Ok(())
}

fn json_lines(pipeline: &ConvertedSql) -> String {
    let mut lines: Vec<Value> = vec![];
    for PortedFile { file, converted, .. } in &pipeline.files {
        let path = pipeline.sources.path(*file);
        let place = |offset| pipeline.sources.line_column(*file, offset);
        lines.extend(converted.setup.iter().map(|sql| json!({"kind": "setup", "file": path, "sql": sql})));
        for part in &converted.parts {
            let at = place(part.range.start);
            let sql = &part.sql;
            lines.push(json!({"kind": "statement", "file": path, "line": at.line, "column": at.column, "sql": sql}));
        }
        for ConversionNote { range, loss, message } in &converted.notes {
            let at = place(range.start);
            let (line, column) = (at.line, at.column);
            lines.push(json!({
                "kind": "note", "file": path, "line": line, "column": column, "class": loss.word(), "message": message,
            }));
        }
    }
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

/// A converted file, with what has to be set up as comments in front.
fn text(pipeline: &ConvertedSql, file: &PortedFile) -> String {
    let setup = file.converted.setup.iter().map(|statement| format!("Run before the pipeline:\n{statement};"));
    let comment = |statement: String| statement.lines().map(|line| format!("-- {line}\n")).collect::<String>() + "\n";
    setup.map(comment).collect::<String>() + &pipeline.text(file)
}

/// Writes all files, or none, and says what comes next.
fn write(pipeline: &ConvertedSql, out: &Path, args: &ConvertArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    let changes = match pipeline.changes(world, out) {
        Ok(changes) => changes,
        Err(faults) => {
            shell.report(&pipeline.sources, &faults)?;
            return nothing_written(args, shell, "see above");
        }
    };
    let shown = out.display().to_string();
    let built = build::apply(&changes, &shown, shell, world)?;
    if !SPECS.iter().any(|name| world.exists(&out.join(name))) {
        let path = out.join(SPECS[0]);
        world.write_atomic(&path, spec(out)?.as_bytes()).context("the pipeline has no spec")?;
    }
    if !args.json {
        let has_setup = pipeline.files.iter().any(|file| !file.converted.setup.is_empty());
        let setup = if has_setup { "`spark-sql -f setup.sql`, then " } else { "" };
        shell.say(&format!("{}\n{built}\nnext, in {shown}: {setup}`spark-pipelines run`", summary(pipeline)))?;
    }
    Ok(Status::Done)
}

/// The spec of a pipeline for Spark, as `spark-pipelines init` would write it.
fn spec(out: &Path) -> Result<String, Failure> {
    let dir: PathBuf = project::current_directory()?.join(out).components().collect();
    let name = dir.file_name().map_or("pipeline".into(), |name| name.to_string_lossy());
    let storage = format!("file://{}", dir.join("storage").display());
    // A string of JSON is one of YAML.
    let (name, storage) = (Value::from(name), Value::from(storage));
    Ok(format!("name: {name}\nstorage: {storage}\nlibraries:\n  - glob:\n      include: transformations/**\n"))
}

fn summary(pipeline: &ConvertedSql) -> String {
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
    let passed_over = match pipeline.passed_over {
        0 => String::new(),
        count => format!(" ({} skipped, converted before)", counted(count, "file", "files")),
    };
    format!("{statements} in {}{passed_over}: {notes}", counted(pipeline.files.len(), "file", "files"))
}
