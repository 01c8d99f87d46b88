using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>
/// One of the writers of a database, with a connection of its own and group commit: whatever is waiting when the loop
/// comes round is committed together. A room, and a user, has one writer in a process.
/// </summary>
/// <remarks>
/// What holds:
/// <list type="number">
/// <item>A piece of work completes after the server has said that it is committed, never before.</item>
/// <item>A group is two transactions: the appends, which are one statement, and then everything else, in the order of
/// the owners, so that two processes cannot wait for each other.</item>
/// <item>When a group fails for a reason that may be one piece's, each piece is tried by itself, and only the guilty
/// one fails.</item>
/// <item>When the server says no, nothing was written. When it says nothing, nobody can tell what became of a commit
/// that was sent, and the exception says so; whatever had not been sent was not written.</item>
/// <item>A group has <see cref="PostgresDatabase.Limit"/>. When that runs out the server is not answering, and
/// whoever waits behind the group is told so too, rather than waiting for as long again.</item>
/// </list>
/// </remarks>
internal sealed partial class PostgresWriter : IAsyncDisposable
{
    // More than this many waiting means that the server has stopped; the next caller is told so and tries again later.
    private const int Capacity = 4_096;

    // A larger group would make the first in it wait without making the server's work any less.
    private const int MaxPerGroup = 512;
    private const int MaxCharactersPerGroup = 1 << 20;

    // A connection that was cut while nobody used it is noticed only by using it, and a commit is no way to try.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);

    private readonly Channel<PostgresWork> _queue = Channel.CreateBounded<PostgresWork>(
        new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly PostgresDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private PostgresSession? _session;

    // Appends to a room of which the group before had one already, and what came after them.
    private Queue<PostgresWork> _deferred = new();
    private long _usedAt;
    private bool _closing;
    private Task _writing = Task.CompletedTask;

    public PostgresWriter(PostgresDatabase database, TimeProvider clock, ILogger log) =>
        (_database, _clock, _log) = (database, clock, log);

    /// <summary>Starts to write, after the schema is there.</summary>
    public void Start() => _writing = Task.Run(WriteUntilDisposedAsync);

    /// <summary>Does a piece of work in the next group.</summary>
    /// <exception cref="FencedException">A later activation has opened the room.</exception>
    /// <exception cref="StoreUnavailableException">The server failed, or the queue is full.</exception>
    public Task<T> RunAsync<T>(PostgresWork<T> work)
    {
        if (_queue.Writer.TryWrite(work)) return work.Task;
        var reason = _closing ? "the store is closing" : "the server does not keep up";
        return Task.FromException<T>(new StoreUnavailableException($"{_database.Name}: {reason}", outcomeUnknown: false));
    }

    /// <summary>Finishes what is waiting and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _queue.Writer.TryComplete();
        await _writing;
        await DisconnectAsync();
    }

    private async Task WriteUntilDisposedAsync()
    {
        while (_deferred.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            var (appends, statements) = TakeGroup();
            using var limit = _database.StartLimit();
            try
            {
                await AppendAsync(appends, limit.Token);
                await ExecuteAsync(statements, limit.Token);
            }
            catch (Exception error)
            {
                // Rule 4 for what nobody foresaw: the loop lives on, and nobody waits for ever.
                LogWriterFault(_log, _database.Name, error);
                await DisconnectAsync();
                Fail([.. appends, .. statements], _database.Unavailable(error, outcomeUnknown: true));
            }
        }
    }

    private (List<PostgresAppend> Appends, List<PostgresWork> Statements) TakeGroup()
    {
        var (appends, statements) = (new List<PostgresAppend>(), new List<PostgresWork>());
        var appended = new HashSet<string>();
        var deferred = new Queue<PostgresWork>();
        var deferredOwners = new HashSet<string>();
        var characters = 0;
        while (appends.Count + statements.Count < MaxPerGroup && characters < MaxCharactersPerGroup && TryTake(deferred.Count, out var work))
        {
            // One batch of a room at a time; and what came after it stays after it.
            if (deferredOwners.Contains(work.Owner) || (work is PostgresAppend && !appended.Add(work.Owner)))
            {
                deferredOwners.Add(work.Owner);
                deferred.Enqueue(work);
                continue;
            }

            characters += work.Size;
            if (work is PostgresAppend append) appends.Add(append);
            else statements.Add(work);
        }

        foreach (var left in _deferred) deferred.Enqueue(left);
        _deferred = deferred;
        // Stable: what is asked of one room or user later is done later.
        return (appends, [.. statements.OrderBy(static s => s.Owner, StringComparer.Ordinal)]);
    }

    // What was deferred comes first; and it must not grow while the queue, which has a bound, empties into it.
    private bool TryTake(int deferredAgain, [NotNullWhen(true)] out PostgresWork? work) =>
        _deferred.TryDequeue(out work) || (deferredAgain < MaxPerGroup && _queue.Reader.TryRead(out work));

    private async Task AppendAsync(List<PostgresAppend> appends, CancellationToken limit)
    {
        if (appends is []) return;
        HashSet<string> committed;
        var sent = false;
        try
        {
            var (session, earlier) = await FindEarlierAsync(appends, limit);
            foreach (var append in appends) append.Number(earlier);
            sent = true;
            committed = await session.RunAsync(connection => PostgresAppends.CommitAsync(connection, appends), limit);
            _usedAt = _clock.GetTimestamp();
        }
        catch (Exception error)
        {
            if (appends.Count > 1 && PostgresFaults.IsOfOneItem(error)) await EachAloneAsync(appends, AppendAsync, limit);
            else await FailedAsync([.. appends], error, sent, limit);
            return;
        }

        foreach (var append in appends.Where(a => committed.Contains(a.Owner))) append.Complete();
        var left = appends.Where(a => !committed.Contains(a.Owner)).ToList();
        // Fenced, or only locked by another session for the moment: by itself, it finds out.
        if (appends.Count > 1) await EachAloneAsync(left, AppendAsync, limit);
        else foreach (var append in left) Fail([append], new FencedException(append.Request.Fence));
    }

    private async Task ExecuteAsync(List<PostgresWork> statements, CancellationToken limit)
    {
        if (statements is []) return;
        var sent = false;
        try
        {
            var session = await ReadyAsync(limit);
            sent = true;
            await session.RunAsync(connection => ExecuteAsync(connection, statements), limit);
            _usedAt = _clock.GetTimestamp();
        }
        catch (Exception error)
        {
            if (statements.Count > 1 && PostgresFaults.IsOfOneItem(error)) await EachAloneAsync(statements, ExecuteAsync, limit);
            else await FailedAsync(statements, error, sent, limit);
            return;
        }

        foreach (var statement in statements) statement.Complete();
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, List<PostgresWork> statements)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements.Cast<IPostgresStatement>()) batch.BatchCommands.Add(statement.ToCommand());
        await using var row = await batch.ExecuteReaderAsync();
        foreach (var statement in statements.Cast<IPostgresStatement>())
        {
            statement.Read(await row.ReadAsync() ? row : null);
            // After the last one this waits for the server to say that all of it is committed.
            await row.NextResultAsync();
        }

        return statements.Count;
    }

    private static async Task EachAloneAsync<T>(List<T> works, Func<List<T>, CancellationToken, Task> run, CancellationToken limit)
    {
        foreach (var work in works) await run([work], limit);
    }

    // What was only read may be read again, so that a connection that was cut costs nobody their message.
    private async Task<(PostgresSession Session, Dictionary<(string Room, string Sender, string Key), KeyedEvent> Earlier)>
        FindEarlierAsync(List<PostgresAppend> appends, CancellationToken limit)
    {
        var session = await ReadyAsync(limit);
        try
        {
            return (session, await session.RunAsync(connection => PostgresAppends.FindEarlierAsync(connection, appends), limit));
        }
        catch (NpgsqlException error) when (!PostgresFaults.IsRefusal(error))
        {
            await DisconnectAsync();
            session = await ReadyAsync(limit);
            return (session, await session.RunAsync(connection => PostgresAppends.FindEarlierAsync(connection, appends), limit));
        }
    }

    private async Task<PostgresSession> ReadyAsync(CancellationToken limit)
    {
        // Here nothing has been sent yet, and whoever is told can be told so.
        limit.ThrowIfCancellationRequested();
        if (_session is { IsOpen: true } session)
        {
            if (_clock.GetElapsedTime(_usedAt) < TrustedFor) return session;
            try
            {
                await session.RunAsync(PingAsync, limit);
                return session;
            }
            catch (NpgsqlException)
            {
                // It is gone; there will be another.
            }
        }

        await DisconnectAsync();
        return _session = await _database.ConnectToWriteAsync(limit);
    }

    private static async Task<int> PingAsync(NpgsqlConnection connection)
    {
        await using var ping = new NpgsqlCommand("SELECT 1", connection);
        return await ping.ExecuteNonQueryAsync();
    }

    private async Task FailedAsync(List<PostgresWork> works, Exception error, bool sent, CancellationToken limit)
    {
        LogGroupFailed(_log, _database.Name, PostgresFaults.Explain(error), works.Count, error);
        // Of what concerns the server, such as that it only reads since another one takes the writes, a new connection
        // may be free.
        if (!PostgresFaults.IsOfOneItem(error)) await DisconnectAsync();
        Fail(works, _database.Unavailable(error, outcomeUnknown: sent && !PostgresFaults.IsRefusal(error)));
        if (limit.IsCancellationRequested) FailWaiting(error);
    }

    // Rule 5.
    private void FailWaiting(Exception error)
    {
        var waiting = new List<PostgresWork>();
        while (_deferred.TryDequeue(out var work) || _queue.Reader.TryRead(out work)) waiting.Add(work);
        Fail(waiting, _database.Unavailable(error, outcomeUnknown: false));
    }

    private static void Fail(List<PostgresWork> works, Exception failure)
    {
        foreach (var work in works)
        {
            work.Fail(failure);
            work.Complete();
        }
    }

    private async Task DisconnectAsync()
    {
        if (_session is not { } session) return;
        _session = null;
        try
        {
            await session.DisposeAsync();
        }
        catch (NpgsqlException error)
        {
            LogCloseFailed(_log, _database.Name, error);
        }
    }
}
