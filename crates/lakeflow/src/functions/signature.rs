//! One line of the function table: its parts, and the reader of the notation that `functions` describes.

use super::Stability;
use crate::types::DataType;

/// One form of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The parameters, optional ones last.
    pub params: Vec<Param>,
    /// Whether the last parameter may be repeated.
    pub repeats: bool,
    /// What comes out.
    pub returns: CallResult,
    /// When it is NULL.
    pub nulls: NullRule,
    /// Whether the same input gives the same result again.
    pub stability: Stability,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// What it takes.
    pub pattern: TypePattern,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A type variable of a signature: an index into the bindings of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Var(u8);

impl Var {
    /// The letters that signatures use.
    const LETTERS: [u8; 6] = *b"TUKVAR";
    /// No signature has more variables.
    pub const LIMIT: usize = Var::LETTERS.len();

    fn named(letter: u8) -> Option<Var> {
        Var::LETTERS.iter().zip(0..).find(|(own, _)| **own == letter).map(|(_, index)| Var(index))
    }

    /// The index, below [`Var::LIMIT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What an argument must be, or, in a result, what comes out.
#[derive(Debug, Clone)]
pub enum TypePattern {
    /// Anything.
    Any,
    /// This type, or what converts to it.
    Is(DataType),
    /// A family of types.
    Class(Class),
    /// One of several.
    Either(Vec<TypePattern>),
    /// A variable, with a bound on what it may stand for.
    Var(Var, Option<Box<TypePattern>>),
    /// An array.
    Array(Box<TypePattern>),
    /// A map.
    Map(Box<TypePattern>, Box<TypePattern>),
    /// `(parameters) => result`.
    Lambda(Vec<TypePattern>, Box<TypePattern>),
    /// A bare word: `MONTH` in `datediff(MONTH, a, b)`.
    Unit,
    /// A string naming a part of a date: `date_part('week', d)`.
    Part,
    /// A string naming what `date_trunc` cuts to; an unknown one gives NULL, not an error.
    TruncUnit,
    /// A string naming what `trunc` cuts to, which is never less than a week.
    TruncDateUnit,
}

/// Families of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Numbers; a string counts as a `DOUBLE`.
    Number,
    /// Whole numbers.
    Integral,
    /// Whole numbers, into which nothing is converted.
    Whole,
    /// `INT` and no other type, although numbers are narrowed elsewhere.
    JustInt,
    /// `STRING` and no other type, although others are written out elsewhere.
    JustString,
    /// `TINYINT`, `SMALLINT` or `INT`, although wider numbers are narrowed elsewhere.
    UpToInt,
    /// As before; a string counts as an `INT`.
    Days,
    /// `STRING` or `BINARY`; other simple types count as strings.
    Text,
    /// Dates and timestamps; a string counts as a `TIMESTAMP`.
    Time,
    /// Intervals.
    Interval,
    /// Everything that can be ordered.
    Ordered,
}

/// What a call gives.
#[derive(Debug, Clone)]
pub enum CallResult {
    /// A type over the signature's variables.
    Type(TypePattern),
    /// A type that needs more than unification.
    Rule(ResultRule),
    /// The columns of a generator.
    Columns(Vec<(&'static str, TypePattern)>),
}

/// When a result is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullRule {
    /// When an argument is.
    AnyArgument,
    /// Possibly always.
    Maybe,
    /// Never.
    Never,
    /// When all arguments are.
    AllArguments,
    /// When the first argument is.
    First,
    /// When an argument after the first is.
    AfterFirst,
}

macro_rules! rules {
    ($($variant:ident $name:literal)*) => {
        /// Result types that a pattern cannot say; computed by `infer::rules`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ResultRule { $(#[doc = concat!("`@", $name, "`")] $variant,)* }

        impl ResultRule {
            fn named(name: &str) -> Option<ResultRule> {
                match name { $($name => Some(ResultRule::$variant),)* _ => None }
            }
        }
    };
}

rules! {
    Add "add"
    Subtract "subtract"
    Multiply "multiply"
    Divide "divide"
    Mod "mod"
    Round "round"
    Ceil "ceil"
    Sum "sum"
    Avg "avg"
    Percentile "percentile"
    PercentileOf "percentile_of"
    Histogram "histogram"
    ToNumber "to_number"
    Decode "decode"
    DatePart "date_part"
    ShiftUnit "shift_unit"
    ShiftBits "shift_bits"
    Window "window"
    Struct "struct"
    NamedStruct "named_struct"
    Map "map"
    MapEntries "map_entries"
    MapFromEntries "map_from_entries"
    ArraysZip "arrays_zip"
    FromSchema "from_schema"
    VariantGet "variant_get"
    Inline "inline"
    JsonTuple "json_tuple"
    Stack "stack"
}

/// Reads one line.
pub(super) fn read(line: &'static str) -> Result<(&'static str, Signature), String> {
    let mut reader = SignatureReader { text: line, at: 0 };
    let name = reader.word()?;
    let (params, repeats) = reader.params()?;
    reader.expect("->")?;
    let returns = reader.returns()?;
    let nulls = reader.null_rule();
    let stability = match reader.rest().trim() {
        "" => Stability::Stable,
        "ordered" => Stability::RowOrder,
        "session" => Stability::Session,
        "volatile" => Stability::Volatile,
        other => return Err(format!("unexpected `{other}`")),
    };
    Ok((name, Signature { params, repeats, returns, nulls, stability }))
}

struct SignatureReader {
    text: &'static str,
    at: usize,
}

impl SignatureReader {
    fn rest(&self) -> &'static str {
        self.text.get(self.at..).unwrap_or("").trim_start()
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at = self.text.len() - self.rest().len() + token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.accept(token) { Ok(()) } else { Err(format!("expected `{token}` at `{}`", self.rest())) }
    }

    fn word(&mut self) -> Result<&'static str, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        match rest.get(..end) {
            Some(word) if end > 0 => {
                self.accept(word);
                Ok(word)
            }
            _ => Err(format!("expected a name at `{rest}`")),
        }
    }

    fn params(&mut self) -> Result<(Vec<Param>, bool), String> {
        self.expect("(")?;
        let (mut params, mut repeats) = (Vec::new(), false);
        while !self.accept(")") {
            if !params.is_empty() {
                self.expect(",")?;
            }
            let optional = self.accept("[");
            let pattern = self.pattern()?;
            repeats = self.accept("...");
            if optional {
                self.expect("]")?;
            }
            params.push(Param { pattern, optional });
        }
        Ok((params, repeats))
    }

    fn returns(&mut self) -> Result<CallResult, String> {
        if self.accept("@") {
            let name = self.word()?;
            return ResultRule::named(name).map(CallResult::Rule).ok_or_else(|| format!("unknown rule `{name}`"));
        }
        if !self.accept("(") {
            return Ok(CallResult::Type(self.pattern()?));
        }
        let mut columns = Vec::new();
        while !self.accept(")") {
            if !columns.is_empty() {
                self.expect(",")?;
            }
            let name = self.word()?;
            self.expect(":")?;
            columns.push((name, self.pattern()?));
        }
        Ok(CallResult::Columns(columns))
    }

    fn null_rule(&mut self) -> NullRule {
        let marks = [
            ("?", NullRule::Maybe),
            ("!", NullRule::Never),
            ("~", NullRule::AllArguments),
            ("^", NullRule::First),
            ("&", NullRule::AfterFirst),
        ];
        marks.into_iter().find(|(mark, _)| self.accept(mark)).map_or(NullRule::AnyArgument, |(_, rule)| rule)
    }

    fn pattern(&mut self) -> Result<TypePattern, String> {
        let first = self.single()?;
        if !self.accept("|") {
            return Ok(first);
        }
        let mut choices = vec![first, self.single()?];
        while self.accept("|") {
            choices.push(self.single()?);
        }
        Ok(match choices.remove(0) {
            // `T:a|b` bounds the variable by both.
            TypePattern::Var(var, Some(bound)) => {
                choices.insert(0, *bound);
                TypePattern::Var(var, Some(Box::new(TypePattern::Either(choices))))
            }
            other => {
                choices.insert(0, other);
                TypePattern::Either(choices)
            }
        })
    }

    fn single(&mut self) -> Result<TypePattern, String> {
        if self.accept("(") {
            let mut params = Vec::new();
            while !self.accept(")") {
                if !params.is_empty() {
                    self.expect(",")?;
                }
                params.push(self.pattern()?);
            }
            self.expect("=>")?;
            return Ok(TypePattern::Lambda(params, Box::new(self.pattern()?)));
        }
        let start = self.text.len() - self.rest().len();
        let word = self.word()?;
        if let [letter @ b'A'..=b'Z'] = word.as_bytes() {
            let Some(var) = Var::named(*letter) else { return Err(format!("unknown variable `{word}`")) };
            let bound = if self.accept(":") { Some(Box::new(self.single()?)) } else { None };
            return Ok(TypePattern::Var(var, bound));
        }
        match word {
            "array" => {
                self.expect("<")?;
                let element = self.pattern()?;
                self.expect(">")?;
                Ok(TypePattern::Array(Box::new(element)))
            }
            "map" => {
                self.expect("<")?;
                let key = self.pattern()?;
                self.expect(",")?;
                let value = self.pattern()?;
                self.expect(">")?;
                Ok(TypePattern::Map(Box::new(key), Box::new(value)))
            }
            "struct" => {
                let end = self.text.rfind('>').map_or(self.text.len(), |i| i + 1);
                self.at = end;
                concrete(self.text.get(start..end).unwrap_or(""))
            }
            word => simple(word),
        }
    }
}

fn simple(word: &str) -> Result<TypePattern, String> {
    Ok(match word {
        "any" => TypePattern::Any,
        "number" => TypePattern::Class(Class::Number),
        "integral" => TypePattern::Class(Class::Integral),
        "whole" => TypePattern::Class(Class::Whole),
        "just_int" => TypePattern::Class(Class::JustInt),
        "just_string" => TypePattern::Class(Class::JustString),
        "up_to_int" => TypePattern::Class(Class::UpToInt),
        "days" => TypePattern::Class(Class::Days),
        "text" => TypePattern::Class(Class::Text),
        "time" => TypePattern::Class(Class::Time),
        "interval" => TypePattern::Class(Class::Interval),
        "ordered" => TypePattern::Class(Class::Ordered),
        "unit" => TypePattern::Unit,
        "part" => TypePattern::Part,
        "trunc_unit" => TypePattern::TruncUnit,
        "trunc_date_unit" => TypePattern::TruncDateUnit,
        "interval_day_second" => TypePattern::Is(DataType::DAY_TO_SECOND),
        "interval_year_month" => TypePattern::Is(DataType::YEAR_TO_MONTH),
        "calendar_interval" => TypePattern::Is(DataType::CalendarInterval),
        "unknown" => TypePattern::Is(DataType::Unknown),
        word => concrete(word)?,
    })
}

fn concrete(text: &str) -> Result<TypePattern, String> {
    DataType::parse(text).map(TypePattern::Is).map_err(|e| e.message)
}
