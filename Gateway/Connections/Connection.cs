using System.Collections.Immutable;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// One client, in whatever format it speaks: who it is, which rooms it follows, and the socket. It decides nothing
/// about chat.
/// </summary>
internal abstract class Connection : IDisposable
{
    private readonly TokenLife _tokenLife;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RoomFeed> _feeds = [];

    // Rooms of which it may hear nothing any more, each with how often it has yet to stop following it.
    private ImmutableDictionary<string, int> _leaving = ImmutableDictionary<string, int>.Empty;
    private bool _ended;

    protected Connection(ClientSocket socket, Caller caller, GatewayServices services)
    {
        (Socket, Caller, Name, Services) = (socket, caller, caller.Name, services);
        _tokenLife = new TokenLife(services.Clock, OnTokenExpiring, () => Close(CloseReason.TokenExpired));
    }

    /// <summary>Its id, never used again.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N")[..16];

    /// <summary>Who it is, by the token that holds now.</summary>
    public Caller Caller { get; private set; }

    public string User => Caller.User;

    /// <summary>The display name, once the user is known.</summary>
    public string? Name { get; set; }

    protected ClientSocket Socket { get; }

    protected GatewayServices Services { get; }

    /// <summary>Greets the client, before anything is read from it.</summary>
    /// <param name="session">The user's rooms.</param>
    /// <returns>The session that the client was told; a later one if it entered rooms on its way in.</returns>
    public abstract Task<UserSession> StartAsync(UserSession session);

    /// <summary>Takes a frame that the client sent.</summary>
    public abstract ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8);

    /// <summary>Takes news of a room it follows, under the feed's lock: it must not wait.</summary>
    public void Deliver(RoomFrame frame)
    {
        if (_leaving.IsEmpty || !_leaving.ContainsKey(frame.Room)) OnRoomFrame(frame);
    }

    /// <summary>Takes news of its user's list of rooms; what it did itself, it knows.</summary>
    public abstract void OnRoomChanged(RoomChange change);

    /// <summary>Takes what <see cref="Deliver"/> lets through, and must not wait either.</summary>
    protected abstract void OnRoomFrame(RoomFrame frame);

    /// <summary>The token ends at that time, unless there is another one by then.</summary>
    protected abstract void OnTokenExpiring(DateTimeOffset at);

    /// <summary>Says why, and closes.</summary>
    public void Close(CloseReason reason) => Socket.Close(reason);

    /// <summary>Serves the client until the connection has ended.</summary>
    public async Task RunAsync()
    {
        try
        {
            _tokenLife.Begin(Caller.ExpiresAt);
            await Socket.RunAsync(OnFrameAsync);
        }
        finally
        {
            End();
        }
    }

    public void Dispose() => _tokenLife.Dispose();

    /// <summary>Goes on with another token of the same user.</summary>
    protected void Take(Caller caller)
    {
        Caller = caller;
        _tokenLife.Begin(caller.ExpiresAt);
    }

    /// <summary>Follows a room.</summary>
    /// <inheritdoc cref="RoomFeed.JoinAsync"/>
    protected async Task FollowAsync(string room, FeedPosition from, Action<FeedAnswer> onSubscribed)
    {
        var feed = await Services.Feeds.JoinAsync(room, this, from, onSubscribed);
        lock (_lock)
        {
            if (!_ended)
            {
                _feeds[room] = feed;
                return;
            }
        }

        // The client went while it joined.
        feed.Leave(this);
    }

    /// <summary>Follows a room from a seq on, with what it missed as if it came now.</summary>
    protected async Task FollowLiveAsync(RoomEntry entry)
    {
        await FollowAsync(entry.Room, new FeedPosition(entry.LastSeq, Log: null, Limited: false), answer =>
        {
            foreach (var frame in answer.Events) Deliver(frame);
        });
    }

    /// <summary>
    /// A room of the user's list cannot be followed. Ends the connection, so that the client comes back and is told
    /// what it missed; a room that is no more is no loss.
    /// </summary>
    public void NotFollowing(Exception error)
    {
        if (Faults.ToRefusal(error, Services.Logger).Code != ChatErrorCode.NoSuchRoom) Close(CloseReason.NotFollowing);
    }

    /// <summary>Follows a room no longer.</summary>
    protected void Unfollow(string room)
    {
        RoomFeed? feed;
        lock (_lock)
        {
            if (!_feeds.Remove(room, out feed)) return;
        }

        feed.Leave(this);
    }

    /// <summary>
    /// Its user is out of a room: nothing more of it is delivered from here on, however long <see cref="EndLeaving"/> has
    /// to wait behind what the client itself has asked for.
    /// </summary>
    protected void BeginLeaving(string room) =>
        ImmutableInterlocked.AddOrUpdate(ref _leaving, room, 1, static (_, waiting) => waiting + 1);

    /// <summary>Follows a room no longer that it was to hear nothing more of; whoever follows it anew hears again.</summary>
    protected void EndLeaving(string room)
    {
        Unfollow(room);
        ImmutableInterlocked.Update(
            ref _leaving,
            static (leaving, left) => leaving[left] == 1 ? leaving.Remove(left) : leaving.SetItem(left, leaving[left] - 1),
            room);
    }

    protected bool Follows(string room)
    {
        lock (_lock) return _feeds.ContainsKey(room);
    }

    /// <summary>The rooms that it follows now.</summary>
    protected ImmutableArray<string> Followed()
    {
        lock (_lock) return [.. _feeds.Keys];
    }

    private void End()
    {
        RoomFeed[] feeds;
        lock (_lock)
        {
            _ended = true;
            feeds = [.. _feeds.Values];
            _feeds.Clear();
        }

        foreach (var feed in feeds) feed.Leave(this);
    }
}
