//! Parts of addresses, by the rules of `java.net.URI`: what is no address is an error, or NULL for the lenient form.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use regex::Regex;

use super::super::native::NativeParam::Text;
use super::super::native::{GivenArguments, Native, NativeCall, native};

pub(super) const FUNCTIONS: &[Native] = &[
    native("parse_url", &[Text, Text, Text], text, |c| part(c, false)).optional(1),
    native("try_parse_url", &[Text, Text, Text], text, |c| part(c, true)).optional(1),
];

fn text(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Utf8)
}

/// Scheme, authority, path, query and fragment: RFC 3986, appendix B.
static PARTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$").ok());

/// User, host and port.
static AUTHORITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:([^@]*)@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]*))?$").ok());

/// Whether Java takes the text for an address.
fn is_address(url: &str) -> bool {
    let hexadecimal = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
    let mut bytes = url.bytes();
    while let Some(b) = bytes.next() {
        let fits = match b {
            b'%' => hexadecimal(bytes.next()) && hexadecimal(bytes.next()),
            0..=0x20 | 0x7f => false,
            b => !br#""<>\^`{|}"#.contains(&b),
        };
        if !fits {
            return false;
        }
    }
    true
}

fn part(call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    let (Some(parts), Some(authority)) = (PARTS.as_ref(), AUTHORITY.as_ref()) else { return exec_err!("no pattern") };
    let keys = if call.len() > 2 { Some(call.text(2)?) } else { None };
    let rows = call.text(0)?.iter().zip(call.text(1)?.iter()).enumerate();
    let found = rows.map(|(row, (url, wanted))| {
        let (Some(url), Some(wanted)) = (url, wanted) else { return Ok(None) };
        let key = match keys {
            Some(keys) => match keys.iter().nth(row).flatten() {
                Some(key) => Some(key),
                None => return Ok(None),
            },
            None => None,
        };
        let Some(whole) = parts.captures(url).filter(|_| is_address(url)) else {
            return if lenient { Ok(None) } else { exec_err!("invalid URL; `try_parse_url` gives NULL") };
        };
        let of = |group: usize| whole.get(group).map(|m| m.as_str());
        let server = || authority.captures(of(2)?);
        let query = of(4);
        Ok(match (wanted, key) {
            ("HOST", None) => server().and_then(|c| c.get(2).map(|m| m.as_str().to_owned())),
            ("USERINFO", None) => server().and_then(|c| c.get(1).map(|m| m.as_str().to_owned())),
            ("PATH", None) => of(3).map(str::to_owned),
            ("PROTOCOL", None) => of(1).map(str::to_owned),
            ("REF", None) => of(5).map(str::to_owned),
            ("AUTHORITY", None) => of(2).filter(|a| !a.is_empty()).map(str::to_owned),
            ("FILE", None) => of(3).map(|path| match query {
                Some(query) => format!("{path}?{query}"),
                None => path.to_owned(),
            }),
            ("QUERY", None) => query.map(str::to_owned),
            ("QUERY", Some(key)) => query.and_then(|query| {
                query
                    .split('&')
                    .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
                    .map(|(_, v)| v.to_owned())
            }),
            _ => None,
        })
    });
    Ok(Arc::new(found.collect::<Result<StringArray>>()?))
}
