using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Connections;

/// <summary>What every connection needs: the way to the grains, the feeds, the limits and the time.</summary>
internal sealed class GatewayServices(
    IGrainFactory grains,
    RoomFeeds feeds,
    TokenReader tokens,
    CommandAllowances allowances,
    UserBudgets budgets,
    IOptions<ChatLimits> limits,
    TimeProvider clock,
    ILogger<Connection> logger)
{
    public RoomFeeds Feeds { get; } = feeds;

    public TokenReader Tokens { get; } = tokens;

    public CommandAllowances Allowances { get; } = allowances;

    public ChatLimits Limits { get; } = limits.Value;

    /// <summary>The most bytes of a page of history.</summary>
    public int HistoryBytes => Limits.OutboxBytes / 2;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;

    public IRoomGrain Room(string room) => grains.GetGrain<IRoomGrain>(room);

    public IRoomHistoryGrain History(string room) => grains.GetGrain<IRoomHistoryGrain>(room);

    public IRoomDirectoryGrain Directory => grains.GetGrain<IRoomDirectoryGrain>(0);

    /// <summary>Lists rooms; to look for some among all of them is something that a user may do only so often.</summary>
    public Task<RoomListing> ListRoomsAsync(Caller caller, string? query, string? after, int limit)
    {
        return query is null ? ListAsync() : budgets.SpendAsync(caller.Actor, UserBudget.Searches, ListAsync);

        Task<RoomListing> ListAsync() => Directory.List(caller.Actor, query, after, limit, caller.Scope.Rooms);
    }

    /// <summary>Makes the user a member of a room; the room's feed hears from which activation the answer came.</summary>
    /// <remarks>
    /// Asked first without making a room, so that a join, or a first direct message, that is asked for again costs
    /// nothing of the user's budget.
    /// </remarks>
    public async Task<RoomView> JoinAsync(string room, Actor by, string? connection)
    {
        var view = await UnlessMissingAsync(room, by, mayCreate => UnlessLostAsync(room, grain => grain.Join(by.User, connection, mayCreate)));
        Feeds.Heard(room, view.Log, view.Epoch);
        return view;
    }

    /// <summary>Makes a room.</summary>
    public Task<RoomView> CreateAsync(string room, Actor by, RoomKind kind, string? topic, string? connection) =>
        budgets.SpendAsync(by, UserBudget.RoomsCreated, () => Room(room).Create(by.User, kind, topic, connection));

    /// <summary>Invites, kicks, and so on.</summary>
    public async Task ModerateAsync(string room, Moderation moderation)
    {
        if (moderation.Action is ModerationAction.Ban or ModerationAction.Mute)
            FieldRules.Future("until", moderation.Until, Clock.GetUtcNow());
        if (moderation.Action != ModerationAction.Invite) await Room(room).Moderate(moderation);
        else await budgets.SpendAsync(new Actor(moderation.By, moderation.IsAdministrator), UserBudget.MembersInvited, InviteAsync);

        async Task<bool> InviteAsync()
        {
            await Room(room).Moderate(moderation);
            return true;
        }
    }

    /// <summary>Sends messages to a room; the room's feed hears from which activation the answer came, and what to expect.</summary>
    public async Task<ImmutableArray<SendOutcome>> SendAsync(string room, SendBatch batch)
    {
        var by = new Actor(batch.User, batch.IsAdministrator);
        var reply = ChatId.IsDirect(room, out _, out _)
            ? await UnlessMissingAsync(room, by, mayCreate => UnlessLostAsync(room, grain => grain.Send(batch with { MayCreate = mayCreate })))
            : await UnlessLostAsync(room, grain => grain.Send(batch));
        Feeds.Heard(room, reply.Log, reply.Epoch);
        Feeds.Acknowledged(room, reply.Outcomes.Max(outcome => outcome.Seq));
        return reply.Outcomes;
    }

    /// <summary>Changes a room as a whole; its feed hears what to expect.</summary>
    /// <returns>The seq of the event that says so; 0 when it was so already.</returns>
    public async Task<long> EditAsync(string room, RoomEdit edit)
    {
        var seq = await UnlessLostAsync(room, grain => grain.Edit(edit));
        Feeds.Acknowledged(room, seq);
        return seq;
    }

    public IUserGrain User(string user) => grains.GetGrain<IUserGrain>(user);

    private async Task<T> UnlessMissingAsync<T>(string room, Actor by, Func<bool, Task<T>> ask)
    {
        try
        {
            return await ask(by.IsAdministrator);
        }
        catch (ChatException missing) when (missing.Code == ChatErrorCode.NoSuchRoom && !by.IsAdministrator)
        {
            var budget = ChatId.IsDirect(room, out _, out _) ? UserBudget.DirectRoomsOpened : UserBudget.RoomsCreated;
            return await budgets.SpendAsync(by, budget, () => ask(true));
        }
    }

    // A silo that was killed answers nothing. Who waits for it is told when it is known, and not when the call times out.
    private async Task<T> UnlessLostAsync<T>(string room, Func<IRoomGrain, Task<T>> ask)
    {
        var lost = Feeds.SiloLost(room);
        var call = ask(Room(room));
        await Task.WhenAny(call, lost);
        return call.IsCompleted
            ? await call
            : throw new ChatException(ChatErrorCode.Unavailable, $"'{room}' is moving to another silo; try again", "room");
    }
}
