using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Hosting;
using OrleansChat.Users;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>The gateway in this process, on a free port.</summary>
internal sealed class EmbeddedServer : IChatServer
{
    // Its silo looks for a free port and takes it a moment later; of several that start, another may have it by then.
    private const int Attempts = 3;

    private readonly WebApplication _app;
    private readonly DataFolder _data;
    private readonly TokenClock _tokens;

    private EmbeddedServer(WebApplication app, DataFolder data, TokenClock tokens) => (_app, _data, _tokens) = (app, data, tokens);

    public Uri Address => new(_app.Urls.Single());

    /// <param name="settings">As on the command line.</param>
    public static async Task<EmbeddedServer> StartAsync(params string[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            var data = new DataFolder();
            var tokens = new TokenClock();
            var app = ChatGateway.Build(
                ["--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={data.Path}", .. settings],
                builder =>
                {
                    builder.Logging.ClearProviders();
                    // At the door, and for those who are in.
                    builder.Services.Configure<BearerTokenOptions>(BearerTokenDefaults.AuthenticationScheme, options => options.TimeProvider = tokens);
                    builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<GatewayServices>(services, tokens));
                });
            try
            {
                await app.StartAsync();
                return new EmbeddedServer(app, data, tokens);
            }
            catch (AddressInUseException) when (attempt < Attempts)
            {
                await app.DisposeAsync();
                data.Dispose();
            }
        }
    }

    /// <summary>A token such as this server issues, for as long as is wanted.</summary>
    public string IssueToken(string user, TimeSpan lifetime, string? name = null, params string[] rooms) =>
        _app.Services.GetRequiredService<ChatTokens>().Issue(user, name, lifetime, rooms.Length == 0 ? null : [.. rooms]).Token;

    /// <summary>Makes so much time pass for the tokens that it has issued, at once.</summary>
    public void Outlive(TimeSpan lifetime) => _tokens.Advance(lifetime + TimeSpan.FromSeconds(1));

    /// <summary>What an administrator does to a user, wherever they are connected.</summary>
    public IUserGrain User(string user) => _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(user);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _data.Dispose();
    }
}
