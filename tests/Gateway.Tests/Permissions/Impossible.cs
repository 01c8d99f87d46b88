namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Combinations that cannot be, and why.</summary>
internal static class Impossible
{
    private const string NoRoles = "nobody has a role there";

    /// <summary>The reasons, in their order; the first that holds is given.</summary>
    private static readonly (string Why, Func<Cell, bool> Holds)[] Reasons =
    [
        ("it concerns no room", c => c.Deed.IsOfNoRoom() != (c.Where == Where.Nowhere)),
        ("it concerns the direct room of two", c => c.Deed.IsOfOwnDirectRoom() && !c.IsDirect),
        ("there is no target", c => c.Deed.HasTarget() == (c.Whom == Whom.Nobody)),
        ("whoever asks is one of the two", c => c.Deed.IsOfOwnDirectRoom() && c.Who == Who.Outsider),
        ("nothing was said there", c => c.Deed == Deed.SendAgain && c.IsMissing),
        (NoRoles, c => c.Who is Who.Owner or Who.Moderator && IsWithoutRoles(c)),
        ("there are no members", c => c.Who == Who.Member && c.Where is Where.Nowhere or Where.Missing),
        (NoRoles, c => c.Whom is Whom.Owner or Whom.Moderator && IsWithoutRoles(c)),
        ("there are no members", c => c.Whom == Whom.Member && c.Where == Where.Missing),
        ("nobody can be banned from there", c => c.Whom == Whom.Banned && IsWithoutRoles(c)),
        ("nobody knows who it is", c => c.Who == Who.Anonymous && (c.Under != Under.Nothing || c.Whom == Whom.Oneself)),
        ("nobody can be banned or muted there", c => c.Under is Under.Banned or Under.Muted && IsWithoutRoles(c)),
        ("a ban ends the membership", c => c.Under == Under.Banned && c.Who is Who.Owner or Who.Moderator or Who.Member or Who.Limited),
        ("only members are muted", c => c.Under == Under.Muted && c.Who == Who.Outsider),
        ("there is nobody else", c => c.Under is Under.Blocked or Under.Blocking && c.Where is Where.Nowhere or Where.Missing),
        ("there are no owners", c => c.Under is Under.OneOwner or Under.Alone && IsWithoutRoles(c)),
        ("whoever is alone in a room is its owner", c => c.Under == Under.Alone && c.Who is not (Who.Owner or Who.Limited)),
        ("there is nobody else", c => c.Under == Under.Alone && c.Whom is Whom.Owner or Whom.Moderator or Whom.Member),
        ("there is no other owner", c => c.Under == Under.OneOwner && c.Who is Who.Owner or Who.Limited && c.Whom == Whom.Owner),
    ];

    /// <summary>Why there is no such case; nothing when there is.</summary>
    public static string? Why(Cell cell) => Reasons.FirstOrDefault(reason => reason.Holds(cell)).Why;

    private static bool IsWithoutRoles(Cell c) => c.IsDirect || c.Where is Where.Nowhere or Where.Missing;
}
