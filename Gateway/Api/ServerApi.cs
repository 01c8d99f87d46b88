using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api;

/// <summary><c>/api/admin</c>: the server as a whole, for administrators.</summary>
internal static class ServerApi
{
    public static void MapServer(this RouteGroupBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("Administration").RequireAuthorization(AuthenticationSetup.Administrators);
        admin.MapGet("/gateways", ListAsync)
            .WithSummary("The gateways that there are. For administrators.");
        admin.MapGet("/counts", CountAsync)
            .WithSummary("How many silos, gateways, connections, users and rooms there are now, and how much is stored. For administrators.");
        admin.MapPost("/drain", DrainAsync)
            .WithSummary("Lets the clients of a gateway go to others; it takes no new ones, and waits to be ended. For administrators.");
    }

    private static async Task<GatewayList> ListAsync(IGrainFactory grains) => new(await Registry(grains).List());

    private static async Task<ServerCounts> CountAsync(IGrainFactory grains, IOptions<AuthOptions> auth)
    {
        var gateways = Registry(grains).List();
        var silos = grains.GetGrain<IClusterWatchGrain>(0).Count();
        var stored = StoredAsync(grains.GetGrain<ICensusGrain>(0), auth.Value.Mode.HasFlag(AuthModes.Accounts));
        var counts = await silos;
        return new ServerCounts(
            counts.Silos,
            (await gateways).Length,
            (await gateways).Sum(gateway => (long)gateway.Connections),
            (await gateways).Sum(gateway => (long)gateway.Users),
            counts.ActiveRooms,
            await stored);
    }

    // How many are connected is to be known above all when the store cannot answer.
    private static async Task<StoredCounts?> StoredAsync(ICensusGrain census, bool hasAccounts)
    {
        try
        {
            var stored = await census.Count();
            return hasAccounts ? stored : stored with { Accounts = null };
        }
        catch (ChatException refused) when (refused.Code == ChatErrorCode.Unavailable)
        {
            return null;
        }
    }

    private static async Task<Accepted<DrainBegun>> DrainAsync(
        OptionalBody<GatewayToDrain> body, IGrainFactory grains, GatewayIdentity self)
    {
        var wanted = (await body.ReadAsync(GatewayToDrain.Read)).Gateway;
        // This one needs nobody else to be told.
        if (wanted is null || wanted == self.Name) await self.Drain();
        else await Registry(grains).Drain(wanted);
        return TypedResults.Accepted((string?)null, new DrainBegun(wanted ?? self.Name, Draining: true));
    }

    private static IGatewayRegistryGrain Registry(IGrainFactory grains) => grains.GetGrain<IGatewayRegistryGrain>(0);
}
