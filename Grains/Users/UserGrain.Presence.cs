using System.Collections.Immutable;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

// Whether the user is there, for those who would see it in a room anyway.
internal sealed partial class UserGrain
{
    public async Task<UserPresence> Presence(Actor by, ImmutableArray<string>? within)
    {
        var mayKnow = (by.IsAdministrator && within is null) || by.User == User || await reader.ShareRoomAsync(by.User, User, within);
        if (!mayKnow) throw new ChatException(ChatErrorCode.Forbidden, $"you are in no room with '{User}'", "user");
        ForgetExpired();
        return new UserPresence(User, (await ProfileAsync()).Name, _connections.Count > 0);
    }
}
