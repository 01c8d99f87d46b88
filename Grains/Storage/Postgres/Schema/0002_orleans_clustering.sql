-- What Microsoft.Orleans.Clustering.AdoNet 10.2.2 needs: it reads the statements from OrleansQuery by their keys, passes
-- the parameters that they name, and reads the columns that they give, by name. The tables are our own.
-- https://learn.microsoft.com/dotnet/orleans/implementation/cluster-management tells what they are for.

-- One row a cluster. Whoever changes a member's row raises the version it has read, in the same statement, or changes
-- nothing: so all silos see one sequence of memberships.
CREATE TABLE cluster_versions (
    cluster    text        NOT NULL PRIMARY KEY,
    version    integer     NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- One row for each process that was ever a silo, until it is cleaned up. The generation tells processes apart that had
-- the same address one after the other.
CREATE TABLE cluster_silos (
    cluster       text        NOT NULL REFERENCES cluster_versions (cluster),
    address       text        NOT NULL,
    port          integer     NOT NULL,
    generation    integer     NOT NULL,
    silo_name     text        NOT NULL,
    host_name     text        NOT NULL,
    status        integer     NOT NULL,           -- Orleans.Runtime.SiloStatus: 3 active, 6 dead
    gateway_port  integer     NOT NULL,           -- where clients connect; 0: nowhere
    suspect_times text,                           -- who has voted it dead, and when
    started_at    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

CREATE TABLE OrleansQuery (
    QueryKey  text NOT NULL PRIMARY KEY,
    QueryText text NOT NULL
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $sql$
    WITH added AS (
        INSERT INTO cluster_versions (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$sql$),
('InsertMembershipKey', $sql$
    WITH raised AS (
        UPDATE cluster_versions SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT FROM cluster_silos
            WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1),
    added AS (
        INSERT INTO cluster_silos (
            cluster, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
        SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM raised
        RETURNING 1)
    SELECT count(*)::integer FROM added
$sql$),
('UpdateMembershipKey', $sql$
    WITH raised AS (
        UPDATE cluster_versions SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
            SELECT FROM cluster_silos
            WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1),
    changed AS (
        UPDATE cluster_silos SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime
        FROM raised
        WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$sql$),
('UpdateIAmAlivetimeKey', $sql$
    UPDATE cluster_silos SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$),
('MembershipReadRowKey', $sql$
    SELECT v.cluster AS "DeploymentId", v.version AS "Version",
        s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName",
        s.host_name AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort",
        s.suspect_times AS "SuspectTimes", s.started_at AS "StartTime", s.alive_at AS "IAmAliveTime"
    FROM cluster_versions v
    LEFT JOIN cluster_silos s
        ON s.cluster = v.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE v.cluster = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
    SELECT v.cluster AS "DeploymentId", v.version AS "Version",
        s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName",
        s.host_name AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort",
        s.suspect_times AS "SuspectTimes", s.started_at AS "StartTime", s.alive_at AS "IAmAliveTime"
    FROM cluster_versions v
    LEFT JOIN cluster_silos s ON s.cluster = v.cluster
    WHERE v.cluster = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
    SELECT address AS "Address", gateway_port AS "ProxyPort", generation AS "Generation"
    FROM cluster_silos
    WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0
$sql$),
('DeleteMembershipTableEntriesKey', $sql$
    WITH silos AS (DELETE FROM cluster_silos WHERE cluster = @DeploymentId)
    DELETE FROM cluster_versions WHERE cluster = @DeploymentId
$sql$),
('CleanupDefunctSiloEntriesKey', $sql$
    DELETE FROM cluster_silos WHERE cluster = @DeploymentId AND status <> 3 AND alive_at < @IAmAliveTime
$sql$);
