CREATE OR REFRESH MATERIALIZED VIEW places (
  CONSTRAINT has_city EXPECT (f.city IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_sales EXPECT (sales IS NOT NULL)
) AS
SELECT f.city, count(*) AS sales FROM main.shop.places AS f GROUP BY f.city;
