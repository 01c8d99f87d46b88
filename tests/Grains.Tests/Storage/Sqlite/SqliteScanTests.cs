using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

public sealed class SqliteScanTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Searches_hold_up_no_history_no_joins_and_no_writing()
    {
        // However long this takes, nobody who waits has waited for too long.
        using var temp = new SqliteTempStore(new ManualClock());
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hello")));
        using var gate = new WriterGate();
        // As many as there are connections for everything else, and more.
        List<Task> held = [.. Enumerable.Range(0, 6).Select(_ => temp.Store.Reading.ScanAsync("mallory", _ => gate.Wait()))];
        await gate.ReachedAsync();
        var search = temp.Reader.ListRoomsAsync("alice", "lob", null, 10);
        var listing = temp.Reader.ListRoomsAsync("alice", null, null, 10);
        Task[] counts = [temp.Reader.CountAsync(), temp.Accounts.CountAsync()];

        for (var i = 0; i < 10; i++)
        {
            Assert.Single((await temp.Reader.ReadBeforeAsync("lobby", 10, 10).WaitAsync(Limit)).Events);
            Assert.Equal(MemberRole.Owner, (await temp.Reader.FindStandingAsync("lobby", "alice").WaitAsync(Limit))?.Role);
        }

        await temp.AppendAsync(head, 1, TempStore.From("alice", TempStore.Text("goes on"))).WaitAsync(Limit);
        Assert.All(held.Concat(counts).Append(search).Append(listing), waiting => Assert.False(waiting.IsCompleted));
        gate.Open();
        await Task.WhenAll([.. held, .. counts]).WaitAsync(Limit);
        foreach (var found in new[] { search, listing })
            Assert.Equal(2, (await found.WaitAsync(Limit)).Rooms.Single().LastSeq);
    }
}
