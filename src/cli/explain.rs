//! `gen explain`: what a diagnostic code means, with an example.

use clap::Args;

use super::shell::{Format, Shell};
use super::{Ended, Failure, Status};
use crate::diag::{Code, did_you_mean};

/// Explain a diagnostic code, or list all of them
#[derive(Debug, Args)]
#[command(after_help = "Example: gen explain E0305")]
pub struct ExplainArgs {
    /// The code, such as E0305
    code: Option<String>,
}

pub fn run(args: &ExplainArgs, shell: &mut Shell) -> Ended {
    match &args.code {
        None => list(shell)?,
        Some(number) => {
            let code = Code::from_number(number).ok_or_else(|| unknown(number))?;
            if shell.format() == Some(Format::Json) {
                let text = serde_json::json!({
                    "code": code.number(), "title": code.title(), "explanation": code.explanation(),
                });
                shell.result(&format!("{text}\n"))?;
            } else {
                shell.result(&format!("{}\n", code.explanation().trim_end()))?;
            }
        }
    }
    Ok(Status::Done)
}

fn list(shell: &mut Shell) -> Result<(), Failure> {
    for code in Code::ALL {
        let line = match shell.format() {
            Some(Format::Json) => serde_json::json!({"code": code.number(), "title": code.title()}).to_string(),
            _ => format!("{}  {}", code.number(), code.title()),
        };
        shell.result(&format!("{line}\n"))?;
    }
    Ok(())
}

fn unknown(number: &str) -> Failure {
    let numbers = Code::ALL.iter().map(|code| code.number());
    let hint = did_you_mean(&number.to_uppercase(), numbers)
        .unwrap_or_else(|| "`gen explain` lists all codes".to_owned());
    Failure::Input(format!("there is no code `{number}`: {hint}"))
}
