namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Deeds as requests of the HTTP API.</summary>
internal static class HttpDeeds
{
    /// <summary>The request of a cell.</summary>
    /// <param name="deed">What is done.</param>
    /// <param name="stage">Where, and to whom.</param>
    /// <param name="nonce">Another one each time.</param>
    public static HttpDeed Request(Deed deed, Stage stage, string nonce)
    {
        var (room, user) = (Uri.EscapeDataString(stage.Room), stage.Target);
        return deed switch
        {
            Deed.Send => Post($"/api/rooms/{room}/messages", new { text = nonce }),
            Deed.SendTo => Post($"/api/users/{user}/messages", new { text = nonce }),
            Deed.SendAgain => Post($"/api/rooms/{room}/messages", new { text = Scene.Said.Text, key = Scene.Said.Key }),
            Deed.Join => Post($"/api/rooms/{room}/join"),
            Deed.Leave => Post($"/api/rooms/{room}/leave"),
            Deed.History => Get($"/api/rooms/{room}/messages"),
            Deed.Members => Get($"/api/rooms/{room}/members"),
            Deed.Rooms => Get("/api/rooms"),
            Deed.Create => Post("/api/rooms", new { room = stage.Room, kind = "private" }),
            Deed.Invite => Post($"/api/rooms/{room}/invite", new { user }),
            Deed.Kick => Post($"/api/rooms/{room}/kick", new { user }),
            Deed.Ban => Post($"/api/rooms/{room}/ban", new { user }),
            Deed.Unban => Post($"/api/rooms/{room}/unban", new { user }),
            Deed.Mute => Post($"/api/rooms/{room}/mute", new { user }),
            Deed.Unmute => Post($"/api/rooms/{room}/unmute", new { user }),
            Deed.MakeMember => Post($"/api/rooms/{room}/role", new { user, role = "member" }),
            Deed.MakeModerator => Post($"/api/rooms/{room}/role", new { user, role = "moderator" }),
            Deed.MakeOwner => Post($"/api/rooms/{room}/role", new { user, role = "owner" }),
            Deed.Topic => new HttpDeed(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = nonce }),
            Deed.Archive => Post($"/api/rooms/{room}/archive"),
            Deed.Restore => Post($"/api/rooms/{room}/archive", new { archived = false }),
            Deed.Block => new HttpDeed(HttpMethod.Put, $"/api/blocks/{user}", Body: null),
            Deed.Unblock => new HttpDeed(HttpMethod.Delete, $"/api/blocks/{user}", Body: null),
            Deed.Blocks => Get("/api/blocks"),
            Deed.Describe => Get($"/api/rooms/{room}"),
            Deed.Audit => Get($"/api/rooms/{room}/audit"),
            Deed.Broadcast => Post("/api/messages", new { rooms = new[] { stage.Room }, text = nonce }),
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "no request does this"),
        };
    }

    /// <summary>The status that goes with a code.</summary>
    public static int Status(string code) => code switch
    {
        "unauthorized" => 401,
        "no_such_room" => 404,
        "bad_field" => 400,
        _ => 403,
    };

    private static HttpDeed Get(string path) => new(HttpMethod.Get, path, Body: null);

    private static HttpDeed Post(string path, object? body = null) => new(HttpMethod.Post, path, body);
}

/// <summary>A request.</summary>
internal sealed record HttpDeed(HttpMethod Method, string Path, object? Body);
