using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Api;

/// <summary><c>/api/users/{user}</c>: whether users are there, and whether they are let in.</summary>
internal static class UsersApi
{
    public static void MapUsers(this RouteGroupBuilder api)
    {
        var user = api.MapGroup("/users/{user}").WithTags("Users");
        user.MapGet("/presence", PresenceAsync)
            .WithSummary("Whether a user is online, for those who share a room with them and for administrators.");
        user.MapGet("/connections", ListConnectionsAsync)
            .WithSummary("A user's connections on all gateways, for the user and for administrators.");
        user.MapDelete("/connections", DisconnectAsync)
            .WithSummary("Ends a user's connections; they may come back. For the user and for administrators.");
        user.MapPost("/revoke", RevokeAsync)
            .WithSummary("Ends all tokens that a user has, and the connections made with them. For the user and for administrators.");

        var suspension = user.MapGroup("/suspension").RequireAuthorization(AuthenticationSetup.Administrators);
        suspension.MapPut("/", SuspendAsync)
            .WithSummary("Keeps a user out of the server, until a time or for good. For administrators.");
        suspension.MapDelete("/", UnsuspendAsync)
            .WithSummary("Lets a suspended user in again. For administrators.");
    }

    private static Task<UserPresence> PresenceAsync(Caller caller, UserId user, GatewayServices services) =>
        services.User(user.Value).Presence(caller.Actor, caller.Scope.Rooms);

    private static async Task<ConnectionList> ListConnectionsAsync(Caller caller, UserId user, GatewayServices services)
    {
        var id = user.ForSelf(caller);
        var connections = await services.User(id).Connections();
        // On which machine is nothing to a user, only whether it is the same.
        return new ConnectionList(id, caller.IsAdministrator
            ? connections
            : [.. connections.Select(one => one with { Gateway = GatewayIdentity.MarkOf(one.Gateway) })]);
    }

    private static async Task<Disconnection> DisconnectAsync(
        Caller caller, UserId user, GatewayServices services, string? reason = null)
    {
        var id = user.ForSelf(caller);
        return new Disconnection(id, await services.User(id).DisconnectAll(caller.User, ReasonOf(reason)));
    }

    private static async Task<NoContent> RevokeAsync(
        Caller caller, UserId user, OptionalBody<Explanation> body, GatewayServices services)
    {
        var id = user.ForSelf(caller);
        await services.User(id).Revoke(caller.User, (await body.ReadAsync(Explanation.Read)).Reason);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> SuspendAsync(
        Caller caller, UserId user, OptionalBody<Suspension> body, GatewayServices services, IOptions<AuthOptions> auth)
    {
        var id = user.Value;
        // It would go on as others, and the others' grains know nothing of it.
        if (auth.Value.ApiKeys.Any(key => key.Name == id))
        {
            throw new ChatException(
                ChatErrorCode.Forbidden, $"'{id}' is an application, which suspending would not stop: take its key out of Auth:ApiKeys of all gateways", "user");
        }

        var wanted = await body.ReadAsync(Suspension.Read);
        var until = FieldRules.Future("until", wanted.Until, services.Clock.GetUtcNow());
        await services.User(id).Suspend(caller.User, until, wanted.Reason);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> UnsuspendAsync(
        Caller caller, UserId user, GatewayServices services, string? reason = null)
    {
        await services.User(user.Value).Unsuspend(caller.User, ReasonOf(reason));
        return TypedResults.NoContent();
    }

    private static string? ReasonOf(string? reason) =>
        reason is null ? null : FieldRules.Short("reason", reason, FieldRules.MaxReason);
}
