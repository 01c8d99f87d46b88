using OrleansChat.Accounts;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;

namespace OrleansChat.Grains.Tests.Accounts;

public abstract class AccountGrainTests(ChatCluster cluster)
{
    private static readonly GuessLimits Limits = new(5, TimeSpan.FromMinutes(5));

    [Fact]
    public async Task An_account_is_made_once_and_found_by_its_id_alone()
    {
        var user = cluster.Name("Account");
        Assert.Null(await Grain(user).Find());
        var created = await Grain(user).Create(new NewAccount("Alice", "hash", "s1"));
        Assert.Equal(new Account(user, "Alice", "hash", "s1"), created);
        Assert.Null(await Grain(user).Create(new NewAccount("Mallory", "other", "s2")));
        Assert.Null(await Grain(ChatId.Fold(user)).Create(new NewAccount(null, "other", "s2")));
        await cluster.DeactivateAsync(Grain(user));
        Assert.Equal(created, await Grain(user).Find());
        Assert.Null(await Grain(ChatId.Fold(user)).Find());
    }

    [Fact]
    public async Task A_change_needs_the_stamp_that_the_account_has()
    {
        var grain = await CreateAsync();
        Assert.Null(await grain.Change(new AccountChange("another", "h2", "s2")));
        Assert.Equal(("h2", "s2"), Key(await grain.Change(new AccountChange("s1", "h2", "s2"))));
        Assert.Null(await grain.Change(new AccountChange("s1", "h3", "s3")));
        await cluster.DeactivateAsync(grain);
        Assert.Equal(("h2", "s2"), Key(await grain.Find()));
        Assert.Null(await Grain(cluster.Name("nobody")).Change(new AccountChange("s1", "h2", "s2")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_as_many_wrong_guesses_as_are_allowed_not_even_the_right_one_opens_it(bool exists)
    {
        var grain = exists ? await CreateAsync() : Grain(cluster.Name("nobody"));
        for (var i = 0; i < Limits.Wrong; i++) Assert.True(await GuessAsync(grain, GuessVerdict.Wrong));
        Assert.False(await GuessAsync(grain, GuessVerdict.Wrong));
        var locked = await grain.BeginGuess(Limits);
        Assert.False(locked.IsAllowed);
        Assert.Equal(exists, locked.Account is not null);
        Assert.False(await grain.EndGuess(locked.Id, GuessVerdict.Right, "s1"));
        cluster.Clock.Advance(Limits.Lockout);
        var guess = await grain.BeginGuess(Limits);
        Assert.True(guess.IsAllowed);
        Assert.Equal(exists, await grain.EndGuess(guess.Id, GuessVerdict.Right, "s1"));
    }

    [Fact]
    public async Task Guesses_made_at_once_are_tried_one_by_one_and_no_more_than_allowed()
    {
        var grain = await CreateAsync();
        var (underWay, most, allowed) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            // Who has waited for too long is told to try again.
            var guess = await Sending.SurelyAsync(() => grain.BeginGuess(Limits));
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            if (guess.IsAllowed) Interlocked.Increment(ref allowed);
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
            await grain.EndGuess(guess.Id, GuessVerdict.Wrong, "s1");
        }));
        Assert.Equal((1, Limits.Wrong), (most, allowed));
    }

    [Fact]
    public async Task A_right_guess_begins_the_count_anew_and_an_untried_one_changes_nothing()
    {
        var grain = await CreateAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Limits.Wrong - 1; i++) Assert.True(await GuessAsync(grain, GuessVerdict.Wrong));
            for (var i = 0; i < 3; i++) Assert.True(await GuessAsync(grain, GuessVerdict.Untried));
            var guess = await grain.BeginGuess(Limits);
            Assert.True(await grain.EndGuess(guess.Id, GuessVerdict.Right, "s1"));
            Assert.False(await grain.EndGuess(guess.Id, GuessVerdict.Right, "s1"));
        }
    }

    [Fact]
    public async Task What_was_counted_outlives_the_activation()
    {
        var grain = await CreateAsync();
        for (var i = 0; i < 3; i++) await GuessAsync(grain, GuessVerdict.Wrong);
        await cluster.DeactivateAsync(grain);
        for (var i = 0; i < 2; i++) Assert.True(await GuessAsync(grain, GuessVerdict.Wrong));
        Assert.False(await GuessAsync(grain, GuessVerdict.Wrong));
        await cluster.DeactivateAsync(grain);
        Assert.False(await GuessAsync(grain, GuessVerdict.Wrong));
    }

    [Fact]
    public async Task An_activation_that_may_not_wait_for_its_writes_ends_and_they_are_done_all_the_same()
    {
        var grain = await CreateAsync();
        var user = grain.GetPrimaryKeyString();
        using (var gate = await cluster.Temp.HoldWriterAsync(user))
        {
            // The first is being written, and the second waits to be.
            for (var i = 0; i < 2; i++) await GuessAsync(grain, GuessVerdict.Wrong);
            await EndAtOnceAsync(grain);
            gate.Open();
        }

        await Eventually.TrueAsync(
            async () => (await cluster.Temp.Accounts.FindAsync(user))!.Failures == 2, "both wrong guesses are written");
    }

    [Fact]
    public async Task Another_password_ends_the_lock_out_and_another_stamp_alone_does_not()
    {
        var grain = await CreateAsync();
        for (var i = 0; i < Limits.Wrong; i++) await GuessAsync(grain, GuessVerdict.Wrong);
        Assert.NotNull(await grain.Change(new AccountChange("s1", "hash", "s2")));
        Assert.False(await GuessAsync(grain, GuessVerdict.Untried));
        Assert.NotNull(await grain.Change(new AccountChange("s2", "h2", "s3")));
        Assert.True(await GuessAsync(grain, GuessVerdict.Untried));
    }

    [Fact]
    public async Task A_guess_that_was_right_against_an_earlier_password_opens_nothing()
    {
        var grain = await CreateAsync();
        var guess = await grain.BeginGuess(Limits);
        await grain.Change(new AccountChange("s1", "h2", "s2"));
        Assert.False(await grain.EndGuess(guess.Id, GuessVerdict.Right, "s1"));
    }

    [Fact]
    public async Task A_guess_whose_gateway_died_counts_as_wrong_and_holds_up_nobody_for_good()
    {
        var grain = await CreateAsync();
        for (var i = 0; i < Limits.Wrong; i++)
        {
            var lost = await grain.BeginGuess(Limits);
            Assert.True(lost.IsAllowed);
            cluster.Clock.Advance(TimeSpan.FromSeconds(11));
        }

        var next = await grain.BeginGuess(Limits);
        Assert.False(next.IsAllowed);
        await grain.EndGuess(next.Id, GuessVerdict.Wrong, "s1");
    }

    [Fact]
    public async Task A_count_that_another_activation_has_written_is_not_lost()
    {
        var grain = await CreateAsync();
        await grain.Find();
        var user = grain.GetPrimaryKeyString();
        var stored = (await cluster.Temp.Accounts.FindAsync(user))!;
        await cluster.Temp.Accounts.UpdateAsync(stored with { Failures = 4, Stamp = "s9", PasswordHash = "h9" });
        Assert.True(await GuessAsync(grain, GuessVerdict.Wrong));
        await Eventually.TrueAsync(
            async () => (await cluster.Temp.Accounts.FindAsync(user))!.Version == 3, "the count is written over the newer version");
        Assert.Equal((4, "s9", "h9"), await RowAsync(user));
        Assert.Equal(("h9", "s9"), Key(await grain.Find()));
    }

    [Fact]
    public async Task Of_two_who_add_a_key_to_the_same_ring_one_does_and_both_get_it()
    {
        var keys = cluster.Grains.GetGrain<IDataKeysGrain>(0);
        var known = (await keys.All()).Version;
        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => keys.Add($"<key{i}/>", known)));
        Assert.Single(rings.Select(ring => string.Concat(ring.Keys)).Distinct());
        Assert.All(rings, ring => Assert.Equal(known + 1, ring.Version));
        Assert.Equal(known + 2, (await keys.Add("<next/>", known + 1)).Version);
    }

    [Fact]
    public void Nothing_secret_is_in_what_a_log_says_of_an_account()
    {
        Assert.DoesNotContain("secret", new Account("alice", "Alice", "secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new NewAccount("Alice", "secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new AccountChange("secret", "secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new DataKeyRing(1, ["secret"]).ToString(), StringComparison.Ordinal);
    }

    private static (string Hash, string Stamp)? Key(Account? account) => account is null ? null : (account.PasswordHash, account.Stamp);

    /// <returns>Whether it was allowed.</returns>
    private static async Task<bool> GuessAsync(IAccountGrain grain, GuessVerdict verdict)
    {
        var guess = await grain.BeginGuess(Limits);
        await grain.EndGuess(guess.Id, verdict, "s1");
        return guess.IsAllowed;
    }

    private async Task<(int Failures, string Stamp, string Hash)> RowAsync(string user)
    {
        var row = (await cluster.Temp.Accounts.FindAsync(user))!;
        return (row.Failures, row.Stamp, row.PasswordHash);
    }

    // As a silo does whose time for ending is over.
    private async Task EndAtOnceAsync(IAccountGrain grain)
    {
        Assert.True(cluster.Silos.TryGetGrainContext(grain.GetGrainId(), out var context));
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "test"), new CancellationToken(canceled: true));
        await context.Deactivated.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private IAccountGrain Grain(string user) => cluster.Grains.GetGrain<IAccountGrain>(user);

    private async Task<IAccountGrain> CreateAsync()
    {
        var grain = Grain(cluster.Name("account"));
        Assert.NotNull(await grain.Create(new NewAccount(null, "hash", "s1")));
        return grain;
    }
}

public sealed class SqliteAccountGrainTests(ChatCluster cluster) : AccountGrainTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresAccountGrainTests(PostgresCluster cluster) : AccountGrainTests(cluster), IClassFixture<PostgresCluster>;
