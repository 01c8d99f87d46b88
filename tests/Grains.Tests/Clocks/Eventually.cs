namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>Waits for a condition; the limit is a safety net and says nothing about speed.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    public static Task TrueAsync(Func<Task<bool>> condition, string what) => TrueAsync(condition, () => what);

    /// <param name="condition">What has to come about.</param>
    /// <param name="what">Says it in words, and how it stands, when it has not.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Limit, $"it never came about that {what()}");
            await Task.Delay(Look);
        }
    }
}
