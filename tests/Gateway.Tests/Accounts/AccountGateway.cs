using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>A gateway in the mode Accounts, which counts what a log-in costs.</summary>
internal sealed class AccountGateway : IAsyncDisposable
{
    /// <summary>Passwords of the tests: good ones.</summary>
    public const string Password = "correct horse battery staple";

    public const string Other = "Δεν ξέρω τι να γράψω 🙂";

    /// <summary>All tests have one address.</summary>
    private static readonly string[] Unlimited =
    [
        "Chat:Limits:RegistrationsPerHourPerAddress=1000000",
        "Chat:Limits:LoginsPerMinutePerAddress=1000000",
        "Chat:Limits:LoginBurstPerAddress=1000000",
    ];

    private AccountGateway(TestGateway gateway, Costs costs, SlowClock clock)
    {
        (Gateway, Costs, Clock) = (gateway, costs, clock);
        Client = new AccountClient(gateway.Http, isDescribed: true);
    }

    public TestGateway Gateway { get; }

    public Costs Costs { get; }

    /// <summary>Its clock, which a test may set forward.</summary>
    public SlowClock Clock { get; }

    public AccountClient Client { get; }

    /// <summary>Cheap hashes, unless a test measures them: it is the count that matters.</summary>
    public static Task<AccountGateway> StartAsync(params string[] settings) => StartAsync(configure: null, iterations: 500, settings);

    public static async Task<AccountGateway> StartAsync(Action<WebApplicationBuilder>? configure, int? iterations, params string[] settings)
    {
        // A guess is given up after ten seconds, and nobody waits for longer than eight behind others: on a slow machine that
        // would be what a test sees.
        var (costs, clock) = (new Costs(), new SlowClock());
        var gateway = await TestGateway.StartAsync(
            builder =>
            {
                Configure(builder, costs, iterations);
                builder.Services.AddSingleton<TimeProvider>(clock);
                configure?.Invoke(builder);
            },
            ["Auth:Mode=Accounts", .. Unlimited, .. settings]);
        return new AccountGateway(gateway, costs, clock);
    }

    public async Task<Answer> RegisterAsync(string user, string password = Password, string? name = null) =>
        (await Client.RegisterAsync(user, password, name)).Done();

    /// <summary>Connects with a token, whatever the gateway says to it.</summary>
    public Task<ChatClient> OpenAsync(string token) => ChatClient.OpenAsync(
        Gateway.Socket("/ws?subscribe=none"), new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Gateway.DisposeAsync();
    }

    private static void Configure(WebApplicationBuilder builder, Costs costs, int? iterations)
    {
        builder.Services.AddSingleton(costs);
        builder.Services.AddSingleton<IIncomingGrainCallFilter>(costs);
        builder.Services.AddSingleton<IPasswordHasher<ChatAccount>, CountingHasher>();
        if (iterations is { } count) builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = count);
    }
}

/// <summary>What was hashed, verified, and asked of the grains of accounts.</summary>
internal sealed class Costs : IIncomingGrainCallFilter
{
    private readonly ConcurrentQueue<string> _done = new();
    private readonly ConcurrentQueue<(string User, GuessVerdict Verdict, bool Opens)> _ends = new();

    public IReadOnlyCollection<string> Done => _done;

    public void Add(string what) => _done.Enqueue(what);

    /// <summary>What was done meanwhile, in its order.</summary>
    public async Task<string[]> OfAsync(Func<Task> work)
    {
        _done.Clear();
        await work();
        return [.. _done];
    }

    /// <summary>What became of a user's guesses, in the order in which they ended.</summary>
    public IEnumerable<(GuessVerdict Verdict, bool Opens)> EndsOf(string user) =>
        _ends.Where(end => end.User == user).Select(end => (end.Verdict, end.Opens));

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IAccountGrain)) Add(context.MethodName);
        await context.Invoke();
        if (context.MethodName != nameof(IAccountGrain.EndGuess)) return;
        _ends.Enqueue((context.TargetId.Key.ToString()!, (GuessVerdict)context.Request.GetArgument(1)!, context.Result is true));
    }
}

/// <summary>The hasher of the product, counted.</summary>
internal sealed class CountingHasher(
    Microsoft.Extensions.Options.IOptions<PasswordHasherOptions> options, Costs costs) : PasswordHasher<ChatAccount>(options)
{
    public override string HashPassword(ChatAccount user, string password)
    {
        costs.Add("hash");
        return base.HashPassword(user, password);
    }

    public override PasswordVerificationResult VerifyHashedPassword(ChatAccount user, string hashedPassword, string providedPassword)
    {
        costs.Add("verify");
        return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
