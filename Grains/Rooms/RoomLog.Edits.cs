using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

// What the log says of the room itself: its topic, and whether it is archived. Both are as of the newest event.
internal sealed partial class RoomLog
{
    /// <summary>What the room is about, if somebody said so.</summary>
    public string? Topic { get; private set; }

    /// <summary>Whether it can only be read.</summary>
    public bool IsArchived { get; private set; }

    /// <summary>Commits an edit as the next event, in its turn.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="isStillAllowed">Whether what allowed it still holds, asked when its turn has come.</param>
    /// <returns>The event's seq; 0 when it was so already; nothing when it is no longer allowed, and was not done.</returns>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Archived"/>: the topic of an archived room stays.</exception>
    /// <inheritdoc cref="AppendAsync" path="/exception"/>
    public Task<long?> EditAsync(RoomEdit edit, Func<bool> isStillAllowed) =>
        EnqueueAsync(new Turn<long?>(isStillAllowed, async () => IsSo(edit) ? 0 : await CommitAsync(edit)));

    private async Task<long> CommitAsync(RoomEdit edit)
    {
        var at = NextAt();
        var (kind, text, audit) = edit.Kind switch
        {
            RoomEditKind.Topic => (RoomEventKind.Topic, edit.Text, new AuditRecord(at, _fence.Room, "topic", edit.By.User, Detail: edit.Text)),
            RoomEditKind.Archive => (RoomEventKind.Archived, edit.Reason, new AuditRecord(at, _fence.Room, "archive", edit.By.User, Reason: edit.Reason)),
            _ => (RoomEventKind.Restored, edit.Reason, new AuditRecord(at, _fence.Room, "restore", edit.By.User, Reason: edit.Reason)),
        };
        var added = new RoomEvent(LastSeq + 1, kind, edit.By.User, edit.Name, text ?? "", at, Key: null, ReplyTo: null, Data: null);
        await _store.EditAsync(new EditRequest(_fence, added, audit));
        Keep(added);
        if (kind == RoomEventKind.Topic) Topic = edit.Text;
        else IsArchived = kind == RoomEventKind.Archived;
        _committed();
        return added.Seq;
    }

    // Asked when its turn has come: what was on its way before it counts.
    private bool IsSo(RoomEdit edit) => edit.Kind switch
    {
        RoomEditKind.Topic when edit.Text == Topic => true,
        RoomEditKind.Topic when IsArchived => throw RoomAccess.Archived(_fence.Room),
        RoomEditKind.Topic => false,
        RoomEditKind.Archive => IsArchived,
        _ => !IsArchived,
    };
}
