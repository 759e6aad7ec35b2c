//! `gen completions`: a script that makes a shell complete commands and options.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell as ShellKind;

use super::shell::Shell;
use super::{Cli, Ended, Status};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example: gen completions bash > ~/.local/share/bash-completion/completions/gen")]
pub struct CompletionsArgs {
    /// The shell
    shell: ShellKind,
}

pub fn run(args: &CompletionsArgs, shell: &mut Shell) -> Ended {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "gen", &mut script);
    shell.result(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
