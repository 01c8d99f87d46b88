namespace OrleansChat.Grains.Moving;

/// <summary>
/// Keeps a silo that stops alive for a moment after its grains have left: what is still on its way to them is
/// forwarded, and who called through this silo hears the answer. Without it those calls are refused, or never answered.
/// </summary>
internal sealed class Lingering(IClusterMembershipService membership, ILocalSiloDetails silo, TimeProvider clock)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // Longer than a message is on its way, and longer than most calls take.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(Lingering), ServiceLifecycleStage.GrainDirectoryShutdown, static _ => Task.CompletedTask, LingerAsync);

    private async Task LingerAsync(CancellationToken cancellation)
    {
        if (membership.FindOthers(silo).Count > 0)
            await Task.Delay(Moment, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
