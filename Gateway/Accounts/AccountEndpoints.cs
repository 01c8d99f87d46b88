using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Accounts;

/// <summary>Accounts over HTTP: docs/security.md.</summary>
internal static class AccountEndpoints
{
    /// <summary>Maps them, if this gateway has accounts.</summary>
    public static void MapAccounts(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode.HasFlag(AuthModes.Accounts)) return;
        // Now, and not at the expense of the first who does not exist.
        app.Services.GetRequiredService<Decoy>();
        var accounts = app.MapGroup("/api/accounts").WithTags("Accounts").WithErrors(400, 401, 429, 500, 503);
        accounts.MapPost("/register", RegisterAsync).AllowAnonymous().WithErrors(403)
            .Produces<IssuedTokens>(StatusCodes.Status201Created).WithSummary("Makes an account, and logs its user in.");
        accounts.MapPost("/login", LogInAsync).AllowAnonymous()
            .RequireRateLimiting(AddressLimits.Accounts).WithErrors(403)
            .Produces<IssuedTokens>().WithSummary("Logs a user in.");
        accounts.MapPost("/refresh", RefreshAsync).AllowAnonymous()
            .RequireRateLimiting(AddressLimits.Connect).WithMetadata(new NeededToGoOn()).WithErrors(403)
            .Produces<IssuedTokens>().WithSummary("Gives new tokens for a refresh token.");
        accounts.MapPost("/password", ChangePasswordAsync).RequireAuthorization()
            .RequireRateLimiting(AddressLimits.Accounts).WithErrors(403)
            .Produces<IssuedTokens>().WithSummary("Gives the caller another password, and ends all tokens and connections that there were.");
        accounts.MapPost("/logout", LogOutAsync).RequireAuthorization()
            .RequireRateLimiting(AddressLimits.Connect).WithMetadata(new NeededToGoOn()).WithErrors(403)
            .WithSummary("Ends all tokens and connections of the caller, everywhere.");
    }

    private static async Task<JsonHttpResult<IssuedTokens>> RegisterAsync(
        HttpContext context, SecretBody<Registration> body, AccountDesk desk, RegistrationLimit limit)
    {
        limit.Take(context);
        var (user, password, name) = await body.ReadAsync(Registration.Read);
        var tokens = await desk.RegisterAsync(user, name, password, ClientAddress.Of(context));
        return Answer(context, tokens, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<IssuedTokens>> LogInAsync(HttpContext context, SecretBody<Credentials> body, AccountDesk desk)
    {
        var (user, password) = await body.ReadAsync(Credentials.Read);
        return Answer(context, await desk.LogInAsync(user, password));
    }

    private static async Task<JsonHttpResult<IssuedTokens>> RefreshAsync(HttpContext context, SecretBody<Refreshing> body, AccountDesk desk) =>
        Answer(context, await desk.RefreshAsync((await body.ReadAsync(Refreshing.Read)).RefreshToken));

    private static async Task<JsonHttpResult<IssuedTokens>> ChangePasswordAsync(
        HttpContext context, Caller caller, SecretBody<PasswordChange> body, AccountDesk desk)
    {
        var (current, next) = await body.ReadAsync(PasswordChange.Read);
        return Answer(context, await desk.ChangePasswordAsync(caller, current, next));
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
