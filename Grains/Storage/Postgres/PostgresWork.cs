using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Something to be written, and the one who waits for it.</summary>
/// <param name="owner">The room or user whose it is: of one owner, one thing happens after the other.</param>
internal abstract class PostgresWork(string owner)
{
    public string Owner { get; } = owner;

    /// <summary>How many characters of the application's travel with it.</summary>
    public virtual int Size => 0;

    /// <summary>Notes a failure; the first one stands.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Lets the caller know how it ended.</summary>
    public abstract void Complete();
}

/// <summary>A piece of work that ends with a result.</summary>
internal abstract class PostgresWork<T>(string owner) : PostgresWork(owner)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _error;

    public Task<T> Task => _completion.Task;

    public override void Fail(Exception error) => _error ??= error;

    public override void Complete()
    {
        if (_error is null) _completion.TrySetResult(_result!);
        else _completion.TrySetException(_error);
    }

    /// <summary>Notes the result; it stands only if the transaction does.</summary>
    protected void Succeed(T result) => _result = result;
}

/// <summary>A piece of work that is a statement of its own.</summary>
internal interface IPostgresStatement
{
    /// <summary>The statement. It answers with one result, of one row or none.</summary>
    NpgsqlBatchCommand ToCommand();

    /// <summary>Notes what it answered.</summary>
    void Read(NpgsqlDataReader? row);
}

/// <param name="owner">The room or user whose it is.</param>
/// <param name="sql">The statement, with parameters <c>$1</c>, <c>$2</c> ….</param>
/// <param name="map">What its row means, or that there is none; a <see cref="FencedException"/> concerns this piece alone.</param>
/// <param name="values">The parameters.</param>
internal sealed class PostgresStatement<T>(
    string owner, string sql, Func<NpgsqlDataReader?, T> map, params NpgsqlParameter[] values)
    : PostgresWork<T>(owner), IPostgresStatement
{
    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(sql);
        // A parameter belongs to one command, and the work may be tried again.
        foreach (var value in values) command.Parameters.Add(value.Clone());
        return command;
    }

    public void Read(NpgsqlDataReader? row)
    {
        try
        {
            Succeed(map(row));
        }
        catch (FencedException fenced)
        {
            // The statement has changed nothing.
            Fail(fenced);
        }
    }
}

/// <summary>Statements that answer with a row when they have changed something, and with none when there was nothing to change.</summary>
internal static class PostgresChange
{
    /// <inheritdoc cref="PostgresStatement{T}"/>
    public static PostgresStatement<bool> Of(string owner, string sql, params NpgsqlParameter[] values) =>
        new(owner, sql, static row => row is not null, values);
}
