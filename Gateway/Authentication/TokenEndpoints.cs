using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Authentication;

/// <summary>What ways there are to prove who one is, and tokens for the users of other applications.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this WebApplication app)
    {
        var modes = app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode;
        app.MapGet("/api/auth", () => TypedResults.Json(
            new WaysIn(modes == AuthModes.Guest, modes.HasFlag(AuthModes.Accounts), modes.HasFlag(AuthModes.Tokens)),
            TokenJson.Default.WaysIn)).AllowAnonymous();
    }

    internal sealed record WaysIn(bool Guest, bool Accounts, bool Tokens);
}

/// <summary>The JSON of these endpoints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenEndpoints.WaysIn))]
internal sealed partial class TokenJson : JsonSerializerContext;
