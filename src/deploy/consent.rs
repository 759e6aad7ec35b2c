//! What only a user can decide: loss of data, and wider access. Without a prompt, each has to be allowed by name.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::change::Change;
use super::effect::Effect;
use super::meaning::{Meaning, MeaningKind};

/// Something that is allowed, or has to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    /// Rows of a dataset are lost.
    DataLoss(String),
    /// A principal may do more.
    WiderAccess(String),
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Consent::DataLoss(dataset) => write!(f, "data-loss:{dataset}"),
            Consent::WiderAccess(principal) => write!(f, "wider-access:{principal}"),
        }
    }
}

impl FromStr for Consent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("data-loss", name)) if !name.is_empty() => Ok(Consent::DataLoss(name.to_lowercase())),
            Some(("wider-access", name)) if !name.is_empty() => Ok(Consent::WiderAccess(name.to_owned())),
            _ => Err("it is `data-loss:DATASET` or `wider-access:PRINCIPAL`".to_owned()),
        }
    }
}

/// Stands for all datasets, where nobody can tell what a deployment means for them.
const ANY: &str = "unknown";

/// What a deployment needs consent for, without what is allowed. Datasets go by the last part of their names; `meanings` is
/// `None` where nobody can tell. `seeing` are those for whom masks or row filters show more. What whoever deploys gives
/// to themselves needs none.
pub fn missing(
    changes: &[Change],
    meanings: Option<&[Meaning]>,
    seeing: BTreeSet<String>,
    user: &str,
    allowed: &[Consent],
) -> BTreeSet<Consent> {
    let short = |dataset: &str| dataset.rsplit('.').next().unwrap_or(dataset).trim_matches('`').to_lowercase();
    let lost: Vec<Consent> = match meanings {
        None => vec![Consent::DataLoss(ANY.to_owned())],
        Some(meanings) => {
            let lost = meanings.iter().filter(|meaning| meaning.kind == MeaningKind::LosesData);
            lost.map(|meaning| Consent::DataLoss(short(&meaning.dataset))).collect()
        }
    };
    let wider = changes.iter().flat_map(receivers).chain(seeing).filter(|who| who != user).map(Consent::WiderAccess);
    lost.into_iter().chain(wider).filter(|needed| !allowed.contains(needed)).collect()
}

/// Who may do more after a change.
fn receivers(change: &Change) -> Vec<String> {
    match change {
        Change::Statement { statement, .. } => match &statement.effect {
            Effect::Granted(_, to, _) | Effect::Owned(_, to) => vec![to.clone()],
            _ => vec![],
        },
        Change::Show { to, .. } => to.iter().map(|who| who.id().to_owned()).collect(),
        Change::Permit { levels, .. } => levels.iter().map(|(who, _)| who.id().to_owned()).collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_read_as_it_is_written() {
        for text in ["data-loss:customers", "wider-access:sales team"] {
            assert_eq!(text.parse::<Consent>().map(|consent| consent.to_string()), Ok(text.to_owned()));
        }
        for text in ["data-loss", "wider-access:", "everything"] {
            assert!(text.parse::<Consent>().is_err(), "{text}");
        }
    }

    #[test]
    fn loss_is_allowed_for_the_dataset_that_is_named() {
        let meaning = |dataset: &str, kind| Meaning {
            dataset: dataset.into(),
            what: "streaming table",
            kind,
            why: vec![],
            via: vec![],
            remedy: None,
        };
        let meanings =
            [meaning("main.shop.Customers", MeaningKind::LosesData), meaning("main.shop.orders", MeaningKind::New)];
        let of = |meanings, seen: &[&str], allowed: &[Consent]| {
            let seen = seen.iter().map(|who| (*who).to_owned()).collect();
            missing(&[], meanings, seen, "me", allowed).into_iter().collect::<Vec<_>>()
        };
        let needed = |allowed: &[Consent]| of(Some(&meanings[..]), &[], allowed);
        assert_eq!(of(None, &[], &[]), [Consent::DataLoss("unknown".into())], "what nobody can tell is not nothing");
        assert_eq!(of(Some(&[]), &["me", "you"], &[]), [Consent::WiderAccess("you".into())]);
        assert_eq!(needed(&[]), [Consent::DataLoss("customers".into())]);
        assert_eq!(needed(&[Consent::DataLoss("orders".into())]), [Consent::DataLoss("customers".into())]);
        assert_eq!(needed(&[Consent::DataLoss("customers".into())]), []);
    }
}
