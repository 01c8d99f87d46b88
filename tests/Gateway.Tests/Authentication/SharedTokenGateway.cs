namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>The token gateway of the tests that need no settings of their own. Each test makes up its own users and rooms.</summary>
public sealed class SharedTokenGateway : IAsyncLifetime
{
    private TokenGateway? _gateway;

    internal TokenGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync() => _gateway = await TokenGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Gateway.Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Assert.Empty(Gateway.Gateway.Faults);
    }
}
