using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>
/// The one writer of a database file, with group commit: whatever is waiting when the thread comes round is done in
/// one transaction and one wait for the disk.
/// </summary>
/// <remarks>
/// What holds:
/// <list type="number">
/// <item>A piece of work completes after the transaction that holds it is on the disk, never before.</item>
/// <item>Each piece has a savepoint of its own: one that throws is undone, and the others of its transaction are
/// not.</item>
/// <item>When the database itself fails, every piece of the transaction fails with
/// <see cref="StoreUnavailableException"/>. If it failed before COMMIT nothing was written; if it failed in COMMIT
/// nobody can say, and the exception says so.</item>
/// <item>SQLite blocks, so the work runs on a thread of its own and never on a grain's turn.</item>
/// </list>
/// </remarks>
internal sealed partial class SqliteWriter : IDisposable
{
    // More than this many waiting means that the disk has stopped; the next caller is told so and tries again later.
    private const int Capacity = 16_384;

    // A longer transaction would make the first in it wait without making the disk's work any less.
    private const int MaxPerTransaction = 512;

    private readonly BlockingCollection<Work> _queue = new(Capacity);
    private readonly SqliteFile _file;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private SqliteSession? _session;

    public SqliteWriter(SqliteFile file, ILogger log)
    {
        _file = file;
        _log = log;
        _thread = new Thread(CommitUntilDisposed) { IsBackground = true, Name = "SQLite writer" };
    }

    /// <summary>Starts with the connection that opening the store has checked and migrated.</summary>
    public void Start(SqliteSession session)
    {
        _session = session;
        _thread.Start();
    }

    /// <summary>Does a piece of work in the next transaction.</summary>
    /// <exception cref="StoreUnavailableException">The database failed, or the queue is full.</exception>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> work)
    {
        var item = new Work<T>(work);
        var taken = false;
        try
        {
            taken = _queue.TryAdd(item);
        }
        catch (InvalidOperationException)
        {
            return Task.FromException<T>(new StoreUnavailableException($"{_file.Path}: the store is closing", outcomeUnknown: false));
        }

        return taken
            ? item.Task
            : Task.FromException<T>(new StoreUnavailableException($"{_file.Path}: the disk does not keep up", outcomeUnknown: false));
    }

    /// <summary>Finishes what is waiting and closes the file.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) is false) _thread.Join();
        _session?.Dispose();
        _queue.Dispose();
    }

    private void CommitUntilDisposed()
    {
        var batch = new List<Work>(MaxPerTransaction);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MaxPerTransaction && _queue.TryTake(out var next)) batch.Add(next);
            try
            {
                Commit(batch);
            }
            catch (Exception error)
            {
                // Rule 3 for what nobody foresaw: the thread lives on, and nobody waits for ever.
                LogWriterFault(_log, _file.Path, error);
                CloseSession();
                Fail(batch, new StoreUnavailableException($"{_file.Path}: {error.Message}", outcomeUnknown: true, error));
            }

            batch.Clear();
        }
    }

    private void Commit(List<Work> batch)
    {
        try
        {
            _session ??= _file.OpenForWriting();
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch) RunInSavepoint(work, _session);
        }
        catch (SqliteException error)
        {
            Abandon(batch, _file.Unavailable(error), error);
            return;
        }

        try
        {
            _session.Execute("COMMIT");
        }
        catch (SqliteException error)
        {
            Abandon(batch, _file.Unavailable(error, outcomeUnknown: true), error);
            return;
        }

        foreach (var work in batch) work.Complete();
    }

    private void RunInSavepoint(Work work, SqliteSession session)
    {
        session.Execute("SAVEPOINT work");
        try
        {
            work.Run(session);
        }
        catch (Exception error) when (error is not SqliteException { } sqlite || !SqliteFile.IsOfTheDatabase(sqlite))
        {
            work.Fail(error is SqliteException own ? _file.Unavailable(own) : error);
            session.Execute("ROLLBACK TO work");
        }

        session.Execute("RELEASE work");
    }

    private void Abandon(List<Work> batch, StoreUnavailableException failure, SqliteException error)
    {
        LogTransactionFailed(_log, _file.Path, SqliteFile.Explain(error), batch.Count, error);
        CloseSession();
        Fail(batch, failure);
    }

    private static void Fail(List<Work> batch, StoreUnavailableException failure)
    {
        foreach (var work in batch)
        {
            work.Fail(failure);
            work.Complete();
        }
    }

    // Closing rolls back what is open; the next transaction starts with a connection that carries no trace of this one.
    private void CloseSession()
    {
        try
        {
            _session?.Dispose();
        }
        catch (SqliteException error)
        {
            LogCloseFailed(_log, _file.Path, error);
        }

        _session = null;
    }

    private abstract class Work
    {
        public abstract void Run(SqliteSession session);

        /// <summary>Notes a failure; the first one stands.</summary>
        public abstract void Fail(Exception error);

        /// <summary>Lets the caller know how it ended.</summary>
        public abstract void Complete();
    }

    private sealed class Work<T>(Func<SqliteSession, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _error;

        public Task<T> Task => _completion.Task;

        public override void Run(SqliteSession session) => _result = work(session);

        public override void Fail(Exception error) => _error ??= error;

        public override void Complete()
        {
            if (_error is null) _completion.TrySetResult(_result!);
            else _completion.TrySetException(_error);
        }
    }
}
