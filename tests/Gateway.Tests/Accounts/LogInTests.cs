using System.Buffers.Binary;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Who gets in with a password, and what those learn who do not: nothing.</summary>
public sealed class LogInTests(SharedAccountGateway shared) : IClassFixture<SharedAccountGateway>
{
    private static readonly string[] OneGuess = [nameof(IAccountGrain.BeginGuess), "verify", nameof(IAccountGrain.EndGuess)];

    private readonly AccountGateway _gateway = shared.Gateway;

    [Fact]
    public async Task No_such_user_a_wrong_password_and_a_locked_account_are_one_answer_after_the_same_work()
    {
        var (known, locked, unknown) = (Names.New("known"), Names.New("locked"), Names.New("unknown"));
        await _gateway.RegisterAsync(known);
        await _gateway.RegisterAsync(locked);
        await LockAsync(locked);
        var answers = new List<string>();
        foreach (var (user, password) in new[]
                 {
                     (known, AccountGateway.Other), (unknown, AccountGateway.Other), (unknown, AccountGateway.Password),
                     (locked, AccountGateway.Other), (locked, AccountGateway.Password),
                 })
        {
            var work = await _gateway.Costs.OfAsync(async () =>
            {
                var refused = (await _gateway.Client.LogInAsync(user, password)).Refused(401, "unauthorized");
                answers.Add($"{refused.Body}");
            });
            Assert.Equal(OneGuess, work);
        }

        Assert.Single(answers.Distinct());
        Assert.DoesNotContain(known, answers[0], StringComparison.Ordinal);
        var opened = await _gateway.Costs.OfAsync(() => _gateway.Client.LogInAsync(known, AccountGateway.Password));
        Assert.Equal([.. OneGuess, nameof(IAccountGrain.OpenSession)], opened);
    }

    [Fact]
    public async Task After_five_wrong_passwords_the_right_one_is_refused_for_five_minutes()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        await LockAsync(user);
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Refused(401, "unauthorized");
        _gateway.Clock.Advance(TimeSpan.FromMinutes(4));
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Refused(401, "unauthorized");
        _gateway.Clock.Advance(TimeSpan.FromMinutes(1));
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
    }

    [Fact]
    public async Task A_right_password_in_between_begins_the_count_anew()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++) (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
            (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        }
    }

    [Fact]
    public async Task Of_many_guesses_at_once_no_more_are_good_for_anything_than_one_by_one()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _gateway.Client.LogInAsync(user, AccountGateway.Other)));
        Assert.All(guesses, guess => guess.Refused(401, "unauthorized"));
        var right = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _gateway.Client.LogInAsync(user, AccountGateway.Password)));
        Assert.All(right, guess => guess.Refused(401, "unauthorized"));
    }

    [Fact]
    public async Task Of_right_and_wrong_guesses_at_once_no_right_one_counts_behind_five_wrong_ones()
    {
        for (var round = 0; round < 5; round++)
        {
            var user = Names.New("alice");
            await _gateway.RegisterAsync(user);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
                _gateway.Client.LogInAsync(user, i % 7 == 6 ? AccountGateway.Password : AccountGateway.Other)));
            var wrong = 0;
            foreach (var (verdict, opens) in _gateway.Costs.EndsOf(user))
            {
                Assert.Equal(verdict == GuessVerdict.Right && wrong < 5, opens);
                if (opens) wrong = 0;
                else if (verdict == GuessVerdict.Wrong) wrong++;
            }
        }
    }

    [Fact]
    public async Task A_hash_that_fails_in_the_middle_counts_for_nothing_and_holds_up_nobody()
    {
        var faults = new FailingHasher.Faults();
        await using var gateway = await AccountGateway.StartAsync(
            builder => builder.Services.AddSingleton(faults).AddSingleton<IPasswordHasher<ChatAccount>, FailingHasher>(), iterations: 500, "Auth:LockoutFailures=1");
        await gateway.RegisterAsync("alice");
        faults.Left = 3;
        for (var i = 0; i < 3; i++) (await gateway.Client.LogInAsync("alice", AccountGateway.Other)).Refused(500, "internal");
        // One wrong password would lock it, and a guess that nobody has ended would be waited for.
        (await gateway.Client.LogInAsync("alice", AccountGateway.Password)).Done();
        Assert.Equal(
            [.. Enumerable.Repeat((GuessVerdict.Untried, false), 3), (GuessVerdict.Right, true)], gateway.Costs.EndsOf("alice"));
        Assert.Equal(3, gateway.Gateway.Faults.Count);
    }

    [Fact]
    public async Task Many_devices_of_one_user_log_in_at_once()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _gateway.Client.LogInAsync(user, AccountGateway.Password)));
        Assert.All(answers, answer => answer.Done());
        Assert.Equal(20, answers.Select(answer => answer.RefreshToken).Distinct().Count());
    }

    [Fact]
    public async Task An_id_is_exact_in_its_case_and_normalised_in_its_form()
    {
        var user = Names.New("zoë");
        await _gateway.RegisterAsync(user);
        (await _gateway.Client.LogInAsync(user.Normalize(System.Text.NormalizationForm.FormD), AccountGateway.Password)).Done();
        (await _gateway.Client.LogInAsync(user.ToUpperInvariant(), AccountGateway.Password)).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task A_hash_made_with_fewer_rounds_is_made_anew_and_nobody_is_logged_out_by_it()
    {
        var user = Names.New("alice");
        var registered = await _gateway.RegisterAsync(user);
        var grain = _gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(user);
        var account = (await grain.Find())!;
        var weak = new PasswordHasher<string>(Options.Create(
            new PasswordHasherOptions { IterationCount = 100 })).HashPassword(user, AccountGateway.Password);
        await grain.Change(new AccountChange(account.Stamp, weak, account.Stamp));
        (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
        Assert.Equal(weak, (await grain.Find())!.PasswordHash);
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        Assert.NotEqual(weak, (await grain.Find())!.PasswordHash);
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        (await _gateway.Client.RefreshAsync(registered.RefreshToken)).Done();
    }

    [Fact]
    public async Task A_password_is_kept_as_so_many_rounds_of_PBKDF2()
    {
        await using var gateway = await AccountGateway.StartAsync(configure: null, iterations: null);
        await gateway.RegisterAsync("alice");
        var account = (await gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>("alice").Find())!;
        // The third format of ASP.NET Core Identity: its number, the hash function (2 is SHA-512), the rounds, the length of the salt.
        var hash = Convert.FromBase64String(account.PasswordHash!).AsSpan();
        Assert.Equal(
            (1, 2u, 210_000u, 16u),
            (hash[0], BinaryPrimitives.ReadUInt32BigEndian(hash[1..]), BinaryPrimitives.ReadUInt32BigEndian(hash[5..]), BinaryPrimitives.ReadUInt32BigEndian(hash[9..])));
    }

    [Fact]
    public async Task A_suspended_user_is_told_so_after_the_right_password_alone()
    {
        var user = Names.New("alice");
        var registered = await _gateway.RegisterAsync(user);
        var grain = _gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(user);
        await grain.Suspend("root", until: null, "spam");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Refused(403, "suspended");
        (await _gateway.Client.RefreshAsync(registered.RefreshToken)).Refused(403, "suspended");
        await grain.Unsuspend("root", reason: null);
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
    }

    [Fact]
    public async Task One_address_tries_so_many_passwords_and_registers_so_many_ids()
    {
        await using var gateway = await AccountGateway.StartAsync(
            "Chat:Limits:RegistrationsPerHourPerAddress=2", "Chat:Limits:LoginsPerMinutePerAddress=1", "Chat:Limits:LoginBurstPerAddress=3");
        var tokens = await gateway.RegisterAsync("alice");
        await gateway.RegisterAsync("bob");
        (await gateway.Client.RegisterAsync("carol", AccountGateway.Password)).Refused(429, "rate_limited");
        for (var i = 0; i < 2; i++) (await gateway.Client.LogInAsync($"user-{i}", AccountGateway.Password)).Refused(401, "unauthorized");
        (await gateway.Client.ChangePasswordAsync(tokens.AccessToken, "not the password", AccountGateway.Other)).Refused(400, "bad_field", "current");
        Assert.Empty(await gateway.Costs.OfAsync(async () =>
        {
            Assert.True((await gateway.Client.LogInAsync("alice", AccountGateway.Password)).Refused(429, "rate_limited").RetryAfter > TimeSpan.Zero);
            (await gateway.Client.ChangePasswordAsync(tokens.AccessToken, AccountGateway.Password, AccountGateway.Other)).Refused(429, "rate_limited");
        }));
        // Nobody guesses a token; and whoever wants to be safe is not held up.
        tokens = (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        (await gateway.Client.LogOutAsync(tokens.AccessToken)).Done();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_address_refreshes_and_logs_out_as_often_as_it_connects(bool logsOut)
    {
        await using var gateway = await AccountGateway.StartAsync(
            "Chat:Limits:ConnectsPerSecondPerAddress=1", "Chat:Limits:ConnectBurstPerAddress=3");
        // Fewer than use up an address's patience: whoever goes on is answered no more.
        var answers = await Task.WhenAll(Enumerable.Range(0, AddressPatience.Times - 10).Select(
            _ => logsOut ? gateway.Client.LogOutAsync("none") : gateway.Client.RefreshAsync("none")));
        Assert.Contains(answers, answer => answer.Status == 429);
        foreach (var answer in answers.Where(answer => answer.Status != 429)) answer.Refused(401, "unauthorized", logsOut ? null : "refreshToken");
    }

    [Fact]
    public async Task The_description_of_the_API_shows_accounts()
    {
        using var http = new HttpClient { BaseAddress = _gateway.Gateway.Http };
        var description = FrameFields.Parse(await http.GetStringAsync("/openapi/v1.json"));
        var paths = description.GetProperty("paths");
        foreach (var path in new[] { "register", "login", "refresh", "password", "logout" })
            Assert.True(paths.GetProperty($"/api/accounts/{path}").Has("post"), path);
        Assert.Contains("\"refreshToken\"", $"{description.GetProperty("components")}", StringComparison.Ordinal);
    }

    private async Task LockAsync(string user)
    {
        for (var i = 0; i < 5; i++) (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
    }

    /// <summary>The hasher of the product, which fails now and then.</summary>
    private sealed class FailingHasher(IOptions<PasswordHasherOptions> options, FailingHasher.Faults faults) : PasswordHasher<ChatAccount>(options)
    {
        public override PasswordVerificationResult VerifyHashedPassword(ChatAccount user, string hashedPassword, string providedPassword) =>
            faults.Left-- > 0 ? throw new System.Security.Cryptography.CryptographicException("failed for a test") : base.VerifyHashedPassword(user, hashedPassword, providedPassword);

        internal sealed class Faults
        {
            public int Left { get; set; }
        }
    }
}
