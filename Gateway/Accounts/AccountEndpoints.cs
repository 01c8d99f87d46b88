using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Accounts;

/// <summary>Accounts over HTTP: docs/security.md.</summary>
internal static class AccountEndpoints
{
    // More than the longest password, id and name have, each character written as an escape.
    private const int MaxBody = 16 * 1024;

    /// <summary>Maps them, if this gateway has accounts.</summary>
    public static void MapAccounts(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode.HasFlag(AuthModes.Accounts)) return;
        // Now, and not at the expense of the first who does not exist.
        app.Services.GetRequiredService<Decoy>();
        var accounts = app.MapGroup("/api/accounts").WithTags("Accounts").WithMetadata(new RequestSizeLimitAttribute(MaxBody));
        accounts.MapPost("/register", RegisterAsync).AllowAnonymous().RequireRateLimiting(AddressLimits.Registrations);
        accounts.MapPost("/login", LogInAsync).AllowAnonymous().RequireRateLimiting(AddressLimits.Accounts);
        accounts.MapPost("/refresh", RefreshAsync).AllowAnonymous().RequireRateLimiting(AddressLimits.Connect);
        accounts.MapPost("/password", ChangePasswordAsync).RequireAuthorization().RequireRateLimiting(AddressLimits.Accounts);
        accounts.MapPost("/logout", LogOutAsync).RequireAuthorization();
    }

    private static async Task<JsonHttpResult<IssuedTokens>> RegisterAsync(HttpContext context, AccountDesk desk)
    {
        using var body = await AccountBody.ReadAsync(context.Request);
        var user = FieldRules.User("user", body.Text("user"));
        if (!DisplayName.TryRead(body.TextOrNull("name"), out var name)) throw FieldRules.Bad("name", DisplayName.Rule);
        var tokens = await desk.RegisterAsync(user, name, PasswordText.Read("password", body.Text("password")));
        return Answer(context, tokens, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<IssuedTokens>> LogInAsync(HttpContext context, AccountDesk desk)
    {
        using var body = await AccountBody.ReadAsync(context.Request);
        var user = FieldRules.User("user", body.Text("user"));
        return Answer(context, await desk.LogInAsync(user, PasswordText.Read("password", body.Text("password"))));
    }

    private static async Task<JsonHttpResult<IssuedTokens>> RefreshAsync(HttpContext context, AccountDesk desk)
    {
        using var body = await AccountBody.ReadAsync(context.Request);
        return Answer(context, await desk.RefreshAsync(body.Text("refreshToken")));
    }

    private static async Task<JsonHttpResult<IssuedTokens>> ChangePasswordAsync(HttpContext context, Caller caller, AccountDesk desk)
    {
        using var body = await AccountBody.ReadAsync(context.Request);
        var current = PasswordText.Read("current", body.Text("current"));
        return Answer(context, await desk.ChangePasswordAsync(caller, current, PasswordText.Read("new", body.Text("new"))));
    }

    private static async Task<NoContent> LogOutAsync(Caller caller, AccountDesk desk)
    {
        await desk.LogOutAsync(caller);
        return TypedResults.NoContent();
    }

    // RFC 6749 §5.1: no cache may keep it.
    private static JsonHttpResult<IssuedTokens> Answer(HttpContext context, IssuedTokens tokens, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(tokens, IssuedTokensJson.Default.IssuedTokens, statusCode: status);
    }
}
