{{ header }}
SELECT assert_true(count(*) = 0, {{ message }}) AS is_reconciled
FROM {{ reconciliation }}
WHERE (actual = expected) IS NOT TRUE;
