using System.Collections.Immutable;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Gateways;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Json;

/// <summary>A client of the JSON endpoint: reads its commands, and hands those of each room to that room's queue.</summary>
internal sealed partial class JsonConnection : Connection
{
    // A client that asks for more than this before it was answered is not read until it was.
    private const int MaxInFlight = 256;
    private const int MaxBadFrames = 10;
    private const int MaxRoomsAtOnce = 50;
    private static readonly TimeSpan BadFrameWindow = TimeSpan.FromMinutes(1);

    private static ReadOnlySpan<byte> Blank => " \r\n\t"u8;

    private readonly bool _subscribeNone;
    private readonly ImmutableArray<string> _roomsAtOnce;
    private readonly CommandPace _pace;
    private readonly Queue<long> _badFrames = new();
    private readonly Dictionary<string, RoomCommands> _queues = [];
    private readonly SemaphoreSlim _inFlight = new(MaxInFlight, MaxInFlight);

    public JsonConnection(
        ClientSocket socket, Caller caller, bool subscribeNone, ImmutableArray<string> roomsAtOnce, GatewayServices services)
        : base(socket, caller, services)
    {
        (_subscribeNone, _roomsAtOnce) = (subscribeNone, roomsAtOnce);
        _pace = new CommandPace(User, services);
    }

    public override async Task<UserSession> StartAsync(UserSession session)
    {
        var joined = new List<string>();
        var refused = new List<ChatException>();
        if (_roomsAtOnce.Length > MaxRoomsAtOnce)
            refused.Add(new ChatException(ChatErrorCode.BadField, $"rooms names {_roomsAtOnce.Length} rooms; {MaxRoomsAtOnce} are joined", "rooms"));
        foreach (var room in _roomsAtOnce.Take(MaxRoomsAtOnce))
        {
            try
            {
                await Services.Allowances.CountAsync(Caller);
                joined.Add(await BecomeMemberAsync(room));
            }
            catch (Exception error)
            {
                refused.Add(Faults.ToRefusal(error, Services.Logger));
            }
        }

        if (joined.Count > 0) session = await Services.User(User).Rooms();
        session = InScope(session);
        Socket.Send(JsonFrames.Welcome(this, session.Rooms, Services.Limits));
        foreach (var refusal in refused) Socket.Send(JsonFrames.Error(null, refusal));
        foreach (var room in joined) Enqueue(new JoinCommand(null, room, Since: null, Log: null) { IsOfAddress = true });
        if (_subscribeNone) return session;
        foreach (var entry in session.Rooms.Where(e => !joined.Contains(e.Room))) Enqueue(new FollowCommand(entry));
        return session;
    }

    public override async ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.Trim(Blank).IsEmpty)
        {
            await OnLineAsync(utf8);
            return;
        }

        while (!utf8.IsEmpty && Socket.IsOpen)
        {
            var end = utf8.Span.IndexOf((byte)'\n');
            var line = end < 0 ? utf8 : utf8[..end];
            utf8 = end < 0 ? default : utf8[(end + 1)..];
            if (!line.Span.Trim(Blank).IsEmpty) await OnLineAsync(line);
        }
    }

    protected override void OnRoomFrame(RoomFrame frame)
    {
        switch (frame.Signal)
        {
            // One's own typing is no news, and one's read cursor in a large room is nobody else's.
            case TypingSignal typing when typing.User == User:
            case ReadSignal { OwnOnly: true } read when read.User != User:
                return;
            default:
                Socket.Send(frame.Json);
                return;
        }
    }

    public override void OnRoomChanged(RoomChange change)
    {
        if (!Caller.Scope.Has(change.Room)) return;
        // In this order: nothing of the room comes after the news that its user is out.
        if (change.Entry is null) EndFollowing(change.Room);
        Socket.Send(JsonFrames.RoomChanged(change.Room, change.Entry));
        if (change.Entry is not null && !_subscribeNone) Enqueue(new FollowCommand(change.Entry));
    }

    /// <summary>Whether it follows each of its user's rooms without being asked.</summary>
    public bool FollowsAll => !_subscribeNone;

    public IRoomGrain RoomGrain(string room) => Services.Room(room);

    public Task<RoomView> BecomeMember(string room) => Services.JoinAsync(room, Caller.Actor, Id);

    public Task<RoomView> Create(CreateCommand create) =>
        Services.CreateAsync(create.Room, Caller.Actor, create.Kind, create.Topic, Id);

    public Task Moderate(string room, Moderation moderation) => Services.ModerateAsync(room, moderation);

    public Task<ImmutableArray<SendOutcome>> Send(string room, SendBatch batch) => Services.SendAsync(room, batch);

    public Task Edit(string room, RoomEdit edit) => Services.EditAsync(room, edit);

    public IRoomHistoryGrain HistoryGrain(string room) => Services.History(room);

    public int HistoryBytes => Services.HistoryBytes;

    public void Reply(ReadOnlyMemory<byte> frame) => Socket.Send(frame);

    public void Refuse(Command command, Exception error) =>
        Socket.Send(JsonFrames.Error(command.Id, Faults.ToRefusal(error, Services.Logger)));

    /// <summary>A command that was counted in has been answered.</summary>
    public void Answered(int commands) => _inFlight.Release(commands);

    public Task Follow(string room, FeedPosition from, Action<FeedAnswer> onSubscribed) => FollowAsync(room, from, onSubscribed);

    public Task FollowFrom(RoomEntry entry) =>
        Follows(entry.Room) || !Caller.Scope.Has(entry.Room) ? Task.CompletedTask : FollowLiveAsync(entry);

    public void StopFollowing(string room) => Unfollow(room);

    /// <summary>Its user is out of a room, and the commands that came before have been carried out.</summary>
    public void Unfollowed(string room) => EndLeaving(room);

    private void EndFollowing(string room)
    {
        BeginLeaving(room);
        Enqueue(new UnfollowCommand(room));
    }

    private async Task OnLineAsync(ReadOnlyMemory<byte> line)
    {
        string? id = null;
        Command? command = null;
        ChatException? refusal = null;
        try
        {
            // Parsed first, so that a refusal for haste names the command it refuses.
            command = CommandParser.Parse(line, User, Services.Limits, out id);
        }
        catch (ChatException malformed)
        {
            refusal = malformed;
        }

        if (await _pace.TakeAsync() is { } haste)
        {
            Socket.Send(JsonFrames.Error(id, haste));
            await _pace.CalmAsync();
        }
        else if (refusal is not null)
        {
            Socket.Send(JsonFrames.Error(id, refusal));
        }
        else
        {
            await DispatchAsync(command!);
        }

        if (refusal?.Code == ChatErrorCode.BadJson && IsOneTooMany()) Close(CloseReason.TooManyBadFrames);
    }

    private async Task DispatchAsync(Command command)
    {
        switch (command)
        {
            case PingCommand:
                Socket.Send(JsonFrames.Pong(command.Id));
                break;
            case TokenCommand token:
                await RenewTokenAsync(token);
                break;
            case RoomsCommand rooms:
                await _inFlight.WaitAsync();
                _ = AnswerAsync(rooms, ListRoomsAsync);
                break;
            case BlocksCommand blocks:
                await _inFlight.WaitAsync();
                _ = AnswerAsync(blocks, ListBlocksAsync);
                break;
            case RoomCommand room:
                await _inFlight.WaitAsync();
                Enqueue(room);
                break;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ListRoomsAsync(RoomsCommand command)
    {
        var listing = await Services.ListRoomsAsync(Caller, command.Query, command.After, command.Limit);
        return JsonFrames.Rooms(command.Id, listing);
    }

    private async Task<ReadOnlyMemory<byte>> ListBlocksAsync(BlocksCommand command)
    {
        var page = await Services.Directory.Blocks(User, command.After, command.Limit);
        return JsonFrames.Blocks(
            command.Id, page with { Users = page.Users.RemoveAll(user => !Caller.Scope.Has(ChatId.DirectRoom(User, user))) });
    }

    private async Task AnswerAsync<T>(T command, Func<T, Task<ReadOnlyMemory<byte>>> answer)
        where T : Command
    {
        try
        {
            Socket.Send(await answer(command));
        }
        catch (Exception error)
        {
            Refuse(command, error);
        }
        finally
        {
            Answered(1);
        }
    }

    private void Enqueue(RoomCommand command)
    {
        lock (_queues)
        {
            if (!_queues.TryGetValue(command.Room, out var queue)) _queues.Add(command.Room, queue = new RoomCommands(this, command.Room));
            queue.Add(command);
        }
    }

    /// <summary>A room's queue has run dry; it is forgotten unless something was added meanwhile.</summary>
    public bool TryForget(RoomCommands queue)
    {
        lock (_queues) return queue.IsEmpty && _queues.Remove(queue.Room);
    }

    private async Task<string> BecomeMemberAsync(string text)
    {
        if (!ChatId.TryParseRoom(text, out var room))
            throw new ChatException(ChatErrorCode.BadField, $"rooms names '{text}', which {ChatId.Explain(text)}", "rooms");
        Caller.Scope.Check(room);
        await Services.JoinAsync(room, Caller.Actor, Id);
        return room;
    }

    private bool IsOneTooMany()
    {
        var now = Services.Clock.GetTimestamp();
        while (_badFrames.TryPeek(out var first) && Services.Clock.GetElapsedTime(first, now) > BadFrameWindow) _badFrames.Dequeue();
        _badFrames.Enqueue(now);
        return _badFrames.Count >= MaxBadFrames;
    }
}
