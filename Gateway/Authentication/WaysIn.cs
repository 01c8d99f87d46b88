using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Description;

namespace OrleansChat.Gateway.Authentication;

/// <summary>The ways to prove who one is, for a page or a program that has yet to choose one.</summary>
/// <param name="Guest">Whether whoever connects is believed.</param>
/// <param name="Accounts">Whether one can register and log in here.</param>
/// <param name="Tokens">Whether an application can hand out tokens to its users.</param>
internal sealed record WaysIn(bool Guest, bool Accounts, bool Tokens)
{
    public static void Map(WebApplication app)
    {
        var modes = app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode;
        var ways = new WaysIn(modes == AuthModes.Guest, modes.HasFlag(AuthModes.Accounts), modes.HasFlag(AuthModes.Tokens));
        app.MapGet("/api/auth", () => TypedResults.Json(ways, WaysInJson.Default.WaysIn))
            .AllowAnonymous()
            .Produces<WaysIn>()
            .WithErrors(500, 503)
            .WithTags("Tokens")
            .WithSummary("The ways to prove who one is on this server.");
    }
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WaysIn))]
internal sealed partial class WaysInJson : JsonSerializerContext;
