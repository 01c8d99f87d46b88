-- Who may use the server, and what owners, moderators and administrators did.

ALTER TABLE rooms ADD COLUMN archived_at TEXT;      -- since when nothing can be said in it

ALTER TABLE users ADD COLUMN tokens_from TEXT;      -- tokens issued before are no longer valid
ALTER TABLE users ADD COLUMN suspended_until TEXT;  -- kept out of the server

-- A user who wants no direct messages from, and sends none to, another.
CREATE TABLE blocks (
    user    TEXT NOT NULL,
    blocked TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (user, blocked)
) WITHOUT ROWID;

-- Written with what it tells of, in one transaction; never changed.
CREATE TABLE audit (
    id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at     TEXT    NOT NULL,
    room   TEXT,                                    -- none when it concerns the server as a whole
    action TEXT    NOT NULL,
    by     TEXT    NOT NULL,
    user   TEXT,                                    -- to whom, if to anyone
    until  TEXT,
    detail TEXT,                                    -- the new role, the new topic
    reason TEXT
);

CREATE INDEX audit_by_room ON audit (room, id);

-- Whether a room has another owner is asked without reading its members.
CREATE INDEX members_who_own ON members (room, user) WHERE role = 'owner';

-- Whoever joins again is as muted as they were.
CREATE INDEX audit_of_mutes ON audit (room, user, id) WHERE action IN ('mute', 'unmute');

CREATE TABLE accounts (
    user          TEXT    NOT NULL PRIMARY KEY,
    folded        TEXT    NOT NULL UNIQUE,          -- the id without its case: nobody can be Alice beside alice
    password_hash TEXT    NOT NULL,
    stamp         TEXT    NOT NULL,                 -- another one after each change of the password
    failures      INTEGER NOT NULL,                 -- wrong passwords since the last right one
    locked_until  TEXT,
    sessions      TEXT    NOT NULL,                 -- JSON: log-ins, the number of the newest refresh token of each, and their end
    version       INTEGER NOT NULL,
    created_at    TEXT    NOT NULL
) WITHOUT ROWID;

-- What tokens are protected with. Whoever reads this table can make tokens.
CREATE TABLE data_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    xml        TEXT NOT NULL,
    created_at TEXT NOT NULL
) WITHOUT ROWID;
