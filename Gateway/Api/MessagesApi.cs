using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api;

/// <summary>What is said: pages of it, and more of it.</summary>
internal static class MessagesApi
{
    // Each is a call to a grain that may be on another silo; the caller waits for all of them.
    private const int RoomsAtOnce = 16;

    public static void MapMessages(this RouteGroupBuilder api)
    {
        var messages = api.MapGroup("/").WithTags("Messages");
        messages.MapGet("/rooms/{room}/messages", PageAsync).WithErrors(404)
            .WithSummary("A page of a room's events: the newest, those before a seq, or those after one.");
        messages.MapPost("/rooms/{room}/messages", SendAsync).WithErrors(404, 409)
            .WithSummary("Sends a message to a room. With a key it is stored once, however often it is sent.");
        messages.MapPost("/messages", SendToManyAsync)
            .WithSummary("Sends a message to many rooms, with a result for each; each counts as a command.");
        messages.MapPost("/users/{user}/messages", SendToUserAsync).WithErrors(409)
            .WithSummary("Sends a direct message to a user.");
    }

    private static async Task<MessageList> PageAsync(
        Caller caller,
        RoomId room,
        GatewayServices services,
        SeqCursor? before = null,
        SeqCursor? after = null,
        PageLimit? limit = null)
    {
        var id = room.For(caller);
        if (before is not null && after is not null) throw FieldRules.Bad("after", "before or after, not both");
        var page = await services.History(id).Page(caller.Actor, before?.For("before"), after?.For("after"), PageLimit.Of(limit));
        var newestFirst = after is null;
        return MessageList.Of(id, EncodedPage.Fit(id, page, newestFirst, services.HistoryBytes), newestFirst);
    }

    private static async Task<Results<Created<Ack>, Ok<Ack>>> SendAsync(
        Caller caller,
        RoomId room,
        Body<Draft> body,
        GatewayServices services,
        [FromHeader(Name = IdempotencyKey.Header)] string? key = null)
    {
        var id = room.For(caller);
        return Answer(await StoreAsync(caller, services, id, IdempotencyKey.Apply(await body.ReadAsync(CommandParser.ReadDraft), key)));
    }

    private static async Task<Results<Created<Ack>, Ok<Ack>>> SendToUserAsync(
        Caller caller,
        UserId user,
        Body<Draft> body,
        GatewayServices services,
        [FromHeader(Name = IdempotencyKey.Header)] string? key = null)
    {
        var room = ChatId.DirectRoom(caller.User, user.Value);
        caller.Scope.Check(room);
        return Answer(await StoreAsync(caller, services, room, IdempotencyKey.Apply(await body.ReadAsync(CommandParser.ReadDraft), key)));
    }

    private static async Task<Delivery> SendToManyAsync(
        Caller caller,
        Body<Broadcast> body,
        GatewayServices services,
        ILogger<Delivery> logger,
        [FromHeader(Name = IdempotencyKey.Header)] string? key = null)
    {
        var (rooms, text, ownKey, data) = await body.ReadAsync(Broadcast.Read);
        var draft = IdempotencyKey.Apply(new Draft(text, ownKey, ReplyTo: null, data), key);
        var results = new DeliveryResult[rooms.Length];
        await Parallel.ForAsync(0, rooms.Length, new ParallelOptions { MaxDegreeOfParallelism = RoomsAtOnce }, async (i, _) =>
        {
            try
            {
                caller.Scope.Check(rooms[i]);
                // The request itself was counted for the first.
                if (i > 0) await services.Allowances.CountAsync(caller);
                results[i] = DeliveryResult.Of(await StoreAsync(caller, services, rooms[i], draft));
            }
            catch (Exception error)
            {
                results[i] = DeliveryResult.Of(rooms[i], Faults.ToRefusal(error, logger));
            }
        });
        return new Delivery([.. results]);
    }

    private static async Task<Ack> StoreAsync(Caller caller, GatewayServices services, string room, Draft draft)
    {
        var outcome = (await services.SendAsync(room, new SendBatch(caller.User, caller.Name, [draft], caller.IsAdministrator)))[0];
        return outcome.Refusal is { } code
            ? throw new ChatException(code, outcome.Message!, outcome.Field)
            : Ack.Of(room, draft.Key, outcome);
    }

    private static Results<Created<Ack>, Ok<Ack>> Answer(Ack ack) =>
        ack.Duplicate == true ? TypedResults.Ok(ack) : TypedResults.Created((string?)null, ack);
}
