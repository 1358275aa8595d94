//! Every setting there is.

/// One setting: its two names, what it is for and what it may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable of the environment.
    pub env: &'static str,
    /// The key in the TOML file.
    pub key: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// A value that would do.
    pub example: &'static str,
    /// Whether its value may never be shown.
    pub secret: bool,
}

/// Where the register is kept. May hold a password.
pub const DATABASE_URL: Setting = Setting {
    env: "DATABASE_URL",
    key: "database_url",
    purpose: "where the register is kept",
    example: "sqlite:///var/lib/emol/emol.db or mysql://emol:password@localhost/emol",
    secret: true,
};
/// The master keys themselves.
pub const MASTER_KEYS: Setting = Setting {
    env: "EMOL_MASTER_KEYS",
    key: "master_keys",
    purpose: "the keys that unlock what is sealed",
    example: "the line that `emol keys generate` prints",
    secret: true,
};
/// A file that holds the master keys.
pub const MASTER_KEYS_FILE: Setting = Setting {
    env: "EMOL_MASTER_KEYS_FILE",
    key: "master_keys_file",
    purpose: "the file that holds the master keys",
    example: "/etc/emol/master.key",
    secret: false,
};
/// The address to answer on.
pub const LISTEN: Setting = Setting {
    env: "EMOL_LISTEN",
    key: "listen",
    purpose: "the address and port to answer on",
    example: "127.0.0.1:8080",
    secret: false,
};
/// The address that people type.
pub const BASE_URL: Setting = Setting {
    env: "EMOL_BASE_URL",
    key: "base_url",
    purpose: "the address that people reach the site by",
    example: "https://emol.example.org",
    secret: false,
};
/// Whether the site is only for trying things.
pub const TEST_SITE: Setting = Setting {
    env: "EMOL_TEST_SITE",
    key: "test_site",
    purpose: "whether this site is only for trying things, and says so on every page",
    example: "yes",
    secret: false,
};
/// Whose word about a visitor's address is believed.
pub const TRUSTED_PROXIES: Setting = Setting {
    env: "EMOL_TRUSTED_PROXIES",
    key: "trusted_proxies",
    purpose: "the proxies whose word about a visitor's address is believed",
    example: "127.0.0.1, 10.0.0.7",
    secret: false,
};
/// Who says who somebody is.
pub const OIDC_ISSUER: Setting = Setting {
    env: "EMOL_OIDC_ISSUER",
    key: "oidc_issuer",
    purpose: "the OpenID Connect provider that officers sign in at",
    example: "https://accounts.google.com",
    secret: false,
};
/// As whom this site is known to the provider.
pub const OIDC_CLIENT_ID: Setting = Setting {
    env: "EMOL_OIDC_CLIENT_ID",
    key: "oidc_client_id",
    purpose: "the client id that the provider gave this site",
    example: "1234567890-abc.apps.googleusercontent.com",
    secret: false,
};
/// What proves to the provider that it is this site.
pub const OIDC_CLIENT_SECRET: Setting = Setting {
    env: "EMOL_OIDC_CLIENT_SECRET",
    key: "oidc_client_secret",
    purpose: "the client secret that the provider gave this site",
    example: "the text that the provider shows beside the client id",
    secret: true,
};
/// What the provider is asked for.
pub const OIDC_SCOPES: Setting = Setting {
    env: "EMOL_OIDC_SCOPES",
    key: "oidc_scopes",
    purpose: "what the provider is asked for",
    example: "openid email",
    secret: false,
};
/// How long a session lasts without being used.
pub const SESSION_IDLE: Setting = Setting {
    env: "EMOL_SESSION_IDLE",
    key: "session_idle",
    purpose: "how long an officer stays signed in without doing anything",
    example: "12h",
    secret: false,
};
/// How long a session lasts at most.
pub const SESSION_ABSOLUTE: Setting = Setting {
    env: "EMOL_SESSION_ABSOLUTE",
    key: "session_absolute",
    purpose: "how long an officer stays signed in at most",
    example: "7d",
    secret: false,
};
/// Where in AWS's Parameter Store the secrets are.
pub const SSM_PREFIX: Setting = Setting {
    env: "EMOL_SSM_PREFIX",
    key: "ssm_prefix",
    purpose: "what the names of the secrets in AWS's Parameter Store begin with",
    example: "/emol/",
    secret: false,
};
/// The file with credentials for it.
pub const AWS_CREDENTIALS_FILE: Setting = Setting {
    env: "EMOL_AWS_CREDENTIALS_FILE",
    key: "aws_credentials_file",
    purpose: "the JSON file with an access key for Parameter Store",
    example: "/opt/emol/emol_credentials.json",
    secret: false,
};
/// To whom backups are sealed.
pub const BACKUP_RECIPIENT: Setting = Setting {
    env: "EMOL_BACKUP_RECIPIENT",
    key: "backup_recipient",
    purpose: "the public keys that backups are sealed to",
    example: "age1… (`emol keys backup` makes a pair)",
    secret: false,
};
/// Where backups are.
pub const BACKUP_DIR: Setting = Setting {
    env: "EMOL_BACKUP_DIR",
    key: "backup_dir",
    purpose: "the folder that `emol serve` makes a backup in every night",
    example: "/var/backups/emol",
    secret: false,
};
/// Where they go from there.
pub const BACKUP_TO: Setting = Setting {
    env: "EMOL_BACKUP_TO",
    key: "backup_to",
    purpose: "where the host sends backups to, so that the server tells the operator when that fails",
    example: "s3://bucket/emol or user@host:/folder",
    secret: false,
};
/// Who is told.
pub const OPERATOR_MAIL: Setting = Setting {
    env: "EMOL_OPERATOR_MAIL",
    key: "operator_mail",
    purpose: "who gets a mail when a job, a backup or the certificate fails",
    example: "webminister@example.org",
    secret: false,
};
/// Where the certificate is.
pub const CERTIFICATE_AT: Setting = Setting {
    env: "EMOL_CERTIFICATE_AT",
    key: "certificate_at",
    purpose: "where the site's certificate is looked at every day",
    example: "10.0.0.7:443",
    secret: false,
};
/// Where a web server in front finds the static files.
pub const STATIC_DIR: Setting = Setting {
    env: "EMOL_STATIC_DIR",
    key: "static_dir",
    purpose: "the folder that `emol serve` writes the static files to before it answers",
    example: "/opt/emol/static",
    secret: false,
};
/// A file beside standard error.
pub const LOG_FILE: Setting = Setting {
    env: "EMOL_LOG_FILE",
    key: "log_file",
    purpose: "a file that log lines are added to, beside standard error",
    example: "/var/log/emol/emol.log",
    secret: false,
};
/// Which server takes mail. May hold a password.
pub const SMTP_URL: Setting = Setting {
    env: "EMOL_SMTP_URL",
    key: "smtp_url",
    purpose: "the mail server that mail is handed to",
    example: "smtps://user:password@mail.example.org or smtp://localhost:25",
    secret: true,
};
/// Whose certificate the mail server may have, where it is nobody's that everybody knows.
pub const SMTP_CA_FILE: Setting = Setting {
    env: "EMOL_SMTP_CA_FILE",
    key: "smtp_ca_file",
    purpose: "the certificate (PEM) of the authority that the mail server's own certificate comes from, where that is a \
              private one",
    example: "/etc/emol/mail-ca.pem",
    secret: false,
};
/// The address that mail comes from.
pub const MAIL_FROM: Setting = Setting {
    env: "EMOL_MAIL_FROM",
    key: "mail_from",
    purpose: "the address that mail comes from",
    example: "lists@emol.example.org",
    secret: false,
};
/// When the day's work is done.
pub const DAILY_HOUR: Setting = Setting {
    env: "EMOL_DAILY_HOUR",
    key: "daily_hour",
    purpose: "the hour, in the kingdom's time zone, at which reminders go out",
    example: "9",
    secret: false,
};
/// What is logged.
pub const LOG_LEVEL: Setting = Setting {
    env: "EMOL_LOG",
    key: "log",
    purpose: "what is logged",
    example: "info, or emol=debug,sqlx=warn",
    secret: false,
};
/// How it is written.
pub const LOG_FORMAT: Setting = Setting {
    env: "EMOL_LOG_FORMAT",
    key: "log_format",
    purpose: "how log lines are written",
    example: "text or json",
    secret: false,
};
/// The file that holds the settings; only in the environment.
pub const CONFIG: &str = "EMOL_CONFIG";

/// AWS's own variables, which mean here what they mean to its other tools.
pub const AWS: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
];

/// All of them, in the order of the documentation.
pub const ALL: [Setting; 28] = [
    DATABASE_URL,
    MASTER_KEYS,
    MASTER_KEYS_FILE,
    LISTEN,
    BASE_URL,
    TEST_SITE,
    TRUSTED_PROXIES,
    OIDC_ISSUER,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_SCOPES,
    SESSION_IDLE,
    SESSION_ABSOLUTE,
    SMTP_URL,
    SMTP_CA_FILE,
    MAIL_FROM,
    DAILY_HOUR,
    SSM_PREFIX,
    AWS_CREDENTIALS_FILE,
    BACKUP_RECIPIENT,
    BACKUP_DIR,
    BACKUP_TO,
    OPERATOR_MAIL,
    CERTIFICATE_AT,
    STATIC_DIR,
    LOG_LEVEL,
    LOG_FORMAT,
    LOG_FILE,
];
