using System.Collections.Concurrent;
using System.Globalization;
using OrleansChat.Gateway.Tests.Authentication;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Plays cells, and says which of them end otherwise than the rules say.</summary>
internal abstract class MatrixRun(TokenGateway gateway)
{
    private readonly ConcurrentBag<(Cell Cell, string Wrong)> _wrong = [];
    private int _nonce;

    /// <summary>The cells that went wrong, and how.</summary>
    public IReadOnlyCollection<(Cell Cell, string Wrong)> Wrong => _wrong;

    protected TokenGateway Gateway { get; } = gateway;

    /// <summary>Plays the cells of one scene: those that are refused all at once, for they change nothing; each other by itself.</summary>
    public async Task PlayAsync(Scene scene, IReadOnlyCollection<Cell> cells)
    {
        try
        {
            await scene.SetUpAsync();
            await PlayAllAsync(scene, cells);
        }
        catch (Exception error)
        {
            foreach (var cell in cells) Report(cell, $"the scene broke: {error}");
        }
    }

    /// <summary>What has to come out.</summary>
    protected virtual Outcome Expect(Cell cell) => PermissionRules.Expect(cell);

    /// <summary>Plays the cells of a scene that is set up.</summary>
    protected abstract Task PlayAllAsync(Scene scene, IReadOnlyCollection<Cell> cells);

    /// <summary>Plays cells one way: what is refused first.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="post">Begins a cell, and gives its end.</param>
    protected async Task PlayAllAsync(Scene scene, IReadOnlyCollection<Cell> cells, Post post)
    {
        var refused = cells.Where(cell => !Expect(cell).IsDone).ToList();
        if (!await AreRefusedAsync(scene, refused, post))
        {
            foreach (var cell in refused) await PlayAsync(scene, cell, post);
        }

        foreach (var cell in cells.Where(cell => Expect(cell).IsDone)) await PlayAsync(scene, cell, post);
    }

    protected string NextNonce() => Interlocked.Increment(ref _nonce).ToString(CultureInfo.InvariantCulture);

    protected void Report(Cell cell, string wrong) => _wrong.Add((cell, wrong));

    private async Task<bool> AreRefusedAsync(Scene scene, List<Cell> cells, Post post)
    {
        var played = new List<(Cell Cell, Stage Stage, RoomState Before, Func<Task<Outcome>> Answer)>();
        foreach (var cell in cells)
        {
            var stage = await scene.SetStageAsync(cell);
            played.Add((cell, stage, scene.Look(stage), await post(cell, stage, NextNonce())));
        }

        var areRefused = true;
        foreach (var (cell, _, _, answer) in played) areRefused &= (await answer()) == Expect(cell);
        return areRefused && played.All(one => scene.Look(one.Stage).ToString() == one.Before.ToString());
    }

    private async Task PlayAsync(Scene scene, Cell cell, Post post)
    {
        var stage = await scene.SetStageAsync(cell);
        var before = scene.Look(stage);
        var nonce = NextNonce();
        var answer = await post(cell, stage, nonce);
        var (outcome, expected) = (await answer(), Expect(cell));
        var after = scene.Look(stage);
        if (outcome != expected) Report(cell, $"{expected} was expected; it was {outcome}");
        else if (expected.IsDone && Effects.Missing(cell, stage, scene.Cast.Actor, nonce, before, after) is { } missing) Report(cell, missing);
        else if (!expected.IsDone && after.ToString() != before.ToString()) Report(cell, $"it was refused, and has changed {before} to {after}");
        if (after.ToString() == before.ToString()) return;
        try
        {
            await scene.RestoreAsync(stage, before);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"what {cell} has done cannot be put right: {error.Message}", error);
        }
    }

    /// <summary>Begins a cell.</summary>
    /// <returns>Waits for its end.</returns>
    protected delegate Task<Func<Task<Outcome>>> Post(Cell cell, Stage stage, string nonce);
}
