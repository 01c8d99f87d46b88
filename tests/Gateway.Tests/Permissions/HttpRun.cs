using OrleansChat.Gateway.Tests.Authentication;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Plays cells through the HTTP API.</summary>
internal sealed class HttpRun(TokenGateway gateway) : MatrixRun(gateway), IDisposable
{
    private readonly HttpAnswers _http = new(gateway.Gateway.Http);

    public void Dispose() => _http.Dispose();

    // Blocks are a user's own: a limited token is good for a room, and over HTTP for no list that it would see in part.
    protected override Outcome Expect(Cell cell) =>
        cell is { Who: Who.Limited, Under: not Under.Suspended, Deed: Deed.Blocks or Deed.Block or Deed.Unblock }
            ? Outcome.Refused("forbidden", field: null)
            : base.Expect(cell);

    protected override Task PlayAllAsync(Scene scene, IReadOnlyCollection<Cell> cells)
    {
        var headers = WireDeeds.Authorization(Gateway, scene.Who, scene.Cast.Actor);
        return PlayAllAsync(scene, cells, (cell, stage, nonce) =>
        {
            var deed = HttpDeeds.Request(cell.Deed, stage, nonce);
            if (scene.Who == Who.Application) deed = deed with { Path = $"{deed.Path}?as={scene.Cast.Actor}" };
            var answer = _http.AnswerAsync(deed, headers);
            return Task.FromResult<Func<Task<Outcome>>>(() => answer);
        });
    }
}
