using System.Data;
using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>A connection that can be left behind.</summary>
/// <remarks>
/// When a server does not answer, the driver asks it over further connections to cancel what it does, and waits for
/// answers to that too, which together takes several times as long as it was given. So the driver is not told of the
/// limits here: whoever has waited long enough leaves the connection, and it is closed when the driver is done with it.
/// </remarks>
internal sealed class PostgresSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private bool _left;

    private PostgresSession(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Whether it can be used, as far as anyone knows.</summary>
    public bool IsOpen => !_left && _connection.State == ConnectionState.Open;

    /// <summary>Opens a connection, or fails.</summary>
    /// <param name="source">Where to.</param>
    /// <param name="limit">When to give up.</param>
    public static async Task<PostgresSession> OpenAsync(NpgsqlDataSource source, CancellationToken limit)
    {
        var session = new PostgresSession(source.CreateConnection());
        try
        {
            await session.RunAsync(
                async connection =>
                {
                    await connection.OpenAsync(CancellationToken.None);
                    return true;
                },
                limit);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something over the connection.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="limit">When to leave it; what becomes of it then, nobody here knows.</param>
    /// <exception cref="OperationCanceledException">The limit is over.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken limit)
    {
        limit.ThrowIfCancellationRequested();
        var working = work(_connection);
        try
        {
            return await working.WaitAsync(limit);
        }
        catch (OperationCanceledException) when (!working.IsCompleted)
        {
            _left = true;
            _ = CloseAfterAsync(working);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _left ? ValueTask.CompletedTask : _connection.DisposeAsync();

    private async Task CloseAfterAsync(Task working)
    {
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
