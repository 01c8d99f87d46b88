using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime.GrainDirectory;

namespace OrleansChat.Grains.Moving;

/// <summary>Remembers where grains are, but does not believe that they still are on a silo that is stopping.</summary>
/// <remarks>
/// What a silo remembers is put right by the answer to a call that went the wrong way. A gateway's calls have no such
/// effect: it is connected to every silo, so the answer goes past the one that was wrong. That one would send each call
/// to the silo that stops, until it is gone and the call is lost; and a gateway's answer to a room, too, which nobody
/// forwards. For the same reason nothing is remembered for long.
/// </remarks>
internal sealed class DirectoryCache(IGrainDirectoryCache inner, IClusterMembershipService membership) : IGrainDirectoryCache
{
    /// <summary>How long a place is remembered: a room's calls cost one look into the directory in that time.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    public IEnumerable<(GrainAddress ActivationAddress, int Version)> KeyValues => inner.KeyValues;

    public void AddOrUpdate(GrainAddress value, int version) => inner.AddOrUpdate(value, version);

    public bool Remove(GrainId key) => inner.Remove(key);

    public bool Remove(GrainAddress key) => inner.Remove(key);

    public void Clear() => inner.Clear();

    public bool LookUp(GrainId key, [NotNullWhen(true)] out GrainAddress? result, out int version) =>
        inner.LookUp(key, out result, out version)
        && membership.CurrentSnapshot.GetSiloStatus(result.SiloAddress) == SiloStatus.Active;
}
