namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Makes COMMIT itself fail, for whatever is in the same transaction as a piece of work that cannot be.</summary>
internal static class UnknownCommits
{
    /// <summary>Sends a message beside such work; nobody knows from here whether they go together.</summary>
    public static async Task<bool> IsAcknowledgedAsync(ChatCluster cluster, string id, string key)
    {
        using var gate = await cluster.Temp.HoldWriterAsync("");
        var poison = cluster.Sqlite.Store.Writer.RunAsync(session =>
        {
            session.Execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
            session.Execute("CREATE TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
            return session.Execute("INSERT INTO b VALUES (1)");
        });
        var sending = cluster.Room(id).SendAsync("alice", "during", key);
        for (var i = 0; i < 10; i++) await cluster.History(id).Pull(0, 1);
        gate.Open();
        await Assert.ThrowsAnyAsync<Exception>(() => poison);
        try
        {
            await sending;
            return true;
        }
        catch (ChatException refused)
        {
            Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
            return false;
        }
    }
}
