using System.Collections.Immutable;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>One run of a script in rooms of its own, and what must hold when it is over.</summary>
internal sealed class World
{
    private readonly ChatCluster _cluster;
    private readonly Script _script;
    private readonly string[] _rooms;
    private readonly string _owner;
    private readonly ModelClient[] _clients;
    private readonly UserView[] _views;

    private World(ChatCluster cluster, Script script)
    {
        (_cluster, _script, _owner) = (cluster, script, cluster.Name("owner"));
        _rooms = [.. Enumerable.Range(0, Script.Rooms).Select(_ => cluster.Name("room"))];
        _clients = [.. Enumerable.Range(0, Script.Clients).Select(_ => new ModelClient(cluster, cluster.Name("user"), _rooms))];
        _views = [.. _clients.Select(c => new UserView(cluster, c.User))];
    }

    public static async Task RunAsync(ChatCluster cluster, Script script)
    {
        var world = new World(cluster, script);
        await world.PlayAsync();
        await world.CheckLogsAsync();
        await world.CheckStreamsAsync();
        await world.CheckStateAsync();
        await world.CloseAsync();
    }

    private async Task PlayAsync()
    {
        foreach (var room in _rooms) await Sending.SurelyAsync(() => CreateAsync(room));
        foreach (var view in _views) await Sending.SurelyAsync(() => view.ConnectAsync());
        var acting = _clients.Select((client, actor) => client.DoAsync(_script.Commands.Where(c => c.Actor == actor)));
        await Task.WhenAll([.. acting, DisturbAsync()]);
        await SettleAsync();
    }

    // What a client has heard nothing of may still be on its way to the disk. It is there, or refused, when the activation
    // has ended that has it.
    private async Task SettleAsync()
    {
        for (var i = 0; i < _rooms.Length; i++)
        {
            if (_clients.Any(client => client.Places[i].Unclear.Count > 0)) await _cluster.DeactivateAsync(_cluster.Room(_rooms[i]));
        }
    }

    private async Task<bool> CreateAsync(string room)
    {
        try
        {
            await _cluster.Room(room).Create(_owner, RoomKind.Public, null, null);
        }
        catch (ChatException exists) when (exists.Code == ChatErrorCode.BadField)
        {
            // By the attempt before, of which nobody heard.
        }

        return true;
    }

    private async Task DisturbAsync()
    {
        foreach (var command in _script.Commands.Where(c => c.Actor == Script.Chaos))
        {
            var room = _cluster.Room(_rooms[command.Room]);
            switch (command.Action)
            {
                case CommandAction.Deactivate:
                    await _cluster.DeactivateAsync(room);
                    break;
                case CommandAction.Rival:
                    await _cluster.Temp.Rooms.OpenAsync(_rooms[command.Room]);
                    break;
                case CommandAction.KillSilo when _cluster.SiloOf(room) is { } silo:
                    await _cluster.Silos.KillSiloAsync(silo);
                    await _cluster.Silos.StartAdditionalSiloAsync();
                    break;
                default:
                    await Task.Delay(TimeSpan.FromMilliseconds(command.Number));
                    break;
            }
        }
    }

    // The log is what was acknowledged, once each and with the seqs that the senders know, and at most what is unclear.
    private async Task CheckLogsAsync()
    {
        for (var i = 0; i < _rooms.Length; i++)
        {
            var log = await _cluster.Temp.LogAsync(_rooms[i]);
            Assert.Equal(Enumerable.Range(1, log.Length).Select(seq => (long)seq), log.Select(e => e.Seq));
            Assert.Equal(log.Select(e => e.At).Order(), log.Select(e => e.At));
            Assert.Equal(log.Length, log.Select(e => e.Text).Distinct().Count());
            foreach (var client in _clients)
            {
                var place = client.Places[i];
                var mine = log.Where(e => e.From == client.User).ToList();
                Assert.Equal(
                    place.Sent.Select(s => (s.Seq, s.Draft.Text, s.Draft.Key, s.At)),
                    mine.Where(e => !place.Unclear.Contains(e.Text)).Select(e => (e.Seq, e.Text, e.Key, e.At)));
            }
        }
    }

    // Whoever follows a room has its log, from where it began on; whoever has stopped has a part of it without holes.
    private async Task CheckStreamsAsync()
    {
        foreach (var place in _clients.SelectMany(c => c.Places))
        {
            if (place.Live is { } live) await Sending.SurelyAsync(live.RenewAsync);
            var log = await _cluster.Temp.LogAsync(place.Room);
            foreach (var follower in place.Followers)
                Assert.Equal(log.Skip((int)follower.Start).Take(follower.Events.Length), follower.Events);
            if (place.Live is not null) Assert.Equal(log.Length, place.Live.Cursor);
        }
    }

    private async Task CheckStateAsync()
    {
        for (var i = 0; i < _clients.Length; i++)
        {
            var client = _clients[i];
            var fresh = (await Sending.SurelyAsync(() => _cluster.User(client.User).Rooms())).Rooms;
            Assert.Equal(await ExpectedRoomsAsync(client), fresh);
            await Eventually.TrueAsync(
                async () =>
                {
                    await Sending.SurelyAsync(() => _views[i].RenewAsync());
                    return _views[i].Rooms.Select(Membership).SequenceEqual(fresh.Select(Membership));
                },
                () => $"the rooms of {client.User} and the notices since are the rooms read anew: {_views[i]} and {string.Join(' ', fresh)}");
        }

        for (var i = 0; i < _rooms.Length; i++)
        {
            var (room, places) = (_cluster.Room(_rooms[i]), _clients.Select(c => (c.User, Place: c.Places[i])).ToList());
            var members = (await Sending.SurelyAsync(() => room.Members(_owner, null, 100))).Members;
            Assert.Equal(
                places.Where(p => p.Place.IsMember).Select(p => p.User).Append(_owner).Order(StringComparer.Ordinal),
                members.Select(m => m.User));
            await CheckPresenceAsync(places);
            if (_script.IsCalm && places.TrueForAll(p => p.Place.Unclear.Count == 0)) await CheckReadsAsync(places);
        }
    }

    // How far a room has gone is for those to know who follow it, and not everyone does.
    private static (string Room, RoomKind Kind, MemberRole Role) Membership(RoomEntry entry) =>
        (entry.Room, entry.Kind, entry.Role);

    private async Task<ImmutableArray<RoomEntry>> ExpectedRoomsAsync(ModelClient client)
    {
        var entries = new List<RoomEntry>();
        foreach (var place in client.Places.Where(p => p.IsMember))
        {
            var log = await _cluster.Temp.LogAsync(place.Room);
            entries.Add(new RoomEntry(place.Room, RoomKind.Public, MemberRole.Member, log.Length, place.ReadSeq));
        }

        return [.. entries.OrderBy(e => e.Room, StringComparer.Ordinal)];
    }

    private static async Task CheckPresenceAsync(List<(string User, Place Place)> places)
    {
        var online = places.Where(p => p.Place.Live is not null).Select(p => p.User).Order(StringComparer.Ordinal).ToList();
        foreach (var follower in places.Select(p => p.Place.Live).OfType<Follower>())
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var status = await Sending.SurelyAsync(follower.RenewAsync);
                    return status.Presence!.Users!.Value.SequenceEqual(online) && follower.Online.SequenceEqual(online);
                },
                "all agree on who is online");
        }
    }

    // A move of a read cursor is told once, so that only an undisturbed room owes it to those who follow.
    private static async Task CheckReadsAsync(List<(string User, Place Place)> places)
    {
        foreach (var (user, place) in places.Where(p => p.Place is { Live: not null, ToldSeq: > 0 }))
        {
            await Eventually.TrueAsync(
                () => place.Live!.Reads.GetValueOrDefault(user) == place.ToldSeq, "a reader's own followers know the cursor");
        }
    }

    private async Task CloseAsync()
    {
        foreach (var follower in _clients.SelectMany(c => c.Places).Select(p => p.Live).OfType<Follower>())
            await Sending.SurelyAsync(() => follower.CloseAsync());
    }
}
