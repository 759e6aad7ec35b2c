-- The other files of the pipeline are not at hand.
CREATE FLOW europe AS INSERT INTO all_orders BY NAME SELECT * FROM STREAM orders_of_europe;
CREATE OR REFRESH STREAMING TABLE filled_in_python (id STRING);
CREATE OR REFRESH STREAMING TABLE newest AS SELECT my_udf(id) AS id FROM view_of_another_file;
CREATE OR REFRESH STREAMING TABLE classified AS SELECT ai_classify(text, array('a', 'b')) AS kind FROM STREAM tickets;
