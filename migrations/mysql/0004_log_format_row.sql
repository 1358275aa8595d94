INSERT IGNORE INTO log_format (id, format) VALUES (1, 1);
