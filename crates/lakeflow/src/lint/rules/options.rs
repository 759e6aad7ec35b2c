//! Unknown names and values of options of `read_files`: lakeflow-sql.md, "Reading files". The parser knows the options
//! of streams.

use sqlparser::tokenizer::Token;

use crate::diag::{did_you_mean, nearest};
use crate::lint::finding::Finding;
use crate::lint::options::ReadFilesOptions;
use crate::lint::view::StatementView;

/// Options of `read_files` that begin with no prefix; those of JSON, XML and the like among them.
const OF_FILES: &str = "format schema schemaHints inferColumnTypes schemaEvolutionMode schemaLocation rescuedDataColumn \
     partitionColumns header sep delimiter quote escape multiLine mode columnNameOfCorruptRecord badRecordsPath dateFormat \
     timestampFormat timestampNTZFormat timeZone locale nullValue emptyValue encoding charset lineSep comment skipRows \
     ignoreLeadingWhiteSpace ignoreTrailingWhiteSpace maxColumns maxCharsPerColumn nanValue positiveInf negativeInf \
     charToEscapeQuoteEscaping unescapedQuoteHandling preferDate mergeSchema enforceSchema readerCaseSensitive \
     failOnUnknownFields failOnWidenedFields allowOverwrites includeExistingFiles maxFilesPerTrigger maxBytesPerTrigger \
     fileNamePattern pathGlobFilter modifiedAfter modifiedBefore ignoreMissingFiles ignoreCorruptFiles recursiveFileLookup \
     useStrictGlobber ignoredPathSegmentRegex cleanSource allowBackslashEscapingAnyCharacter allowComments \
     allowNonNumericNumbers allowNumericLeadingZeros allowSingleQuotes allowUnquotedControlChars allowUnquotedFieldNames \
     primitivesAsString prefersDecimal singleVariantColumn dropFieldIfAllNull samplingRatio inferSchema compression rowTag \
     rootTag valueTag attributePrefix excludeAttribute ignoreSurroundingSpaces rowValidationXSDPath ignoreNamespace \
     datetimeRebaseMode int96RebaseMode avroSchema wholeText validateOptions useManagedFileEvents backfillInterval \
     maxFileAge useNotifications listOnStart";

/// Options that are one of a few words.
const CLOSED: &[(&str, &str)] = &[
    ("format", "csv json xml parquet avro orc text binaryFile excel"),
    ("mode", "PERMISSIVE DROPMALFORMED FAILFAST"),
    ("schemaEvolutionMode", "addNewColumns rescue failOnNewColumns none addNewColumnsWithTypeWidening"),
    ("cleanSource", "OFF DELETE MOVE"),
];

/// A name or a value that comes near one that there is.
pub fn misspelt_option(view: &StatementView<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for call in ReadFilesOptions::of(view) {
        for (first, last) in call.all() {
            found.extend(name(view, *first).or_else(|| value(view, *first, *last)));
        }
    }
    found
}

fn name(view: &StatementView<'_>, at: usize) -> Option<Finding> {
    let written = view.word(at).filter(|_| view.is_token(at + 1, &Token::RArrow))?;
    if view.is_token(at + 1, &Token::Period)
        || OF_FILES.split_whitespace().any(|name| name.eq_ignore_ascii_case(written))
    {
        return None;
    }
    let meant = nearest(written, OF_FILES.split_whitespace())?;
    let finding = Finding::new(view.range(at, at), format!("unknown option `{written}`"));
    Some(finding.hint(format!("did you mean `{meant}`?")))
}

fn value(view: &StatementView<'_>, first: usize, last: usize) -> Option<Finding> {
    let (written, option) = (view.constant(last)?, view.word(first)?);
    let (name, known) = CLOSED.iter().find(|(name, _)| name.eq_ignore_ascii_case(option))?;
    if known.split(' ').any(|value| value.eq_ignore_ascii_case(written)) {
        return None;
    }
    let finding = Finding::new(view.range(last, last), format!("`{written}` is not a valid value for `{name}`"));
    let guess = did_you_mean(written, known.split(' '));
    Some(finding.hint(guess.unwrap_or_else(|| format!("write one of {}", known.replace(' ', ", ")))))
}
