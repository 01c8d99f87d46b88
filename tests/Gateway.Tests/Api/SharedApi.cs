using OrleansChat.Gateway.Tests.Api;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;

[assembly: AssemblyFixture(typeof(SharedApi))]

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>A gateway for the tests of the HTTP API. Each test makes up its own users and rooms.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    private TokenGateway? _gateway;
    private ApiContract? _contract;

    internal TokenGateway Tokens => _gateway!;

    internal TestGateway Gateway => Tokens.Gateway;

    internal ApiContract Contract => _contract!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await TokenGateway.StartAsync();
        _contract = await ApiContract.ReadAsync(Gateway.Http);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Assert.Empty(Gateway.Faults);
    }

    /// <summary>A user with a token, limited to rooms if some are named.</summary>
    internal ApiClient As(string user, params string[] rooms) =>
        new(Gateway.Http, Contract, $"Bearer {Tokens.Token(user, rooms: rooms)}");

    /// <summary>The application, which is an administrator; acting as a user if one is named.</summary>
    internal ApiClient Application(string? user = null) =>
        new(Gateway.Http, Contract, $"ApiKey {TokenGateway.ApiKey}", user is null ? "" : $"as={user}");
}
