using OrleansChat.Gateway.Authentication;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Json;

// The token under which it is served: told of before its end, exchanged for another, and obeyed where it is limited.
internal sealed partial class JsonConnection
{
    protected override void OnTokenExpiring(DateTimeOffset at) => Socket.Send(JsonFrames.TokenExpiring(at));

    // Awaited before the next frame is read: what is sent after it is sent under the new token.
    private async Task RenewTokenAsync(TokenCommand command)
    {
        try
        {
            var caller = await Services.Tokens.ReadAsync(command.Token);
            if (caller.User != User)
                throw new ChatException(ChatErrorCode.Forbidden, "the token is another user's; a connection stays its user's", "token");
            await Services.User(User).Admit(caller.IssuedAt);
            var before = Caller.Scope;
            Take(caller);
            if (before.IsLimited || caller.Scope.IsLimited) await ShowScopeAsync(before, caller.Scope);
            if (command.Id is not null) Socket.Send(JsonFrames.Ok(command.Id));
        }
        catch (Exception error)
        {
            Refuse(command, error);
        }
    }

    // To the client, rooms come and go as if the user had entered and left them.
    private async Task ShowScopeAsync(TokenScope before, TokenScope now)
    {
        foreach (var room in Followed().Where(room => !now.Has(room))) EndFollowing(room);
        foreach (var entry in (await Services.User(User).Rooms()).Rooms)
        {
            if (before.Has(entry.Room) == now.Has(entry.Room)) continue;
            Socket.Send(JsonFrames.RoomChanged(entry.Room, now.Has(entry.Room) ? entry : null));
            if (now.Has(entry.Room) && !_subscribeNone) Enqueue(new FollowCommand(entry));
        }
    }

    private UserSession InScope(UserSession session) =>
        Caller.Scope.IsLimited ? session with { Rooms = session.Rooms.RemoveAll(entry => !Caller.Scope.Has(entry.Room)) } : session;
}
