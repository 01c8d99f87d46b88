using System.Globalization;
using System.Text;

namespace OrleansChat.Cluster.Tests.Logs;

/// <summary>What a scenario has measured.</summary>
internal sealed class Figures
{
    private long _deliveries;
    private int _reconnects;
    private int _duplicates;
    private int _refusals;
    private int _pages;

    /// <summary>From a message's first sending to its acknowledgement, being offline included.</summary>
    public Durations Acknowledging { get; } = new();

    /// <summary>From a message's acknowledgement to when another client was handed it live.</summary>
    public Durations Lagging { get; } = new();

    /// <summary>From dialling, with success, to having all of every room.</summary>
    public Durations CatchingUp { get; } = new();

    public int Reconnects => _reconnects;

    public int Duplicates => _duplicates;

    public void Delivered() => Interlocked.Increment(ref _deliveries);

    public void Reconnected() => Interlocked.Increment(ref _reconnects);

    public void AnsweredDuplicate() => Interlocked.Increment(ref _duplicates);

    public void Refused() => Interlocked.Increment(ref _refusals);

    public void ReadPage() => Interlocked.Increment(ref _pages);

    public string Tell(string scenario, int seed, TimeSpan took, TimeSpan longestStall)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{scenario} (CHAT_CLUSTER_SEED={seed}, {took.TotalSeconds:F0} s)");
        text.AppendLine(CultureInfo.InvariantCulture, $"  messages {Acknowledging.Count}, deliveries {_deliveries}, acknowledged in {Acknowledging}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  from acknowledged to delivered {Lagging}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  longest time without an acknowledgement in a room {longestStall.TotalMilliseconds:F0} ms");
        text.AppendLine(CultureInfo.InvariantCulture, $"  reconnects {_reconnects}, from reconnect to caught up {CatchingUp}");
        text.Append(CultureInfo.InvariantCulture, $"  duplicates answered {_duplicates}, refused for the moment {_refusals}, pages of history {_pages}");
        return text.ToString();
    }
}
