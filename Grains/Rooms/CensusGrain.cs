using Orleans.Concurrency;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Counts what is stored, and keeps the answer: it reads whole tables.</summary>
[Reentrant]
internal sealed class CensusGrain(IChatReader reader, IAccountStore accounts, TimeProvider clock) : Grain, ICensusGrain
{
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private Task<StoredCounts>? _counting;
    private long _begunAt;

    // Whoever asks while it is counted waits for the same; a count that failed is not kept.
    public Task<StoredCounts> Count()
    {
        if (_counting is null or { IsCompleted: true, IsCompletedSuccessfully: false } || clock.GetElapsedTime(_begunAt) >= Kept)
            (_begunAt, _counting) = (clock.GetTimestamp(), CountAsync());
        return _counting;
    }

    private async Task<StoredCounts> CountAsync()
    {
        var asOf = clock.GetUtcNow();
        var rooms = reader.CountAsync();
        var known = accounts.CountAsync();
        await Task.WhenAll(rooms, known);
        return new StoredCounts(asOf, await rooms, await known);
    }
}
