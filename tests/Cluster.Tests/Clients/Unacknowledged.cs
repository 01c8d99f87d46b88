namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>A message that is sent again until it is acknowledged.</summary>
internal sealed class Unacknowledged(RoomStream stream, string key, string text, long since)
{
    public RoomStream Stream { get; } = stream;

    public string Key { get; } = key;

    public string Text { get; } = text;

    /// <summary>When it was made.</summary>
    public long Since { get; } = since;

    /// <summary>On its way on the connection of the moment: only an answer or the loss of the connection lets it be sent again.</summary>
    public bool IsOnItsWay { get; set; }

    /// <summary>Not before this moment, for the server has refused it for a while.</summary>
    public long NotBefore { get; set; }
}
