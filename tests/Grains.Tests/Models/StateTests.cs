using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>
/// For everything that can be done: what everybody knew before, changed by what they are told, is what they would
/// read anew. Nobody renews anything here.
/// </summary>
public sealed class StateTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    private static readonly Dictionary<string, Func<Scene, Task>> AllActions = new()
    {
        ["a message"] = scene => scene.Lobby.SendAsync(scene.Bob, "hi"),
        ["many messages"] = scene => scene.Lobby.Send(new SendBatch(scene.Bob, null, [.. Enumerable.Range(0, 200).Select(i => Sending.Text($"{i}"))])),
        ["a message sent twice"] = async scene =>
        {
            await scene.Lobby.SendAsync(scene.Bob, "hi", "key");
            await scene.Lobby.SendAsync(scene.Bob, "hi", "key");
        },
        ["reading"] = scene => scene.Lobby.Read(scene.Bob, 2),
        ["reading to the end"] = async scene =>
        {
            await scene.Lobby.SendAsync(scene.Alice, "hi");
            await scene.Lobby.Read(scene.Bob, 4);
            await scene.Lobby.Read(scene.Alice, 3);
        },
        ["typing"] = scene => scene.Lobby.Typing(scene.Bob),
        ["joining"] = scene => scene.Lobby.Join(scene.Carol, null),
        ["joining what one is in"] = scene => scene.Lobby.Join(scene.Bob, null),
        ["joining, reading and writing"] = async scene =>
        {
            await scene.Lobby.Join(scene.Carol, null);
            await scene.Lobby.SendAsync(scene.Carol, "hi");
            await scene.Lobby.Read(scene.Carol, 4);
        },
        ["leaving"] = scene => scene.Lobby.Leave(scene.Bob, null),
        ["leaving and coming back"] = async scene =>
        {
            await scene.Lobby.Leave(scene.Bob, null);
            await scene.Lobby.SendAsync(scene.Alice, "hi");
            await scene.Lobby.Join(scene.Bob, null);
        },
        ["creating"] = scene => scene.Cluster.Room(scene.Cluster.Name("new")).Create(scene.Carol, RoomKind.Private, null, null),
        ["a direct message"] = scene => scene.Cluster.Room(ChatId.DirectRoom(scene.Bob, scene.Carol)).SendAsync(scene.Carol, "psst"),
        ["inviting"] = scene => scene.ModerateAsync(ModerationAction.Invite, scene.Carol),
        ["inviting a member"] = scene => scene.ModerateAsync(ModerationAction.Invite, scene.Bob),
        ["kicking"] = scene => scene.ModerateAsync(ModerationAction.Kick, scene.Bob),
        ["banning"] = scene => scene.ModerateAsync(ModerationAction.Ban, scene.Bob),
        ["banning an outsider"] = scene => scene.ModerateAsync(ModerationAction.Ban, scene.Carol),
        ["lifting a ban"] = async scene =>
        {
            await scene.ModerateAsync(ModerationAction.Ban, scene.Bob);
            await scene.ModerateAsync(ModerationAction.Unban, scene.Bob);
            await scene.Lobby.Join(scene.Bob, null);
        },
        ["muting"] = scene => scene.ModerateAsync(ModerationAction.Mute, scene.Bob),
        ["lifting a mute"] = async scene =>
        {
            await scene.ModerateAsync(ModerationAction.Mute, scene.Bob);
            await scene.ModerateAsync(ModerationAction.Unmute, scene.Bob);
            await scene.Lobby.SendAsync(scene.Bob, "hi");
        },
        ["giving a role"] = scene => scene.PromoteAsync(scene.Bob),
        ["handing over and leaving"] = async scene =>
        {
            await scene.PromoteAsync(scene.Bob);
            await scene.Lobby.Leave(scene.Alice, null);
        },
        ["setting the topic"] = scene => scene.EditAsync(RoomEditKind.Topic),
        ["archiving"] = scene => scene.EditAsync(RoomEditKind.Archive),
        ["archiving, joining and restoring"] = async scene =>
        {
            await scene.EditAsync(RoomEditKind.Archive);
            await scene.Lobby.Join(scene.Carol, null);
            await scene.EditAsync(RoomEditKind.Restore);
            await scene.Lobby.SendAsync(scene.Carol, "hi");
        },
        ["coming online"] = scene => new Follower(scene.Cluster, scene.Room, scene.Carol, scene.Bob).FollowAsync(),
        ["going offline"] = scene => scene.Followers[1].CloseAsync(),
        ["coming and going"] = async scene =>
        {
            var follower = new Follower(scene.Cluster, scene.Room, scene.Carol);
            await follower.FollowAsync();
            await follower.CloseAsync();
        },
    };

    public static TheoryData<string> Actions => [.. AllActions.Keys];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Old_state_and_what_is_told_are_the_state_read_anew(string action)
    {
        var scene = await Scene.SetAsync(cluster);
        await AllActions[action](scene);

        foreach (var view in scene.Views)
        {
            var followers = scene.Followers.Where(f => f.Users.Contains(view.User)).ToList();
            var fresh = (await cluster.User(view.User).Rooms()).Rooms.Select(Known);
            await Eventually.TrueAsync(
                () => view.RoomsWith(followers).Select(Known).SequenceEqual(fresh), $"{view.User} knows their rooms");

            // Of a room that one does not follow, one knows that one is in it.
            RoomEntry Known(RoomEntry entry) =>
                followers.Exists(f => f.Room == entry.Room) ? entry : entry with { LastSeq = 0, ReadSeq = 0, Archived = false };
        }

        var watching = scene.Followers[0];
        await Eventually.TrueAsync(() => watching.Events.Length == watching.Cursor, "the stream begins at the start");
        Assert.Equal(await cluster.Temp.LogAsync(scene.Room), watching.Events);
        var members = (await scene.Lobby.Members(new Actor("root", IsAdministrator: true), null, 100)).Members;
        await Eventually.TrueAsync(
            () => members.Where(m => m.Online).All(m => watching.Online.Contains(m.User)), "those online are known to be");
        var snapshot = await new Follower(cluster, scene.Room).FollowAsync();
        await Eventually.TrueAsync(() => watching.Online.SequenceEqual(snapshot.Presence!.Users!.Value), "presence is known");
    }

    /// <summary>A lobby of Alice's with three messages, Bob in it and Carol not; Alice and Bob follow it.</summary>
    private sealed record Scene(ChatCluster Cluster, string Room, string Alice, string Bob, string Carol)
    {
        public IRoomGrain Lobby => Cluster.Room(Room);

        public List<UserView> Views { get; } = [];

        public List<Follower> Followers { get; } = [];

        public static async Task<Scene> SetAsync(ChatCluster cluster)
        {
            var scene = new Scene(
                cluster, cluster.Name("lobby"), cluster.Name("alice"), cluster.Name("bob"), cluster.Name("carol"));
            await scene.Lobby.Create(scene.Alice, RoomKind.Public, null, null);
            await scene.Lobby.Join(scene.Bob, null);
            for (var i = 0; i < 3; i++) await scene.Lobby.SendAsync(scene.Alice, $"{i}");
            foreach (var user in new[] { scene.Alice, scene.Bob, scene.Carol })
            {
                var view = new UserView(cluster, user);
                await view.ConnectAsync();
                scene.Views.Add(view);
            }

            foreach (var user in new[] { scene.Alice, scene.Bob })
            {
                var follower = new Follower(cluster, scene.Room, user);
                await follower.FollowAsync(after: 0);
                scene.Followers.Add(follower);
            }

            await Eventually.TrueAsync(
                () => scene.Followers[0].Online.SequenceEqual([scene.Alice, scene.Bob]), "both are known to be online");
            return scene;
        }

        public Task PromoteAsync(string user) =>
            Lobby.Moderate(new Moderation(Alice, ModerationAction.Role, user, Role: MemberRole.Owner));

        public Task EditAsync(RoomEditKind kind) => Lobby.Edit(new RoomEdit(new Actor(Alice), null, kind, "tea"));

        public Task ModerateAsync(ModerationAction action, string user) =>
            Lobby.Moderate(new Moderation(Alice, action, user));
    }
}
