using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Accounts;

/// <summary>Accounts over HTTP: docs/security.md.</summary>
internal static class AccountEndpoints
{
    // More than the longest password, id and name have, each character written as an escape.
    private const int MaxBody = 16 * 1024;
    private const string Json = "application/json";

    /// <summary>Maps them, if this gateway has accounts.</summary>
    public static void MapAccounts(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode.HasFlag(AuthModes.Accounts)) return;
        // Now, and not at the expense of the first who does not exist.
        app.Services.GetRequiredService<Decoy>();
        var accounts = app.MapGroup("/api/accounts").WithTags("Accounts")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBody)).WithErrors(400, 401, 413, 415, 429, 500, 503);
        accounts.MapPost("/register", RegisterAsync).Accepts<Registration>(Json).AllowAnonymous()
            .RequireRateLimiting(AddressLimits.Registrations).WithSummary("Makes an account, and logs its user in.");
        accounts.MapPost("/login", LogInAsync).Accepts<Credentials>(Json).AllowAnonymous()
            .RequireRateLimiting(AddressLimits.Accounts).WithErrors(403).WithSummary("Logs a user in.");
        accounts.MapPost("/refresh", RefreshAsync).Accepts<Refreshing>(Json).AllowAnonymous()
            .RequireRateLimiting(AddressLimits.Connect).WithErrors(403).WithSummary("Gives new tokens for a refresh token.");
        accounts.MapPost("/password", ChangePasswordAsync).Accepts<PasswordChange>(Json).RequireAuthorization()
            .RequireRateLimiting(AddressLimits.Accounts).WithErrors(403)
            .WithSummary("Gives the caller another password, and ends all tokens and connections that there were.");
        accounts.MapPost("/logout", LogOutAsync).RequireAuthorization().WithErrors(403)
            .WithSummary("Ends all tokens and connections of the caller, everywhere.");
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
