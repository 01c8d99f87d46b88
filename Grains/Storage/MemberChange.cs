namespace OrleansChat.Grains.Storage;

/// <summary>What became of a change to somebody's membership.</summary>
public enum MemberChange
{
    /// <summary>It was so already; nothing was written.</summary>
    None = 0,

    /// <summary>It is so now, and whether they are a member has not changed.</summary>
    Changed = 1,

    /// <summary>It is so now, and they are no longer a member.</summary>
    Removed = 2,

    /// <summary>Refused: the room would be left without an owner. Nothing was written.</summary>
    LastOwner = 3,
}
