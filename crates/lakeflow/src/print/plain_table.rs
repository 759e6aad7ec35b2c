//! Plain tables as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, SqlText};
use super::table::{clauses, elements};
use super::{flag, query_text};
use crate::ast::{AsOf, CreateTable, TableOrigin};

impl Display for CreateTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (replace, external) = (flag(self.or_replace, "OR REPLACE "), flag(self.external, "EXTERNAL "));
        let verb = if self.replace { "REPLACE" } else { "CREATE" };
        let (temporary, exists) =
            (flag(self.temporary, "TEMPORARY "), flag(self.table.if_not_exists, "IF NOT EXISTS "));
        write!(f, "{verb} {replace}{temporary}{external}TABLE {exists}{}", Name(&self.table.name))?;
        elements(f, &self.table)?;
        match &self.origin {
            Some(TableOrigin::Like { table, copy_location }) => {
                write!(f, "\nLIKE {}{}", Name(table), if *copy_location { " COPY LOCATION" } else { "" })?;
            }
            Some(TableOrigin::Clone { shallow, table, as_of }) => {
                write!(f, "\n{} CLONE {}", if *shallow { "SHALLOW" } else { "DEEP" }, Name(table))?;
                match as_of {
                    Some(AsOf::Version(version)) => write!(f, " VERSION AS OF {}", SqlText(version))?,
                    Some(AsOf::Timestamp(time)) => write!(f, " TIMESTAMP AS OF {}", SqlText(time))?,
                    None => {}
                }
            }
            _ => {}
        }
        clauses(f, &self.table)?;
        match &self.origin {
            Some(TableOrigin::Query(query)) => write!(f, "\nAS\n{}", query_text(query)),
            Some(TableOrigin::Flow(flow)) => write!(f, "\nFLOW {}", super::flow::Inline(flow)),
            _ => Ok(()),
        }
    }
}
