using System.Collections.Immutable;

namespace OrleansChat.Gateways;

/// <summary>
/// Which gateways there are. In memory alone: each says every ten seconds that it is there, under a lease. The key is 0.
/// </summary>
[Alias("chat.IGatewayRegistryGrain")]
public interface IGatewayRegistryGrain : IGrainWithIntegerKey
{
    /// <summary>A gateway says that it is there, and how it is.</summary>
    /// <param name="gateway">How it is.</param>
    /// <param name="observer">Where it can be told something.</param>
    [Alias("Report"), ResponseTimeout("00:00:04")]
    Task Report(GatewayStatus gateway, IGatewayObserver observer);

    /// <summary>Forgets a gateway that ends. One that is not known is no error.</summary>
    [Alias("Forget"), ResponseTimeout("00:00:02")]
    Task Forget(string gateway);

    /// <summary>
    /// The gateways that have reported within their leases, in the order of their names. Within ten seconds after the
    /// silo that remembered them was lost, some may be missing.
    /// </summary>
    [Alias("List")]
    Task<ImmutableArray<GatewayStatus>> List();

    /// <summary>Tells a gateway to let its clients go; it answers when it has begun.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.BadField"/>: there is no such gateway; <see cref="ChatErrorCode.Unavailable"/>: it does
    /// not answer.
    /// </exception>
    [Alias("Drain")]
    Task Drain(string gateway);
}

/// <summary>A gateway as it says it is.</summary>
/// <param name="Name">Its name, another one after each start.</param>
/// <param name="Connections">How many connections it serves.</param>
/// <param name="Users">How many users these belong to.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="Draining">Whether it is on its way out.</param>
[GenerateSerializer, Immutable, Alias("chat.gateway-status")]
public sealed record GatewayStatus(
    [property: Id(0)] string Name,
    [property: Id(1)] int Connections,
    [property: Id(2)] int Users,
    [property: Id(3)] DateTimeOffset StartedAt,
    [property: Id(4)] string Version,
    [property: Id(5)] bool Draining);
