using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class AccountStoreTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task An_account_is_kept_with_its_name_and_outlives_the_process()
    {
        await using var temp = await open();
        Assert.Null(await temp.Accounts.FindAsync("小明"));
        var account = Account("小明") with { Name = "Xiǎo Míng 👩", Failures = 2, LockedUntil = TempStore.At.AddMinutes(5), Sessions = "[1]" };
        Assert.True(await temp.Accounts.CreateAsync(account));
        await temp.ReopenAsync();
        Assert.Equal(account, await temp.Accounts.FindAsync("小明"));
        Assert.Equal("Xiǎo Míng 👩", await temp.Reader.FindNameAsync("小明"));
    }

    [Fact]
    public async Task An_id_is_given_once_whatever_its_case()
    {
        await using var temp = await open();
        Assert.True(await temp.Accounts.CreateAsync(Account("alice") with { Name = "Alice" }));
        foreach (var twin in new[] { "alice", "Alice", "ALICE", "ａｌｉｃｅ" })
            Assert.False(await temp.Accounts.CreateAsync(Account(twin) with { Name = "Mallory", PasswordHash = "other" }));
        Assert.Equal("hash of alice", (await temp.Accounts.FindAsync("alice"))!.PasswordHash);
        Assert.Equal("Alice", await temp.Reader.FindNameAsync("alice"));
        Assert.Null(await temp.Accounts.FindAsync("Alice"));
        Assert.Null(await temp.Reader.FindNameAsync("Alice"));
        Assert.Equal(1L, await temp.ScalarAsync<long>("SELECT count(*) FROM accounts"));
        Assert.True(await temp.Accounts.CreateAsync(Account("bob")));
        Assert.Equal(2, await temp.Accounts.CountAsync());
    }

    [Fact]
    public async Task Of_many_who_register_one_id_at_once_one_gets_it()
    {
        await using var temp = await open();
        string[] twins = ["alice", "Alice", "aLice", "alIce", "aliCe", "alicE", "ALICE", "AlIcE"];
        var created = await Task.WhenAll(twins.Select(twin => temp.Accounts.CreateAsync(Account(twin))));
        Assert.Single(created, isCreated => isCreated);
    }

    [Fact]
    public async Task Who_registers_the_id_of_an_earlier_guest_does_not_get_the_guests_name()
    {
        await using var temp = await open();
        await temp.Users.SetNameAsync("alice", "A guest", TempStore.At);
        Assert.True(await temp.Accounts.CreateAsync(Account("alice")));
        Assert.Null(await temp.Reader.FindNameAsync("alice"));
    }

    [Fact]
    public async Task An_update_writes_over_the_version_that_it_knows_and_no_other()
    {
        await using var temp = await open();
        await temp.Accounts.CreateAsync(Account("alice"));
        var first = (await temp.Accounts.FindAsync("alice"))!;
        var changed = first with { PasswordHash = "another", Stamp = "s2", Failures = 4, LockedUntil = TempStore.At.AddMinutes(1), Sessions = "[2]" };
        Assert.True(await temp.Accounts.UpdateAsync(changed));
        Assert.False(await temp.Accounts.UpdateAsync(first with { PasswordHash = "stale" }));
        Assert.False(await temp.Accounts.UpdateAsync(Account("nobody")));
        Assert.Equal(changed with { Version = 2 }, await temp.Accounts.FindAsync("alice"));
        Assert.True(await temp.Accounts.UpdateAsync(changed with { Version = 2, Failures = 0, LockedUntil = null }));
        Assert.Equal((3L, 0, null), await VersionAsync(temp));
    }

    [Fact]
    public async Task A_name_that_no_database_can_hold_is_refused()
    {
        await using var temp = await open();
        var refused = await Assert.ThrowsAsync<ChatException>(() => temp.Accounts.CreateAsync(Account("alice") with { Name = "a\0b" }));
        Assert.Equal((ChatErrorCode.BadField, "name"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task Keys_come_in_the_order_of_their_numbers_and_a_number_is_given_once()
    {
        await using var temp = await open();
        Assert.Equal(0, (await temp.DataKeys.ListAsync()).Version);
        Assert.True(await temp.DataKeys.AddAsync(1, "<first/>", TempStore.At));
        Assert.False(await temp.DataKeys.AddAsync(1, "<other/>", TempStore.At));
        for (var number = 2; number <= 12; number++) Assert.True(await temp.DataKeys.AddAsync(number, $"<key{number}/>", TempStore.At));
        await temp.ReopenAsync();
        var ring = await temp.DataKeys.ListAsync();
        Assert.Equal(12, ring.Version);
        Assert.Equal(["<first/>", .. Enumerable.Range(2, 11).Select(number => $"<key{number}/>")], ring.Keys);
    }

    [Fact]
    public async Task A_key_that_somebody_has_put_there_counts_and_does_not_hinder_the_next()
    {
        await using var temp = await open();
        await temp.DataKeys.AddAsync(1, "<first/>", TempStore.At);
        await temp.ExecuteAsync("INSERT INTO data_keys (name, xml, created_at) VALUES ('by hand', '<mine/>', '2026-11-21T09:00:00.000Z')");
        var ring = await temp.DataKeys.ListAsync();
        Assert.Equal((1L, 2), (ring.Version, ring.Keys.Length));
        Assert.True(await temp.DataKeys.AddAsync(ring.Version + 1, "<second/>", TempStore.At));
    }

    private static StoredAccount Account(string user) => new(
        user, ChatId.Fold(user), Name: null, $"hash of {user}", "s1", Failures: 0, LockedUntil: null, Sessions: "[]", Version: 1, TempStore.At);

    private static async Task<(long Version, int Failures, DateTimeOffset? Locked)> VersionAsync(TempStore temp)
    {
        var account = (await temp.Accounts.FindAsync("alice"))!;
        return (account.Version, account.Failures, account.LockedUntil);
    }
}

public sealed class SqliteAccountStoreTests() : AccountStoreTests(SqliteTempStore.CreateAsync);

public sealed class PostgresAccountStoreTests(SharedPostgres postgres) : AccountStoreTests(postgres.CreateStoreAsync);
