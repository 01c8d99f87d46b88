-- Times are ISO 8601 UTC with milliseconds, as text, so that they can be read and compared as they stand.

CREATE TABLE rooms (
    room         TEXT    NOT NULL PRIMARY KEY,
    log          TEXT    NOT NULL,               -- another value for another incarnation of the same name
    kind         TEXT    NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
    topic        TEXT,
    epoch        INTEGER NOT NULL,               -- the fence: only the activation that set it commits
    last_seq     INTEGER NOT NULL,
    last_at      TEXT,
    member_count INTEGER NOT NULL,
    created_by   TEXT    NOT NULL,
    created_at   TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE events (
    room     TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    target   INTEGER,                            -- the seq that a later kind of event changes
    epoch    INTEGER NOT NULL,
    sender   TEXT    NOT NULL,
    name     TEXT,
    key      TEXT,
    at       TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    reply_to INTEGER,
    data     TEXT,
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;

CREATE UNIQUE INDEX events_by_key ON events (room, sender, key) WHERE key IS NOT NULL;

CREATE TABLE members (
    room        TEXT    NOT NULL,
    user        TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    read_seq    INTEGER NOT NULL,
    joined_at   TEXT    NOT NULL,
    muted_until TEXT,
    PRIMARY KEY (room, user)
) WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user, room);

CREATE TABLE bans (
    room  TEXT NOT NULL,
    user  TEXT NOT NULL,
    until TEXT NOT NULL,
    by    TEXT NOT NULL,
    at    TEXT NOT NULL,
    PRIMARY KEY (room, user)
) WITHOUT ROWID;

CREATE TABLE users (
    user       TEXT NOT NULL PRIMARY KEY,
    name       TEXT,
    created_at TEXT NOT NULL
) WITHOUT ROWID;
