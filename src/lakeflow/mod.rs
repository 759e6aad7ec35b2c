//! Lakeflow SQL: syntax tree, parser, printer, types. Usable as a library on its own.
