namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>When the server itself gives something up, as it writes times. It is certain then that nothing was written.</summary>
/// <param name="Statement">After how long it ends a statement.</param>
/// <param name="Lock">For how long a statement waits for what another session has locked.</param>
/// <param name="BlocksAtOnce">
/// How much of a table one statement reads through: so little that even a slow disk has it well before the statement is
/// ended.
/// </param>
internal sealed record PostgresLimits(string Statement, string Lock, int BlocksAtOnce)
{
    /// <summary>Less than <see cref="PostgresDatabase.Limit"/>, so that it is the server that says so.</summary>
    public static readonly PostgresLimits Usual = new(Statement: "4s", Lock: "2s", BlocksAtOnce: 4_096);
}
