-- Who may use the server, and what owners, moderators and administrators did.

ALTER TABLE rooms ADD COLUMN archived_at timestamptz;       -- since when nothing can be said in it

ALTER TABLE users ADD COLUMN tokens_from timestamptz;       -- tokens issued before are no longer valid
ALTER TABLE users ADD COLUMN suspended_until timestamptz;   -- kept out of the server

-- A user who wants no direct messages from, and sends none to, another.
CREATE TABLE blocks (
    user_id text COLLATE "C" NOT NULL,
    blocked text COLLATE "C" NOT NULL,
    at      timestamptz      NOT NULL,
    PRIMARY KEY (user_id, blocked)
);

-- Written with what it tells of, in one transaction; never changed.
CREATE TABLE audit (
    id      bigint           NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      timestamptz      NOT NULL,
    room    text COLLATE "C",                               -- none when it concerns the server as a whole
    action  text             NOT NULL,
    by      text COLLATE "C" NOT NULL,
    user_id text COLLATE "C",                               -- to whom, if to anyone
    until   timestamptz,
    detail  text,                                           -- the new role, the new topic
    reason  text
);

CREATE INDEX audit_by_room ON audit (room, id);

-- Whether a room has another owner is asked without reading its members.
CREATE INDEX members_who_own ON members (room, user_id) WHERE role = 'owner';

-- Whoever joins again is as muted as they were.
CREATE INDEX audit_of_mutes ON audit (room, user_id, id) WHERE action IN ('mute', 'unmute');

CREATE TABLE accounts (
    user_id       text COLLATE "C" NOT NULL PRIMARY KEY,
    folded        text COLLATE "C" NOT NULL UNIQUE,         -- the id without its case: nobody can be Alice beside alice
    password_hash text             NOT NULL,
    stamp         text             NOT NULL,                -- another one after each change of the password
    failures      integer          NOT NULL,                -- wrong passwords since the last right one
    locked_until  timestamptz,
    sessions      text             NOT NULL,                -- JSON: log-ins, the number of the newest refresh token of each, and their end
    version       bigint           NOT NULL,
    created_at    timestamptz      NOT NULL
);

-- What tokens are protected with. Whoever reads this table can make tokens.
CREATE TABLE data_keys (
    name       text        NOT NULL PRIMARY KEY,
    xml        text        NOT NULL,
    created_at timestamptz NOT NULL
);
