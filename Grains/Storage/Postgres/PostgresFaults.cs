using System.Net.Sockets;
using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>What PostgreSQL's failures mean. Codes: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".</summary>
internal static class PostgresFaults
{
    /// <summary>
    /// Whether the server itself has answered that it did not do it: the transaction is rolled back, and the session
    /// goes on. After anything worse nobody can say what became of a commit that was under way.
    /// </summary>
    public static bool IsRefusal(Exception error) => error is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>Whether it may concern one piece of work alone, and not the server or the database.</summary>
    public static bool IsOfOneItem(Exception error) => error switch
    {
        // Bad data, constraints, limits of a value, locks: all that another row may not meet.
        PostgresException { SqlState: var state } => IsRefusal(error)
            && (state[..2] is "21" or "22" or "23" or "40" or "44" or "54" or "55" or "P0" or "XX" || state == PostgresErrorCodes.QueryCanceled),
        _ when IsOfTheDriver(error) => false,
        // A value that the driver cannot send.
        _ => true,
    };

    /// <summary>Whether it comes from the server or the way to it, and not from what was to be sent.</summary>
    public static bool IsOfTheDriver(Exception error) =>
        error is NpgsqlException or OperationCanceledException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    /// <summary>Whether a connection that failed so may succeed in a moment.</summary>
    public static bool MayPass(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state is PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        // Of several hosts none could be used.
        NpgsqlException { InnerException: AggregateException all } => all.InnerExceptions.Any(MayPass),
        NpgsqlException { InnerException: SocketException or IOException } => true,
        _ => false,
    };

    /// <summary>What is wrong, in one line, for a person who looks after the server.</summary>
    public static string Explain(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "the server's disk is full",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "the server is read-only (a standby?)",
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => "another session has locked what is to be written",
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => "the statement took too long",
        PostgresException answer => $"{FirstLine(answer.MessageText)} (SQLSTATE {answer.SqlState})",
        OperationCanceledException or TimeoutException or { InnerException: TimeoutException } => "the server does not answer",
        { InnerException: AggregateException { InnerExceptions: [.., var last] } } => Explain(last),
        { InnerException: SocketException refused } => FirstLine(refused.Message),
        { InnerException: IOException } => "the connection was lost",
        ObjectDisposedException => "the store is closing",
        _ => FirstLine(error.Message),
    };

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
