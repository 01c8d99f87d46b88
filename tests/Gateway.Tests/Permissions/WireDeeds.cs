using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Deeds as commands of the wire.</summary>
internal static class WireDeeds
{
    /// <summary>The command of a cell.</summary>
    /// <param name="deed">What is done.</param>
    /// <param name="stage">Where, and to whom.</param>
    /// <param name="nonce">Another one each time.</param>
    /// <param name="token">A token of whoever asks.</param>
    public static object Command(Deed deed, Stage stage, string nonce, string token)
    {
        var (room, user) = (stage.Room, stage.Target);
        return deed switch
        {
            Deed.Send => new { type = "send", room, text = nonce },
            Deed.SendTo => new { type = "send", to = user, text = nonce },
            Deed.SendAgain => new { type = "send", room, text = Scene.Said.Text, key = Scene.Said.Key },
            Deed.Join => new { type = "join", room },
            Deed.Resume => new { type = "join", room, since = 0 },
            Deed.Leave => new { type = "leave", room },
            Deed.History => new { type = "history", room },
            Deed.Read => new { type = "read", room, seq = 1 },
            Deed.Typing => new { type = "typing", room },
            Deed.Members => new { type = "members", room },
            Deed.Rooms => new { type = "rooms" },
            Deed.Create => new { type = "create", room, kind = "private" },
            Deed.Invite => new { type = "invite", room, user },
            Deed.Kick => new { type = "kick", room, user },
            Deed.Ban => new { type = "ban", room, user },
            Deed.Unban => new { type = "unban", room, user },
            Deed.Mute => new { type = "mute", room, user },
            Deed.Unmute => new { type = "unmute", room, user },
            Deed.MakeMember => new { type = "role", room, user, role = "member" },
            Deed.MakeModerator => new { type = "role", room, user, role = "moderator" },
            Deed.MakeOwner => new { type = "role", room, user, role = "owner" },
            Deed.Topic => new { type = "topic", room, topic = nonce },
            Deed.Archive => new { type = "archive", room },
            Deed.Restore => new { type = "archive", room, archived = false },
            Deed.Block => new { type = "block", user },
            Deed.Unblock => new { type = "unblock", user },
            Deed.Blocks => new { type = "blocks" },
            Deed.Ping => new { type = "ping" },
            Deed.Token => new { type = "token", token },
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "no command does this"),
        };
    }

    /// <summary>The type of the reply to a success; none where a success is silent.</summary>
    public static string? Reply(Deed deed) => deed switch
    {
        Deed.Send or Deed.SendTo or Deed.SendAgain => "ack",
        Deed.Join or Deed.Resume => "joined",
        Deed.Leave => "left",
        Deed.History => "history",
        Deed.Typing => null,
        Deed.Members => "members",
        Deed.Rooms => "rooms",
        Deed.Create => "created",
        Deed.Blocks => "blocks",
        Deed.Ping => "pong",
        _ => "ok",
    };

    /// <summary>Connects somebody in the way in which such a one comes.</summary>
    public static Task<ChatClient> OpenAsync(TokenGateway gateway, Who who, string user)
    {
        var socket = gateway.Gateway.Socket($"/ws?subscribe=none{(who == Who.Application ? $"&as={user}" : "")}");
        return ChatClient.OpenAsync(socket, Authorization(gateway, who, user));
    }

    /// <summary>The header by which somebody proves who they are.</summary>
    public static Dictionary<string, string> Authorization(TokenGateway gateway, Who who, string user) => who switch
    {
        Who.Anonymous => [],
        Who.Application => new() { ["Authorization"] = $"ApiKey {TokenGateway.ApiKey}" },
        _ => TokenGateway.Bearer(Token(gateway, who, user)),
    };

    /// <summary>A token of the user.</summary>
    public static string Token(TokenGateway gateway, Who who, string user) =>
        who == Who.Limited ? gateway.Token(user, rooms: ["another-room"]) : gateway.Token(user);
}
