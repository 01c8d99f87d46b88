using System.Text.Json;
using OrleansChat.Gateway.Limits;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

/// <summary>Reads a command, or says what is wrong with it.</summary>
internal static class CommandParser
{
    // No field is an object but `data`, which is the application's own.
    private const int MaxDepth = 32;
    private const int MaxToken = 16 * 1024;

    /// <summary>How JSON of a client is read.</summary>
    public static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Parses one line of a frame.</summary>
    /// <param name="utf8">The line.</param>
    /// <param name="user">Who sends it.</param>
    /// <param name="limits">How long things may be.</param>
    /// <param name="id">The command's id as JSON, as soon as it is known, for the error.</param>
    /// <exception cref="ChatException">What is wrong.</exception>
    public static Command Parse(ReadOnlyMemory<byte> utf8, string user, ChatLimits limits, out string? id)
    {
        id = null;
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatException(ChatErrorCode.BadJson, "a command is a JSON object, such as {\"type\":\"ping\"}");
            var fields = new CommandFields(document.RootElement);
            id = fields.Id();
            return Read(fields, id, user, limits);
        }
        catch (JsonException error)
        {
            throw new ChatException(ChatErrorCode.BadJson, $"the frame is not JSON: {error.Message}");
        }
    }

    private static Command Read(CommandFields fields, string? id, string user, ChatLimits limits)
    {
        var type = fields.Text("type", maxCharacters: 32, fields.Required);
        return type switch
        {
            "send" => new SendCommand(id, SendTarget(fields, user), ReadDraft(fields, limits)),
            "join" => new JoinCommand(id, fields.Room(), fields.SeqOrNull("since"), fields.TextOrNull("log", FieldRules.MaxKey)),
            "leave" => new LeaveCommand(id, fields.Room()),
            "history" => ReadHistory(fields, id),
            "read" => new ReadCommand(id, fields.Room(), fields.Seq("seq")),
            "typing" => new TypingCommand(id, fields.Room()),
            "members" => new MembersCommand(id, fields.Room(), fields.TextOrNull("after", FieldRules.MaxCursor), Limit(fields)),
            "rooms" => new RoomsCommand(id, fields.TextOrNull("query", FieldRules.MaxQuery), fields.TextOrNull("after", FieldRules.MaxCursor), Limit(fields)),
            "create" => ReadCreate(fields, id),
            "ping" => new PingCommand(id),
            "token" => new TokenCommand(id, fields.Text("token", MaxToken, fields.Required)),
            "invite" => Moderate(ModerationAction.Invite),
            "kick" => Moderate(ModerationAction.Kick),
            "ban" => Moderate(ModerationAction.Ban),
            "unban" => Moderate(ModerationAction.Unban),
            "mute" => Moderate(ModerationAction.Mute),
            "unmute" => Moderate(ModerationAction.Unmute),
            "role" => Moderate(ModerationAction.Role),
            "topic" => new EditCommand(
                id, fields.Room(), RoomEditKind.Topic, fields.TextOrClear("topic", FieldRules.MaxTopic), Reason: null),
            "archive" => new EditCommand(
                id, fields.Room(), fields.FlagOrNull("archived") == false ? RoomEditKind.Restore : RoomEditKind.Archive, Text: null, Reason()),
            "block" => new BlockCommand(id, ChatId.DirectRoom(user, fields.User("user")), Blocked: true),
            "unblock" => new BlockCommand(id, ChatId.DirectRoom(user, fields.User("user")), Blocked: false),
            "blocks" => new BlocksCommand(id, fields.TextOrNull("after", FieldRules.MaxCursor), Limit(fields)),
            _ => throw new ChatException(ChatErrorCode.UnknownType, $"there is no command '{type}'", "type"),
        };

        string? Reason() => fields.TextOrNull("reason", FieldRules.MaxReason);

        ModerateCommand Moderate(ModerationAction action) => new(
            id,
            fields.Room(),
            action,
            fields.User("user"),
            fields.TimeOrNull("until"),
            Reason(),
            action == ModerationAction.Role ? ReadRole(fields) : null);
    }

    private static string SendTarget(CommandFields fields, string user)
    {
        if (!fields.Has("to"))
        {
            return fields.Has("room")
                ? fields.Room()
                : throw new ChatException(ChatErrorCode.MissingField, "send needs a room, or a user in to", "room");
        }

        if (fields.Has("room"))
            throw new ChatException(ChatErrorCode.BadField, "send takes a room or a user in to, not both", "to");
        return ChatId.DirectRoom(user, fields.User("to"));
    }

    /// <summary>Reads a message that somebody wants to send.</summary>
    public static Draft ReadDraft(CommandFields fields, ChatLimits limits)
    {
        var data = fields.ObjectOrNull("data", limits.DataBytes);
        var text = fields.LongText("text", limits.TextBytes);
        if (text.Length == 0 && data is null)
            throw new ChatException(ChatErrorCode.BadField, "text is empty", "text");
        return new Draft(text, fields.TextOrNull("key", FieldRules.MaxKey), fields.SeqOrNull("replyTo"), data);
    }

    private static HistoryCommand ReadHistory(CommandFields fields, string? id)
    {
        var (before, after) = (fields.SeqOrNull("before"), fields.SeqOrNull("after"));
        if (before is not null && after is not null)
            throw new ChatException(ChatErrorCode.BadField, "history takes before or after, not both", "after");
        return new HistoryCommand(id, fields.Room(), before, after, Limit(fields));
    }

    private static CreateCommand ReadCreate(CommandFields fields, string? id)
    {
        var room = ReadRoomToCreate(fields);
        return new CreateCommand(id, room, ReadKind(fields), fields.TextOrNull("topic", FieldRules.MaxTopic));
    }

    /// <summary>Reads the id of a room that somebody wants to create.</summary>
    public static string ReadRoomToCreate(CommandFields fields)
    {
        var room = fields.Room();
        return ChatId.IsDirect(room, out _, out _)
            ? throw new ChatException(ChatErrorCode.BadField, "direct rooms come into being by themselves: send to a user", "room")
            : room;
    }

    /// <summary>Reads the kind of a room that somebody wants to create.</summary>
    public static RoomKind ReadKind(CommandFields fields) => fields.Text("kind", maxCharacters: 16, fields.Required) switch
    {
        "public" => RoomKind.Public,
        "private" => RoomKind.Private,
        var other => throw new ChatException(ChatErrorCode.BadField, $"kind is '{other}'; it is public or private", "kind"),
    };

    /// <summary>Reads the role that somebody is to have.</summary>
    public static MemberRole ReadRole(CommandFields fields) => fields.Text("role", maxCharacters: 16, fields.Required) switch
    {
        "member" => MemberRole.Member,
        "moderator" => MemberRole.Moderator,
        "owner" => MemberRole.Owner,
        var other => throw new ChatException(ChatErrorCode.BadField, $"role is '{other}'; it is member, moderator or owner", "role"),
    };

    private static int Limit(CommandFields fields) =>
        fields.Has("limit") ? FieldRules.Limit(fields.Seq("limit")) : FieldRules.DefaultLimit;
}
