namespace OrleansChat.Grains.Moving;

internal static class OtherSilos
{
    /// <summary>The silos beside this one that take grains, always in the same order.</summary>
    public static List<SiloAddress> FindOthers(this IClusterMembershipService membership, ILocalSiloDetails silo) =>
    [
        .. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(silo.SiloAddress))
            .Select(member => member.SiloAddress)
            .Order(),
    ];
}
