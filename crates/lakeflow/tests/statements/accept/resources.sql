-- Files of a session.
ADD JAR '/path/to/some.jar';
LIST FILE '/tmp/test' "/tmp/other";
LIST JARS;
