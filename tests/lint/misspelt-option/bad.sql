CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'jsn', maxFilePerTrigger => 10, mode => 'FAILFST');

CREATE OR REFRESH STREAMING TABLE copied AS
SELECT id FROM STREAM raw WITH (skipChangeCommit = TRUE, startingVersion = 5);

CREATE OR REFRESH STREAMING TABLE again AS
SELECT id FROM STREAM(raw) WITH (STARTINGVERSON = 5);
