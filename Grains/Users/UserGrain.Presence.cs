using System.Collections.Immutable;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

// Whether the user is there, for those who would see it in a room anyway.
internal sealed partial class UserGrain
{
    public async Task<UserPresence> Presence(Actor by, ImmutableArray<string>? within)
    {
        var mayKnow = (by.IsAdministrator && within is null) || by.User == User || await reader.ShareRoomAsync(by.User, User, within);
        if (!mayKnow)
        {
            EndIfUnused();
            throw new ChatException(ChatErrorCode.Forbidden, $"you are in no room with '{User}'", "user");
        }

        ForgetExpired();
        return new UserPresence(User, (await ProfileAsync()).Name, _connections.Count > 0);
    }

    // Whoever asks for one id after the other shall not fill the memory with users that nobody is.
    private void EndIfUnused()
    {
        if (_connections.Count == 0 && _lanes.Count == 0 && _profile is null && !_allowance.IsTouched) DeactivateOnIdle();
    }
}
