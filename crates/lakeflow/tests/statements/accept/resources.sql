-- Paths with and without quotes.
ADD JAR '/path/to/some.jar';
ADD JAR /path/to/some.jar;
ADD JARS path/to/some.jar other.jar;
ADD JAR ivy://group:module:version?exclude=group:module&transitive=true;
ADD FILE /tmp/test;
ADD ARCHIVE /tmp/a-b_1.zip;
LIST FILE /tmp/test "/tmp/other";
LIST JARS;
