//! Values of parameters as SQL: literals that have the very type of the parameter in every row.

use lakeflow::string_text;
use lakeflow::types::DataType;

use crate::model::Constant;

/// What types of parameters there are, as messages list them.
pub const TYPES: &str =
    "string, tinyint, smallint, int, bigint, decimal(p,s), double, boolean, date and timestamp are types of parameters";

/// Whether parameters can have a type.
pub fn is_type(ty: &DataType) -> bool {
    match ty {
        DataType::String | DataType::Boolean | DataType::Date | DataType::Timestamp | DataType::Double => true,
        ty => ty.is_integral() || matches!(ty, DataType::Decimal { .. }),
    }
}

/// A literal of type `ty`, which no neighbour can become a part of.
pub fn text(value: &Constant, ty: &DataType) -> String {
    match value {
        Constant::Text(text) => string_text(text),
        Constant::Boolean(value) => value.to_string(),
        Constant::Integer(number) if *ty == DataType::Int && *number >= 0 => number.to_string(),
        Constant::Integer(_) | Constant::Decimal { .. } | Constant::Double(_) => format!("CAST({value} AS {ty})"),
        Constant::Date(_) => format!("DATE '{value}'"),
        Constant::Timestamp(_) => format!("TIMESTAMP '{value}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::exact;

    #[test]
    fn literals_have_the_type_of_their_parameter() {
        let shown = |value: &str, ty: &str| {
            let ty = DataType::parse(ty).unwrap_or(DataType::Unknown);
            exact(value, &ty).map(|constant| text(&constant, &ty)).unwrap_or_default()
        };
        assert_eq!(shown("O'Hara", "string"), r"'O\'Hara'");
        assert_eq!(shown(r"a\' or true --", "string"), r"'a\\\' or true --'");
        assert_eq!(shown("yes", "boolean"), "true");
        assert_eq!(shown("7", "int"), "7");
        assert_eq!(shown("-7", "int"), "CAST(-7 AS INT)");
        assert_eq!(shown("7", "bigint"), "CAST(7 AS BIGINT)");
        assert_eq!(shown("0.2", "decimal(4,2)"), "CAST(0.20 AS DECIMAL(4,2))");
        assert_eq!(shown("2024-02-29", "date"), "DATE '2024-02-29'");
        assert_eq!(shown("2024-02-29 10:00:00", "timestamp"), "TIMESTAMP '2024-02-29 10:00:00'");
    }
}
