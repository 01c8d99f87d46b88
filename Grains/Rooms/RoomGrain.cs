using Orleans.Concurrency;
using OrleansChat.Gateways;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Rooms;

/// <summary>A room: checks who asks, and hands on to its log, its members and its routes.</summary>
/// <remarks>
/// The way of a message: <see cref="Send"/> checks the sender; <see cref="RoomLog"/> numbers and commits it through
/// the silo's writer; the sender is answered; <see cref="Route"/> takes it to each gateway. Turns interleave, so that
/// sends gather into one commit while another is under way.
/// <para>
/// Orleans can run two activations of one room for a short time after a failure. Opening the room raises its epoch in
/// the store, and each write names the epoch under which it is made: the older activation's next write is refused,
/// and it ends.
/// </para>
/// </remarks>
[Reentrant]
[CollectionAgeLimit(Minutes = 10)]
internal sealed partial class RoomGrain : Grain, IRoomGrain, IIncomingGrainCallFilter, IGrainMigrationParticipant
{
    private readonly IRoomStore _store;
    private readonly IUserStore _users;
    private readonly IChatReader _reader;
    private readonly TimeProvider _clock;
    private readonly ILogger<RoomGrain> _logger;
    private readonly MembershipNews _news;
    private readonly Departure _departure;
    private readonly LastWords _lastWords;
    private OpenRoom? _open;
    private Task<OpenRoom?>? _opening;
    private bool _ending;

    public RoomGrain(
        IRoomStore store,
        IUserStore users,
        IChatReader reader,
        Departure departure,
        LastWords lastWords,
        TimeProvider clock,
        ILogger<RoomGrain> logger)
    {
        (_store, _users, _reader, _departure, _lastWords, _clock, _logger) = (store, users, reader, departure, lastWords, clock, logger);
        _news = new MembershipNews(GrainFactory, clock, logger);
    }

    private string Room => this.GetPrimaryKeyString();

    /// <summary>Turns what the store says into what a client can use, and ends an activation that was fenced.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception error) when (error is FencedException or StoreUnavailableException)
        {
            if (error is FencedException or StoreUnavailableException { OutcomeUnknown: true }) End(error);
            throw new ChatException(ChatErrorCode.Unavailable, $"'{Room}' cannot be reached at the moment; try again", "room");
        }
    }

    public async Task<RoomView> Join(string user, string? connection, bool mayCreate = true)
    {
        RoomAccess.CheckDirect(Room, user);
        var room = mayCreate ? await OpenAsync() : await OpenExistingAsync() ?? throw RoomAccess.NoSuchRoom(Room);
        room ??= await CreateAsync(user, ImplicitKind, MemberRole.Member, topic: null, connection);
        var standing = await room.Members.FindAsync(user);
        while (standing.Role is null)
        {
            // Whoever may make the room would find the name taken. Nobody else is told that it is.
            if (room.Head.Kind == RoomKind.Private) throw mayCreate ? RoomAccess.IsPrivate(Room) : RoomAccess.NoSuchRoom(Room);
            RoomAccess.CheckNotBanned(Room, standing, _clock.GetUtcNow());
            // Whoever was banned meanwhile is not added.
            standing = await AddMemberAsync(room, user, connection);
        }

        return ToView(room, standing);
    }

    public async Task Leave(string user, string? connection)
    {
        RoomAccess.CheckDirect(Room, user);
        if (await OpenExistingAsync() is not { } room) return;
        Took(room, await _store.RemoveMemberAsync(room.Fence, user), user, connection);
    }

    public async Task<RoomView> Create(string user, RoomKind kind, string? topic, string? connection)
    {
        if (await OpenAsync() is not null) throw Exists();
        var room = await CreateAsync(user, kind, MemberRole.Owner, topic, connection, mustBeNew: true);
        return ToView(room, await room.Members.FindAsync(user));
    }

    public async Task Read(string user, long seq)
    {
        var (room, standing) = await RequireMemberAsync(new Actor(user));
        if (seq > room.Log.LastSeq)
            throw new ChatException(ChatErrorCode.BadField, $"seq is {seq}; the newest in '{Room}' is {room.Log.LastSeq}", "seq");
        if (seq <= standing.ReadSeq) return;
        // Another call may have moved it further meanwhile; then that one is what is told.
        if (!await _store.SetReadSeqAsync(room.Fence, user, seq) || !room.Members.ReadTo(user, seq)) return;
        if (room.Members.Count <= RoomRules.SharedReadCursors) room.Routes.SignalAll(new ReadSignal(user, seq, OwnOnly: false));
        else room.Routes.SignalTo(user, new ReadSignal(user, seq, OwnOnly: true));
    }

    public async Task Typing(string user)
    {
        var by = new Actor(user);
        var (room, standing) = await RequireMemberAsync(by);
        CheckMayWrite(room, by, standing);
        await CheckNotBlockedAsync();
        if (room.Routes.Online <= RoomRules.NamedPresence && room.Typing.IsTime(user))
            room.Routes.SignalAll(new TypingSignal(user));
    }

    public async Task<RoomDescription> Describe(Actor by)
    {
        var room = await OpenExistingAsync();
        var standing = room is null ? null : await room.Members.FindAsync(by.User);
        RoomAccess.CheckMaySee(Room, by, standing, _clock.GetUtcNow());
        return new RoomDescription(
            Room,
            room!.Head.Kind,
            room.Log.Topic,
            room.Log.IsArchived,
            room.Members.Count,
            room.Log.LastSeq,
            room.Routes.Online,
            room.Head.CreatedAt,
            standing!.Role);
    }

    public async Task<MemberPage> Members(Actor by, string? after, int limit)
    {
        var (room, standing) = await RequireMemberAsync(by);
        var page = await _reader.ListMembersAsync(Room, after, limit);
        var now = _clock.GetUtcNow();
        return page with
        {
            Members =
            [
                .. page.Members.Select(member => member with
                {
                    Online = room.Routes.IsOnline(member.User),
                    MutedUntil = member.MutedUntil > now && RoomAccess.MaySeeMute(by, standing, member) ? member.MutedUntil : null,
                }),
            ],
        };
    }

    public async Task<RouteStatus> Renew(RouteRenewal renewal) =>
        await OpenExistingAsync() is { } room ? room.Routes.Renew(renewal) : throw RoomAccess.NoSuchRoom(Room);

    public Task CloseRoute(string route)
    {
        if (_open is { } room) room.Routes.Close(route);
        else EndIfEmpty();
        return Task.CompletedTask;
    }

    private RoomKind ImplicitKind => ChatId.IsDirect(Room, out _, out _) ? RoomKind.Direct : RoomKind.Public;

    // Opened by the first call and not by the activation, so that a store that cannot answer refuses that call only.
    private async ValueTask<OpenRoom?> OpenAsync()
    {
        if (_ending) throw new FencedException(new RoomFence(Room, _open?.Head.Epoch ?? 0));
        return _open ?? await (_opening ?? OnceAsync(OpenFromStoreAsync()));
    }

    // Turns interleave: opening and creating both raise the epoch, and two at once would fence each other.
    private async Task<OpenRoom?> OnceAsync(Task<OpenRoom?> opening)
    {
        _opening = opening;
        try
        {
            return await opening;
        }
        finally
        {
            if (_opening == opening) _opening = null;
        }
    }

    // For what needs a room to be there: an activation for a name that means nothing is not kept.
    private async ValueTask<OpenRoom?> OpenExistingAsync()
    {
        var room = await OpenAsync();
        if (room is null) EndIfEmpty();
        return room;
    }

    private async Task<OpenRoom?> OpenFromStoreAsync()
    {
        var head = await _store.OpenAsync(Room);
        return head is null ? null : Take(head);
    }

    private OpenRoom Take(RoomHead head)
    {
        RouteTable? routes = null;
        var log = new RoomLog(_store, _clock, head, () => routes!.KickAll(), End);
        routes = new RouteTable(head, GrainContext.Address.SiloAddress!.ToParsableString(), log, _clock, _logger);
        TakeUp(routes);
        return _open = new OpenRoom(head, log, routes, new RoomMembers(_reader, head), new TypingThrottle(_clock));
    }

    private async Task<OpenRoom> CreateAsync(
        string user, RoomKind kind, MemberRole role, string? topic, string? connection, bool mustBeNew = false)
    {
        // Nothing may be awaited between the look at what is under way and the creation.
        while (_opening is { } other)
            await ((Task)other).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var isNew = false;
        var room = _open ?? await OnceAsync(CreateInStoreAsync());
        if (mustBeNew && !isNew) throw Exists();
        // Neither to be created nor to be opened: it was deleted in between.
        return room ?? throw new FencedException(new RoomFence(Room, 0));

        async Task<OpenRoom?> CreateInStoreAsync()
        {
            var created = await _store.CreateAsync(
                new NewRoom(Room, Guid.NewGuid().ToString("N")[..16], kind, topic, user, role, _clock.GetUtcNow()));
            if (created is null) return await OpenFromStoreAsync();
            isNew = true;
            LogCreated(_logger, Room, kind, user);
            _news.Tell(user, new RoomChange(Room, new RoomEntry(Room, kind, role, 0, 0), connection));
            return Take(created);
        }
    }

    private async Task<(OpenRoom Room, Standing Standing)> RequireMemberAsync(Actor by)
    {
        var room = await OpenExistingAsync();
        var standing = room is null ? null : await room.Members.FindAsync(by.User);
        RoomAccess.CheckMember(Room, by, standing, _clock.GetUtcNow());
        return (room!, standing!);
    }

    private RoomView ToView(OpenRoom room, Standing standing) =>
        new(ToEntry(room, standing), room.Head.Log, room.Log.Topic, room.Head.Epoch);

    private RoomEntry ToEntry(OpenRoom room, Standing standing) => new(
        Room,
        room.Head.Kind,
        standing.Role ?? MemberRole.Member,
        room.Log.LastSeq,
        standing.ReadSeq,
        room.Log.IsArchived,
        standing.MutedUntil > _clock.GetUtcNow() ? standing.MutedUntil : null);

    private ChatException Exists() => new(ChatErrorCode.BadField, $"there is a room '{Room}' already", "room");

    // Not while another call is on its way to the room: what that one begins here must not end with it.
    private void EndIfEmpty()
    {
        if (_open is null && _opening is null) DeactivateOnIdle();
    }

    private void End(Exception error)
    {
        if (_ending) return;
        _ending = true;
        LogEnding(_logger, Room, _open?.Head.Epoch ?? 0, error.Message);
        DeactivateOnIdle();
    }

    private sealed record OpenRoom(RoomHead Head, RoomLog Log, RouteTable Routes, RoomMembers Members, TypingThrottle Typing)
    {
        public RoomFence Fence => new(Head.Room, Head.Epoch);
    }
}
