using OrleansChat.Gateway.Tests.Hosting;

[assembly: AssemblyFixture(typeof(SharedGateway))]

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>The gateway of all tests that need no settings of their own. Each test makes up its own users and rooms.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    private TestGateway? _gateway;

    internal TestGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Assert.Empty(Gateway.Faults);
    }
}
