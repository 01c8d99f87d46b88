namespace OrleansChat.Limits;

/// <summary>How many at once, and how fast they come back.</summary>
/// <param name="Interval">In what time one comes back; at least a tick.</param>
/// <param name="Burst">How many at once after a rest.</param>
[GenerateSerializer, Immutable, Alias("chat.token-rate")]
public sealed record TokenRate([property: Id(0)] TimeSpan Interval, [property: Id(1)] int Burst)
{
    /// <summary>How long an empty bucket takes to be full.</summary>
    public TimeSpan Whole => Interval * Burst;

    /// <summary>So many a second, and so many at once.</summary>
    public static TokenRate PerSecond(int amount, int burst) => new(TimeSpan.FromTicks(TimeSpan.TicksPerSecond / amount), burst);

    /// <summary>So many within a time: all of them at once, if somebody wants to, and then none until it is over.</summary>
    public static TokenRate Within(TimeSpan time, int amount) => new(time / amount, amount);
}
