using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>
/// A client that does its commands against the real grains, and beside that the plain model of what must come of them:
/// nobody but itself changes its memberships, keys and cursors.
/// </summary>
internal sealed class ModelClient(ChatCluster cluster, string user, string[] rooms)
{
    private readonly Place[] _places = [.. rooms.Select(room => new Place(room))];
    private int _texts;

    public string User { get; } = user;

    public IReadOnlyList<Place> Places => _places;

    public async Task DoAsync(IEnumerable<Command> commands)
    {
        foreach (var command in commands)
        {
            cluster.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await DoAsync(command, _places[command.Room]);
        }
    }

    private Task DoAsync(Command command, Place place)
    {
        var room = cluster.Room(place.Room);
        return command.Action switch
        {
            CommandAction.Join => JoinAsync(place, room),
            CommandAction.Leave => LeaveAsync(place, room),
            CommandAction.Send => SendAsync(place, room, 1 + (command.Number % 3), keyed: false),
            CommandAction.SendKeyed => SendAsync(place, room, 1 + (command.Number % 3), keyed: true),
            CommandAction.Repeat => RepeatAsync(place, room, command.Number),
            CommandAction.ReuseKey => ReuseKeyAsync(place, room, command.Number),
            CommandAction.Read => ReadAsync(place, room, command.Number),
            CommandAction.Typing => AllowedAsync(place, () => Sending.SurelyAsync(() => room.Typing(User))),
            CommandAction.Follow => FollowAsync(place, command.Number),
            CommandAction.Unfollow => UnfollowAsync(place),
            CommandAction.Renew => place.Live is { } live ? Sending.SurelyAsync(live.RenewAsync) : Task.CompletedTask,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "not for clients"),
        };
    }

    private async Task JoinAsync(Place place, IRoomGrain room)
    {
        var entry = (await Sending.SurelyAsync(() => room.Join(User, null))).Entry;
        if (place.IsMember) Assert.Equal(place.ReadSeq, entry.ReadSeq);
        else Assert.True(entry.ReadSeq >= place.LastAcknowledged, $"{User} joined {place.Room} at {entry.ReadSeq}");
        Assert.True(entry.LastSeq >= place.LastAcknowledged, $"{User} sent {place.LastAcknowledged} to {place.Room} at {entry.LastSeq}");
        (place.IsMember, place.ReadSeq) = (true, entry.ReadSeq);
    }

    private async Task LeaveAsync(Place place, IRoomGrain room)
    {
        await Sending.SurelyAsync(() => room.Leave(User, null));
        place.IsMember = false;
    }

    private async Task SendAsync(Place place, IRoomGrain room, int count, bool keyed)
    {
        var drafts = Enumerable.Range(0, count).Select(_ => Draft(keyed)).ToArray();
        var batch = new SendBatch(User, null, [.. drafts]);
        try
        {
            await AllowedAsync(place, async () =>
            {
                var reply = await (keyed ? Sending.SurelyAsync(() => room.Send(batch)) : room.Send(batch));
                foreach (var (draft, outcome) in drafts.Zip(reply.Outcomes)) place.Acknowledged(draft, outcome);
            });
        }
        catch (Exception error) when (!keyed && Sending.IsTransient(error))
        {
            // Nobody can say whether these are in the log, and without keys nobody can ask.
            if (place.IsMember) place.Unclear.UnionWith(drafts.Select(d => d.Text));
        }
    }

    // Also when the client is no member any more.
    private async Task RepeatAsync(Place place, IRoomGrain room, int number)
    {
        if (Keyed(place, number) is not { } sent) return;
        var outcome = await Sending.SurelyAsync(() => room.SendAsync(User, sent.Draft));
        Assert.Equal(new SendOutcome(sent.Seq, sent.At, Duplicate: true), outcome);
    }

    private async Task ReuseKeyAsync(Place place, IRoomGrain room, int number)
    {
        if (Keyed(place, number) is not { } sent) return;
        var outcome = await Sending.SurelyAsync(() => room.SendAsync(User, Draft(keyed: false) with { Key = sent.Draft.Key }));
        Assert.Equal((ChatErrorCode.KeyReused, 0), (outcome.Refusal, outcome.Seq));
    }

    private Task ReadAsync(Place place, IRoomGrain room, int number)
    {
        var newest = Math.Max(place.LastAcknowledged, place.Live?.Cursor ?? 0);
        var seq = newest == 0 ? 0 : 1 + (number % newest);
        return AllowedAsync(place, async () =>
        {
            await Sending.SurelyAsync(() => room.Read(User, seq));
            if (seq <= place.ReadSeq) return;
            place.ReadSeq = seq;
            if (place.Live is not null) place.ToldSeq = seq;
        });
    }

    private async Task FollowAsync(Place place, int number)
    {
        long? after = number % 3 == 0 ? null : place.LastAcknowledged == 0 ? 0 : number % place.LastAcknowledged;
        if (place.Live is { } before)
        {
            await UnfollowAsync(place);
            after = before.Cursor;
        }

        var follower = new Follower(cluster, place.Room, User);
        await Sending.SurelyAsync(() => follower.FollowAsync(after));
        if (after is not null) Assert.Equal(after, follower.Start);
        place.Followers.Add(follower);
        (place.Live, place.ToldSeq) = (follower, 0);
    }

    private static async Task UnfollowAsync(Place place)
    {
        if (place.Live is not { } live) return;
        place.Live = null;
        await Sending.SurelyAsync(() => live.CloseAsync());
    }

    // Whoever is not a member is refused, and nothing happens.
    private static async Task AllowedAsync(Place place, Func<Task> call)
    {
        if (place.IsMember)
        {
            await call();
            return;
        }

        var refused = await Assert.ThrowsAnyAsync<Exception>(call);
        if (!Sending.IsTransient(refused)) Assert.Equal(ChatErrorCode.NotMember, Assert.IsType<ChatException>(refused).Code);
    }

    private Draft Draft(bool keyed)
    {
        var number = ++_texts;
        return Sending.Text($"{User} {number}", keyed ? $"key {number}" : null);
    }

    private static Sent? Keyed(Place place, int number)
    {
        var keyed = place.Sent.Where(s => s.Draft.Key is not null).ToList();
        return keyed.Count == 0 ? null : keyed[number % keyed.Count];
    }
}
