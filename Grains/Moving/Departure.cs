using Orleans.Runtime.Placement;

namespace OrleansChat.Grains.Moving;

/// <summary>Sends grains whose silo can keep them no longer to another one, with what they have in memory.</summary>
/// <remarks>
/// Orleans moves grains when it is asked to, but not when a silo stops: then it deactivates them, and what they knew
/// is gone. A grain that calls this while it is being deactivated is moved instead: Orleans looks whether a migration
/// was asked for after <see cref="Grain.OnDeactivateAsync"/>. By then the requests that were running have been
/// answered; those that came since wait, and are forwarded to where the grain has gone.
/// <para>
/// It helps in two cases. When a silo is told to stop, its membership says so before its grains are deactivated, so
/// that nobody places anything there any more. And when a silo is gone, whichever way, the others deactivate those of
/// their own grains whose directory entries it held.
/// </para>
/// </remarks>
internal sealed class Departure(IClusterMembershipService membership, ILocalSiloDetails silo, TimeProvider clock)
{
    // The process ends a few seconds after it was told to: what has not moved by then is deactivated only.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long? _begun;

    /// <summary>Moves a grain, if this reason for its end is one to move for and there is a silo to go to.</summary>
    /// <returns>Whether it is going to move; it may yet fail to arrive.</returns>
    public bool TryMove(IGrainContext grain, DeactivationReason reason)
    {
        // A grain that ends itself may do so because it was fenced: then another activation has newer routes than this
        // one, and must not be disturbed with older ones.
        var isLeaving = reason.ReasonCode == DeactivationReasonCode.ShuttingDown;
        if (!isLeaving && reason.ReasonCode != DeactivationReasonCode.DirectoryFailure) return false;
        if (isLeaving && IsTooLate()) return false;
        if (FindTarget(grain.GrainId) is not { } target) return false;
        grain.Migrate(new Dictionary<string, object>(StringComparer.Ordinal) { [IPlacementDirector.PlacementHintKey] = target });
        return true;
    }

    // The same grain to the same silo for the same members, and grains evenly among them.
    private SiloAddress? FindTarget(GrainId grain)
    {
        var others = membership.FindOthers(silo);
        return others.Count == 0 ? null : others[(int)(grain.GetUniformHashCode() % (uint)others.Count)];
    }

    private bool IsTooLate()
    {
        lock (_lock) return clock.GetElapsedTime(_begun ??= clock.GetTimestamp()) > Limit;
    }
}
