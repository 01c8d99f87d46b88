using System.Collections.Immutable;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>A room that shall be created.</summary>
/// <param name="Room">Its id.</param>
/// <param name="Kind">Who may enter it: public or private.</param>
/// <param name="Topic">What it is about: at most 250 characters.</param>
internal sealed record RoomToCreate(string Room, RoomKind Kind, string? Topic)
{
    public static RoomToCreate Read(CommandFields fields) => new(
        CommandParser.ReadRoomToCreate(fields), CommandParser.ReadKind(fields), fields.TextOrNull("topic", FieldRules.MaxTopic));
}

/// <summary>What a room shall be about.</summary>
/// <param name="Topic">The topic, at most 250 characters; null for none.</param>
internal sealed record TopicChange(string? Topic)
{
    public static TopicChange Read(CommandFields fields) => new(fields.TextOrClear("topic", FieldRules.MaxTopic));
}

/// <summary>Whether a room shall be archived.</summary>
/// <param name="Archived">False to restore it; true when absent.</param>
/// <param name="Reason">Why, for the room and the audit: at most 250 characters.</param>
internal sealed record Archiving(bool? Archived, string? Reason)
{
    public static Archiving Read(CommandFields fields) =>
        new(fields.FlagOrNull("archived"), fields.TextOrNull("reason", FieldRules.MaxReason));
}

/// <summary>A message to many rooms.</summary>
/// <param name="Rooms">The rooms: 1 to 100, none of them twice.</param>
/// <param name="Text">The text.</param>
/// <param name="Key">A key under which each of the rooms stores it once, however often it is sent: at most 64 characters.</param>
/// <param name="Data">An object of the application's own.</param>
internal sealed record Broadcast(ImmutableArray<string> Rooms, string Text, string? Key, string? Data)
{
    public const int MaxRooms = 100;

    public static Broadcast Read(CommandFields fields, ChatLimits limits)
    {
        var rooms = fields.Rooms("rooms", MaxRooms);
        if (fields.Has("replyTo")) throw FieldRules.Bad("replyTo", "replyTo is a seq of one room, and this goes to several");
        var draft = CommandParser.ReadDraft(fields, limits);
        return new Broadcast(rooms, draft.Text, draft.Key, draft.Data);
    }
}
