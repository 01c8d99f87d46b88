using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Somebody who has no business in a room.</summary>
public enum Stranger
{
    /// <summary>Never was in it. Has made the one room that the limits allow, and so cannot try names by making them.</summary>
    Outsider,

    /// <summary>Was banned from it, without ever having been in it.</summary>
    Banned,

    /// <summary>Owns it, but comes with a token for another room.</summary>
    Limited,

    /// <summary>Has no token.</summary>
    Anonymous,
}

/// <summary>A private room and a direct one that are there, and for each one whose name is as long that is not.</summary>
public sealed class SecretRooms : IAsyncLifetime
{
    private const string Private = "cellar-1";
    private const string MissingPrivate = "cellar-2";
    private const string Owner = "ann";
    private static readonly string Direct = ChatId.DirectRoom("ann", "bob");
    private static readonly string MissingDirect = ChatId.DirectRoom("ann", "cob");

    private TokenGateway? _gateway;

    internal TokenGateway Gateway => _gateway!;

    /// <summary>The room that is there and the one that is not, each with somebody who is something in it if anybody is.</summary>
    internal static IEnumerable<(string Room, string Target)> Pair(bool isDirect) =>
        isDirect ? [(Direct, Owner), (MissingDirect, Owner)] : [(Private, Owner), (MissingPrivate, Owner)];

    /// <summary>The other name of a pair.</summary>
    internal static string Absent(string room) => room switch
    {
        Private => MissingPrivate,
        MissingPrivate => Private,
        _ => room == Direct ? MissingDirect : Direct,
    };

    /// <summary>A room in which a stranger may be.</summary>
    internal static string Own(Stranger stranger) => $"own-{stranger.ToString().ToLowerInvariant()}";

    public async ValueTask InitializeAsync()
    {
        _gateway = await TokenGateway.StartAsync([.. TestGateway.Unhurried, "Chat:Limits:RoomsCreated=1", "Chat:Limits:DirectRoomsOpened=1"]);
        await Room(Private).Create(Owner, RoomKind.Private, "what lies in the cellar", connection: null);
        foreach (var user in new[] { "bob", "cid" }) await Room(Private).Moderate(new Moderation(Owner, ModerationAction.Invite, user));
        await Room(Private).Moderate(new Moderation(Owner, ModerationAction.Ban, User(Stranger.Banned)));
        await LiveAsync();
        foreach (var stranger in new[] { Stranger.Outsider, Stranger.Banned, Stranger.Limited })
        {
            await using var client = await Gateway.ConnectAsync(User(stranger));
            await client.DoAsync(new { type = "create", room = Own(stranger), kind = "public" });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Assert.Empty(Gateway.Gateway.Faults);
    }

    /// <summary>What goes on in the rooms that are there.</summary>
    internal async Task LiveAsync()
    {
        await using var owner = await Gateway.ConnectAsync(Owner);
        await owner.JoinAsync(Private);
        await owner.DoAsync(new { type = "send", to = "bob", text = "psst" });
        await owner.TellAsync(new { type = "typing", room = Private });
        await owner.SayAsync(Private, "behind the barrels");
        await owner.DoAsync(new { type = "topic", room = Private, topic = Names.New("what lies in the cellar") });
        await owner.DoAsync(new { type = "mute", room = Private, user = "cid" });
        await owner.DoAsync(new { type = "unmute", room = Private, user = "cid" });
        await owner.DoAsync(new { type = "kick", room = Private, user = "cid" });
        await owner.DoAsync(new { type = "invite", room = Private, user = "cid" });
        await owner.DoAsync(new { type = "archive", room = Private });
        await owner.DoAsync(new { type = "archive", room = Private, archived = false });
    }

    internal Task<ChatClient> OpenAsync(Stranger stranger, string query = "subscribe=none") =>
        ChatClient.OpenAsync(Gateway.Gateway.Socket($"/ws?{query}"), Authorization(stranger));

    internal Dictionary<string, string> Authorization(Stranger stranger) =>
        stranger == Stranger.Anonymous ? [] : TokenGateway.Bearer(Token(stranger));

    internal Task<TextClient> TypeAsync(Stranger stranger, string room) => TextClient.ConnectAsync(Gateway.Gateway.Socket(
        $"/ws/{User(stranger)}?room={room}{(stranger == Stranger.Anonymous ? "" : $"&access_token={Token(stranger)}")}"));

    private string Token(Stranger stranger) =>
        stranger == Stranger.Limited ? Gateway.Token(User(stranger), rooms: [Own(stranger)]) : Gateway.Token(User(stranger));

    // The owner of the rooms herself, where it is the token that is limited.
    private static string User(Stranger stranger) => stranger == Stranger.Limited ? Owner : stranger.ToString().ToLowerInvariant();

    private IRoomGrain Room(string room) => Gateway.Gateway.Grain<IRoomGrain>(room);
}
