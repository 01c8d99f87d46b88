namespace OrleansChat.Gateway.Connections;

/// <summary>How thousands of renewals that are due at the same time are begun: five thousand a second.</summary>
internal static class Pacing
{
    public const int Together = 100;
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
}
