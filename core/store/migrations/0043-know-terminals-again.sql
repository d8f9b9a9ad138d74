-- When the program on a terminal started, as the system says it with the boot it was in: a number alone may be a stranger's later.
ALTER TABLE terminal ADD COLUMN start_time TEXT;
