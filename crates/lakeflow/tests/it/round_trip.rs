//! Whatever can be built as a syntax tree is printed as text that is read back as the same tree.

use std::sync::Arc;

use lakeflow::ast::{
    ApplyChanges, AsOf, AutoCdc, CdcSource, ColumnSelection, CreateFlow, CreateFunction, CreateMaterializedView,
    CreateStreamingTable, CreateTable, DeclaredColumn, Expectation, Expr, FlowBody, ForeignKey, FunctionBody, Ident,
    IgnoreNullUpdates, InlineKey, InsertFlow, KeyOption, Layout, MaskClause, ObjectName, Parameter, Property,
    PythonTraits, Query, RefreshPolicy, Returns, RowFilterClause, ScdType, ScheduleClause, ScheduleUnit, Statement,
    StatementKind, TableConstraint, TableConstraintKind, TableDefinition, TableOrigin, TableSource, TypeName,
    Violation,
};
use lakeflow::{expr_text, parse, parse_expr, parse_query, print, query_text, string_text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Any text, with a liking for what needs escapes.
fn text() -> impl Strategy<Value = String> {
    vec(
        prop_oneof![any::<char>(), prop::sample::select(vec!['\'', '"', '\\', '\n', '%', '`', '0', '$', '{', '\0'])],
        0..8,
    )
    .prop_map(String::from_iter)
}

fn ident() -> impl Strategy<Value = Ident> {
    prop_oneof![
        "[a-z][a-z0-9_]{0,5}x".prop_map(Ident::new),
        "[a-zA-Z0-9 $.{}é'\"-]{1,6}".prop_map(|name| Ident::with_quote('`', name)),
        "[a-z]`[a-z]".prop_map(|name| Ident::with_quote('`', name)),
    ]
}

/// Only the first of those that have one name.
fn distinct<T>(mut all: Vec<T>, name: impl Fn(&T) -> &Ident) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|item| seen.insert(name(item).value.to_lowercase()));
    all
}

/// Columns of a list, which takes none twice.
fn names() -> impl Strategy<Value = Vec<Ident>> {
    vec(ident(), 1..3).prop_map(|names| distinct(names, |name| name))
}

fn name() -> impl Strategy<Value = ObjectName> {
    vec(ident(), 1..=3).prop_map(ObjectName::from)
}

/// The text of an expression; every level is bracketed, so that no precedence is presumed.
fn expr_source() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        text().prop_map(|value| string_text(&value)),
        ident().prop_map(|name| lakeflow::ident_text(&name)),
        (0u32..99).prop_map(|n| n.to_string()),
        prop::sample::select(vec![
            "1L",
            "1.50",
            "NULL",
            "TRUE",
            "DATE '2024-02-29'",
            "INTERVAL 3 DAYS",
            "a.b.c",
            "x[0]"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let op = prop::sample::select(vec![
            "+",
            "-",
            "*",
            "/",
            "%",
            "||",
            "=",
            "<=>",
            "<>",
            "<",
            ">=",
            "AND",
            "OR",
            "DIV",
            "LIKE",
            "RLIKE",
            "&",
            "|",
            "^",
            "IS DISTINCT FROM",
        ]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            inner.clone().prop_map(|a| format!("NOT ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("({a}) IS NOT TRUE")),
            inner.clone().prop_map(|a| format!("CAST({a} AS MAP<STRING, STRUCT<a: DECIMAL(10, 2)>>)")),
            inner.clone().prop_map(|a| format!("({a})::BIGINT")),
            vec(inner.clone(), 1..3).prop_map(|all| format!("coalesce({})", all.join(", "))),
            (inner.clone(), vec(inner.clone(), 1..3)).prop_map(|(a, all)| format!("({a}) NOT IN ({})", all.join(", "))),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("CASE WHEN {a} THEN {b} ELSE {c} END")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("sum({a}) OVER (PARTITION BY {b} ORDER BY {a} DESC)")),
        ]
    })
}

fn expr() -> BoxedStrategy<Expr> {
    expr_source().prop_map(|text| parse_expr(&text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))).boxed()
}

fn query() -> BoxedStrategy<Box<Query>> {
    let source = prop_oneof![
        name().prop_map(|n| lakeflow::name_text(&n)),
        name().prop_map(|n| format!("STREAM {}", lakeflow::name_text(&n))),
        text().prop_map(|path| format!("STREAM read_files({}, format => 'csv')", string_text(&path))),
    ];
    (vec(expr_source(), 1..3), source, option::of(expr_source()), any::<bool>())
        .prop_map(|(columns, source, filter, grouped)| {
            let filter = filter.map_or(String::new(), |f| format!(" WHERE {f}"));
            let group = if grouped { " GROUP BY ALL" } else { "" };
            let text = format!("SELECT {} FROM {source} AS src{filter}{group}", columns.join(", "));
            Box::new(parse_query(&text).unwrap_or_else(|fault| panic!("{text}: {fault:?}")))
        })
        .boxed()
}

/// As the definition of a dataset holds it.
fn shared_query() -> BoxedStrategy<Arc<Query>> {
    query().prop_map(Arc::from).boxed()
}

fn type_name() -> impl Strategy<Value = TypeName> {
    let types = ["STRING", "DECIMAL(18, 2)", "TIMESTAMP_NTZ", "ARRAY<MAP<STRING, INT>>", "STRUCT<a: INT, `b c`: DATE>"];
    prop::sample::select(types.to_vec()).prop_map(|name| {
        let cast = parse_expr(&format!("CAST(a AS {name})")).unwrap();
        let Expr::Cast { data_type, .. } = cast else { panic!("{name} is cast to") };
        data_type
    })
}

fn argument() -> impl Strategy<Value = Expr> {
    prop_oneof![ident().prop_map(Expr::Identifier), text().prop_map(|value| parse_expr(&string_text(&value)).unwrap()),]
}

fn foreign_key() -> impl Strategy<Value = ForeignKey> {
    (name(), vec(ident(), 0..3)).prop_map(|(table, columns)| ForeignKey { table, columns })
}

fn key_options() -> impl Strategy<Value = Vec<KeyOption>> {
    let all: Vec<KeyOption> = KeyOption::ALL.iter().map(|(option, _)| *option).collect();
    prop::sample::subsequence(all, 0..4).prop_map(|mut options| {
        let chosen = options.clone();
        options.retain(|option| !chosen.iter().any(|other| other < option && option.excludes(*other)));
        options
    })
}

fn inline_key() -> impl Strategy<Value = InlineKey> {
    (option::of(ident()), key_options()).prop_map(|(name, options)| InlineKey { name, options })
}

fn column() -> BoxedStrategy<DeclaredColumn> {
    let mask =
        (name(), vec(argument(), 0..3)).prop_map(|(function, using_columns)| MaskClause { function, using_columns });
    let keys =
        (option::of(inline_key()), option::of((inline_key(), foreign_key())), option::of(text()), option::of(mask));
    (ident(), type_name(), any::<bool>(), option::of(expr()), keys)
        .prop_map(|(name, data_type, not_null, default, (primary_key, foreign_key, comment, mask))| DeclaredColumn {
            not_null,
            default: default.map(Box::new),
            primary_key: primary_key.map(Box::new),
            foreign_key: foreign_key.map(Box::new),
            comment,
            mask,
            ..DeclaredColumn::new(name, data_type)
        })
        .boxed()
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let action = prop::sample::select(vec![None, Some(Violation::DropRow), Some(Violation::FailUpdate)]);
    (ident(), expr(), action).prop_map(|(name, predicate, on_violation)| Expectation { name, predicate, on_violation })
}

fn constraint() -> BoxedStrategy<TableConstraint> {
    let primary = (names(), any::<bool>()).prop_map(|(columns, series)| TableConstraintKind::PrimaryKey {
        timeseries: columns.first().filter(|first| series && columns.last() != Some(first)).cloned(),
        columns,
    });
    let foreign = (names(), foreign_key()).prop_map(|(columns, mut references)| {
        if references.columns.len() != columns.len() {
            references.columns.clear();
        }
        TableConstraintKind::ForeignKey { columns, references }
    });
    (option::of(ident()), prop_oneof![primary, foreign], key_options())
        .prop_map(|(name, kind, options)| TableConstraint { name, kind, options })
        .boxed()
}

fn layout() -> impl Strategy<Value = Layout> {
    prop_oneof![
        names().prop_map(Layout::PartitionedBy),
        vec(name(), 1..3).prop_map(|keys| {
            let single =
                |key: &ObjectName| key.0.first().and_then(|part| part.as_ident()).filter(|_| key.0.len() == 1).cloned();
            let mut seen = vec![];
            let is_new = |key: &ObjectName| {
                let name = single(key).map(|name| name.value.to_lowercase());
                let known = name.is_some() && seen.contains(&name);
                seen.push(name);
                !known
            };
            Layout::ClusterBy(keys.into_iter().filter(is_new).collect())
        }),
        Just(Layout::ClusterByAuto),
        Just(Layout::ClusterByNone),
    ]
}

fn properties() -> impl Strategy<Value = Vec<Property>> {
    prop::collection::btree_map(text(), text(), 0..3)
        .prop_map(|all| all.into_iter().map(|(key, value)| Property { key, value }).collect())
}

type Elements = (Vec<DeclaredColumn>, Vec<Expectation>, Vec<TableConstraint>);

fn one_primary_key((columns, expectations, mut constraints): Elements) -> Elements {
    let mut columns = distinct(columns, |column| &column.name);
    let mut found = false;
    constraints
        .retain(|c| !matches!(c.kind, TableConstraintKind::PrimaryKey { .. }) || !std::mem::replace(&mut found, true));
    for column in &mut columns {
        if column.primary_key.is_some() && std::mem::replace(&mut found, true) {
            column.primary_key = None;
        }
    }
    (columns, expectations, constraints)
}

fn table() -> BoxedStrategy<TableDefinition> {
    let elements = (vec(column(), 0..3), vec(expectation(), 0..3), vec(constraint(), 0..2)).prop_map(one_primary_key);
    let filter = (name(), vec(argument(), 0..3)).prop_map(|(function, on)| RowFilterClause { function, on });
    let clauses = (option::of(layout()), option::of(text()), properties(), option::of(filter));
    (any::<bool>(), any::<bool>(), name(), elements, clauses)
        .prop_map(
            |(
                or_refresh,
                private,
                name,
                (columns, expectations, constraints),
                (layout, comment, properties, row_filter),
            )| {
                TableDefinition {
                    or_refresh,
                    or_replace: false,
                    private,
                    live: false,
                    if_not_exists: false,
                    name,
                    columns,
                    expectations,
                    constraints,
                    using: None,
                    layout,
                    location: None,
                    comment,
                    properties,
                    row_filter,
                    schedule: None,
                    collation: None,
                    options: vec![],
                }
            },
        )
        .boxed()
}

fn schedule() -> impl Strategy<Value = ScheduleClause> {
    prop_oneof![
        (1i64..9, prop::sample::select(ScheduleUnit::ALL.to_vec()))
            .prop_map(|(count, (unit, _))| ScheduleClause::Every { count, unit }),
        (text(), option::of(text())).prop_map(|(expression, zone)| ScheduleClause::Cron { expression, zone }),
        option::of(prop::sample::select(vec!["INTERVAL 1 HOUR", "INTERVAL '2 DAYS 3 HOURS'"])).prop_map(|interval| {
            ScheduleClause::OnUpdate { at_most_every: interval.map(|text| parse_expr(text).unwrap()) }
        }),
    ]
}

/// Tables of a pipeline, and stand-alone ones with a schedule.
fn dataset() -> BoxedStrategy<TableDefinition> {
    (table(), option::of(schedule()), option::of(ident()), any::<bool>())
        .prop_map(|(table, schedule, collation, live)| TableDefinition {
            if_not_exists: !table.or_refresh && schedule.is_some(),
            live,
            schedule,
            collation,
            ..table
        })
        .boxed()
}

fn plain_table() -> BoxedStrategy<CreateTable> {
    let as_of = prop_oneof![expr().prop_map(AsOf::Version), expr().prop_map(AsOf::Timestamp)];
    let insert = |query| FlowBody::Insert(InsertFlow { once: false, replace: None, query });
    let origin = option::of(prop_oneof![
        query().prop_map(TableOrigin::Query),
        shared_query().prop_map(move |query| TableOrigin::Flow(Box::new(insert(query)))),
        (name(), any::<bool>()).prop_map(|(table, copy_location)| TableOrigin::Like { table, copy_location }),
        (any::<bool>(), name(), option::of(as_of)).prop_map(|(shallow, table, as_of)| TableOrigin::Clone {
            shallow,
            table,
            as_of
        }),
    ]);
    (table(), any::<bool>(), properties(), origin)
        .prop_map(|(table, or_replace, options, origin)| CreateTable {
            or_replace,
            replace: false,
            external: false,
            temporary: false,
            table: TableDefinition { or_refresh: false, private: false, expectations: vec![], options, ..table },
            origin,
        })
        .boxed()
}

fn function() -> BoxedStrategy<CreateFunction> {
    let parameter = (ident(), type_name(), option::of(text())).prop_map(|(name, data_type, comment)| Parameter {
        name,
        data_type,
        default: None,
        comment,
    });
    let parameters = vec(parameter, 0..3).prop_map(|all| distinct(all, |parameter| &parameter.name)).boxed();
    let returns = prop_oneof![type_name().prop_map(Returns::Scalar), parameters.clone().prop_map(Returns::Table)];
    let body = prop_oneof![
        query().prop_map(FunctionBody::Query),
        expr().prop_map(|expr| FunctionBody::Expr(Box::new(Expr::Nested(Box::new(expr))))),
    ];
    let traits = (option::of(any::<bool>()), option::of(any::<bool>()), option::of(text()));
    (name(), parameters, option::of(returns), traits, body)
        .prop_map(|(name, parameters, returns, (deterministic, reads_data, comment), body)| CreateFunction {
            or_replace: false,
            temporary: false,
            if_not_exists: true,
            name,
            parameters,
            returns,
            language: None,
            deterministic,
            reads_data,
            definer: None,
            python: PythonTraits::default(),
            comment,
            body,
        })
        .boxed()
}

fn selection() -> impl Strategy<Value = ColumnSelection> {
    prop_oneof![names().prop_map(ColumnSelection::Only), names().prop_map(ColumnSelection::AllExcept),]
}

fn auto_cdc() -> BoxedStrategy<AutoCdc> {
    let ignore = option::of(prop_oneof![Just(IgnoreNullUpdates::All), selection().prop_map(IgnoreNullUpdates::On)]);
    let stored =
        prop::sample::select(vec![None, Some(ScdType::ScdType1), Some(ScdType::ScdType2), Some(ScdType::Bitemporal)]);
    let conditions = (option::of(expr()), option::of(expr()), expr());
    let rest = (option::of(selection()), stored, option::of(selection()));
    (any::<bool>(), name(), names(), ignore, conditions, rest)
        .prop_map(
            |(
                once,
                source,
                keys,
                ignore_null_updates,
                (delete, truncate, sequence_by),
                (columns, stored_as, track),
            )| {
                let keeps_current = stored_as.unwrap_or(ScdType::ScdType1) == ScdType::ScdType1;
                AutoCdc {
                    once,
                    source: CdcSource::Stream(source),
                    keys,
                    ignore_null_updates,
                    filter: None,
                    apply_as_delete: delete,
                    apply_as_truncate: truncate.filter(|_| keeps_current),
                    sequence_by,
                    system_sequence_by: None,
                    columns,
                    stored_as,
                    track_history: track.filter(|_| !keeps_current),
                    columns_to_update: None,
                }
            },
        )
        .boxed()
}

fn flow_body() -> BoxedStrategy<FlowBody> {
    let insert = (any::<bool>(), shared_query()).prop_map(|(once, query)| InsertFlow { once, replace: None, query });
    prop_oneof![insert.prop_map(FlowBody::Insert), auto_cdc().prop_map(|cdc| FlowBody::AutoCdc(Box::new(cdc)))].boxed()
}

fn statement() -> BoxedStrategy<StatementKind> {
    let source =
        option::of(prop_oneof![shared_query().prop_map(TableSource::Query), flow_body().prop_map(TableSource::Flow)]);
    let policies = vec![None, Some(RefreshPolicy::Auto), Some(RefreshPolicy::IncrementalStrict)];
    prop_oneof![
        (dataset(), source).prop_map(|(table, source)| {
            StatementKind::CreateStreamingTable(Box::new(CreateStreamingTable { table, source }))
        }),
        (dataset(), prop::sample::select(policies), shared_query()).prop_map(|(mut table, refresh_policy, query)| {
            table.columns.iter_mut().for_each(|column| column.default = None); // refused in a materialized view
            StatementKind::CreateMaterializedView(Box::new(CreateMaterializedView { table, refresh_policy, query }))
        }),
        (name(), option::of(text()), name(), flow_body()).prop_map(|(name, comment, target, body)| {
            StatementKind::CreateFlow(Box::new(CreateFlow { name, comment, target, body }))
        }),
        (name(), auto_cdc(), option::of(expr())).prop_map(|(target, cdc, filter)| {
            let cdc = AutoCdc { once: false, filter, ..cdc };
            StatementKind::ApplyChanges(Box::new(ApplyChanges { target, cdc }))
        }),
        plain_table().prop_map(|table| StatementKind::CreateTable(Box::new(table))),
        function().prop_map(|function| StatementKind::CreateFunction(Box::new(function))),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn statements(kind in statement(), comments in vec("[a-z;' ]{0,8}[a-z]", 0..2)) {
        let statement = Statement { range: 0..0, comments, kind };
        let printed = print(&statement);
        match parse(&printed) {
            Ok(read) => prop_assert!(read.len() == 1 && read[0] == statement, "read otherwise:\n{printed}"),
            Err(faults) => prop_assert!(false, "{faults:#?}\n{printed}"),
        }
    }

    #[test]
    fn expressions(expr in expr()) {
        let printed = expr_text(&expr);
        prop_assert!(parse_expr(&printed).as_ref() == Ok(&expr), "{printed}: {:?}", parse_expr(&printed));
    }

    #[test]
    fn queries(query in query()) {
        let printed = query_text(&query);
        prop_assert!(parse_query(&printed).as_ref() == Ok(&*query), "{printed}: {:?}", parse_query(&printed));
    }

    #[test]
    fn any_text_is_read_without_harm(text in ".{0,60}", words in vec("[A-Z]{2,6}|[(),;'`.]|STREAM|FROM|WITH|CREATE", 0..20)) {
        for text in [text, words.join(" ")] {
            match parse(&text) {
                Ok(statements) => {
                    let printed: String = statements.iter().map(|s| format!("{};\n", print(s))).collect();
                    prop_assert!(parse(&printed).as_ref() == Ok(&statements), "{text}\n{printed}");
                }
                Err(faults) => prop_assert!(faults.iter().all(|f| text.get(f.range.clone()).is_some()), "{faults:?}"),
            }
        }
    }
}
