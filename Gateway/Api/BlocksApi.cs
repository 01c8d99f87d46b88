using Microsoft.AspNetCore.Http.HttpResults;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Api;

/// <summary><c>/api/blocks</c>: the users from whom the caller wants no direct messages.</summary>
internal static class BlocksApi
{
    public static void MapBlocks(this RouteGroupBuilder api)
    {
        var blocks = api.MapGroup("/blocks").WithTags("Blocks");
        blocks.MapGet("/", ListAsync)
            .WithSummary("A page of the users whom the caller has blocked, in the order of their ids.");
        blocks.MapPut("/{user}", BlockAsync)
            .WithSummary("Blocks a user: neither of the two can send the other direct messages.");
        blocks.MapDelete("/{user}", UnblockAsync)
            .WithSummary("Lifts the caller's block of a user.");
    }

    private static async Task<BlockList> ListAsync(
        Caller caller, GatewayServices services, IdCursor? after = null, PageLimit? limit = null)
    {
        caller.Scope.CheckAll();
        return BlockList.Of(await services.Directory.Blocks(caller.User, after?.Value, PageLimit.Of(limit)));
    }

    private static Task<NoContent> BlockAsync(Caller caller, UserId user, GatewayServices services) =>
        SetAsync(caller, user, services, blocked: true);

    private static Task<NoContent> UnblockAsync(Caller caller, UserId user, GatewayServices services) =>
        SetAsync(caller, user, services, blocked: false);

    private static async Task<NoContent> SetAsync(Caller caller, UserId user, GatewayServices services, bool blocked)
    {
        caller.Scope.CheckAll();
        await services.Room(ChatId.DirectRoom(caller.User, user.Value)).Block(caller.User, blocked);
        return TypedResults.NoContent();
    }
}
