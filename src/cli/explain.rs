//! `gen explain`: what a diagnostic code or a rule of the linter means, with an example.

use clap::Args;
use lakeflow::diag::did_you_mean;
use lakeflow::lint;

use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::codes;

/// Explain a diagnostic code or a lint rule, or list all codes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen explain E0305
  gen explain live-prefix")]
pub struct ExplainArgs {
    /// Code, such as E0305, or lint rule, such as live-prefix
    code: Option<String>,
}

pub fn run(args: &ExplainArgs, shell: &mut Shell) -> Ended {
    match &args.code {
        None => list(shell)?,
        Some(number) => {
            let rule = || lint::by_id(number).map(|lint| lint.code);
            let code = codes::from_number(number).or_else(rule).ok_or_else(|| unknown(number))?;
            if shell.format() == Some(OutputFormat::Json) {
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
    for code in codes::all() {
        let line = match shell.format() {
            Some(OutputFormat::Json) => serde_json::json!({"code": code.number(), "title": code.title()}).to_string(),
            _ => format!("{}  {}", code.number(), code.title()),
        };
        shell.result(&format!("{line}\n"))?;
    }
    Ok(())
}

fn unknown(number: &str) -> Failure {
    let numbers = codes::all().into_iter().map(|code| code.number());
    let rules = lint::ALL.iter().map(|lint| lint.id());
    let hint = did_you_mean(&number.to_uppercase(), numbers).or_else(|| did_you_mean(number, rules));
    let hint = hint.unwrap_or_else(|| "`gen explain` lists all codes, `gen sql lint --list` all rules".to_owned());
    Failure::Input(format!("unknown code `{number}`: {hint}"))
}
