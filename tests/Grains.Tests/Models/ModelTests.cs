using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using OrleansChat.Grains.Tests.Clusters;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>
/// Random scripts against the real grains and a plain model of them. A failure names its seed and the shortest script
/// found that still fails; <c>CHAT_MODEL_REPLAY=seed,gamma,size</c> runs that seed again.
/// </summary>
public abstract class ModelTests(ChatCluster cluster)
{
    private const int Scripts = 150;
    private static readonly TimeSpan ShrinkingTime = TimeSpan.FromMinutes(2);

    private long? _firstFailure;

    [Fact]
    public async Task Whatever_is_done_the_log_the_streams_and_the_state_are_those_of_the_model()
    {
        var property = Prop.ForAll(Script.Arbitrary(MayShrink), RunAsync);
        var config = Config.QuickThrowOnFailure.WithMaxTest(Scripts).WithStartSize(20).WithEndSize(400).WithReplay(Replay());
        // FsCheck waits for each run on the thread that it was called on.
        await Task.Run(() => Check.One(config, property));
    }

    private async Task RunAsync(Script script)
    {
        try
        {
            await World.RunAsync(cluster, script);
        }
        catch
        {
            _firstFailure ??= TimeProvider.System.GetTimestamp();
            throw;
        }
    }

    private bool MayShrink() =>
        _firstFailure is { } begun && TimeProvider.System.GetElapsedTime(begun) < ShrinkingTime;

    private static FSharpOption<Replay> Replay()
    {
        if (Environment.GetEnvironmentVariable("CHAT_MODEL_REPLAY") is not { Length: > 0 } text) return FSharpOption<Replay>.None;
        var parts = text.Split(',');
        var rnd = new Rnd(
            ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture));
        var size = parts.Length > 2 ? FSharpOption<int>.Some(int.Parse(parts[2], CultureInfo.InvariantCulture)) : FSharpOption<int>.None;
        return FSharpOption<Replay>.Some(new Replay(rnd, size));
    }
}

public sealed class SqliteModelTests(ImpatientCluster cluster) : ModelTests(cluster), IClassFixture<ImpatientCluster>;

public sealed class PostgresModelTests(ImpatientPostgresCluster cluster) : ModelTests(cluster), IClassFixture<ImpatientPostgresCluster>;
