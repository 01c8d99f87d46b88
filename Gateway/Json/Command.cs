using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

/// <summary>What a client asks for, checked as far as it can be without the room.</summary>
/// <param name="Id">The client's id for it, as JSON; none if it wants no reply to a success.</param>
internal abstract record Command(string? Id);

/// <summary>A command that concerns one room; those of one connection to one room keep their order.</summary>
/// <param name="Id">The client's id for it.</param>
/// <param name="Room">The room.</param>
internal abstract record RoomCommand(string? Id, string Room) : Command(Id)
{
    /// <summary>Whether a client asked for it, and it counts among those that wait for an answer.</summary>
    public virtual bool IsFromClient => true;
}

/// <summary>Follow a room, becoming a member if need be.</summary>
internal sealed record JoinCommand(string? Id, string Room, long? Since, string? Log) : RoomCommand(Id, Room)
{
    /// <summary>Whether it was asked for in the address of the connection.</summary>
    public bool IsOfAddress { get; init; }

    /// <summary>Whether the answer is given even without an id, because it holds what was asked for.</summary>
    public bool IsAlwaysAnswered => IsOfAddress || Since is not null;

    public override bool IsFromClient => !IsOfAddress;
}

/// <summary>End the membership.</summary>
internal sealed record LeaveCommand(string? Id, string Room) : RoomCommand(Id, Room);

/// <summary>Say something.</summary>
internal sealed record SendCommand(string? Id, string Room, Draft Draft) : RoomCommand(Id, Room);

/// <summary>Read what was said.</summary>
internal sealed record HistoryCommand(string? Id, string Room, long? Before, long? After, int Limit) : RoomCommand(Id, Room);

/// <summary>Move the read cursor.</summary>
internal sealed record ReadCommand(string? Id, string Room, long Seq) : RoomCommand(Id, Room);

/// <summary>Tell that somebody is typing.</summary>
internal sealed record TypingCommand(string? Id, string Room) : RoomCommand(Id, Room);

/// <summary>List members.</summary>
internal sealed record MembersCommand(string? Id, string Room, string? After, int Limit) : RoomCommand(Id, Room);

/// <summary>Create a room.</summary>
internal sealed record CreateCommand(string? Id, string Room, RoomKind Kind, string? Topic) : RoomCommand(Id, Room);

/// <summary>Invite, kick, ban, mute, lift it, or give a role.</summary>
internal sealed record ModerateCommand(
    string? Id, string Room, ModerationAction Action, string User, DateTimeOffset? Until, string? Reason, MemberRole? Role)
    : RoomCommand(Id, Room);

/// <summary>Set the topic, archive the room, or restore it.</summary>
internal sealed record EditCommand(string? Id, string Room, RoomEditKind Kind, string? Text, string? Reason) : RoomCommand(Id, Room);

/// <summary>Block the other user of a direct room, or lift it.</summary>
internal sealed record BlockCommand(string? Id, string Room, bool Blocked) : RoomCommand(Id, Room);

/// <summary>Not a client's command: the server lets the connection follow a room from where its list says.</summary>
internal sealed record FollowCommand(RoomEntry Entry) : RoomCommand(null, Entry.Room)
{
    public override bool IsFromClient => false;
}

/// <summary>Not a client's command: the user is no longer a member.</summary>
internal sealed record UnfollowCommand(string Room) : RoomCommand(null, Room)
{
    public override bool IsFromClient => false;
}

/// <summary>List rooms.</summary>
internal sealed record RoomsCommand(string? Id, string? Query, string? After, int Limit) : Command(Id);

/// <summary>Go on with another token.</summary>
internal sealed record TokenCommand(string? Id, string Token) : Command(Id);

/// <summary>List the users whom one has blocked.</summary>
internal sealed record BlocksCommand(string? Id, string? After, int Limit) : Command(Id);

/// <summary>See whether the server is there.</summary>
internal sealed record PingCommand(string? Id) : Command(Id);
