//! `gen sql fmt`: one layout for all SQL, proven to mean what it meant.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;

use super::files::{self, SqlFile};
use crate::cli::check::counted;
use crate::cli::shell::Shell;
use crate::cli::{Ended, Failure, Status};
use crate::emit::text_diff;
use crate::lakeflow::Fault;
use crate::source::line_column;
use crate::sqltool::fmt::{Formatted, format};
use crate::world::World;

/// Format SQL files in place, comments kept
///
/// Keywords in capitals, a line for each clause, two blanks a level, 100 columns. A statement changes only if what it
/// means is proven to be the same; one for which that can't be shown is left as written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen sql fmt pipelines/               format all .sql files below a directory
  gen sql fmt --check pipelines/       write nothing; exit status 1 if a file would change
  gen sql fmt --diff a.sql             write nothing; print what would change
  gen sql fmt - < a.sql                from standard input to standard output")]
pub struct FmtArgs {
    /// Files, or directories whose `.sql` files are formatted; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write nothing: name the files that would change, and end with status 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing: print a diff, and end with status 1 if there is any
    #[arg(long)]
    diff: bool,
}

/// What became of a file.
struct Outcome {
    /// Its name as shown.
    name: String,
    before: String,
    result: Result<Formatted, Vec<String>>,
}

pub fn run(args: &FmtArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return from_input(args, shell);
    }
    let files = files::read(&args.paths, world)?;
    let outcomes: Vec<Outcome> = files.par_iter().map(outcome).collect();
    let mut counts = Counts::default();
    let mut changed: Vec<(PathBuf, &[u8])> = vec![];
    for (file, outcome) in files.iter().zip(&outcomes) {
        if counts.add(outcome, args, shell)? {
            let text = outcome.result.as_ref().map_or("", |formatted| formatted.text.as_str());
            changed.push((file.path.clone(), text.as_bytes()));
        }
    }
    if !args.check && !args.diff {
        world
            .write_all(&changed)
            .map_err(|error| Failure::Engine(anyhow::Error::new(error).context("nothing was written")))?;
    }
    shell.say(&counts.summary(args))?;
    Ok(counts.status(args))
}

/// From standard input to standard output.
fn from_input(args: &FmtArgs, shell: &mut Shell) -> Ended {
    if args.paths.len() > 1 {
        return Err(Failure::Usage("`-` stands for standard input and goes with no other path".to_owned()));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::Input(format!("standard input can't be read: {error}")))?;
    let outcome = outcome(&SqlFile { path: PathBuf::from("-"), text: Ok(text) });
    let mut counts = Counts::default();
    counts.add(&outcome, args, shell)?;
    if let (Ok(formatted), false, false) = (&outcome.result, args.check, args.diff) {
        shell.result(&formatted.text)?;
    }
    Ok(counts.status(args))
}

fn outcome(file: &SqlFile) -> Outcome {
    let name = file.path.display().to_string();
    let text = match &file.text {
        Ok(text) => text,
        Err(error) => return Outcome { name, before: String::new(), result: Err(vec![error.clone()]) },
    };
    let result = format(text).map_err(|faults| {
        let said = |fault: &Fault| {
            let place = line_column(text, fault.range.start);
            format!("{}:{}: {}", place.line, place.column, fault.message)
        };
        faults.iter().map(said).collect()
    });
    Outcome { name, before: text.clone(), result }
}

/// Files by what became of them.
#[derive(Default)]
struct Counts {
    changed: usize,
    unchanged: usize,
    faulty: usize,
}

impl Counts {
    /// Counts a file and says what is to be said of it; `true` if it changes.
    fn add(&mut self, outcome: &Outcome, args: &FmtArgs, shell: &mut Shell) -> Result<bool, Failure> {
        let formatted = match &outcome.result {
            Ok(formatted) => formatted,
            Err(faults) => {
                self.faulty += 1;
                for fault in faults {
                    shell.say_aside(&format!("{}:{fault}", outcome.name))?;
                }
                return Ok(false);
            }
        };
        for range in &formatted.as_written {
            let place = line_column(&outcome.before, range.start);
            shell.say_aside(&format!(
                "{}:{}:{}: left as written: its layout can't be proven",
                outcome.name, place.line, place.column
            ))?;
        }
        if formatted.text == outcome.before {
            self.unchanged += 1;
            return Ok(false);
        }
        self.changed += 1;
        if args.diff {
            shell.result(&text_diff(&outcome.name, &outcome.before, &formatted.text, shell.colour()))?;
        } else if args.check {
            shell.result(&format!("{}\n", outcome.name))?;
        } else {
            shell.detail(&format!("formatted {}", outcome.name))?;
        }
        Ok(true)
    }

    fn summary(&self, args: &FmtArgs) -> String {
        let would = if args.check || args.diff { "would change" } else { "changed" };
        let files = counted(self.changed + self.unchanged + self.faulty, "file", "files");
        let faulty = if self.faulty == 0 { String::new() } else { format!(", {} not read", self.faulty) };
        format!("{files}: {} {would}, {} as they should be{faulty}", self.changed, self.unchanged)
    }

    fn status(&self, args: &FmtArgs) -> Status {
        let differs = (args.check || args.diff) && self.changed > 0;
        if self.faulty > 0 || differs { Status::Fault } else { Status::Done }
    }
}
