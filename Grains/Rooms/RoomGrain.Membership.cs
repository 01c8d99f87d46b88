using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Rooms;

// Who belongs to the room: each change is committed under the fence, then told to the user whom it concerns.
internal sealed partial class RoomGrain
{
    public async Task Moderate(Moderation moderation)
    {
        var (room, standing) = await RequireMemberAsync(moderation.By);
        var whom = await room.Members.FindAsync(moderation.User);
        RoomAccess.CheckMayModerate(Room, room.Head.Kind, standing.Role!.Value, moderation, whom.Role);
        switch (moderation.Action)
        {
            case ModerationAction.Invite:
                RoomAccess.CheckNotBanned(Room, whom, _clock.GetUtcNow());
                if (whom.Role is null) await AddMemberAsync(room, moderation.User, connection: null);
                break;
            case ModerationAction.Kick:
                RequireMember(whom, moderation.User);
                if (await _store.RemoveMemberAsync(room.Fence, moderation.User)) Removed(room, moderation.User, connection: null);
                break;
            case ModerationAction.Ban:
                await BanAsync(room, moderation);
                break;
            case ModerationAction.Unban:
                await _store.UnbanAsync(room.Fence, moderation.User);
                room.Members.Changed(moderation.User);
                break;
            case ModerationAction.Mute:
            case ModerationAction.Unmute:
                RequireMember(whom, moderation.User);
                DateTimeOffset? until = moderation.Action == ModerationAction.Mute ? moderation.Until ?? DateTimeOffset.MaxValue : null;
                await _store.SetMutedAsync(room.Fence, moderation.User, until);
                room.Members.Changed(moderation.User);
                break;
            default:
                throw new ChatException(ChatErrorCode.BadField, $"there is no moderation {moderation.Action}", "action");
        }
    }

    private async Task BanAsync(OpenRoom room, Moderation moderation)
    {
        var ban = new Ban(
            moderation.User, moderation.Until ?? DateTimeOffset.MaxValue, moderation.By, _clock.GetUtcNow());
        var wasMember = await _store.BanAsync(room.Fence, ban);
        if (wasMember) Removed(room, moderation.User, connection: null);
        else room.Members.Changed(moderation.User);
    }

    private async Task<Standing> AddMemberAsync(OpenRoom room, string user, string? connection)
    {
        // What was said before they came is not unread.
        var member = new NewMember(user, MemberRole.Member, room.Log.LastSeq, _clock.GetUtcNow());
        var added = await _store.AddMemberAsync(room.Fence, member);
        room.Members.Changed(user);
        var standing = await room.Members.FindAsync(user);
        if (added)
        {
            room.Members.Count++;
            _news.Tell(user, new RoomChange(Room, ToEntry(room, standing), connection));
        }

        return standing;
    }

    // Both users of a direct room are members of it by the time something is said in it, also after they had left.
    private async Task EnsureMemberAsync(OpenRoom room, string user)
    {
        if ((await room.Members.FindAsync(user)).Role is null) await AddMemberAsync(room, user, connection: null);
    }

    private void Removed(OpenRoom room, string user, string? connection)
    {
        room.Members.Changed(user);
        room.Members.Count--;
        _news.Tell(user, new RoomChange(Room, Entry: null, connection));
    }

    private void RequireMember(Standing standing, string user)
    {
        if (standing.Role is null)
            throw new ChatException(ChatErrorCode.BadField, $"'{user}' is not a member of '{Room}'", "user");
    }
}
