-- The tables of the SQLite schema, in PostgreSQL's types. One name differs: `user` is a reserved word here, and
-- `SELECT user FROM members` would quietly answer with the database's own user; so it is user_id.
-- Ids compare as bytes, whatever the collation of the database. Times are whole milliseconds; 'infinity' is for good.
-- data is text and not jsonb, for it comes back as it was sent.

CREATE TABLE rooms (
    room         text COLLATE "C" NOT NULL PRIMARY KEY,
    log          text             NOT NULL,      -- another value for another incarnation of the same name
    kind         text             NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
    topic        text,
    epoch        bigint           NOT NULL,      -- the fence: only the activation that set it commits
    last_seq     bigint           NOT NULL,
    last_at      timestamptz,
    member_count bigint           NOT NULL,
    created_by   text COLLATE "C" NOT NULL,
    created_at   timestamptz      NOT NULL
) WITH (fillfactor = 50);                        -- each commit updates a row; with room beside it no index is touched

CREATE TABLE events (
    room     text COLLATE "C" NOT NULL,
    seq      bigint           NOT NULL,
    kind     text             NOT NULL,
    target   bigint,                             -- the seq that a later kind of event changes
    epoch    bigint           NOT NULL,
    sender   text COLLATE "C" NOT NULL,
    name     text,
    key      text COLLATE "C",
    at       timestamptz      NOT NULL,
    text     text             NOT NULL,
    reply_to bigint,
    data     text,
    PRIMARY KEY (room, seq)
);

CREATE UNIQUE INDEX events_by_key ON events (room, sender, key) WHERE key IS NOT NULL;

CREATE TABLE members (
    room        text COLLATE "C" NOT NULL,
    user_id     text COLLATE "C" NOT NULL,
    role        text             NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    read_seq    bigint           NOT NULL,
    joined_at   timestamptz      NOT NULL,
    muted_until timestamptz,
    PRIMARY KEY (room, user_id)
) WITH (fillfactor = 80);                        -- read cursors move often

CREATE INDEX members_by_user ON members (user_id, room);

CREATE TABLE bans (
    room    text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    until   timestamptz      NOT NULL,
    by      text COLLATE "C" NOT NULL,
    at      timestamptz      NOT NULL,
    PRIMARY KEY (room, user_id)
);

CREATE TABLE users (
    user_id    text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text,
    created_at timestamptz      NOT NULL
);
