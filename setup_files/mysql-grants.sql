-- The rights of the account with which `emol serve` works on MySQL and MariaDB.
--
-- It may add to the log and never change it: no UPDATE or DELETE on events, and
-- no CREATE, DROP, ALTER or TRIGGER anywhere (TRUNCATE needs DROP, and passes
-- triggers by). Run this as an administrator after the first `emol migrate`,
-- which needs an account with all rights on the database, and again after an
-- upgrade that adds tables. Replace the password; replace `emol`.* when the
-- database, and 'emol'@'localhost' when the account has another name.

CREATE USER IF NOT EXISTS 'emol'@'localhost' IDENTIFIED BY 'change me';

GRANT SELECT, INSERT ON `emol`.`events` TO 'emol'@'localhost';
GRANT SELECT, INSERT ON `emol`.`commands` TO 'emol'@'localhost';
GRANT SELECT, UPDATE ON `emol`.`log_head` TO 'emol'@'localhost';
GRANT SELECT ON `emol`.`log_format` TO 'emol'@'localhost';
GRANT SELECT ON `emol`.`migrations` TO 'emol'@'localhost';
GRANT SELECT, INSERT, DELETE ON `emol`.`claims` TO 'emol'@'localhost';
GRANT SELECT, INSERT, DELETE ON `emol`.`person_keys` TO 'emol'@'localhost';
GRANT SELECT, INSERT ON `emol`.`erasures` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`outbox` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`sessions` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`links` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`pins` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`rm_checkpoint` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`rm_documents` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`outbox_tries` TO 'emol'@'localhost';
GRANT SELECT, INSERT, DELETE ON `emol`.`announcements` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `emol`.`jobs` TO 'emol'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `emol`.`bounces` TO 'emol'@'localhost';
GRANT SELECT, INSERT, DELETE ON `emol`.`removals` TO 'emol'@'localhost';
