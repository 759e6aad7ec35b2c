create or refresh streaming table orders (constraint positive expect (quantity > 0),
constraint customer_is_known expect (array_contains(_violations, 'customer_is_known') is false) on violation drop row,
constraint every_line_is_accounted_for expect (coalesce(raw_rows = clean_rows + quarantined_rows + dropped_rows, false)) on violation fail update,
constraint times_are_in_order expect (ordered_at <= shipped_at and shipped_at <= delivered_at and delivered_at <= coalesce(returned_at, delivered_at)) on violation drop row)
as select * from stream raw_orders
