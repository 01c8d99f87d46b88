using System.Collections.Frozen;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>What somebody does: a command of the wire, or a variant of one that has rules of its own.</summary>
internal enum Deed
{
    /// <summary><c>send</c> to a room by its name.</summary>
    Send,

    /// <summary><c>send</c> to a user.</summary>
    SendTo,

    /// <summary><c>send</c> of what was sent before, with its key.</summary>
    SendAgain,
    Join,

    /// <summary><c>join</c> with <c>since</c>.</summary>
    Resume,
    Leave,
    History,
    Read,
    Typing,
    Members,
    Rooms,
    Create,
    Invite,
    Kick,
    Ban,
    Unban,
    Mute,
    Unmute,

    /// <summary><c>role</c>, each with the role that is given.</summary>
    MakeMember,
    MakeModerator,
    MakeOwner,
    Topic,
    Archive,

    /// <summary><c>archive</c> with <c>archived: false</c>.</summary>
    Restore,
    Block,
    Unblock,
    Blocks,
    Ping,
    Token,

    /// <summary>Asks how a room stands; over HTTP alone.</summary>
    Describe,

    /// <summary>Reads what was done to a room and its members; over HTTP alone.</summary>
    Audit,

    /// <summary>Sends to many rooms at once; over HTTP alone.</summary>
    Broadcast,
}

/// <summary>What kinds of deeds there are.</summary>
internal static class Deeds
{
    /// <summary>The deeds of each command of the wire.</summary>
    public static readonly FrozenDictionary<string, Deed[]> OfCommand = new Dictionary<string, Deed[]>
    {
        ["send"] = [Deed.Send, Deed.SendTo, Deed.SendAgain],
        ["join"] = [Deed.Join, Deed.Resume],
        ["leave"] = [Deed.Leave],
        ["history"] = [Deed.History],
        ["read"] = [Deed.Read],
        ["typing"] = [Deed.Typing],
        ["members"] = [Deed.Members],
        ["rooms"] = [Deed.Rooms],
        ["create"] = [Deed.Create],
        ["invite"] = [Deed.Invite],
        ["kick"] = [Deed.Kick],
        ["ban"] = [Deed.Ban],
        ["unban"] = [Deed.Unban],
        ["mute"] = [Deed.Mute],
        ["unmute"] = [Deed.Unmute],
        ["role"] = [Deed.MakeMember, Deed.MakeModerator, Deed.MakeOwner],
        ["topic"] = [Deed.Topic],
        ["archive"] = [Deed.Archive, Deed.Restore],
        ["block"] = [Deed.Block],
        ["unblock"] = [Deed.Unblock],
        ["blocks"] = [Deed.Blocks],
        ["ping"] = [Deed.Ping],
        ["token"] = [Deed.Token],
    }.ToFrozenDictionary();

    /// <summary>The deeds of each operation of the HTTP API that concerns rooms or blocks.</summary>
    public static readonly FrozenDictionary<string, Deed[]> OfOperation = new Dictionary<string, Deed[]>
    {
        ["GET /api/rooms"] = [Deed.Rooms],
        ["POST /api/rooms"] = [Deed.Create],
        ["GET /api/rooms/{room}"] = [Deed.Describe],
        ["PUT /api/rooms/{room}/topic"] = [Deed.Topic],
        ["POST /api/rooms/{room}/archive"] = [Deed.Archive, Deed.Restore],
        ["POST /api/rooms/{room}/join"] = [Deed.Join],
        ["POST /api/rooms/{room}/leave"] = [Deed.Leave],
        ["GET /api/rooms/{room}/messages"] = [Deed.History],
        ["POST /api/rooms/{room}/messages"] = [Deed.Send, Deed.SendAgain],
        ["POST /api/messages"] = [Deed.Broadcast],
        ["POST /api/users/{user}/messages"] = [Deed.SendTo],
        ["GET /api/rooms/{room}/members"] = [Deed.Members],
        ["POST /api/rooms/{room}/invite"] = [Deed.Invite],
        ["POST /api/rooms/{room}/kick"] = [Deed.Kick],
        ["POST /api/rooms/{room}/ban"] = [Deed.Ban],
        ["POST /api/rooms/{room}/unban"] = [Deed.Unban],
        ["POST /api/rooms/{room}/mute"] = [Deed.Mute],
        ["POST /api/rooms/{room}/unmute"] = [Deed.Unmute],
        ["POST /api/rooms/{room}/role"] = [Deed.MakeMember, Deed.MakeModerator, Deed.MakeOwner],
        ["GET /api/rooms/{room}/audit"] = [Deed.Audit],
        ["GET /api/blocks"] = [Deed.Blocks],
        ["PUT /api/blocks/{user}"] = [Deed.Block],
        ["DELETE /api/blocks/{user}"] = [Deed.Unblock],
    }.ToFrozenDictionary();

    /// <summary>Whether it is done by a command of the wire.</summary>
    public static bool IsOfWire(this Deed deed) => OfCommand.Values.Any(deeds => deeds.Contains(deed));

    /// <summary>Whether it is done by a request over HTTP.</summary>
    public static bool IsOfHttp(this Deed deed) => OfOperation.Values.Any(deeds => deeds.Contains(deed));

    /// <summary>Concerns the server and no room.</summary>
    public static bool IsOfNoRoom(this Deed deed) => deed is Deed.Rooms or Deed.Blocks or Deed.Ping or Deed.Token;

    /// <summary>Names a user, and so concerns one's own direct room with that one.</summary>
    public static bool IsOfOwnDirectRoom(this Deed deed) => deed is Deed.SendTo or Deed.Block or Deed.Unblock;

    public static bool IsRole(this Deed deed) => deed is Deed.MakeMember or Deed.MakeModerator or Deed.MakeOwner;

    /// <summary>Concerns another user's standing in a room.</summary>
    public static bool IsModeration(this Deed deed) =>
        deed.IsRole() || deed is Deed.Invite or Deed.Kick or Deed.Ban or Deed.Unban or Deed.Mute or Deed.Unmute;

    /// <summary>Concerns the room as a whole.</summary>
    public static bool IsEdit(this Deed deed) => deed is Deed.Topic or Deed.Archive or Deed.Restore;

    public static bool HasTarget(this Deed deed) => deed.IsModeration() || deed.IsOfOwnDirectRoom();

    /// <summary>Is about one's own place as a member, which an administrator has like everybody or not at all.</summary>
    public static bool IsOfOwnPlace(this Deed deed) => deed is Deed.Join or Deed.Resume or Deed.Leave or Deed.Read or Deed.Typing;
}
