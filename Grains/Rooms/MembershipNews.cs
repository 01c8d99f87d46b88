using OrleansChat.Users;

namespace OrleansChat.Grains.Rooms;

/// <summary>
/// Tells users of committed changes to their membership. The room does not wait for it: a room never awaits a user
/// while it answers, or the two could wait for each other. Changes of one user go in their order.
/// </summary>
internal sealed partial class MembershipNews(IGrainFactory grains, TimeProvider clock, ILogger logger)
{
    private const int Attempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _telling = [];

    public void Tell(string user, RoomChange change)
    {
        var before = _telling.GetValueOrDefault(user, Task.CompletedTask);
        var telling = TellAfterAsync(before, user, change);
        _telling[user] = telling;
        _ = ForgetAsync(user, telling);
    }

    private async Task TellAfterAsync(Task before, string user, RoomChange change)
    {
        await before;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await grains.GetGrain<IUserGrain>(user).RoomChanged(change);
                return;
            }
            catch (Exception error) when (attempt < Attempts)
            {
                LogAgain(logger, user, change.Room, error.Message);
                await Task.Delay(Pause, clock);
            }
            catch (Exception error)
            {
                // Not lost for good: the membership is in the store, and the user's next connection reads it.
                LogGivenUp(logger, user, change.Room, error);
                return;
            }
        }
    }

    private async Task ForgetAsync(string user, Task telling)
    {
        await telling;
        if (_telling.TryGetValue(user, out var last) && last == telling) _telling.Remove(user);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {User} could not be told of room {Room} yet: {Reason}")]
    private static partial void LogAgain(ILogger logger, string user, string room, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "User {User} was not told of a change in room {Room}")]
    private static partial void LogGivenUp(ILogger logger, string user, string room, Exception error);
}
