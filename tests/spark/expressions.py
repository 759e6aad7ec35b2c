"""Makes up queries by the thousand: expressions.py SEED EXPRESSIONS PATTERNS, to be answered by `record.py -`.

Expressions over every type with edge values and NULL, patterns, aggregates and windows. By hand:

    python tests/spark/expressions.py 1 6000 300 | python tests/spark/record.py - > /tmp/answers.jsonl
    SPARK_ANSWERS=/tmp/answers.jsonl cargo test --test it made_up_queries

What the compiler or the engine refuses by name counts as refused; everything else has to be Spark's answer.
"""

import json
import random
import sys

# Columns of the rows that expressions are computed over: name, type, values as texts.
COLUMNS = [
    ("s", "STRING", ["", " ", "a", "Abc dEf", "a,b,,c", "  trim me ", "é ß Ǆ", "x-y_z", "10", "-3.5", "2024-02-29", "true", "a|b|c", "ab ab", "Jan", "%_\\", "a\tb"]),
    ("t", "STRING", ["a", "b", ",", "", "ab", " ", "é", "|", "x", "me", "Abc"]),
    ("i", "INT", ["0", "1", "-1", "2", "3", "7", "31", "100", "2147483647", "-2147483648"]),
    ("j", "INT", ["0", "1", "-1", "2", "5", "12", "-3"]),
    ("b", "TINYINT", ["0", "1", "-1", "127", "-128", "5"]),
    ("h", "SMALLINT", ["0", "1", "-1", "32767", "-32768", "255"]),
    ("l", "BIGINT", ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "1700000000", "86400", "42"]),
    ("x", "DOUBLE", ["0", "-0.0", "1", "0.1", "2.5", "-2.5", "3.14159", "1e15", "1e-7", "12345.678", "100", "-7.5"]),
    ("y", "DOUBLE", ["0.5", "1", "-1", "2", "10", "0.25", "3"]),
    ("f", "FLOAT", ["0", "1.5", "-0.1", "3.4e10", "16777216", "2.5"]),
    ("m", "DECIMAL(10,2)", ["0", "1.00", "-1.50", "2.345", "12345678.90", "99999999.99", "0.05", "2.50"]),
    ("n", "DECIMAL(18,4)", ["0", "1.0000", "-3.1415", "10.5", "2.7182", "0.0001"]),
    ("d", "DATE", ["2024-02-29", "2023-12-31", "2024-01-01", "1970-01-01", "1969-12-31", "2000-03-31", "1900-01-01", "2262-04-12", "2021-01-03"]),
    ("e", "DATE", ["2024-01-31", "2024-03-30", "2023-02-28", "2020-06-15", "1999-12-31"]),
    ("ts", "TIMESTAMP", ["2024-02-29 12:34:56.789", "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2023-03-26 01:30:00", "2024-12-31 23:59:59", "2000-01-01 00:00:00.000001"]),
    ("us", "TIMESTAMP", ["2024-01-31 10:00:00", "2024-03-31 10:00:00", "2023-12-31 00:00:00.5", "2024-02-29 12:34:56"]),
    ("tn", "TIMESTAMP_NTZ", ["2024-02-29 12:34:56.789", "1970-01-01 00:00:00", "2023-03-26 01:30:00"]),
    ("p", "BOOLEAN", ["true", "false"]),
    ("q", "BOOLEAN", ["true", "false"]),
]
ARRAYS = {
    "ARRAY<INT>": ["array(1, 2, 3)", "array(3, CAST(NULL AS INT), 1)", "array(i, j)", "array(j, j, i)", "CAST(array() AS ARRAY<INT>)", "CAST(NULL AS ARRAY<INT>)"],
    "ARRAY<STRING>": ["array('a', 'b')", "array(s, t)", "array('b', CAST(NULL AS STRING), 'a', 'b')", "split('a,b,,c', ',')", "CAST(array() AS ARRAY<STRING>)"],
    "ARRAY<DOUBLE>": ["array(x, y)", "array(0.5D, 1D, CAST(NULL AS DOUBLE))"],
}
MAPS = ["map('a', 1, 'b', 2)", "map(t, j, 'zz', i)", "str_to_map('a:1,b:2')"]
STRUCTS = ["struct(i, s)", "named_struct('a', j, 'b', x)", "struct(i AS k, t AS v)"]

UNITS = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"]
DATE_PATTERNS = ["yyyy-MM-dd", "dd.MM.yyyy", "d/M/yy", "yyyyMMdd", "MMM d, yyyy", "MMMM", "EEE", "EEEE", "yyyy-MM-dd HH:mm:ss", "hh:mm a", "HH:mm:ss.SSS", "D", "Q", "q", "yyyy-'W'", "u", "DDD", "yyyy-MM-dd'T'HH:mm:ss", "G", "kk:mm", "K", "e", "w", "F", "XXX", "VV", "z", "yyyy-MM-dd[ HH:mm]", "SSSSSS", "y", "M", "L", "LLL"]
TEXTS_TO_PARSE = ["2024-01-05", "05.01.2024", "5/1/24", "20240105", "jan 5, 2024", "Jan 5, 2024", "JANUARY", "2024-01-05 10:11:12", "01:02 pm", "01:02 PM", "12:00 AM", "10:11:12.123", "2024-13-01", "2024-02-30", "24-1-5", " 2024-01-05", "2024-1-5", "", "fri", "2024-01-05T10:11:12", "010", "5"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "+02:00", "-0800", "+8", "GMT+1", "Z", "Asia/Kolkata", "EST", "PST", "Mars/Phobos", "UTC+3", "+18:30"]

# What gives a type: {X} stands for an expression of a type, {name} for a choice of words.
FORMS = {
    "STRING": """
        upper({S})|lower({S})|lcase({S})|ucase({S})|initcap({S})|trim({S})|ltrim({S})|rtrim({S})|btrim({S})|trim(BOTH {T} FROM {S})|trim(LEADING {T} FROM {S})
        |trim(TRAILING {T} FROM {S})|btrim({S}, {T})|ltrim({T}, {S})|substring({S}, {J}, {J})|substring({S}, {J})|substr({S}, {J}, 2)|left({S}, {J})|right({S}, {J})
        |{S} || {T}|concat({S}, {T}, {s_any})|concat_ws({T}, {S}, {s_any})|concat_ws(',', {AS})|repeat({T}, {J})|reverse({S})|replace({S}, {T}, 'Z')|replace({S}, {T})
        |translate({S}, {T}, 'xyz')|lpad({S}, {J}, {T})|rpad({S}, 5, {T})|lpad({S}, 4)|split_part({S}, {T}, {J})|substring_index({S}, {T}, {J})|overlay({S}, 'ZZ', 2)
        |overlay({S}, 'Z', 2, {J})|CAST({any} AS STRING)|string({any})|coalesce({S}, {T})|nvl({S}, {T})|if({P}, {S}, {T})|CASE WHEN {P} THEN {S} ELSE {T} END|nullif({S}, {T})
        |md5({S})|sha1({S})|sha({S})|sha2({S}, 256)|sha2({S}, 512)|hex({S})|hex({L})|bin({L})|conv({numtext}, 10, 16)|conv({numtext}, 16, 2)|base64({S})|CAST(unbase64(base64({S})) AS STRING)
        |format_number({X}, 2)|format_number({M}, 1)|format_number({L}, 0)|format_string('%s|%d', {S}, {I})|format_string('%.2f', {X})|format_string('%05d', {J})|format_string('%8.3f|%-5s', {Y}, {T})|printf('%x', {I})
        |format_string('%,d', {L})|format_string('%e', {Y})|format_string('%.1f', {M})|format_string('%s', {any})
        |date_format({D}, '{datepattern}')|date_format({TS}, '{datepattern}')|dayname({D})|monthname({D})|from_unixtime({L})|from_unixtime(1700000000, '{datepattern}')
        |array_join({AS}, {T})|array_join({AS}, ',', {T})|array_join({AI}, '-')|element_at({AS}, {J1})|element_at({AS}, 1)|get({AS}, {J})|try_element_at({AS}, 2)|array_max({AS})|array_min({AS})
        |get_json_object('{json}', '{path}')|to_json({ST})|to_json({AI})|to_json({MP})|soundex({S})|char({I})|chr({J})|mask({S})|mask({S}, 'Y', 'y', 'd', 'o')|url_encode({S})|url_decode(url_encode({S}))
        |parse_url('http://u:p@h.com:80/a/b?q=1&r=2#f', '{urlpart}')|typeof({any})|elt({J1}, {S}, {T})|space({J})|quote({S})|luhn|ascii|greatest({S}, {T})|least({S}, {T})
        |to_char({M}, '999D99')|to_char({D}, 'yyyy')|regexp_extract({S}, '([a-z]+)', 1)|regexp_extract({S}, '[a-z]', 0)|regexp_replace({S}, '[aeiou]', '<$0>')|regexp_substr({S}, '[a-z]+')
        |schema_of_json('{json}')|map('a', {S})['a']|{ST_s}|try_to_date|decode({I}, 0, 'zero', 1, 'one', 'other')|decode(encode({S}, 'UTF-8'), 'UTF-8')|encode|nvl2({S}, {T}, 'n')|ifnull({S}, 'n')|uuid5|lower(hex(encode({S}, 'UTF-8')))
    """,
    "INT": """
        length({S})|char_length({S})|len({S})|octet_length({S})|bit_length({S})|ascii({S})|instr({S}, {T})|locate({T}, {S})|locate({T}, {S}, {J})|position({T} IN {S})|position({T}, {S})|charindex({T}, {S})
        |levenshtein({S}, {T})|levenshtein({S}, {T}, 2)|find_in_set({T}, {S})|year({D})|month({D})|day({D})|dayofmonth({TS})|quarter({D})|dayofweek({D})|weekday({D})|dayofyear({TS})|weekofyear({D})
        |hour({TS})|minute({TS})|second({TS})|extract({datefield} FROM {TS})|date_part('{datefield}', {D})|datediff({D}, {E})|date_diff({D}, {E})|{D} - {E}
        |size({AI})|size({AS})|cardinality({MP})|array_size({AI})|size({MP})|CAST({num} AS INT)|CAST({numtext} AS INT)|int({X})|abs({I})|-{J}|{I} + {J}|{J} * 2|{I} % 5|mod({I}, {J})|pmod({I}, 7)
        |sign|coalesce({I}, {J})|greatest({I}, {J}, 3)|least({I}, {J})|if({P}, {I}, {J})|element_at({AI}, 1)|{AI}[0]|array_max({AI})|array_min({AI})|aggregate({AI}, 0, (acc, v) -> acc + v)|reduce({AI}, 1, (acc, v) -> acc * v)
        |regexp_count({S}, '[a-z]')|regexp_instr({S}, '[b-d]')|bit_count({I})|{I} & {J}|{I} ^ {J}|shiftleft({J}, 2)|shiftright({I}, {J})|shiftrightunsigned({I}, 1)|~{I}|hash({S}, {I})|hash({I})|crc|unix_date({D})
        |getbit({I}, 1)|bit_get({I}, 0)|json_array_length('{json}')|nullifzero({J})|zeroifnull({J})|round({I}, -1)|bround({I}, -1)|map('a', {I})['a']|extract(SECOND FROM {TS})|yearofweek({D})|datepart('dow', {D})|{ST_i}|positive({I})|negative({J})
        |CAST({P} AS INT)|array_position({AI}, 1)|ceil({I})|floor({J})|factorial({J})|width_bucket({X}, 0, 10, 5)|try_add({I}, {J})|try_subtract({I}, 1)|try_multiply({I}, {J})|try_divide({I}, {J})|try_mod({I}, {J})|{I} div {J}
    """,
    "BIGINT": """
        {L} + 1|{L} - {J}|{L} * 2|{I} * {L}|CAST({num} AS BIGINT)|bigint({numtext})|try_cast({S} AS BIGINT)|ceil({X})|floor({X})|ceil({Y})|unix_timestamp({TS})|unix_timestamp({D})|unix_timestamp('2024-01-05', 'yyyy-MM-dd')
        |to_unix_timestamp({TS})|unix_seconds({TS})|unix_millis({TS})|unix_micros({TS})|datediff({unit}, {TS}, {US})|timestampdiff({unit}, {TS}, {US})|timestampdiff({unit}, {D}, {E})|datediff(MONTH, {D}, {E})|CAST({TS} AS BIGINT)|crc32({S})|xxhash64({S})|xxhash64({I}, {S})
        |array_position({AS}, {T})|{L} % 7|{L} div {J}|abs({L})|bit_count({L})|{L} | 5|shiftleft({L}, 3)|try_add({L}, {L})|coalesce({L}, {I})|sign({L})|round({L}, -2)|factorial(5)
    """,
    "DOUBLE": """
        {X} + {Y}|{X} - 1|{X} * {Y}|{X} / {Y}|{I} / {J}|{X} % {Y}|try_divide({X}, {Y})|abs({X})|-{X}|round({X}, 2)|round({X}, {Jlit})|bround({X}, 1)|sqrt({Y})|cbrt({X})|exp({Y})|ln({Y})|log({Y})|log10({Y})|log2({Y})|log(2, {Y})|log1p({Y})|expm1({Y})
        |power({Y}, {J})|pow({X}, 2)|sin({Y})|cos({Y})|tan({Y})|asin({Y})|acos({Y})|atan({Y})|atan2({Y}, {X})|sinh({Y})|cosh({Y})|tanh({Y})|asinh({Y})|acosh({Y})|atanh({Y})|cot({Y})|sec({Y})|csc({Y})|degrees({Y})|radians({X})|hypot({X}, {Y})|rint({X})|e()|pi()
        |signum({X})|sign({M})|months_between({D}, {E})|months_between({TS}, {US})|months_between({D}, {E}, false)|CAST({num} AS DOUBLE)|double({S})|try_cast({S} AS DOUBLE)|greatest({X}, {Y})|least({X}, {I})|coalesce({X}, {Y})|nanvl({X}, {Y})|if({P}, {X}, {I})
        |{M} * {X}|{F} + {X}|CAST({F} AS DOUBLE)|{X} + {I}|CAST({TS} AS DOUBLE)|element_at({AD}, 1)|array_max({AD})|pmod({X}, {Y})|{F} * {I}|{F} / 3|{F} + {F}|abs({F})|round({F}, 1)|ceil({F})|positive({X})
    """,
    "DECIMAL": """
        {M} + {N}|{M} - {N}|{M} * {N}|{M} / {N}|{M} % {N}|{M} + {I}|{M} * 2|{M} / 3|{I} / {M}|{M} + 1.5|round({M}, 1)|round({N}, {Jlit})|bround({N}, 2)|ceil({M})|floor({N})|ceil({N}, 2)|floor({N}, 1)|ceil({X}, 1)|ceil({I}, -1)|abs({M})|-{N}|CAST({num} AS DECIMAL(12,3))|CAST({numtext} AS DECIMAL(5,1))
        |try_cast({S} AS DECIMAL(10,2))|decimal({numtext})|coalesce({M}, {N})|coalesce({M}, {I})|greatest({M}, {N})|least({M}, 5)|if({P}, {M}, 0)|CASE WHEN {P} THEN {M} WHEN {Q} THEN {N} END|nullif({M}, {N})|try_divide({M}, {N})|pmod({M}, {N})|{M} div {N}|mod({N}, 2)|1.10 + {M}|sign({M})|CAST({M} AS DECIMAL(6,0))|try_add({M}, {N})|to_number('12.34', '99.99')|try_to_number({numtext}, '9999')|nvl({M}, 0)|zeroifnull({M})|positive({M})
    """,
    "DATE": """
        date_add({D}, {J})|date_sub({D}, {J})|add_months({D}, {J})|last_day({D})|next_day({D}, '{weekday}')|trunc({D}, '{truncunit}')|to_date({S})|to_date('{parse}', '{datepattern}')|try_to_date('{parse}', '{datepattern}')|try_cast({S} AS DATE)|CAST({TS} AS DATE)|date({TS})|to_date({TS})
        |make_date(2024, {J}, {J})|make_date({I}, 1, 1)|{D} + {J}|{D} - 1|date_from_unix_date({I})|date_from_unix_date({J})|{D} + INTERVAL 1 MONTH|{D} - INTERVAL '2' DAY|{D} + INTERVAL 1 YEAR|dateadd({D}, {J})|coalesce({D}, {E})|greatest({D}, {E})|if({P}, {D}, {E})|CAST('{parse}' AS DATE)|try_cast('{parse}' AS DATE)|least({D}, {E})|nullif({D}, {E})|CAST({tn} AS DATE)|to_date('{parse}')
    """,
    "TIMESTAMP": """
        date_trunc('{truncunit}', {TS})|date_trunc('{unit}', {D})|CAST({D} AS TIMESTAMP)|to_timestamp({S})|to_timestamp('{parse}', '{datepattern}')|try_to_timestamp('{parse}', '{datepattern}')|try_to_timestamp('{parse}')|try_cast({S} AS TIMESTAMP)|try_cast('{parse}' AS TIMESTAMP)|from_utc_timestamp({TS}, '{zone}')|to_utc_timestamp({TS}, '{zone}')
        |{TS} + INTERVAL 1 DAY|{TS} - INTERVAL '3' HOUR|{TS} + INTERVAL 1 MONTH|{D} + INTERVAL 2 HOURS|timestampadd({unit}, {J}, {TS})|dateadd({unit}, {J}, {TS})|date_add({unit}, {J}, {D})|dateadd({unit}, {J}, {D})|timestamp_seconds({L})|timestamp_seconds({X})|timestamp_millis({I})|timestamp_micros({L})|make_timestamp(2024, {J}, 5, 10, {J}, 3.5)|try_make_timestamp(2024, {J}, 31, 10, 1, 60)|CAST({L} AS TIMESTAMP)|CAST({J} AS TIMESTAMP)|CAST({X} AS TIMESTAMP)
        |coalesce({TS}, {US})|greatest({TS}, {US})|window({TS}, '1 day').start|window({TS}, '10 minutes').end|timestamp({D})|CAST({tn} AS TIMESTAMP)|timestamp('2024-01-05 10:00:00{offset}')|CAST('2024-01-05 10:00:00{offset}' AS TIMESTAMP)|to_timestamp_ntz({S})|CAST({TS} AS TIMESTAMP_NTZ)|convert_timezone('{zone}', 'UTC', {tn})|convert_timezone('{zone}', {tn})|date_trunc('MONTH', {tn})|{tn} + INTERVAL 1 DAY|TIMESTAMP '2024-01-05 10:00:00{offset}'|{TS} - {US}|{US} - {TS}|to_timestamp_ltz({S})|make_timestamp_ntz(2024, 2, {J}, 1, 2, 3)
    """,
    "BOOLEAN": """
        {I} = {J}|{I} < {L}|{X} >= {Y}|{M} = {N}|{M} > {I}|{X} = {M}|{S} = {T}|{S} < {T}|{S} <=> {T}|{D} < {E}|{D} = {TS}|{TS} > {US}|{S} = {I}|{I} = '1'|{D} = '2024-02-29'|{D} < {S}|{P} AND {Q}|{P} OR {Q}|NOT {P}|{P} = {Q}|{P} IS TRUE|{Q} IS NOT FALSE|{S} IS NULL|{I} IS DISTINCT FROM {J}
        |{S} LIKE '{like}'|{S} NOT LIKE '{like}'|{S} ILIKE '{like}'|{S} LIKE '{like}' ESCAPE '/'|{S} LIKE ANY ('a%', '%b')|{S} LIKE ALL ('%a%', '%')|{S} RLIKE '{regex}'|{S} BETWEEN {T} AND 'z'|{I} BETWEEN {J} AND 5|{I} IN (1, 2, {J})|{S} IN ({T}, 'a')|{M} IN (1, 2.5)|{I} NOT IN (0, {J})|{D} IN (DATE'2024-02-29', {E})|{X} IN (1, {Y})
        |contains({S}, {T})|startswith({S}, {T})|endswith({S}, {T})|array_contains({AI}, {J})|array_contains({AS}, {T})|arrays_overlap({AI}, {AI})|exists({AI}, v -> v > 1)|forall({AI}, v -> v > 0)|isnull({S})|isnotnull({I})|isnan({X})|equal_null({S}, {T})|map_contains_key({MP}, 'a')|CAST({I} AS BOOLEAN)|CAST({bool_text} AS BOOLEAN)|boolean({J})|try_cast({S} AS BOOLEAN)
        |coalesce({P}, {Q})|if({P}, {Q}, false)|{AI} = array(1, 2)|{ST} = {ST}|luhn_check('79927398713')|luhn_check({S})|like({S}, '{like}')|ilike({S}, '{like}')|regexp_like({S}, '{regex}')|{P} > {Q}|xor|isnull({P} AND {Q})|{S} IS NOT NULL|between
    """,
    "ARRAY": """
        array({I}, {J})|array({S}, {T})|array({I}, {X})|array({M}, {N})|array_distinct({AI})|array_union({AI}, {AI})|array_except({AI}, {AI})|array_intersect({AS}, {AS})|array_sort({AI})|sort_array({AI})|sort_array({AS}, false)|array_append({AI}, {J})|array_prepend({AS}, {T})|array_remove({AI}, {J})|array_insert({AI}, {J1}, 9)|array_repeat({S}, {J})|array_compact({AI})|slice({AI}, {J1}, 2)|slice({AS}, -1, 1)
        |concat({AI}, {AI})|concat({AI}, {AD})|reverse({AI})|flatten(array({AI}, {AI}))|flatten(array({AS}, array({S})))|sequence(1, {J1})|sequence({J}, 5, 2)|sequence(DATE'2024-01-01', DATE'2024-01-05')|sequence(DATE'2024-01-31', DATE'2024-05-01', INTERVAL 1 MONTH)|split({S}, {T})|split({S}, ',')|split({S}, '[ab]', 2)|split({S}, '')|transform({AI}, v -> v * 2)|transform({AI}, (v, k) -> v + k)|filter({AI}, v -> v > 1)|filter({AI}, v -> v IS NOT NULL)|filter({AS}, (v, k) -> k > 0)|zip_with({AI}, {AI}, (a, c) -> a + c)|array_sort({AI}, (a, c) -> c - a)
        |map_keys({MP})|map_values({MP})|CAST({AI} AS ARRAY<STRING>)|CAST({AS} AS ARRAY<INT>)|try_cast({AS} AS ARRAY<INT>)|arrays_zip({AI}, {AS})|from_json('[1,2]', 'ARRAY<INT>')|regexp_extract_all({S}, '([a-z])', 1)|sentences({S})|json_object_keys('{json}')|array({D}, {E})|array()|array(NULL, {I})|shuffle|map_entries({MP})|array_agg|coalesce({AI}, {AI})|if({P}, {AS}, {AS})|CASE WHEN {P} THEN {AI} END
    """,
    "MAP": """
        map('a', {I}, 'b', {J})|map({S}, 1)|map_from_arrays(array('a', 'b'), array({I}, {J}))|map_from_entries(array(struct('a', {I})))|map_concat({MP2}, map('z', 9))|map_filter({MP2}, (k, v) -> v > 1)|transform_values({MP2}, (k, v) -> v + 1)|transform_keys({MP2}, (k, v) -> upper(k))|str_to_map({S}, ',', ':')|map_zip_with({MP2}, {MP2}, (k, a, c) -> a + c)|from_json('{{"a":1}}', 'MAP<STRING,INT>')|map()
    """,
    "STRUCT": """
        struct({I}, {S})|named_struct('a', {I}, 'b', {X})|struct({D} AS d, {M} AS m)|from_json('{json}', 'a INT, b STRING')|from_json('{json}', 'STRUCT<a: DOUBLE, b: ARRAY<INT>>')|from_json({S}, 'a INT')|from_csv('1,abc', 'a INT, b STRING')|from_csv({S}, 'a STRING, b STRING')|window({TS}, '1 hour')|to_json(from_json('{json}', 'a INT, b STRING'))|from_json('{json}', 'a BIGINT').a|from_json('{json}', 'd DECIMAL(5,2), t TIMESTAMP, x DATE')
    """,
}
JSON = ['{"a":1,"b":"x"}', '{"a":1.5,"b":[1,2]}', '{"a":null}', '[1,2,3]', '{"b":{"c":[{"d":5},{"d":6}]}}', 'not json', '', '{"a":"5"}', '{"A":1}', '{"a":1,"a":2}', '{"d":1.239,"t":"2024-01-05T10:00:00Z","x":"2024-01-05"}', '{"a": 12345678901234567890}', '{"b":"q\\\\"x"}', '{"a":true}', "{'a':1}"]
PATHS = ["$.a", "$.b", "$.b.c[0].d", "$[1]", "$.b[0]", "$", "$.b.c", "$.b.c[*].d", "a", "$['b']", "$.z", "$.b.c[9]"]
LIKES = ["a%", "%b", "_b%", "%", "", "a\\\\%b", "%/_%", "A%", "a_c", "%é%", "/%%", "%,%", "%.%", "a/b"]
REGEXES = ["^a", "b$", "[a-c]+", "\\\\d+", "^\\\\s*$", "a|b", "(?i)ABC", ".", "^.$", "\\\\bme\\\\b", "[^a-z]", "x{2}", "\\\\w-\\\\w"]
AGGREGATES = """
    sum({i})|avg({i})|min({i})|max({i})|count({i})|count(*)|count(DISTINCT {i})|sum(DISTINCT {i})|avg(DISTINCT {i})|sum({m})|avg({m})|sum({x})|avg({x})|min({s})|max({s})|min({d})|max({ts})|count_if({i} > 1)|bool_and({p})|bool_or({p})|every({p})|some({p})|any({p})
    |stddev({x})|stddev_pop({x})|variance({x})|var_pop({x})|var_samp({x})|skewness({x})|kurtosis({x})|corr({x}, {i})|covar_pop({x}, {i})|covar_samp({x}, {i})|median({x})|median({i})|percentile({x}, 0.25)|percentile({i}, 0.9)|percentile(x, array(0.25, 0.75))|percentile_approx({i}, 0.5)|approx_percentile({x}, 0.5)|percentile_cont(0.5) WITHIN GROUP (ORDER BY {x})|percentile_disc(0.5) WITHIN GROUP (ORDER BY {x})
    |max_by(s, k)|min_by(i, k)|mode({j}, true)|array_sort(collect_list({i}))|array_sort(collect_set({j}))|sort_array(array_agg({s}))|listagg({s}, ',') WITHIN GROUP (ORDER BY {s})|string_agg({s}, '-') WITHIN GROUP (ORDER BY {s} DESC)|listagg(DISTINCT t, ',') WITHIN GROUP (ORDER BY t)|approx_count_distinct({j})|bit_and({i})|bit_or({i})|bit_xor({i})|try_sum({l})|try_avg({m})|sum({l})|first(i, true)|any_value(p)|sum({i}) FILTER (WHERE {p})|count(*) FILTER (WHERE {i} > 0)|avg({m}) FILTER (WHERE {p})|regr_count({x}, {y})|regr_slope({x}, {y})|regr_intercept({x}, {y})|regr_r2({x}, {y})|regr_avgx({x}, {y})|regr_avgy({x}, {y})|regr_sxx({x}, {y})|regr_sxy({x}, {y})|regr_syy({x}, {y})|sum({b})|avg({f})|sum({f})|max({m}) - min({m})|sum({i}) / count(*)|count(DISTINCT {i}, {s})|max(struct(i, s))|histogram_numeric({x}, 3)|count_min_sketch|max({p})|min({p})|sum({x}) / sum({i})|mean({m})|std({x})
"""
WINDOWS = """
    row_number()|rank()|dense_rank()|percent_rank()|cume_dist()|ntile(2)|ntile(3)|lag({i})|lag({i}, 2)|lag({i}, 1, 0)|lead({s})|lead({m}, 1, 0)|first_value({i})|last_value({i})|nth_value({i}, 2)|sum({i})|sum({m})|avg({m})|avg({x})|count(*)|count({s})|min({i})|max({d})|sum({x})|first_value(s) IGNORE NULLS|last_value(i) IGNORE NULLS|lag(i) IGNORE NULLS|collect_list(i)|stddev({x})|max_by(s, k)|sum({l})|any_value({i})
"""
FRAMES = ["", "", "", " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " ROWS 2 PRECEDING", " RANGE BETWEEN 1 PRECEDING AND CURRENT ROW"]
TYPES = dict(S="STRING", T="STRING", I="INT", J="INT", L="BIGINT", X="DOUBLE", Y="DOUBLE", F="FLOAT", M="DECIMAL", N="DECIMAL", D="DATE", E="DATE", TS="TIMESTAMP", US="TIMESTAMP", P="BOOLEAN", Q="BOOLEAN")
COLUMN_OF = dict(S="s", T="t", I="i", J="j", L="l", X="x", Y="y", F="f", M="m", N="n", D="d", E="e", TS="ts", US="us", P="p", Q="q")


def forms(text):
    """Forms stand between bars; a bar inside a form has blanks around it."""
    flat = " ".join(line.strip() for line in text.strip().splitlines())
    parts, current, quoted = [], "", False
    for position, c in enumerate(flat):
        quoted ^= c == "'"
        bar = c == "|" and not quoted and "|" not in flat[position - 1 : position] and flat[position + 1 : position + 2] != "|"
        if bar and not (flat[position - 1] == " " and flat[position + 1] == " " and flat[position - 2] == "}"):
            parts.append(current.strip())
            current = ""
        else:
            current += c
    # A word alone is a note of what has no stable answer.
    return [part for part in parts + [current.strip()] if not part.isidentifier()]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.forms = {ty: forms(text) for ty, text in FORMS.items()}
        self.aggregates, self.windows = forms(AGGREGATES), forms(WINDOWS)

    def pick(self, choices):
        return self.random.choice(choices)

    def literal(self, column):
        _, ty, values = next(c for c in COLUMNS if c[0] == column)
        value = self.pick(values).replace("\\", "\\\\").replace("\t", "\\t")
        if ty == "STRING":
            return f"'{value}'"
        if ty == "INT":
            return value if value != "-2147483648" else "-7"
        if ty in ("DATE", "TIMESTAMP"):
            return f"{ty}'{value}'"
        if ty == "BOOLEAN":
            return value
        return f"CAST('{value}' AS {ty})"

    def hole(self, name, depth):
        r = self.random
        if name in COLUMN_OF:
            if depth > 0 and r.random() < 0.35 and TYPES[name] in self.forms:
                return "(" + self.expression(TYPES[name], depth - 1) + ")"
            if r.random() < 0.04:
                return f"CAST(NULL AS {'DECIMAL(10,2)' if TYPES[name] == 'DECIMAL' else TYPES[name]})"
            column = COLUMN_OF[name]
            return self.literal(column) if r.random() < 0.2 else column
        words = {
            "J1": ["1", "2", "-1", "3", "j"], "Jlit": ["0", "1", "2", "-1", "-2", "3"], "datepattern": DATE_PATTERNS, "parse": TEXTS_TO_PARSE, "unit": UNITS, "zone": ZONES,
            "truncunit": ["year", "YYYY", "YY", "quarter", "month", "MON", "mm", "week", "day", "dd", "hour", "minute", "second", "decade", "millennium", "microsecond"],
            "datefield": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DOW", "DOY", "YEAROFWEEK", "DOW_ISO", "HOUR", "MINUTE"],
            "weekday": ["MO", "tue", "Sunday", "xx", "FR"], "json": JSON, "path": PATHS, "like": LIKES, "regex": REGEXES, "urlpart": ["HOST", "PATH", "QUERY", "REF", "PROTOCOL", "FILE", "AUTHORITY", "USERINFO"],
            "offset": ["", "Z", "+02:00", "-0800", " Europe/Berlin", "+8", "UTC", " GMT+1", ".5", ".123456789"], "num": ["i", "l", "x", "m", "n", "f", "b", "h", "p"], "numtext": ["'12'", "' 7 '", "'-3.5'", "'1e3'", "'abc'", "''", "'0x1F'", "'99999999999'", "'+5'", "'.5'", "'5.'", "s"],
            "bool_text": ["'true'", "'F'", "'yes'", "'0'", "' T '", "'no'", "'1'", "'x'"], "any": ["i", "l", "x", "f", "m", "n", "d", "ts", "tn", "p", "s", "b", "array(i, j)", "array(s, t)", "struct(i, s)", "map('a', j)", "x * 1e20", "NULL"], "s_any": ["s", "t", "i", "m", "d", "p", "x", "ts", "NULL"],
            "AI": ARRAYS["ARRAY<INT>"], "AS": ARRAYS["ARRAY<STRING>"], "AD": ARRAYS["ARRAY<DOUBLE>"], "MP": MAPS, "MP2": MAPS[:2], "ST": STRUCTS, "ST_s": ["struct(i, s).s", "named_struct('a', t).a"], "ST_i": ["struct(i, s).i", "named_struct('k', j).K"], "tn": ["tn"],
        }
        return self.pick(words[name])

    def filled(self, form, depth):
        out, rest = "", form
        while "{" in rest:
            before, _, after = rest.partition("{")
            if after.startswith("{"):
                out, rest = out + before + "{", after[1:]
                continue
            name, _, rest = after.partition("}")
            out += before + self.hole(name, depth)
        return out + rest.replace("}}", "}")

    def expression(self, ty, depth):
        return self.filled(self.pick(self.forms[ty]), depth)

    def rows(self, count, used, key=False):
        """`(SELECT .. FROM VALUES ..) AS t` with the columns that are used."""
        columns = [c for c in COLUMNS if c[0] in used] or COLUMNS[2:3]
        lines = []
        for number in range(count):
            texts = ["NULL" if self.random.random() < 0.12 else "'" + self.pick(values).replace("\\", "\\\\").replace("\t", "\\t") + "'" for _, _, values in columns]
            lines.append("(" + ", ".join([str(number)] * key + texts) + ")")
        # A column without any value would have no type.
        lines.append("(" + ", ".join([str(count)] * key + ["'" + values[-1].replace("\\", "\\\\").replace("\t", "\\t") + "'" for _, _, values in columns]) + ")")
        casts = ["k"] * key + [f"CAST(c{position} AS {ty}) AS {name}" for position, (name, ty, _) in enumerate(columns)]
        names = ["k"] * key + [f"c{position}" for position in range(len(columns))]
        return f"(SELECT {', '.join(casts)} FROM VALUES {', '.join(lines)} AS v({', '.join(names)})) AS t"

    def scalar(self, number):
        kinds = list(self.forms)
        # Every form comes in its turn, so that no seed leaves one out.
        every = [(ty, form) for ty in kinds for form in self.forms[ty]]
        if number < 3 * len(every):
            _, form = every[number % len(every)]
        else:
            form = self.pick(self.forms[self.pick(kinds)])
        expression = self.filled(form, self.random.choice([0, 1, 1, 2]))
        return f"SELECT {expression} AS r FROM {self.rows(self.random.choice([0, 1, 2]), used(expression))}"

    def total(self):
        call = self.argument(self.pick(self.aggregates))
        shape = self.random.randint(0, 4)
        rows = self.rows(self.random.randint(1, 6), used(call) | {"j"}, key=True)
        if shape == 0:
            return f"SELECT k % 2 AS g, {call} AS r FROM {rows} GROUP BY k % 2 ORDER BY g"
        if shape == 1:
            return f"SELECT {call} AS r FROM {rows} WHERE k < 0"
        if shape == 2:
            return f"SELECT k % 2 AS g, j, {call} AS r, grouping(j) AS z, grouping_id() AS w FROM {rows} GROUP BY {self.pick(['ROLLUP (k % 2, j)', 'CUBE (k % 2, j)', 'GROUPING SETS ((k % 2), (j), ())'])} ORDER BY w, g, j"
        return f"SELECT {call} AS r, count(*) AS c FROM {rows}"

    def argument(self, form):
        out, rest = "", form
        while "{" in rest:
            before, _, after = rest.partition("{")
            name, _, rest = after.partition("}")
            plain = self.random.random() < 0.7 or name not in ("i", "x", "m", "s")
            out += before + (name if plain else {"i": "i % 5", "x": "x * 2", "m": "m + n", "s": "upper(s)"}[name])
        return out + rest

    def window(self):
        call = self.argument(self.pick(self.windows))
        rows = self.rows(self.random.randint(2, 6), used(call) | {"j", "t"}, key=True)
        by, order = self.pick(["", "PARTITION BY j % 2 ", "PARTITION BY t "]), self.pick(["k", "k", "k DESC", "j, k", "j NULLS LAST, k", "t DESC, k"])
        frame = self.pick(FRAMES)
        if "RANGE BETWEEN 1" in frame:
            order = "k"
        return f"SELECT k, {call} OVER ({by}ORDER BY {order}{frame}) AS r FROM {rows} ORDER BY k"

    def set_operation(self):
        rows = ", ".join(f"({self.pick(['1', '2', '2', '3', 'NULL'])})" for _ in range(4))
        other = ", ".join(f"({self.pick(['1', '2', '3', 'NULL', '2.5', '4000000000'])})" for _ in range(3))
        op = self.pick(["EXCEPT ALL", "EXCEPT", "INTERSECT ALL", "INTERSECT", "UNION ALL", "UNION", "MINUS", "MINUS ALL", "EXCEPT DISTINCT"])
        return f"SELECT a FROM VALUES {rows} AS v(a) {op} SELECT a FROM VALUES {other} AS w(a)"

    def pattern(self, depth=2):
        atoms = ["a", "b", "é", "ß", "É", ".", "[a-c]", "[^a]", "\\\\d", "\\\\w", "\\\\W", "\\\\s", "\\\\S", "\\\\D", "\\\\b", "\\\\B", "^", "$", "\\\\A", "\\\\z", "\\\\Z", "[[:alpha:]]", "[a--b]", "[a-c&&[b]]", "[a[b]]", "[]a]", "[^]a]", "\\\\p{L}", "\\\\p{Lu}", "\\\\p{Alpha}", "\\\\x41", "\\\\Qa.b\\\\E", "\\\\.", " ", "-", "[a-]", "[\\\\w-]", "[\\\\d.]", "\\\\u0041", "\\\\R", "\\\\h", "\\\\t", "\\\\n", "[.]", "\\\\-", "\\\\/", "#", "{", "}", "]", "~", "&&", "[a&&b]", "[&&a]", "\\\\0101", "\\\\1", "[a~~b]", "[^\\\\d]", "[\\\\]]", "k", "ſ", "K"]
        r = self.random
        if depth == 0 or r.random() < 0.3:
            return self.pick(atoms)
        kind = r.randint(0, 6)
        if kind == 0:
            return self.pattern(depth - 1) + "|" + self.pattern(depth - 1)
        if kind == 1:
            opening = self.pick(["(", "(?:", "(?i)", "(?i:", "(?s)", "(?m)", "(?x)", "(?P<y>", "(?<y>", "(?u)", "(?=", "(?!", "(?<=", "(?>", "(?iu)", "(?-i)", "(?U)", "(?is)", "(?d)"])
            return opening + self.pattern(depth - 1) + ("" if opening[-1] == ")" else ")")
        if kind == 2:
            return self.pattern(depth - 1) + self.pick(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}", "**", "*+", "++", "?+", "{2}?", "{2}+", "+*", "{a}"])
        return self.pattern(depth - 1) + self.pattern(depth - 1)

    def regex(self):
        texts = ["", "a", "ab", "aab", "É", "é", "a b", "x-y", "a.b", "A1", "abc", "ſ", "K", "a\\nb", "a\\n", "\\n", "b]", "_ä", "ß", "a&b", "{", "1", "  ", "kk", "\\u2028", "aé b"]
        rows = ", ".join(f"('{text}')" for text in self.random.sample(texts, 5))
        pattern = self.pattern(3)
        if self.random.random() < 0.35:
            pattern = self.pick(["^", "(?i)", "(?s)"]) + pattern + self.pick(["$", "", "\\\\z"])
        call = self.pick(
            [f"s RLIKE '{pattern}'", f"regexp_like(s, '{pattern}')", f"regexp_extract(s, '({pattern})', 1)", f"regexp_extract(s, '{pattern}', 0)", f"regexp_replace(s, '{pattern}', '<$0>')", f"regexp_replace(s, '{pattern}', '')", f"regexp_count(s, '{pattern}')", f"split(s, '{pattern}')", f"split(s, '{pattern}', 2)", f"s RLIKE '{pattern}'", f"regexp_substr(s, '{pattern}')", f"regexp_instr(s, '{pattern}')", f"regexp_extract_all(s, '{pattern}', 0)", f"regexp_replace(s, '{pattern}', 'x', 2)", f"split(s, '{pattern}', 0)"]
        )
        return f"SELECT s, {call} AS r FROM VALUES {rows} AS v(s)"


def used(expression):
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in expression).split())
    return {name for name, _, _ in COLUMNS} & words


def main(seed, expressions, patterns):
    maker = Maker(seed)
    print(json.dumps({"setup": []}))
    for number in range(expressions):
        print(json.dumps({"label": f"expression {seed}.{number}", "sql": maker.scalar(number)}, ensure_ascii=False))
    for number in range(patterns):
        print(json.dumps({"label": f"pattern {seed}.{number}", "sql": maker.regex()}, ensure_ascii=False))
        print(json.dumps({"label": f"total {seed}.{number}", "sql": maker.total()}, ensure_ascii=False))
        print(json.dumps({"label": f"window {seed}.{number}", "sql": maker.window()}, ensure_ascii=False))
        if number % 5 == 0:
            print(json.dumps({"label": f"set {seed}.{number}", "sql": maker.set_operation()}, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
