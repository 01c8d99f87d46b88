using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansChat.Gateways;
using OrleansChat.Grains.Moving;

namespace OrleansChat.Grains.Gateways;

/// <summary>
/// The gateways, each under a lease that its reports renew. All of it moves along when its silo stops; what is lost with
/// an activation comes back with the next reports.
/// </summary>
[Reentrant]
internal sealed partial class GatewayRegistryGrain(Departure departure, TimeProvider clock, ILogger<GatewayRegistryGrain> logger)
    : Grain, IGatewayRegistryGrain, IGrainMigrationParticipant
{
    private const string CarriedKey = "chat.gateways";

    private readonly Dictionary<string, Known> _gateways = [];

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_gateways.Count > 0) departure.TryMove(GrainContext, reason);
        return Task.CompletedTask;
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext) => dehydrationContext.TryAddValue(
        CarriedKey,
        ImmutableArray.CreateRange(_gateways.Values.Select(known => new CarriedGateway(known.Status, known.Observer, Age(known)))));

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (!rehydrationContext.TryGetValue(CarriedKey, out ImmutableArray<CarriedGateway> carried)) return;
        foreach (var taken in carried)
            _gateways[taken.Status.Name] = new Known(taken.Status, taken.Observer, clock.GetTimestamp(), taken.Age);
    }

    public Task Report(GatewayStatus gateway, IGatewayObserver observer)
    {
        // Whoever was told to drain does so to its end; this may have been on its way before that.
        var isDraining = gateway.Draining
            || (_gateways.TryGetValue(gateway.Name, out var known) && known.Status.Draining && known.Status.StartedAt == gateway.StartedAt);
        _gateways[gateway.Name] = new Known(gateway with { Draining = isDraining }, observer, clock.GetTimestamp(), AgeBefore: TimeSpan.Zero);
        return Task.CompletedTask;
    }

    public Task Forget(string gateway)
    {
        _gateways.Remove(gateway);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<GatewayStatus>> List()
    {
        ForgetExpired();
        return Task.FromResult<ImmutableArray<GatewayStatus>>(
            [.. _gateways.Values.Select(known => known.Status).OrderBy(status => status.Name, StringComparer.Ordinal)]);
    }

    public async Task Drain(string gateway)
    {
        ForgetExpired();
        if (!_gateways.TryGetValue(gateway, out var known))
            throw new ChatException(ChatErrorCode.BadField, $"there is no gateway '{gateway}'", "gateway");
        LogDraining(logger, gateway);
        try
        {
            await known.Observer.Drain();
        }
        catch (Exception error)
        {
            LogNotDraining(logger, gateway, error.Message);
            throw new ChatException(ChatErrorCode.Unavailable, $"gateway '{gateway}' does not answer; try again", "gateway");
        }

        // It says so itself a moment later; whoever looks meanwhile shall see it too.
        if (_gateways.TryGetValue(gateway, out var now)) _gateways[gateway] = now with { Status = now.Status with { Draining = true } };
    }

    private void ForgetExpired()
    {
        foreach (var (name, known) in _gateways)
        {
            if (Age(known) > GatewayRules.ReportLease) _gateways.Remove(name);
        }
    }

    private TimeSpan Age(Known known) => known.AgeBefore + clock.GetElapsedTime(known.ReportedAt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Gateway {Gateway} is told to drain")]
    private static partial void LogDraining(ILogger logger, string gateway);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gateway {Gateway} was told to drain and does not answer: {Reason}")]
    private static partial void LogNotDraining(ILogger logger, string gateway, string reason);

    private sealed record Known(GatewayStatus Status, IGatewayObserver Observer, long ReportedAt, TimeSpan AgeBefore);
}

/// <summary>A gateway on its way to another silo.</summary>
/// <param name="Status">What it said last.</param>
/// <param name="Observer">Where it can be told something.</param>
/// <param name="Age">How long ago it said so: moving prolongs no lease.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-gateway")]
internal sealed record CarriedGateway(
    [property: Id(0)] GatewayStatus Status,
    [property: Id(1)] IGatewayObserver Observer,
    [property: Id(2)] TimeSpan Age);
