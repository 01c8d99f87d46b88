namespace OrleansChat.Gateway.Rooms;

// What the room has acknowledged to a client of this gateway is on its way to the feed, most often.
internal sealed partial class RoomFeed
{
    // Longer than a batch is on its way in a busy hour; shorter than a room waits for a batch that nobody answers.
    private static readonly TimeSpan UsualDelay = TimeSpan.FromMilliseconds(500);

    private long _acknowledged;
    private bool _awaiting;

    /// <summary>
    /// The room has acknowledged a message of this seq. If it does not come in a moment, the way by which it should is
    /// blocked (it leads through a silo that is gone, or stands still), and the log is read instead.
    /// </summary>
    public void Acknowledged(long seq)
    {
        lock (_lock)
        {
            _acknowledged = Math.Max(_acknowledged, seq);
            if (_closed || _awaiting || _log is null || seq <= Cursor) return;
            _awaiting = true;
        }

        _ = AwaitAsync(seq);
    }

    private async Task AwaitAsync(long seq)
    {
        await Task.Delay(UsualDelay, _context.Clock);
        lock (_lock)
        {
            _awaiting = false;
            if (Cursor < seq) _ = PullToAsync(_acknowledged);
        }
    }
}
