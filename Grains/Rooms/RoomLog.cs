using System.Collections.Immutable;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>
/// The order of one room: gathers drafts, commits them a batch at a time, and only then lets their senders know. An
/// edit of the room waits its turn among them, and is committed by itself; so does a change of who may write.
/// </summary>
/// <remarks>
/// What holds:
/// <list type="number">
/// <item>One commit at a time; drafts are numbered in the order in which they came.</item>
/// <item>A sender hears of a seq after it is on the disk, and <see cref="LastSeq"/> moves then, never before.</item>
/// <item>When the fence falls, or nobody can say whether a commit happened, this log ends: everything waiting is
/// refused, and the next activation reads the truth from the table. A seq is never used again on a guess.</item>
/// <item>Between the event that archives the room and the one that restores it nothing else is numbered, also not
/// what was on its way when it was archived.</item>
/// </list>
/// It belongs to one grain and runs on that grain's turns.
/// </remarks>
internal sealed partial class RoomLog
{
    // Beyond this the disk has stopped; the next sender is told so rather than queued.
    private const int MaxWaiting = 8_192;
    private const int MaxPerCommit = 256;

    private const int RecentEvents = 1_024;
    private const int RecentCharacters = 1 << 20;

    private readonly Queue<Pending> _waiting = new();
    private readonly IRoomStore _store;
    private readonly TimeProvider _clock;
    private readonly RoomFence _fence;
    private readonly Action _committed;
    private readonly Action<Exception> _ended;
    private int _waitingDrafts;
    private DateTimeOffset _lastAt;
    private Task _flushing = Task.CompletedTask;
    private Exception? _end;

    /// <summary>Takes up a room that this activation has opened.</summary>
    /// <param name="store">Where to commit.</param>
    /// <param name="clock">The time.</param>
    /// <param name="head">The room as opening it found it.</param>
    /// <param name="committed">Called when there are new events in <see cref="Recent"/>.</param>
    /// <param name="ended">Called once, when this log has ended.</param>
    public RoomLog(IRoomStore store, TimeProvider clock, RoomHead head, Action committed, Action<Exception> ended)
    {
        (_store, _clock, _committed, _ended) = (store, clock, committed, ended);
        _fence = new RoomFence(head.Room, head.Epoch);
        _lastAt = head.LastAt;
        (Topic, IsArchived) = (head.Topic, head.ArchivedAt is not null);
        Recent.Reset(head.LastSeq);
    }

    /// <summary>The newest committed seq.</summary>
    public long LastSeq => Recent.Last;

    /// <summary>The newest events, as far back as they are kept.</summary>
    public SeqWindow<RoomEvent> Recent { get; } = new(RecentEvents, RecentCharacters);

    /// <summary>Commits the drafts, one after the other, with nobody else's between them.</summary>
    /// <param name="drafts">The drafts.</param>
    /// <param name="isStillAllowed">
    /// Whether what allowed them still holds, asked when their turn has come: they may have waited while their sender was
    /// banned, and whoever banned them has been told so.
    /// </param>
    /// <returns>
    /// An outcome for each; <see langword="default"/> when it no longer holds, or the room is archived, and nothing was done.
    /// </returns>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: too many are waiting.</exception>
    /// <exception cref="FencedException">This activation is over.</exception>
    /// <exception cref="StoreUnavailableException">The store failed.</exception>
    public Task<ImmutableArray<SendOutcome>> AppendAsync(ImmutableArray<SenderDraft> drafts, Func<bool>? isStillAllowed = null) =>
        EnqueueAsync(new Sends(drafts, isStillAllowed));

    /// <summary>Waits for what is on its way to the disk.</summary>
    public Task DrainAsync() => _flushing;

    private Task<T> EnqueueAsync<T>(Pending<T> pending)
    {
        if (_end is not null) return Task.FromException<T>(_end);
        if (_waitingDrafts + pending.Size > MaxWaiting)
            throw new ChatException(ChatErrorCode.Unavailable, "more messages are waiting for this room than it can take");
        _waiting.Enqueue(pending);
        _waitingDrafts += pending.Size;
        if (_flushing.IsCompleted) _flushing = FlushAsync();
        return pending.Outcome.Task;
    }

    private async Task FlushAsync()
    {
        while (_waiting.TryPeek(out var next))
        {
            if (next is ITurn turn) await RunAsync(_waiting.Dequeue(), turn);
            else await CommitAsync(TakeBatch());
        }
    }

    private async Task CommitAsync(List<Sends> batch)
    {
        try
        {
            if (batch is not []) Accept(batch, await _store.AppendAsync(new AppendRequest(_fence, LastSeq, NextAt(), [.. batch.SelectMany(p => p.Drafts)])));
        }
        catch (Exception error)
        {
            foreach (var pending in batch) pending.Fail(error);
            if (error is not StoreUnavailableException { OutcomeUnknown: false }) End(error);
        }
    }

    private List<Sends> TakeBatch()
    {
        var batch = new List<Sends>();
        var drafts = 0;
        while (_waiting.TryPeek(out var next) && next is Sends sends && (batch.Count == 0 || drafts + sends.Size <= MaxPerCommit))
        {
            _waiting.Dequeue();
            _waitingDrafts -= sends.Size;
            if (IsArchived || !sends.IsStillAllowed)
            {
                sends.Outcome.SetResult(default);
                continue;
            }

            batch.Add(sends);
            drafts += sends.Size;
        }

        return batch;
    }

    // Whole milliseconds, as they are stored; and a clock set back must not make an event older than the one before.
    private DateTimeOffset NextAt()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds());
        return now > _lastAt ? now : _lastAt;
    }

    private void Keep(RoomEvent added)
    {
        Recent.Add(added.Seq, added, added.Text.Length + (added.Data?.Length ?? 0));
        _lastAt = added.At;
    }

    private void Accept(List<Sends> batch, AppendResult result)
    {
        foreach (var added in result.Events) Keep(added);
        var next = 0;
        foreach (var pending in batch)
        {
            pending.Outcome.SetResult(result.Outcomes.Slice(next, pending.Drafts.Length));
            next += pending.Drafts.Length;
        }

        if (result.Events.Length > 0) _committed();
    }

    private void End(Exception error)
    {
        _end = error;
        while (_waiting.TryDequeue(out var pending)) pending.Fail(error);
        _ended(error);
    }

    private abstract class Pending
    {
        /// <summary>How many events it may become.</summary>
        public abstract int Size { get; }

        public abstract void Fail(Exception error);
    }

    private abstract class Pending<T> : Pending
    {
        public TaskCompletionSource<T> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception error) => Outcome.SetException(error);
    }

    private sealed class Sends(ImmutableArray<SenderDraft> drafts, Func<bool>? isStillAllowed) : Pending<ImmutableArray<SendOutcome>>
    {
        public bool IsStillAllowed => isStillAllowed?.Invoke() != false;

        public ImmutableArray<SenderDraft> Drafts { get; } = drafts;

        public override int Size => Drafts.Length;
    }
}
