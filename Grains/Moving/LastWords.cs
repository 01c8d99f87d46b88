using System.Collections.Immutable;
using OrleansChat.Gateways;

namespace OrleansChat.Grains.Moving;

/// <summary>
/// Tells gateways that a room's activation has ended, so that they renew their routes at once. It is said once and
/// not repeated: who misses it renews within ten seconds anyway.
/// </summary>
/// <remarks>
/// It is said after a move, too. A room that has arrived has told its gateways already, under its new epoch, and they
/// drop this; but whether it has, nobody here can know.
/// </remarks>
internal sealed partial class LastWords(ILogger<LastWords> logger)
{
    /// <summary>Says them when the activation is over, not before: a renewal that comes earlier finds it still.</summary>
    public void SayAfter(Task end, ImmutableArray<LastWord> words)
    {
        // An activation runs nothing after its end. Its last words do not belong to it.
        if (words.Length > 0) _ = Task.Run(() => SayAsync(end, words));
    }

    private async Task SayAsync(Task end, ImmutableArray<LastWord> words)
    {
        await end;
        foreach (var word in words) _ = SayAsync(word);
    }

    private async Task SayAsync(LastWord word)
    {
        try
        {
            await word.Observer.Deliver(word.Batch);
        }
        catch (Exception error)
        {
            LogUnheard(logger, word.Batch.Room, word.Gateway, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Room {Room}: gateway {Gateway} was not told that the activation has ended: {Reason}")]
    private static partial void LogUnheard(ILogger logger, string room, string gateway, string reason);
}

/// <summary>The last batch of a route.</summary>
/// <param name="Gateway">The gateway, for people who read logs.</param>
/// <param name="Observer">Where to say it.</param>
/// <param name="Batch">What to say.</param>
internal readonly record struct LastWord(string Gateway, IGatewayObserver Observer, RoomBatch Batch);
