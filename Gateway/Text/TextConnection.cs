using System.Globalization;
using System.Text;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Gateways;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Text;

/// <summary>A person at wscat: what they type goes to the current room, and a line that starts with a slash is a command.</summary>
internal sealed partial class TextConnection : Connection
{
    private const string DefaultRoom = "lobby";

    private readonly string _firstRoom;
    private readonly CommandPace _pace;

    // What the person does and what the server wants done about the same rooms take turns.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private string? _room;
    private long _lines;

    public TextConnection(ClientSocket socket, Caller caller, string room, GatewayServices services)
        : base(socket, caller, services)
    {
        _firstRoom = room.Length == 0 ? DefaultRoom : room;
        _pace = new CommandPace(User, services);
    }

    // The lines that this connection typed carry keys that only it makes.
    private string KeyPrefix => $"line-{Id}-";

    public override async Task<UserSession> StartAsync(UserSession session)
    {
        var room = ParseRoom(_firstRoom);
        await Services.Allowances.CountAsync(Caller);
        await JoinAsync(room, greeting: $"welcome, {User}: ");
        session = await Services.User(User).Rooms();
        foreach (var entry in session.Rooms.Where(entry => entry.Room != room && Caller.Scope.Has(entry.Room))) _ = FollowSoonAsync(entry);
        return session;
    }

    public override async ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8)
    {
        var typed = false;
        foreach (var line in Encoding.UTF8.GetString(utf8.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = line.TrimEnd('\r');
            if (text.Length == 0) continue;
            typed = true;
            if (Socket.IsOpen && await MayGoOnAsync()) await OnLineAsync(text);
        }

        // Nothing is done about a frame that says nothing, but to read it costs as much as to read another.
        if (!typed) await MayGoOnAsync();
    }

    protected override void OnRoomFrame(RoomFrame frame)
    {
        if (frame.Event is { } message)
        {
            // Everybody sees the key, and may send another message under one that begins like it.
            if (message.From == User && message.Key?.StartsWith(KeyPrefix, StringComparison.Ordinal) == true) return;
            Socket.Send(frame.Room == _room ? frame.Line : frame.TaggedLine);
        }
        else if (frame.Signal is PresenceSignal presence && frame.Room == _room)
        {
            foreach (var user in presence.Joined.Where(user => user != User)) Socket.Send(TextLines.Note($"{user} joined {_room}"));
            foreach (var user in presence.Left.Where(user => user != User)) Socket.Send(TextLines.Note($"{user} left {_room}"));
        }
    }

    public override void OnRoomChanged(RoomChange change)
    {
        if (!Caller.Scope.Has(change.Room)) return;
        if (change.Entry is { } entry)
        {
            _ = FollowSoonAsync(entry);
        }
        else
        {
            BeginLeaving(change.Room);
            _ = RemovedAsync(change.Room);
        }
    }

    protected override void OnTokenExpiring(DateTimeOffset at) => Socket.Send(TextLines.Note(string.Create(
        CultureInfo.InvariantCulture, $"your token ends at {at.UtcDateTime:HH:mm:ss} UTC; connect again with a new one")));

    private async ValueTask<bool> MayGoOnAsync()
    {
        if (await _pace.TakeAsync() is not { RetryAfter: { } wait }) return true;
        Socket.Send(TextLines.Error(string.Create(
            CultureInfo.InvariantCulture, $"too fast; try again in {Math.Ceiling(wait.TotalMilliseconds)} ms")));
        await _pace.CalmAsync();
        return false;
    }

    private async Task OnLineAsync(string line)
    {
        await _turn.WaitAsync();
        try
        {
            if (line.StartsWith("//", StringComparison.Ordinal)) await SayAsync(line[1..]);
            else if (line[0] == '/') await CommandAsync(line);
            else await SayAsync(line);
        }
        catch (Exception error)
        {
            Socket.Send(TextLines.Error(Faults.ToRefusal(error, Services.Logger).Message));
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task SayAsync(string text) => SendAsync(
        _room ?? throw new ChatException(ChatErrorCode.NotMember, "you are in no room; /join ROOM"), text);

    private async Task SendAsync(string room, string text)
    {
        Caller.Scope.Check(room);
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > Services.Limits.TextBytes)
            throw new ChatException(ChatErrorCode.TextTooLong, $"text is {bytes} bytes; the limit is {Services.Limits.TextBytes}");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ChatException(ChatErrorCode.BadField, "text has U+0000, which cannot be stored");
        var draft = new Draft(text, KeyPrefix + (++_lines).ToString(CultureInfo.InvariantCulture), ReplyTo: null, Data: null);
        var outcomes = await SendSurelyAsync(room, new SendBatch(User, Name, [draft], Caller.IsAdministrator));
        if (outcomes.Refusal is { } code) throw new ChatException(code, outcomes.Message!);
    }

    // A person at a terminal has no client library that sends again with the same key; this is it.
    private async Task<SendOutcome> SendSurelyAsync(string room, SendBatch batch)
    {
        const int Attempts = 4;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await Services.SendAsync(room, batch))[0];
            }
            catch (Exception error) when (attempt < Attempts
                && Faults.ToRefusal(error, Services.Logger).Code == ChatErrorCode.Unavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 * attempt), Services.Clock);
            }
        }
    }

    private async Task JoinAsync(string room, string greeting)
    {
        Caller.Scope.Check(room);
        await Services.JoinAsync(room, Caller.Actor, Id);
        await FollowAsync(room, new FeedPosition(Since: null, Log: null, Limited: true), answer =>
        {
            _room = room;
            Socket.Send(TextLines.Note(
                greeting + TextLines.Company(room, User, answer.Presence.Sample, answer.Presence.Online)));
        });
    }

    private async Task FollowSoonAsync(RoomEntry entry)
    {
        await _turn.WaitAsync();
        try
        {
            if (!Follows(entry.Room)) await FollowLiveAsync(entry);
        }
        catch (Exception error)
        {
            NotFollowing(error);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RemovedAsync(string room)
    {
        await _turn.WaitAsync();
        try
        {
            var followed = Follows(room);
            EndLeaving(room);
            if (!followed) return;
            GoElsewhere(room);
            Socket.Send(TextLines.Note($"you are no longer in {room}"));
        }
        finally
        {
            _turn.Release();
        }
    }

    private void StopFollowing(string room)
    {
        Unfollow(room);
        GoElsewhere(room);
    }

    private void GoElsewhere(string room)
    {
        if (_room == room) _room = room != DefaultRoom && Follows(DefaultRoom) ? DefaultRoom : null;
    }

    private static string ParseRoom(string text) => ChatId.TryParseRoom(text, out var room)
        ? room
        : throw new ChatException(ChatErrorCode.BadField, $"'{text}' {ChatId.Explain(text)}");
}
