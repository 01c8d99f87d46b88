using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Connections;

/// <summary>What every connection needs: the way to the grains, the feeds, the limits and the time.</summary>
internal sealed class GatewayServices(
    IGrainFactory grains, RoomFeeds feeds, IOptions<ChatLimits> limits, TimeProvider clock, ILogger<Connection> logger)
{
    public RoomFeeds Feeds { get; } = feeds;

    public ChatLimits Limits { get; } = limits.Value;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;

    public IRoomGrain Room(string room) => grains.GetGrain<IRoomGrain>(room);

    public IRoomHistoryGrain History(string room) => grains.GetGrain<IRoomHistoryGrain>(room);

    public IRoomDirectoryGrain Directory => grains.GetGrain<IRoomDirectoryGrain>(0);

    public IUserGrain User(string user) => grains.GetGrain<IUserGrain>(user);
}
