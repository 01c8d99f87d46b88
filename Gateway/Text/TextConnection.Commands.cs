using System.Globalization;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Text;

// The lines that start with a slash.
internal sealed partial class TextConnection
{
    private const int DefaultHistory = 20;
    private const int MaxHistory = 200;

    private static readonly string[] Help =
    [
        "what you type goes to the current room; other lines:",
        "/join ROOM     make ROOM the current room, and you a member of it",
        "/leave         leave the current room",
        "/msg USER TEXT a direct message",
        "/who           who is online in the current room",
        "/history [N]   the last N messages of the current room",
        "/topic TEXT    say what the current room is about",
        "//text         a line that starts with a slash",
    ];

    private Task CommandAsync(string line)
    {
        var (command, rest) = Split(line);
        return command switch
        {
            "/join" => JoinCommandAsync(rest),
            "/leave" => LeaveAsync(),
            "/msg" => MessageAsync(rest),
            "/who" => WhoAsync(),
            "/history" => HistoryAsync(rest),
            "/topic" => TopicAsync(rest),
            "/help" => HelpAsync(),
            _ => throw new ChatException(ChatErrorCode.UnknownType, $"there is no command {command}; try /help"),
        };
    }

    private Task JoinCommandAsync(string rest) => rest.Length == 0
        ? throw new ChatException(ChatErrorCode.MissingField, "/join ROOM")
        : JoinAsync(ParseRoom(rest), greeting: "");

    private async Task LeaveAsync()
    {
        var room = CurrentRoom();
        await Services.Room(room).Leave(User, Id);
        StopFollowing(room);
        Socket.Send(TextLines.Note(_room is null ? $"you left {room}" : $"you left {room} and are in {_room}"));
    }

    private async Task MessageAsync(string rest)
    {
        var (to, text) = Split(rest);
        if (to.Length == 0 || text.Length == 0) throw new ChatException(ChatErrorCode.MissingField, "/msg USER TEXT");
        if (!ChatId.TryParse(to, out var user)) throw new ChatException(ChatErrorCode.BadField, $"'{to}' {ChatId.Explain(to)}");
        await SendAsync(ChatId.DirectRoom(User, user), text);
    }

    private async Task WhoAsync()
    {
        var room = CurrentRoom();
        var online = new List<string>();
        string? after = null;
        MemberPage page;
        do
        {
            page = await Services.Room(room).Members(Caller.Actor, after, limit: 200);
            online.AddRange(page.Members.Where(m => m.Online).Select(m => m.User));
            after = page.Members.IsEmpty ? null : page.Members[^1].User;
        }
        while (page.More && online.Count < RoomRules.PresenceSample);
        Socket.Send(TextLines.Note(string.Create(
            CultureInfo.InvariantCulture, $"online in {room}: {string.Join(", ", online)} ({online.Count}{(page.More ? " and more" : "")})")));
    }

    private async Task HistoryAsync(string rest)
    {
        var count = DefaultHistory;
        if (rest.Length > 0 && (!int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxHistory))
            throw new ChatException(ChatErrorCode.BadField, $"/history N, with N from 1 to {MaxHistory}");
        var room = CurrentRoom();
        var page = await Services.History(room).Page(Caller.Actor, before: null, after: null, count);
        Socket.Send(TextLines.Note(page.Events.IsEmpty ? $"nothing was said in {room} yet" : $"history of {room}, times in UTC:"));
        foreach (var message in page.Events) Socket.Send(TextLines.Past(room, message));
    }

    private Task TopicAsync(string rest) => rest.Length == 0
        ? throw new ChatException(ChatErrorCode.MissingField, "/topic TEXT")
        : Services.EditAsync(CurrentRoom(), new RoomEdit(Caller.Actor, Name, RoomEditKind.Topic, rest));

    private Task HelpAsync()
    {
        foreach (var line in Help) Socket.Send(TextLines.Note(line));
        return Task.CompletedTask;
    }

    private string CurrentRoom() =>
        _room ?? throw new ChatException(ChatErrorCode.NotMember, "you are in no room; /join ROOM");

    private static (string First, string Remainder) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
    }
}
