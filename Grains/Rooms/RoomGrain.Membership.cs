using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Rooms;

// Who belongs to the room: each change is committed under the fence, then told to the user whom it concerns.
internal sealed partial class RoomGrain
{
    public async Task Moderate(Moderation moderation)
    {
        RoomAccess.CheckLine(moderation.Reason, RoomRules.ReasonLength, "reason");
        if (moderation is { Action: ModerationAction.Role, Role: null })
            throw new ChatException(ChatErrorCode.MissingField, "role is missing", "role");
        while (true)
        {
            var (room, standing) = await RequireMemberAsync(new Actor(moderation.By, moderation.IsAdministrator));
            var whom = await room.Members.FindAsync(moderation.User);
            RoomAccess.CheckMayModerate(Room, standing, moderation, whom.Role);
            if (moderation.Action is not (ModerationAction.Invite or ModerationAction.Ban or ModerationAction.Unban))
                RequireMember(whom, moderation.User);
            if (moderation.Action == ModerationAction.Invite && whom.Role is null) await CheckMayBeInvitedAsync(moderation);
            // In its turn among the messages: whoever is banned says nothing after it, and whoever bans still may.
            if (await room.Log.TakeTurnAsync(
                () => room.Members.IsStill(moderation.By, standing) && room.Members.IsStill(moderation.User, whom),
                () => CarryOutAsync(room, moderation, whom)))
            {
                return;
            }
        }
    }

    // What the one who is invited wants and has: no room knows it. Before the turn, for messages wait for that.
    private async Task CheckMayBeInvitedAsync(Moderation invitation)
    {
        if (invitation.IsAdministrator || invitation.By == invitation.User) return;
        if (await _reader.IsBlockedAsync(invitation.By, invitation.User)) throw RoomAccess.BlockedInvitation(invitation.User);
        if (await _reader.CountRoomsOfAsync(invitation.User, RoomRules.MaxRoomsOfInvited) >= RoomRules.MaxRoomsOfInvited)
            throw RoomAccess.TooManyRooms(invitation.User);
    }

    private async Task CarryOutAsync(OpenRoom room, Moderation moderation, Standing whom)
    {
        var audit = ToRecord(moderation);
        switch (moderation.Action)
        {
            case ModerationAction.Invite:
                RoomAccess.CheckNotBanned(Room, whom, audit.At, moderation.User);
                if (whom.Role is null) await AddMemberAsync(room, moderation.User, connection: null, audit);
                break;
            case ModerationAction.Kick:
                Took(room, await _store.RemoveMemberAsync(room.Fence, moderation.User, audit), moderation.User);
                break;
            case ModerationAction.Ban:
                var ban = new Ban(moderation.User, audit.Until!.Value, moderation.By, audit.At, moderation.Reason);
                Took(room, await _store.BanAsync(room.Fence, ban), moderation.User);
                break;
            case ModerationAction.Unban:
                if (await _store.UnbanAsync(room.Fence, moderation.User, audit)) room.Members.Changed(moderation.User);
                break;
            case ModerationAction.Mute or ModerationAction.Unmute:
                if (await _store.SetMutedAsync(room.Fence, moderation.User, audit.Until, audit)) await TellStandingAsync(room, moderation.User);
                break;
            case ModerationAction.Role:
                await SetRoleAsync(room, moderation.User, moderation.Role!.Value, audit);
                break;
        }
    }

    private async Task SetRoleAsync(OpenRoom room, string user, MemberRole role, AuditRecord audit)
    {
        var change = await _store.SetRoleAsync(room.Fence, user, role, audit);
        Took(room, change, user);
        if (change == MemberChange.Changed) await TellStandingAsync(room, user);
    }

    private AuditRecord ToRecord(Moderation what)
    {
        var isLimited = what.Action is ModerationAction.Ban or ModerationAction.Mute;
        return new AuditRecord(
            _clock.GetUtcNow(),
            Room,
            StoredText.Of(what.Action),
            what.By,
            what.User,
            isLimited ? what.Until ?? DateTimeOffset.MaxValue : null,
            what.Action == ModerationAction.Role && what.Role is { } role ? StoredText.Of(role) : null,
            what.Reason);
    }

    private async Task<Standing> AddMemberAsync(OpenRoom room, string user, string? connection, AuditRecord? audit = null)
    {
        // What was said before they came is not unread.
        var member = new NewMember(user, MemberRole.Member, room.Log.LastSeq, _clock.GetUtcNow());
        var added = await _store.AddMemberAsync(room.Fence, member, audit);
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

    // What was committed is known to the next who asks, and to the user if they are out.
    private void Took(OpenRoom room, MemberChange change, string user, string? connection = null)
    {
        if (change == MemberChange.LastOwner) throw RoomAccess.LastOwner(Room, user);
        if (change == MemberChange.None) return;
        room.Members.Changed(user);
        if (change != MemberChange.Removed) return;
        room.Members.Count--;
        _news.Tell(user, new RoomChange(Room, Entry: null, connection));
    }

    // A role or a mute is seen at once on every device of the user.
    private async Task TellStandingAsync(OpenRoom room, string user)
    {
        room.Members.Changed(user);
        var standing = await room.Members.FindAsync(user);
        if (standing.Role is not null) _news.Tell(user, new RoomChange(Room, ToEntry(room, standing), Connection: null));
    }

    private void RequireMember(Standing standing, string user)
    {
        if (standing.Role is null)
            throw new ChatException(ChatErrorCode.BadField, $"'{user}' is not a member of '{Room}'", "user");
    }
}
