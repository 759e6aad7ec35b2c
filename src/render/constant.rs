//! Values of specs as SQL: the only place where they are printed.

use lakeflow::build;
use lakeflow::types::DataType;
use sqlparser::ast::Expr;

use super::text::Literal;
use crate::model::Constant;

/// A value of a column of type `ty` as a literal of that very type, so that what it stands beside keeps its own.
pub fn expr(value: &Constant, ty: &DataType) -> Expr {
    match value {
        Constant::Text(text) => build::string(text),
        Constant::Boolean(value) => build::truth(*value),
        Constant::Integer(number) if matches!(ty, DataType::Int | DataType::BigInt) => build::number(*number),
        // Digits after the point make a DECIMAL that fits into that of the column.
        Constant::Decimal { scale: 1.., .. } => build::digits(&value.to_string()),
        Constant::Integer(_)
        | Constant::Decimal { .. }
        | Constant::Double(_)
        | Constant::Date(_)
        | Constant::Timestamp(_) => build::cast(build::string(value.to_string()), ty),
    }
}

/// A value as a string literal, for a cast to its type.
pub fn text(value: &Constant) -> Literal {
    Literal::new(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Double;
    use crate::render::text::Sql;

    #[test]
    fn literals_have_the_type_of_their_column() {
        let shown =
            |value: Constant, ty: &str| Sql::of(&expr(&value, &DataType::parse(ty).unwrap_or(DataType::Unknown))).0;
        assert_eq!(shown(Constant::Text("it's".into()), "string"), r"'it\'s'");
        assert_eq!(shown(Constant::Boolean(true), "boolean"), "TRUE");
        assert_eq!(shown(Constant::Integer(i64::MIN), "bigint"), "-9223372036854775808");
        assert_eq!(shown(Constant::Integer(-7), "tinyint"), "CAST('-7' AS TINYINT)");
        assert_eq!(shown(Constant::Decimal { unscaled: -50, scale: 2 }, "decimal(10,2)"), "-0.50");
        assert_eq!(shown(Constant::Decimal { unscaled: 7, scale: 0 }, "decimal(5,0)"), "CAST('7' AS DECIMAL(5,0))");
        let double = Double::new(1e22).map_or(Constant::Integer(0), Constant::Double);
        assert_eq!(shown(double, "double"), "CAST('1e22' AS DOUBLE)");
        assert_eq!(shown(Constant::Date(0), "date"), "CAST('1970-01-01' AS DATE)");
        assert_eq!(shown(Constant::Timestamp(0), "timestamp"), "CAST('1970-01-01 00:00:00' AS TIMESTAMP)");
    }
}
