using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>
/// Somebody of one kind, in a room of one kind, under one condition: set up once, and put right again after each cell
/// that changed it.
/// </summary>
/// <remarks>It is set up through the grains, by an administrator whom no cell concerns, and looked at in the database.</remarks>
internal sealed class Scene(TokenGateway gateway, int number, Who who, Where where, Under under) : IDisposable
{
    private const string Stagehand = "stagehand";

    /// <summary>What whoever asks has said in the room while they could.</summary>
    public static readonly Draft Said = new("said", Key: "said", ReplyTo: null, Data: null);

    private readonly SqliteConnection _database = gateway.Gateway.OpenDatabase();

    public Who Who => who;

    public Cast Cast { get; } = new(number, who, where);

    private bool IsOwner => who is Who.Owner or Who.Limited;

    public async Task SetUpAsync()
    {
        switch (where)
        {
            case Where.Public or Where.ArchivedPublic:
                await SetUpRoomAsync(RoomKind.Public);
                break;
            case Where.Private or Where.ArchivedPrivate:
                await SetUpRoomAsync(RoomKind.Private);
                break;
            case Where.Direct:
                foreach (var user in new[] { Cast.Actor, Cast.One }) await SayAsync(ChatId.DirectRoom(user, Cast.User(Whom.Member)), user);
                break;
        }

        if (under is Under.Blocked or Under.Blocking) await BlockAsync([.. Everybody]);
        if (under == Under.Suspended) await gateway.Gateway.Grain<IUserGrain>(Cast.Actor).Suspend(Stagehand, until: null, "for a test");
    }

    /// <summary>The room of a cell, in the state in which the cell begins.</summary>
    public async Task<Stage> SetStageAsync(Cell cell)
    {
        var stage = Cast.StageOf(cell);
        if (where == Where.MissingDirect && under is Under.Blocked or Under.Blocking && ChatId.IsDirect(stage.Room, out var one, out var other) && one != other)
            await BlockAsync(one == Cast.Actor ? other : one);

        return stage;
    }

    public RoomState Look(Stage stage) => RoomState.Read(_database, stage.Room, Cast.Actor);

    /// <summary>Puts right what a cell has changed.</summary>
    public async Task RestoreAsync(Stage stage, RoomState before)
    {
        var now = Look(stage);
        foreach (var block in before.Blocks.SymmetricExcept(now.Blocks))
        {
            var (by, blocked) = (block.Split(' ')[0], block.Split(' ')[^1]);
            await Room(ChatId.DirectRoom(by, blocked)).Block(by, before.Blocks.Contains(block));
        }

        if (!before.Exists) return;
        if (now.IsArchived != before.IsArchived) await EditAsync(before.IsArchived ? RoomEditKind.Archive : RoomEditKind.Restore);
        // Owners first: the last one could not be taken back.
        foreach (var user in Concerned(before).Union(Concerned(now)).OrderBy(user => before.Role(user) != "owner"))
        {
            if (where == Where.Direct && before.Members.ContainsKey(user)) await Room(stage.Room).Join(user, connection: null);
            else if (where == Where.Direct) await Room(stage.Room).Leave(user, connection: null);
            else await RestoreAsync(user, before, now);
        }

        var restored = Look(stage);
        if (restored.Standings() != before.Standings())
            throw new InvalidOperationException($"{stage.Room} was {before.Standings()} and is now {restored.Standings()}");
    }

    public void Dispose() => _database.Dispose();

    private IEnumerable<string> Everybody => where switch
    {
        Where.Direct => [Cast.User(Whom.Member), Cast.User(Whom.Outsider)],
        Where.MissingDirect => [],
        _ => [Cast.User(Whom.Owner), Cast.User(Whom.Moderator), Cast.User(Whom.Member), Cast.User(Whom.Outsider), Cast.User(Whom.Banned)],
    };

    private static IEnumerable<string> Concerned(RoomState state) => state.Members.Keys.Concat(state.Banned);

    private async Task SetUpRoomAsync(RoomKind kind)
    {
        var isOnlyOwner = under is Under.OneOwner or Under.Alone;
        var first = IsOwner && isOnlyOwner ? Cast.Actor : Cast.User(Whom.Owner);
        await Room(Cast.Room).Create(first, kind, "none yet", connection: null);
        if (!isOnlyOwner) await AddAsync(Cast.OtherOwner, MemberRole.Owner);
        if (under != Under.Alone)
        {
            await AddAsync(Cast.User(Whom.Moderator), MemberRole.Moderator);
            await AddAsync(Cast.User(Whom.Member), MemberRole.Member);
        }

        if (first != Cast.Actor)
        {
            if (IsOwner) await AddAsync(Cast.Actor, MemberRole.Owner);
            else if (who == Who.Moderator) await AddAsync(Cast.Actor, MemberRole.Moderator);
            else if (who == Who.Member || under == Under.Muted) await AddAsync(Cast.Actor, MemberRole.Member);
        }

        await ModerateAsync(ModerationAction.Ban, Cast.User(Whom.Banned));
        if (under == Under.Banned) await ModerateAsync(ModerationAction.Ban, Cast.Actor);
        if (under == Under.Muted) await ModerateAsync(ModerationAction.Mute, Cast.Actor);
        await SayAsync(Cast.Room, Cast.Actor);
        if (where is Where.ArchivedPublic or Where.ArchivedPrivate) await EditAsync(RoomEditKind.Archive);
    }

    private async Task AddAsync(string user, MemberRole role)
    {
        await ModerateAsync(ModerationAction.Invite, user);
        if (role != MemberRole.Member) await ModerateAsync(ModerationAction.Role, user, role);
    }

    private async Task RestoreAsync(string user, RoomState before, RoomState now)
    {
        var (role, isBanned) = (before.Role(user), before.Banned.Contains(user));
        if (now.Banned.Contains(user) && !isBanned) await ModerateAsync(ModerationAction.Unban, user);
        if (role is not null)
        {
            if (now.Role(user) is null) await ModerateAsync(ModerationAction.Invite, user);
            if (role != (now.Role(user) ?? "member")) await ModerateAsync(ModerationAction.Role, user, Enum.Parse<MemberRole>(role, ignoreCase: true));
            if (before.IsMuted(user) != now.IsMuted(user))
                await ModerateAsync(before.IsMuted(user) ? ModerationAction.Mute : ModerationAction.Unmute, user);
        }
        else if (now.Role(user) is not null)
        {
            await ModerateAsync(ModerationAction.Kick, user);
        }

        if (isBanned && !now.Banned.Contains(user)) await ModerateAsync(ModerationAction.Ban, user);
    }

    private async Task BlockAsync(params string[] others)
    {
        foreach (var other in others)
            await Room(ChatId.DirectRoom(Cast.Actor, other)).Block(under == Under.Blocked ? other : Cast.Actor, blocked: true);
    }

    // As an administrator they need not be members.
    private Task SayAsync(string room, string user) => Room(room).Send(new SendBatch(user, Name: null, [Said], IsAdministrator: true));

    private Task ModerateAsync(ModerationAction action, string user, MemberRole? role = null) =>
        Room(Cast.Room).Moderate(new Moderation(Stagehand, action, user, Role: role, IsAdministrator: true));

    private Task EditAsync(RoomEditKind kind) =>
        Room(Cast.Room).Edit(new RoomEdit(new Actor(Stagehand, IsAdministrator: true), Name: null, kind));

    private IRoomGrain Room(string room) => gateway.Gateway.Grain<IRoomGrain>(room);
}
