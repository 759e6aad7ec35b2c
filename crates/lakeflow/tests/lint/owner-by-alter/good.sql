GRANT MANAGE ON TABLE main.sales.orders TO `engineers`;
