namespace OrleansChat.Gateway.Connections;

/// <summary>How a gateway that ends lets its clients go. Bound from <c>Chat:Drain</c> and checked at start.</summary>
public sealed class DrainOptions
{
    // What is said goodbye to closes within moments; who does not is cut off, and resumes as after any lost connection.
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    // Who was cut off only has to notice, unless it is waiting for a grain.
    internal static readonly TimeSpan CutOffTimeout = TimeSpan.FromSeconds(1);

    // The web server, the routes, and an embedded silo with its last commit.
    private static readonly TimeSpan TheRest = TimeSpan.FromSeconds(7);

    /// <summary>
    /// Seconds to go on as before although not ready, so that load balancers notice: 0 to 600, 0 by default. Who
    /// connects meanwhile is served, and then drained like the others.
    /// </summary>
    public int DelaySeconds { get; set; }

    /// <summary>
    /// Connections that are let go a second, unless <see cref="MaxSeconds"/> asks for more: 1 to 1,000,000, 1,000 by
    /// default. They come to the other gateways at this rate, each with a handshake and its rooms to resume.
    /// </summary>
    public int ConnectionsPerSecond { get; set; } = 1_000;

    /// <summary>
    /// Seconds within which all have been let go, whatever the rate: 1 to 3,600, 15 by default. With what follows that
    /// is less than the 30 seconds that Kubernetes gives a pod unless told otherwise.
    /// </summary>
    public int MaxSeconds { get; set; } = 15;

    /// <summary>What the process is given to end: the delay, the stages, the last closes, and the rest.</summary>
    internal TimeSpan ShutdownTimeout => TimeSpan.FromSeconds(DelaySeconds + MaxSeconds) + CloseTimeout + CutOffTimeout + TheRest;
}
