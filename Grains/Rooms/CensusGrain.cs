using Orleans.Concurrency;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Counts what is stored, and keeps the answer: it reads whole tables.</summary>
[Reentrant]
internal sealed class CensusGrain(IChatReader reader, IAccountStore accounts, TimeProvider clock) : Grain, ICensusGrain
{
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    // Callers of grains give up after ten seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private Task<StoredCounts>? _counting;
    private long _endedAt;

    // Whoever asks while it is counted waits for the same, and not for longer than a call may take; a count that failed is
    // not kept.
    public async Task<StoredCounts> Count()
    {
        try
        {
            return await (_counting is null || IsOver(_counting) ? _counting = CountAsync() : _counting).WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            throw new ChatException(ChatErrorCode.Unavailable, "it is still being counted; ask again in a moment");
        }
    }

    private bool IsOver(Task counting) =>
        counting.IsCompleted && (!counting.IsCompletedSuccessfully || clock.GetElapsedTime(_endedAt) >= Kept);

    private async Task<StoredCounts> CountAsync()
    {
        var asOf = clock.GetUtcNow();
        var rooms = reader.CountAsync();
        var known = accounts.CountAsync();
        await Task.WhenAll(rooms, known);
        _endedAt = clock.GetTimestamp();
        return new StoredCounts(asOf, await rooms, await known);
    }
}
