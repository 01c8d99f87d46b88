using Microsoft.AspNetCore.Http.HttpResults;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api;

/// <summary><c>/api/rooms</c>: the rooms themselves.</summary>
internal static class RoomsApi
{
    public static void MapRooms(this RouteGroupBuilder api)
    {
        var rooms = api.MapGroup("/rooms").WithTags("Rooms");
        rooms.MapGet("/", ListAsync)
            .WithSummary("Public rooms and those of the caller; all rooms for administrators.");
        rooms.MapPost("/", CreateAsync)
            .WithSummary("Creates a public or private room; the caller is its owner.");
        rooms.MapGet("/{room}", DescribeAsync).WithErrors(404)
            .WithSummary("A room as it stands.");
        rooms.MapPut("/{room}/topic", SetTopicAsync).WithErrors(404)
            .WithSummary("Says what a room is about, as an event of its log; null clears it.");
        rooms.MapPost("/{room}/archive", ArchiveAsync).WithErrors(404)
            .WithSummary("Archives a room, so that it can only be read; or restores it.");
        rooms.MapPost("/{room}/join", JoinAsync).WithErrors(404)
            .WithSummary("Makes the caller a member; a public room that does not exist comes into being.");
        rooms.MapPost("/{room}/leave", LeaveAsync)
            .WithSummary("Ends the caller's membership. Leaving a room that one is not in succeeds.");
    }

    private static async Task<RoomList> ListAsync(
        Caller caller, GatewayServices services, string? query = null, IdCursor? after = null, PageLimit? limit = null)
    {
        var wanted = query is null ? null : FieldRules.Short("query", query, FieldRules.MaxQuery);
        return RoomList.Of(await services.ListRoomsAsync(caller, wanted, after?.Value, PageLimit.Of(limit)));
    }

    private static async Task<Created<Membership>> CreateAsync(Caller caller, Body<RoomToCreate> body, GatewayServices services)
    {
        var wanted = await body.ReadAsync(RoomToCreate.Read);
        caller.Scope.Check(wanted.Room);
        var view = await services.CreateAsync(wanted.Room, caller.Actor, wanted.Kind, wanted.Topic, connection: null);
        return TypedResults.Created($"/api/rooms/{Uri.EscapeDataString(wanted.Room)}", Membership.Of(view));
    }

    private static Task<RoomDescription> DescribeAsync(Caller caller, RoomId room, GatewayServices services) =>
        services.Room(room.For(caller)).Describe(caller.Actor);

    private static async Task<RoomEdited> SetTopicAsync(Caller caller, RoomId room, Body<TopicChange> body, GatewayServices services)
    {
        var id = room.For(caller);
        var change = await body.ReadAsync(TopicChange.Read);
        return await EditAsync(services, id, new RoomEdit(caller.Actor, caller.Name, RoomEditKind.Topic, change.Topic));
    }

    private static async Task<RoomEdited> ArchiveAsync(Caller caller, RoomId room, OptionalBody<Archiving> body, GatewayServices services)
    {
        var id = room.For(caller);
        var change = await body.ReadAsync(Archiving.Read);
        var kind = change.Archived == false ? RoomEditKind.Restore : RoomEditKind.Archive;
        return await EditAsync(services, id, new RoomEdit(caller.Actor, caller.Name, kind, Reason: change.Reason));
    }

    private static async Task<Membership> JoinAsync(Caller caller, RoomId room, GatewayServices services) =>
        Membership.Of(await services.JoinAsync(room.For(caller), caller.Actor, connection: null));

    private static async Task<NoContent> LeaveAsync(Caller caller, RoomId room, GatewayServices services)
    {
        await services.Room(room.For(caller)).Leave(caller.User, connection: null);
        return TypedResults.NoContent();
    }

    private static async Task<RoomEdited> EditAsync(GatewayServices services, string room, RoomEdit edit) =>
        new(room, await services.EditAsync(room, edit) is > 0 and var seq ? seq : null);
}
