namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>What is done with tokens that are over soon.</summary>
internal static class ShortLife
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(24);

    /// <summary>
    /// Does it with tokens of three seconds; and again with longer ones, if it took longer than that: on a slow machine a
    /// token can be over before anything was done with it.
    /// </summary>
    public static async Task TryAsync(Func<TimeSpan, Task> test)
    {
        for (var lifetime = Shortest; ; lifetime *= 2)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                await test(lifetime);
                return;
            }
            catch (Exception) when (lifetime < Longest && TimeProvider.System.GetElapsedTime(begun) > lifetime - TimeSpan.FromSeconds(1))
            {
                // A token's end is a whole second: it can come by so much earlier.
            }
        }
    }
}
