using System.Collections.Immutable;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

// What is said: by whom it may be, and what becomes of it.
internal sealed partial class RoomGrain
{
    public async Task<SendReply> Send(SendBatch batch)
    {
        RoomAccess.CheckDirect(Room, batch.User);
        var room = await OpenAsync();
        try
        {
            if (ChatId.IsDirect(Room, out var one, out var other)) room = await OpenDirectAsync(room, batch, one, other);
            if (room is null) EndIfEmpty();
            return ToReply(room!, await SayAsync(room, batch));
        }
        catch (ChatException refusal) when (room is not null && refusal.Code != ChatErrorCode.Unavailable)
        {
            var earlier = await RecallAsync(room, batch, refusal);
            if (earlier.IsDefault) throw;
            return ToReply(room, earlier);
        }
    }

    private async Task<OpenRoom> OpenDirectAsync(OpenRoom? room, SendBatch batch, string one, string other)
    {
        await CheckNotBlockedAsync();
        if (room is null && !batch.MayCreate)
        {
            EndIfEmpty();
            throw RoomAccess.NoSuchRoom(Room);
        }

        room ??= await CreateAsync(batch.User, RoomKind.Direct, MemberRole.Member, topic: null, connection: null);
        await EnsureMemberAsync(room, one);
        await EnsureMemberAsync(room, other);
        return room;
    }

    private async Task<ImmutableArray<SendOutcome>> SayAsync(OpenRoom? room, SendBatch batch)
    {
        while (true)
        {
            var standing = room is null ? null : await room.Members.FindAsync(batch.User);
            CheckMayWrite(room, new Actor(batch.User, batch.IsAdministrator), standing);
            // Once more: whoever was not blocked before their standing was found may be by now.
            var blocks = _blockChanges;
            await CheckNotBlockedAsync();
            var outcomes = await AppendAsync(room!, batch, () => blocks == _blockChanges && room!.Members.IsStill(batch.User, standing!));
            if (!outcomes.IsDefault) return outcomes;
        }
    }

    private void CheckMayWrite(OpenRoom? room, Actor by, Standing? standing)
    {
        var now = _clock.GetUtcNow();
        RoomAccess.CheckMember(Room, by, standing, now);
        RoomAccess.CheckNotMuted(Room, by, standing!, now);
        if (room!.Log.IsArchived) throw RoomAccess.Archived(Room);
    }

    // Default when the sender's standing, or a block, has changed while they waited.
    private async Task<ImmutableArray<SendOutcome>> AppendAsync(OpenRoom room, SendBatch batch, Func<bool> isStillAllowed)
    {
        var lastSeq = room.Log.LastSeq;
        var possible = batch.Drafts.Where(draft => IsPossible(draft, lastSeq)).ToImmutableArray();
        var committed = possible.IsEmpty ? [] : await room.Log.AppendAsync(
            [.. possible.Select(d => new SenderDraft(batch.User, batch.Name, d))], isStillAllowed);
        if (committed.IsDefault || possible.Length == batch.Drafts.Length) return committed;
        var next = 0;
        return [.. batch.Drafts.Select(draft => IsPossible(draft, lastSeq)
            ? committed[next++]
            : SendOutcome.Refused(
                ChatErrorCode.BadField, $"replyTo is {draft.ReplyTo}; '{Room}' has events 1 to {lastSeq}", "replyTo"))];
    }

    private static bool IsPossible(Draft draft, long lastSeq) =>
        draft.ReplyTo is not { } seq || (seq >= 1 && seq <= lastSeq);

    // Whoever may no longer write is still told what became of what they have sent: it is there, and everybody sees it.
    // Looked up only now, for whoever may write is answered by the commit itself. Default when none of it is known.
    private async Task<ImmutableArray<SendOutcome>> RecallAsync(OpenRoom room, SendBatch batch, ChatException refusal)
    {
        if (batch.Drafts.All(draft => draft.Key is null)) return default;
        // The first of the two may still be on its way to the disk.
        await room.Log.SettleAsync();
        var earlier = await _reader.FindSentAsync(Room, batch.User, batch.Drafts);
        if (earlier.All(outcome => outcome is null)) return default;
        var refused = SendOutcome.Refused(refusal.Code, refusal.Message, refusal.Field);
        return [.. earlier.Select(outcome => outcome ?? refused)];
    }

    private static SendReply ToReply(OpenRoom room, ImmutableArray<SendOutcome> outcomes) =>
        new(room.Head.Log, room.Head.Epoch, outcomes);
}
