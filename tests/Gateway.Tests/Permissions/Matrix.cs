using System.Collections.Immutable;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Every combination there is, and a way to play each once against one real gateway.</summary>
internal static class Matrix
{
    private const int ScenesAtOnce = 12;

    /// <summary>Everything times everything.</summary>
    public static ImmutableArray<Cell> Combinations { get; } =
    [
        .. from deed in Enum.GetValues<Deed>()
           from who in Enum.GetValues<Who>()
           from at in Enum.GetValues<Where>()
           from under in Enum.GetValues<Under>()
           from whom in Enum.GetValues<Whom>()
           select new Cell(deed, who, at, under, whom),
    ];

    /// <summary>Those that can be.</summary>
    public static ImmutableArray<Cell> Cells { get; } = [.. Combinations.Where(cell => Impossible.Why(cell) is null)];

    private static string[] Settings { get; } =
    [
        .. TestGateway.Unhurried,
        "Chat:Limits:RoomsCreated=1000000", "Chat:Limits:MembersInvited=1000000", "Chat:Limits:DirectRoomsOpened=1000000",
        "Chat:Limits:ConnectBurstPerAddress=1000000", "Chat:Limits:ConnectsPerSecondPerAddress=1000000",
    ];

    /// <summary>Plays cells.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="begin">The way to play them.</param>
    /// <returns>Those that went wrong, and how.</returns>
    public static async Task<IReadOnlyCollection<(Cell Cell, string Wrong)>> PlayAsync(IEnumerable<Cell> cells, Func<TokenGateway, MatrixRun> begin)
    {
        var scenes = cells.GroupBy(cell => (cell.Who, cell.Where, cell.Under))
            .Select((group, number) => (group.Key.Who, group.Key.Where, group.Key.Under, Number: number, Cells: group.ToList()))
            .ToList();
        var administrators = scenes.Where(scene => scene.Who == Who.Administrator)
            .Select((scene, index) => $"Auth:Administrators:{index}={Cast.ActorOf(scene.Number)}");
        await using var gateway = await TokenGateway.StartAsync([.. Settings, .. administrators]);
        var run = begin(gateway);
        await Parallel.ForEachAsync(scenes, new ParallelOptions { MaxDegreeOfParallelism = ScenesAtOnce }, async (played, _) =>
        {
            using var scene = new Scene(gateway, played.Number, played.Who, played.Where, played.Under);
            await run.PlayAsync(scene, played.Cells);
        });
        (run as IDisposable)?.Dispose();
        await gateway.Gateway.StopAsync();
        Assert.Empty(gateway.Gateway.Faults);
        return run.Wrong;
    }

    /// <summary>Fails with the name of each cell of these deeds that went wrong.</summary>
    public static void Check(string what, Deed[] deeds, IReadOnlyCollection<(Cell Cell, string Wrong)> wrong, ITestOutputHelper output)
    {
        var cells = Cells.Count(cell => deeds.Contains(cell.Deed));
        var lines = wrong.Where(one => deeds.Contains(one.Cell.Deed)).Select(one => $"{one.Cell}: {one.Wrong}").Order(StringComparer.Ordinal).ToList();
        output.WriteLine($"{what}: {cells} cells");
        Assert.NotEqual(0, cells);
        Assert.True(lines.Count == 0, $"{lines.Count} of {cells} cells of {what} are wrong:\n{string.Join('\n', lines)}");
    }
}

/// <summary>Every cell, played once over the wire.</summary>
public sealed class WireMatrix : IAsyncLifetime
{
    internal IReadOnlyCollection<(Cell Cell, string Wrong)> Wrong { get; private set; } = [];

    public async ValueTask InitializeAsync() =>
        Wrong = await Matrix.PlayAsync(Matrix.Cells.Where(cell => cell.Deed.IsOfWire()), gateway => new WireRun(gateway));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Every cell, played once through the HTTP API.</summary>
public sealed class HttpMatrix : IAsyncLifetime
{
    internal IReadOnlyCollection<(Cell Cell, string Wrong)> Wrong { get; private set; } = [];

    public async ValueTask InitializeAsync() =>
        Wrong = await Matrix.PlayAsync(Matrix.Cells.Where(cell => cell.Deed.IsOfHttp()), gateway => new HttpRun(gateway));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
