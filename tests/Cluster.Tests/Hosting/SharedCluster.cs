using OrleansChat.Cluster.Tests.Hosting;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>The cluster of the scenarios, one after the other, until one of them fails: then the next begins with another.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private ClusterUnderTest? _cluster;

    internal async Task<ClusterUnderTest> UseAsync()
    {
        _cluster ??= await ClusterUnderTest.StartAsync();
        await _cluster.UntilReadyAsync();
        return _cluster;
    }

    /// <summary>Nobody knows what became of it.</summary>
    internal async Task GiveUpAsync()
    {
        if (_cluster is not { } cluster) return;
        _cluster = null;
        await cluster.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await GiveUpAsync();
}
