using System.Collections.Concurrent;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Numbers the renewals of each route, as its gateway does.</summary>
internal sealed class RenewalNumbers
{
    private readonly ConcurrentDictionary<string, long> _last = new();

    public long Next(string route) => _last.AddOrUpdate(route, 1, static (_, last) => last + 1);
}
