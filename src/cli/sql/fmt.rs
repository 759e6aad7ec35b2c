//! `gen sql fmt`: one layout for all SQL, verified not to change its meaning.

use std::path::PathBuf;

use clap::Args;
use lakeflow::fmt::format;
use rayon::prelude::*;

use super::place::FilePlaces;
use crate::cli::check::counted;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Failure, Status, interrupt};
use crate::emit::text_diff;
use crate::sqltool::files::{self, SqlFile};
use crate::world::World;

/// Format SQL files in place, keeping comments
///
/// Upper-case keywords, a line per clause, two spaces per level, 100 columns. A statement is only changed if its
/// meaning is proven to stay the same; otherwise it is left as written. So is everything between the comments `-- fmt:
/// off` and `-- fmt: on`. In notebooks, including Python notebooks, SQL cells are formatted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql fmt pipelines/               format all SQL files below a directory
  gen sql fmt --check pipelines/       write nothing; exit status 1 if a file would change
  gen sql fmt --diff a.sql             write nothing; print what would change
  gen sql fmt - < a.sql                from standard input to standard output

The exit status is 1 also if a file cannot be read, formatted or written; the others are still formatted.")]
pub struct FmtArgs {
    /// Files, or directories whose `.sql` files and notebooks are formatted; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write nothing: list the files that would change, and exit with status 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing: print a diff, and exit with status 1 if there is one
    #[arg(long)]
    diff: bool,
}

/// What would become of a file.
struct FileOutcome {
    /// Its new text; `None` when it has none.
    text: Option<String>,
    /// What is to be said, a line each.
    said: Vec<String>,
}

pub fn run(args: &FmtArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    if !shell.is_human() {
        let message = "`gen sql fmt` has no `--format`: `gen sql parse --format ..` reports what does not parse";
        return Err(Failure::Usage(message.to_owned()));
    }
    let reads_input = args.paths.iter().any(|path| files::is_input(path));
    if reads_input && args.paths.len() > 1 {
        return Err(Failure::Usage("`-` is standard input and cannot be combined with other paths".to_owned()));
    }
    let files = files::read(world, &args.paths);
    let outcomes: Vec<FileOutcome> = files.par_iter().map(outcome).collect();
    let mut counts = Counts::default();
    if !args.check && !args.diff {
        interrupt::defer();
    }
    for (file, outcome) in files.iter().zip(&outcomes) {
        if interrupt::was_asked() {
            return Err(Failure::Interrupted(format!("files from `{}` on are unchanged", file.path.display())));
        }
        counts.add(file, outcome, args, shell, world)?;
    }
    if !reads_input {
        shell.say(&counts.summary(args))?;
    }
    Ok(counts.status(args))
}

fn outcome(file: &SqlFile) -> FileOutcome {
    let name = file.path.display().to_string();
    let text = match &file.text {
        Ok(text) => text,
        Err(unread) => return FileOutcome { text: None, said: vec![format!("{name}: {}", unread.message)] },
    };
    let places = FilePlaces::new(name, text);
    let formatted = format(text);
    if formatted.is_foreign && !file.is_sql() {
        return FileOutcome { text: None, said: vec![format!("{}: no SQL found", places.name())] };
    }
    FileOutcome {
        said: formatted.as_written.iter().map(|fault| places.line(fault)).collect(),
        text: Some(formatted.text),
    }
}

/// Files by what became of them.
#[derive(Default)]
struct Counts {
    changed: usize,
    unchanged: usize,
    faulty: usize,
}

impl Counts {
    /// Counts a file, says what is to be said of it and writes it, if it is to be written.
    fn add(
        &mut self,
        file: &SqlFile,
        outcome: &FileOutcome,
        args: &FmtArgs,
        shell: &mut Shell,
        world: &dyn World,
    ) -> Result<(), Failure> {
        for line in &outcome.said {
            shell.say_aside(line)?;
        }
        let (Ok(before), Some(after)) = (&file.text, &outcome.text) else {
            self.faulty += 1;
            return Ok(());
        };
        let name = file.path.display().to_string();
        let differs = before != after;
        if args.diff && differs {
            shell.result(&text_diff(&name, before, after, shell.colour()))?;
        } else if args.check && differs {
            shell.result(&format!("{name}\n"))?;
        } else if file.is_input() && !args.diff && !args.check {
            shell.result(after)?;
        } else if differs {
            if let Err(error) = world.write_atomic(&file.path, after.as_bytes()) {
                self.faulty += 1;
                return shell.say_aside(&format!("{name}: cannot be written: {}", error.fault));
            }
            shell.detail(&format!("formatted {name}"))?;
        }
        *(if differs { &mut self.changed } else { &mut self.unchanged }) += 1;
        Ok(())
    }

    fn summary(&self, args: &FmtArgs) -> String {
        let would = if args.check || args.diff { "would change" } else { "changed" };
        let files = counted(self.changed + self.unchanged + self.faulty, "file", "files");
        let faulty = if self.faulty == 0 { String::new() } else { format!(", {} with errors", self.faulty) };
        format!("{files}: {} {would}, {} unchanged{faulty}", self.changed, self.unchanged)
    }

    fn status(&self, args: &FmtArgs) -> Status {
        let differs = (args.check || args.diff) && self.changed > 0;
        if self.faulty > 0 || differs { Status::Fault } else { Status::Done }
    }
}
