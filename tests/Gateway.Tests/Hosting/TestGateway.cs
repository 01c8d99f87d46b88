using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansChat.Gateway.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>A real gateway in this process, with a silo inside, on a free port, over a directory of its own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    /// <summary>The settings of a gateway that lets everybody hurry as they like.</summary>
    public static readonly string[] Unhurried =
    [
        "Chat:Limits:CommandsPerSecond=1000000", "Chat:Limits:CommandBurst=1000000",
        "Chat:Limits:UserCommandsPerSecond=1000000", "Chat:Limits:UserCommandBurst=1000000",
    ];

    // Its silo looks for a free port and takes it a moment later; of several that start, another may have it by then.
    private const int Attempts = 3;

    private readonly DataDirectory _directory;
    private readonly FaultLog _log;
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, DataDirectory directory, FaultLog log) => (_app, _directory, _log) = (app, directory, log);

    public IReadOnlyCollection<string> Faults => _log.Faults;

    /// <summary>The gateway's own services, for tests that come between it and its grains.</summary>
    public IServiceProvider Services => _app.Services;

    public Uri Http => new(_app.Urls.First());

    /// <param name="settings">Such as <c>Chat:Limits:PingSeconds=1</c>.</param>
    public static Task<TestGateway> StartAsync(params string[] settings) => StartAsync(configure: null, settings);

    /// <param name="configure">What else there is to set before it is built.</param>
    /// <param name="settings">Such as <c>Chat:Limits:PingSeconds=1</c>.</param>
    public static async Task<TestGateway> StartAsync(Action<WebApplicationBuilder>? configure, params string[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStartAsync(configure, settings);
            }
            catch (AddressInUseException) when (attempt < Attempts)
            {
                // The next one has ports of its own.
            }
        }
    }

    public Uri Socket(string pathAndQuery) => new($"ws://{Http.Authority}{pathAndQuery}");

    /// <summary>The address of the JSON endpoint for a user.</summary>
    public Uri Json(string user, string query = "") => Socket($"/ws?user={Uri.EscapeDataString(user)}&{query}");

    /// <summary>A client that follows nothing until it joins.</summary>
    public Task<ChatClient> ConnectAsync(string user) => ChatClient.ConnectAsync(Json(user, "subscribe=none"));

    /// <summary>A client that follows all its rooms.</summary>
    public Task<ChatClient> ConnectToAllAsync(string user) => ChatClient.ConnectAsync(Json(user));

    /// <summary>A member of a room who follows it.</summary>
    public async Task<ChatClient> ConnectToAsync(string user, string room)
    {
        var client = await ConnectAsync(user);
        await client.JoinAsync(room);
        return client;
    }

    public Task<TextClient> TypeAsync(string user, string query = "") =>
        TextClient.ConnectAsync(Socket($"/ws/{Uri.EscapeDataString(user)}?{query}"));

    public TGrain Grain<TGrain>(string key)
        where TGrain : IGrainWithStringKey => Services.GetRequiredService<IGrainFactory>().GetGrain<TGrain>(key);

    /// <summary>Lets a grain's activation end, with all that it keeps in memory.</summary>
    public async Task ForgetAsync(IGrain grain)
    {
        var management = Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        // Once need not do: what is busy at that moment is passed over, and a renewal may come to it again before the look.
        await Patience.UntilAsync(
            async () =>
            {
                await management.ForceActivationCollection(TimeSpan.Zero);
                return await management.GetActivationAddress(grain) is null;
            },
            "the activation has ended");
    }

    /// <summary>Whether a grain is in memory.</summary>
    public async Task<bool> IsActiveAsync(IGrain grain) => await Services.GetRequiredService<IGrainFactory>()
        .GetGrain<IManagementGrain>(0).GetActivationAddress(grain) is not null;

    /// <summary>The database, as somebody opens it who is not the gateway.</summary>
    public SqliteConnection OpenDatabase()
    {
        var connection = new SqliteConnection($"Data Source={_directory.Database};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <param name="grace">Ends the time that it has for ending.</param>
    public Task StopAsync(CancellationToken grace = default) => _app.StopAsync(grace);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task<TestGateway> TryStartAsync(Action<WebApplicationBuilder>? configure, string[] settings)
    {
        var directory = new DataDirectory();
        WebApplication? app = null;
        try
        {
            var log = new FaultLog();
            app = ChatGateway.Build(
                ["--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={directory.Path}", .. settings.Select(setting => $"--{setting}")],
                builder =>
                {
                    builder.Logging.ClearProviders().AddProvider(log);
                    configure?.Invoke(builder);
                });
            await app.StartAsync();
            return new TestGateway(app, directory, log);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            directory.Dispose();
            throw;
        }
    }
}
