using System.Diagnostics.CodeAnalysis;

namespace OrleansChat.Grains.Rooms;

// Whether one of the two users of a direct room wants nothing more to be said in it. That is a matter between users: it
// is kept with them, under no fence, and also before there is a room.
internal sealed partial class RoomGrain
{
    private bool? _blocked;
    private long _blockChanges;

    public async Task Block(string by, bool blocked)
    {
        RoomAccess.CheckDirect(Room, by);
        if (!HasTwo(out var one, out var other))
            throw new ChatException(ChatErrorCode.BadField, $"'{Room}' has no other user who could be blocked", "user");
        var wasOpen = await OpenAsync() is not null;
        if (!await _users.SetBlockAsync(by, by == one ? other : one, blocked, _clock.GetUtcNow())) throw RoomAccess.TooManyBlocks();
        // What waits for its turn in the log is held against it too.
        _blockChanges++;
        _blocked = null;
        // An activation that another has fenced must not say that it is done: the other would not know. And one that
        // was made in the meantime is fenced by opening the room now.
        if (await OpenExistingAsync() is { } room && wasOpen) await room.Log.AppendAsync([]);
    }

    private async ValueTask CheckNotBlockedAsync()
    {
        if (HasTwo(out var one, out var other) && await IsBlockedAsync(one, other)) throw RoomAccess.Blocked(Room);
    }

    private async ValueTask<bool> IsBlockedAsync(string one, string other)
    {
        while (true)
        {
            if (_blocked is { } known) return known;
            // Who holds a room is fenced by whoever takes it over; what was read before it was held may change unnoticed.
            var (isHeld, changes) = (_open is not null, _blockChanges);
            var read = await _reader.IsBlockedAsync(one, other);
            if (changes != _blockChanges) continue;
            if (isHeld) _blocked = read;
            return read;
        }
    }

    private bool HasTwo([NotNullWhen(true)] out string? one, [NotNullWhen(true)] out string? other) =>
        ChatId.IsDirect(Room, out one, out other) && one != other;
}
