INSERT IGNORE INTO log_head (id, position, hash, recorded_at, key_epoch) VALUES (1, 0, UNHEX(REPEAT('00', 32)), 0, 0);
