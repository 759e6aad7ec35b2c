//! The closed list of codes: a number, a name, a title each; the explanation stands in `explain/<number>.md`.
//!
//! Rules of the linter have names in place of numbers. Their list is the linter's; here is only what a diagnostic says
//! of one.

/// A named rule, as diagnostics show it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Its name in kebab case, as in `warning[live-prefix]`.
    pub id: &'static str,
    /// One line on what it finds.
    pub title: &'static str,
    /// The explanation that `gen explain` prints, in Markdown.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($variant:ident $number:literal $title:literal)*) => {
        /// What a diagnostic is about. Numbers are stable; a retired one is not used again. `E` stands before what stops a
        /// build, `W` before what only warns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
            /// A rule of the linter.
            Rule(&'static Rule),
        }

        impl Code {
            /// Every code, by number; without the rules of the linter.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The number, as in `error[E0305]`; of a rule its name.
            pub fn number(self) -> &'static str {
                match self {
                    $(Code::$variant => $number,)*
                    Code::Rule(rule) => rule.id,
                }
            }

            /// One line on what the code is about.
            pub fn title(self) -> &'static str {
                match self {
                    $(Code::$variant => $title,)*
                    Code::Rule(rule) => rule.title,
                }
            }

            /// The explanation that `gen explain` prints, in Markdown.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(concat!("explain/", $number, ".md")),)*
                    Code::Rule(rule) => rule.explanation,
                }
            }
        }
    };
}

codes! {
    UnreadableFile "E0101" "a file or directory cannot be read"
    NotUtf8 "E0102" "a file is not UTF-8"
    FileTooLarge "E0103" "a file is too large to be a spec"
    YamlSyntax "E0104" "the text is not valid YAML"
    DuplicateKey "E0105" "a key stands twice in one mapping"
    YamlBudget "E0106" "nesting or aliases go beyond what a spec may hold"
    NoProject "E0107" "there is no project file"
    EmptyFile "E0108" "a spec is empty or no mapping"
    UnknownFileKind "E0109" "a file is neither a project, an entity nor a metric"
    UnknownKey "E0201" "a key that the spec language does not know"
    MissingKey "E0202" "a required key is missing"
    WrongType "E0203" "a value has the wrong type"
    BadValue "E0204" "a value is not among those allowed"
    ExpandedText "E0205" "a text that would be replaced on its way"
    BadName "E0301" "a name that Unity Catalog refuses"
    ReservedName "E0302" "a name that Lakeflow or the compiler reserves"
    DuplicateName "E0303" "two things have the same name"
    UnknownEntity "E0304" "an entity that is not declared"
    UnknownColumn "E0305" "a column that is not declared"
    UnknownAudience "E0306" "an audience that is not declared"
    UnknownPrincipal "E0307" "a principal that is not declared"
    UnknownDimension "E0308" "a dimension or measure that is not declared"
    UnknownRefresh "E0309" "a schedule refreshes something that does not exist"
    AmbiguousReference "E0310" "two references to one entity need names"
    ReferenceCycle "E0401" "references between entities form a cycle"
    ReferenceType "E0402" "a reference and the key it names differ in type"
    ReferenceKey "E0403" "a reference needs an entity with a key of one column"
    LoadNeedsKey "E0404" "this load needs a key"
    OptionConflict "E0405" "an option does not fit what stands beside it"
    DefinitionCycle "E0406" "measures or dimensions are defined by each other"
    DefaultTarget "E0407" "exactly one target must be the default"
    BadGlob "E0408" "a file pattern is not valid"
    EmptyMetric "E0409" "a metric declares nothing to compute"
    LookupFile "E0501" "a lookup file cannot be used"
    LookupValue "E0502" "a lookup value does not fit its column"
    LookupDuplicateKey "E0503" "a lookup key stands twice"
    SqlSyntax "E0601" "an expression is not valid SQL"
    UnknownFunction "E0602" "a function that is not known"
    WrongArguments "E0603" "a function gets the wrong number of arguments"
    TypeMismatch "E0604" "an expression has the wrong type"
    NotBoolean "E0605" "a condition is not boolean"
    SubqueryNotAllowed "E0606" "a subquery stands where none may"
    AggregateNotAllowed "E0607" "an aggregate stands where none may"
    WindowNotAllowed "E0608" "a window function stands where none may"
    NotAnAggregate "E0609" "a measure is no aggregate"
    NestedAggregate "E0610" "an aggregate stands inside another"
    NotDeterministic "E0611" "a function whose result changes from run to run"
    MeasureType "E0612" "a measure does not fit its declared type"
    BadPattern "E0613" "a pattern is not a valid regular expression"
    InexactSum "E0614" "a sum over floating point numbers"
    ExpressionTooLarge "E0615" "an expression grows too large"
    RepeatedValue "E0616" "an aggregate counts a referenced value once for each row"
    AudienceMayNotSee "E0701" "personal data reaches an audience that may not see it"
    UnknownPersonalKind "E0702" "a kind of personal data that is not known"
    BadCron "E0703" "a schedule is not a cron expression"
    BadTimezone "E0704" "a time zone that does not exist"
    ClassificationTooLow "E0705" "the classification is too low for the data"
    NobodyNotified "E0706" "alerts that nobody hears of"
    PersonalLookup "E0707" "personal data stands in the text of a view"
    NoReason "E0708" "a reason that says nothing"
    BadPlace "E0712" "a place that can't be read from or deployed to"
    PipelineSyntax "E0801" "a pipeline statement does not parse"
    UnresolvedName "E0802" "a name in a pipeline statement does not resolve"
    ColumnMismatch "E0803" "declared columns and query differ"
    StreamingMismatch "E0804" "a stream where a batch belongs, or the reverse"
    DatasetCycle "E0805" "datasets read each other in a cycle"
    ForbiddenStatement "E0806" "a statement that may not stand in a pipeline"
    BadExpectation "E0807" "an expectation that Lakeflow refuses or that may be NULL"
    NotIncremental "E0808" "something non-deterministic in a materialized view"
    OverwritesNeedCdc "E0809" "overwritten files would be read twice"
    DuplicateDataset "E0810" "a dataset or flow is defined twice"
    StreamingOperation "E0811" "an operation that a stream does not support"
    ForeignFile "E0901" "a file that `gen` does not own is in the way"
    CannotWrite "E0902" "a file cannot be written"
    StrayFile "E0903" "a file in the output directory that `gen` did not write"
    BadRecord "E0904" "the record of what builds have granted is damaged or missing"
    Landing "E1001" "the landing directory cannot be used"
    NotRunnableLocally "E1002" "the local engine cannot run a statement"
    ExpectationFailed "E1003" "an expectation stopped the update"
    QueryFailed "E1004" "a query failed on the local engine"
    RefusedByWorkspace "E1101" "the workspace refuses what a spec gives"
    UnusedAllow "W0101" "an allowance that silences nothing"
    UnreadSpec "W0102" "a file that begins like a spec is not read"
    SameFiles "W0401" "two entities read the same files"
    RoundedTwice "W0601" "a figure may be rounded twice"
    RowMayFail "W0602" "one row can stop the update"
    NullComparison "W0603" "a comparison with NULL"
    NeverHeld "W0604" "a value that a column never holds"
    Foregone "W0605" "a condition whose outcome is known beforehand"
    LacksLocally "W0606" "a function that the local engine lacks"
    SamePrincipal "W0701" "one principal reads in two roles"
    EverybodySees "W0702" "everybody sees personal data"
    WeakMask "W0703" "a mask that hides little"
    NoApplicationId "W0704" "a service principal that statements can't name"
    SoundsPersonal "W0705" "a column is named like personal data"
    IdleReason "W0706" "a reason to declassify that releases nothing"
    FloatSum "W0801" "a sum over floating point numbers in a materialized view"
    ReadsFilesAgain "W0802" "a materialized view that reads files"
    GoneTarget "W0901" "what was granted in a target that is gone may still stand"
}

impl Code {
    /// Whether it only warns, so that a spec can allow it. Rules of the linter are allowed where SQL is.
    pub fn is_warning(self) -> bool {
        self.number().starts_with('W')
    }

    /// The code with this number, in any letter case.
    pub fn from_number(number: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.number().eq_ignore_ascii_case(number))
    }
}
