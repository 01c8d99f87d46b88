using System.Globalization;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>What the environment says of how the scenarios are to be played.</summary>
internal static class Settings
{
    /// <summary>Decides everything that is left to chance: <c>CHAT_CLUSTER_SEED</c>, or another one each time.</summary>
    public static int Seed => Number("CHAT_CLUSTER_SEED") ?? Random.Shared.Next();

    /// <summary>How long each scenario goes on: <c>CHAT_CLUSTER_MINUTES</c>; once around without it.</summary>
    public static TimeSpan Duration => TimeSpan.FromMinutes(Number("CHAT_CLUSTER_MINUTES") ?? 0);

    public static int Clients => Number("CHAT_CLUSTER_CLIENTS") ?? 200;

    public static int Rooms => 20;

    public static int MessagesPerSecond => Number("CHAT_CLUSTER_RATE") ?? 120;

    private static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
