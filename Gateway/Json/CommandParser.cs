using System.Collections.Frozen;
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
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    // Every command that there is.
    private static readonly FrozenDictionary<string, Func<CommandText, Command>> Commands =
        new Dictionary<string, Func<CommandText, Command>>
        {
            ["send"] = c => new SendCommand(c.Id, SendTarget(c.Fields, c.User), ReadDraft(c.Fields, c.Limits)),
            ["join"] = c => new JoinCommand(
                c.Id, c.Fields.Room(), c.Fields.SeqOrNull("since"), c.Fields.TextOrNull("log", FieldRules.MaxKey)),
            ["leave"] = c => new LeaveCommand(c.Id, c.Fields.Room()),
            ["history"] = c => ReadHistory(c.Fields, c.Id),
            ["read"] = c => new ReadCommand(c.Id, c.Fields.Room(), c.Fields.Seq("seq")),
            ["typing"] = c => new TypingCommand(c.Id, c.Fields.Room()),
            ["members"] = c => new MembersCommand(c.Id, c.Fields.Room(), Cursor(c.Fields), Limit(c.Fields)),
            ["rooms"] = c => new RoomsCommand(
                c.Id, c.Fields.TextOrNull("query", FieldRules.MaxQuery), Cursor(c.Fields), Limit(c.Fields)),
            ["create"] = c => ReadCreate(c.Fields, c.Id),
            ["ping"] = c => new PingCommand(c.Id),
            ["token"] = c => new TokenCommand(c.Id, c.Fields.Text("token", MaxToken, c.Fields.Required)),
            ["invite"] = c => Moderate(c, ModerationAction.Invite),
            ["kick"] = c => Moderate(c, ModerationAction.Kick),
            ["ban"] = c => Moderate(c, ModerationAction.Ban),
            ["unban"] = c => Moderate(c, ModerationAction.Unban),
            ["mute"] = c => Moderate(c, ModerationAction.Mute),
            ["unmute"] = c => Moderate(c, ModerationAction.Unmute),
            ["role"] = c => Moderate(c, ModerationAction.Role),
            ["topic"] = c => new EditCommand(
                c.Id, c.Fields.Room(), RoomEditKind.Topic, c.Fields.TextOrClear("topic", FieldRules.MaxTopic), Reason: null),
            ["archive"] = ReadArchive,
            ["block"] = c => Block(c, blocked: true),
            ["unblock"] = c => Block(c, blocked: false),
            ["blocks"] = c => new BlocksCommand(c.Id, Cursor(c.Fields), Limit(c.Fields)),
        }.ToFrozenDictionary();

    /// <summary>The types of all commands.</summary>
    public static IReadOnlyCollection<string> Types => Commands.Keys;

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
            using var document = ParseJson(utf8);
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

    /// <summary>Parses the JSON of a command, wherever it came from.</summary>
    /// <exception cref="JsonException">It is none, names a field twice, or nests too deep.</exception>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, Options);
        }
        catch (InvalidOperationException error)
        {
            // An escape such as \ud800, which is half of a character, where names are compared to find one twice.
            throw new JsonException("the name of a field is not well-formed Unicode", error);
        }
    }

    private static Command Read(CommandFields fields, string? id, string user, ChatLimits limits)
    {
        var type = fields.Text("type", maxCharacters: 32, fields.Required);
        return Commands.TryGetValue(type, out var read)
            ? read(new CommandText(fields, id, user, limits))
            : throw new ChatException(ChatErrorCode.UnknownType, $"there is no command '{type}'", "type");
    }

    private static ModerateCommand Moderate(CommandText command, ModerationAction action) => new(
        command.Id,
        command.Fields.Room(),
        action,
        command.Fields.User("user"),
        command.Fields.TimeOrNull("until"),
        Reason(command.Fields),
        action == ModerationAction.Role ? ReadRole(command.Fields) : null);

    private static EditCommand ReadArchive(CommandText command) => new(
        command.Id,
        command.Fields.Room(),
        command.Fields.FlagOrNull("archived") == false ? RoomEditKind.Restore : RoomEditKind.Archive,
        Text: null,
        Reason(command.Fields));

    private static BlockCommand Block(CommandText command, bool blocked) =>
        new(command.Id, ChatId.DirectRoom(command.User, command.Fields.User("user")), blocked);

    private static string? Reason(CommandFields fields) => fields.TextOrNull("reason", FieldRules.MaxReason);

    private static string? Cursor(CommandFields fields) => fields.TextOrNull("after", FieldRules.MaxCursor);

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

    private readonly record struct CommandText(CommandFields Fields, string? Id, string User, ChatLimits Limits);
}
