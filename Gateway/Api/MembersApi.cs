using Microsoft.AspNetCore.Http.HttpResults;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api;

/// <summary>Who is in a room, and what owners, moderators and administrators do about it.</summary>
internal static class MembersApi
{
    public static void MapMembers(this RouteGroupBuilder api)
    {
        var room = api.MapGroup("/rooms/{room}").WithTags("Members");
        room.MapGet("/members", ListAsync).WithErrors(404)
            .WithSummary("A page of a room's members, in the order of their ids.");
        room.MapPost("/invite", InviteAsync).WithErrors(404)
            .WithSummary("Makes a user a member.");
        room.MapPost("/kick", KickAsync).WithErrors(404)
            .WithSummary("Ends a user's membership; in a public room they may come back.");
        room.MapPost("/ban", BanAsync).WithErrors(404)
            .WithSummary("Ends a user's membership, and keeps them away until a time or for good.");
        room.MapPost("/unban", UnbanAsync).WithErrors(404)
            .WithSummary("Lifts a ban.");
        room.MapPost("/mute", MuteAsync).WithErrors(404)
            .WithSummary("Lets a member read but not write, until a time or for good.");
        room.MapPost("/unmute", UnmuteAsync).WithErrors(404)
            .WithSummary("Lifts a mute.");
        room.MapPost("/role", SetRoleAsync).WithErrors(404)
            .WithSummary("Makes a member an owner, a moderator or a plain member; for owners and administrators.");
        room.MapGet("/audit", AuditAsync).WithErrors(404)
            .WithSummary("A page of what was done to the room and its members, for owners, moderators and administrators.");
    }

    private static async Task<MemberList> ListAsync(
        Caller caller, RoomId room, GatewayServices services, IdCursor? after = null, PageLimit? limit = null)
    {
        var id = room.For(caller);
        return MemberList.Of(id, await services.Room(id).Members(caller.Actor, after?.Value, PageLimit.Of(limit)));
    }

    private static async Task<AuditList> AuditAsync(
        Caller caller, RoomId room, GatewayServices services, SeqCursor? after = null, PageLimit? limit = null)
    {
        var id = room.For(caller);
        return AuditList.Of(id, await services.History(id).Audit(caller.Actor, after?.For("after"), PageLimit.Of(limit)));
    }

    private static Task<NoContent> InviteAsync(Caller caller, RoomId room, Body<UserAndReason> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Invite, body);

    private static Task<NoContent> KickAsync(Caller caller, RoomId room, Body<UserAndReason> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Kick, body);

    private static Task<NoContent> BanAsync(Caller caller, RoomId room, Body<UserUntil> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Ban, body);

    private static Task<NoContent> UnbanAsync(Caller caller, RoomId room, Body<UserAndReason> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Unban, body);

    private static Task<NoContent> MuteAsync(Caller caller, RoomId room, Body<UserUntil> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Mute, body);

    private static Task<NoContent> UnmuteAsync(Caller caller, RoomId room, Body<UserAndReason> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Unmute, body);

    private static Task<NoContent> SetRoleAsync(Caller caller, RoomId room, Body<UserRole> body, GatewayServices services) =>
        ModerateAsync(caller, room, services, ModerationAction.Role, body);

    private static async Task<NoContent> ModerateAsync<T>(
        Caller caller, RoomId room, GatewayServices services, ModerationAction action, Body<T> body)
        where T : IModerationBody<T>
    {
        var id = room.For(caller);
        var wanted = await body.ReadAsync(T.Read);
        await services.ModerateAsync(id, wanted.ToModeration(caller.Actor, action));
        return TypedResults.NoContent();
    }
}
