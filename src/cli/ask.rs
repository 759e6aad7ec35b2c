//! Questions to the user at the terminal. Without a terminal, nothing counts as a yes.

use std::io::{self, BufRead as _, IsTerminal as _};

use super::Failure;
use super::shell::Shell;

/// Asks, and says whether the answer is one of those that mean yes.
pub fn is_confirmed(shell: &mut Shell, question: &str, answers: &[&str]) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage("cannot ask for confirmation without a terminal: pass `--yes`".to_owned()));
    }
    shell.say_aside(question)?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::Engine(anyhow::Error::new(error).context("cannot read the answer")))?;
    Ok(answers.contains(&answer.trim()))
}
