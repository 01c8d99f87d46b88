namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Who asks.</summary>
internal enum Who
{
    Owner,
    Moderator,

    /// <summary>A member without another role; in a direct room, one of its two users.</summary>
    Member,

    /// <summary>A user who does not belong to the room.</summary>
    Outsider,

    /// <summary>Somebody without a token.</summary>
    Anonymous,

    /// <summary>By <c>Auth:Administrators</c>, and no member unless muted there; in a direct room, a third person.</summary>
    Administrator,

    /// <summary>An application by its API key; to rooms the same as an administrator.</summary>
    Application,

    /// <summary>An owner (in a direct room: one of the two) who comes with a token that is limited to another room.</summary>
    Limited,
}

/// <summary>What room.</summary>
internal enum Where
{
    /// <summary>None: the command concerns the server.</summary>
    Nowhere,
    Public,
    ArchivedPublic,
    Private,
    ArchivedPrivate,

    /// <summary>There is no room of this name.</summary>
    Missing,
    Direct,

    /// <summary>The direct room of two who have never spoken.</summary>
    MissingDirect,
}

/// <summary>What else is so.</summary>
internal enum Under
{
    Nothing,
    Banned,
    Muted,

    /// <summary>Everybody else of the room has blocked whoever asks.</summary>
    Blocked,

    /// <summary>Whoever asks has blocked everybody else of the room.</summary>
    Blocking,

    /// <summary>Suspended from the whole server.</summary>
    Suspended,

    /// <summary>The room has one owner; otherwise it has several.</summary>
    OneOwner,

    /// <summary>That one owner is the room's only member.</summary>
    Alone,
}

/// <summary>To whom.</summary>
internal enum Whom
{
    Nobody,
    Owner,
    Moderator,

    /// <summary>A member without another role; in a direct room, the other one.</summary>
    Member,

    /// <summary>Somebody who does not belong to the room.</summary>
    Outsider,

    /// <summary>Somebody who is banned from it.</summary>
    Banned,
    Oneself,
}

/// <summary>One combination.</summary>
internal sealed record Cell(Deed Deed, Who Who, Where Where, Under Under, Whom Whom)
{
    public bool IsDirect => Where is Where.Direct or Where.MissingDirect;

    public bool IsPrivate => Where is Where.Private or Where.ArchivedPrivate;

    public bool IsArchived => Where is Where.ArchivedPublic or Where.ArchivedPrivate;

    public bool IsMissing => Where is Where.Missing or Where.MissingDirect;

    public override string ToString() =>
        $"{Deed} by {Who} at {Where}"
        + (Under == Under.Nothing ? "" : $", {Under}")
        + (Whom == Whom.Nobody ? "" : $", to {Whom}");
}
