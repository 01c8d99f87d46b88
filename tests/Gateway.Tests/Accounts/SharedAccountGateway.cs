namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>The gateway of the tests of accounts that need no settings of their own. Each test makes up its own users.</summary>
public sealed class SharedAccountGateway : IAsyncLifetime
{
    private AccountGateway? _gateway;

    internal AccountGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync() => _gateway = await AccountGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Gateway.Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Assert.Empty(Gateway.Gateway.Faults);
    }
}
