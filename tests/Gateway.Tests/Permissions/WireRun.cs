using System.Net.WebSockets;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Plays cells over the wire.</summary>
internal sealed class WireRun(TokenGateway gateway) : MatrixRun(gateway)
{
    protected override async Task PlayAllAsync(Scene scene, IReadOnlyCollection<Cell> cells)
    {
        var atTheDoor = cells.Where(cell => Expect(cell).AtTheDoor).ToList();
        foreach (var group in atTheDoor.GroupBy(cell => cell.Deed)) await KnockAsync(scene, [.. group]);
        if (atTheDoor.Count == cells.Count) return;
        await using var client = await WireDeeds.OpenAsync(Gateway, scene.Who, scene.Cast.Actor);
        await client.WelcomedAsync();
        await PlayAllAsync(scene, [.. cells.Except(atTheDoor)], (cell, stage, nonce) => PostAsync(scene, client, cell, stage, nonce));
    }

    // Whoever is not let in sends all the same, as fast as they can.
    private async Task KnockAsync(Scene scene, List<Cell> cells)
    {
        var staged = new List<(Cell Cell, Stage Stage, RoomState Before)>();
        foreach (var cell in cells)
        {
            var stage = await scene.SetStageAsync(cell);
            staged.Add((cell, stage, scene.Look(stage)));
        }

        await using var client = await WireDeeds.OpenAsync(Gateway, scene.Who, scene.Cast.Actor);
        try
        {
            foreach (var (cell, stage, _) in staged) await client.PostAsync(ToCommand(scene, cell, stage, NextNonce()));
        }
        catch (Exception error) when (error is WebSocketException or IOException)
        {
            // It is closed already, which is as it should be.
        }

        var (welcome, close) = (client.WelcomedAsync(), client.ClosedAsync());
        await Task.WhenAny(welcome, close);
        if (welcome.IsCompletedSuccessfully)
        {
            foreach (var cell in cells) Report(cell, $"{Expect(cell)} was expected; it was let in");
            return;
        }

        var closed = await close;
        var said = client.Frames is [var only] && only.Is("goodbye") ? only.TextOrNull("error") : string.Join(' ', client.Frames);
        foreach (var (cell, stage, before) in staged)
        {
            if (said != Expect(cell).Code || closed.Code != 1008) Report(cell, $"{Expect(cell)} was expected; it was {closed}: {said}");
            else if (scene.Look(stage).ToString() != before.ToString()) Report(cell, "it was not let in, and has changed something");
        }
    }

    // What a success does not answer (typing) is known not to have been refused when the next command to the room was answered.
    private async Task<Func<Task<Outcome>>> PostAsync(Scene scene, ChatClient client, Cell cell, Stage stage, string nonce)
    {
        var id = await client.PostAsync(ToCommand(scene, cell, stage, nonce));
        if (WireDeeds.Reply(cell.Deed) is { } reply)
            return async () => ToOutcome(await client.ReplyAsync(id), reply);
        var next = await client.PostAsync(new { type = "members", room = stage.Room });
        return async () =>
        {
            await client.ReplyAsync(next);
            var refusal = client.Frames.FirstOrDefault(frame => frame.Is("error") && frame.Number("id") == id);
            return refusal.ValueKind == JsonValueKind.Undefined ? Outcome.Done : ToOutcome(refusal, success: "");
        };
    }

    private static Outcome ToOutcome(JsonElement reply, string success)
    {
        if (reply.Is("error")) return Outcome.Refused(reply.Text("code"), reply.TextOrNull("field"));
        return reply.Is(success) ? Outcome.Done : new Outcome($"the reply {reply}");
    }

    private object ToCommand(Scene scene, Cell cell, Stage stage, string nonce) =>
        WireDeeds.Command(cell.Deed, stage, nonce, cell.Deed == Deed.Token ? WireDeeds.Token(Gateway, scene.Who, scene.Cast.Actor) : "");
}
