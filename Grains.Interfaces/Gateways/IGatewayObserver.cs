using OrleansChat.Users;

namespace OrleansChat.Gateways;

/// <summary>
/// A gateway process as grains see it: one for all its connections. Delivery is awaited, which gives each caller a
/// time limit and back-pressure that a one-way call would not.
/// </summary>
[Alias("chat.IGatewayObserver")]
public interface IGatewayObserver : IGrainObserver
{
    /// <summary>Takes a room's news.</summary>
    /// <returns><see langword="false"/>: this gateway has no such route (any more), and the room may forget it.</returns>
    [Alias("Deliver"), ResponseTimeout("00:00:03")]
    Task<bool> Deliver(RoomBatch batch);

    /// <summary>Takes news of a user's own: rooms entered or left somewhere else.</summary>
    /// <returns><see langword="false"/>: this gateway has no connection of that user (any more).</returns>
    [Alias("Notify"), ResponseTimeout("00:00:03")]
    Task<bool> Notify(UserNotice notice);

    /// <summary>Lets the clients of this gateway go to others; answered when it has begun. Once more is no error.</summary>
    [Alias("Drain"), ResponseTimeout("00:00:03")]
    Task Drain();

    /// <summary>Ends connections of a user. None that there were is no error.</summary>
    [Alias("Expel"), ResponseTimeout("00:00:03")]
    Task Expel(Expulsion expulsion);
}
