using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Users;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Connections;

/// <summary>What the endpoints have in common: from the upgrade to the last close frame.</summary>
internal sealed class SocketEndpoint(
    ConnectionTable connections,
    Arrivals arrivals,
    Overload overload,
    SiloConnection silos,
    UserLinks links,
    GatewayServices services,
    ILogger<SocketEndpoint> logger)
{
    private const string Draining = "This gateway is draining.";

    private readonly AddressTable _addresses = new(services.Limits.ConnectionsPerAddress);

    /// <summary>Upgrades the request and serves it until the connection has ended.</summary>
    /// <param name="context">The request.</param>
    /// <param name="format">The format that this endpoint speaks.</param>
    public async Task ServeAsync(HttpContext context, SocketFormat format)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            await context.Response.WriteAsync($"This is a WebSocket endpoint. Try: {format.Example(context.Request)}\n");
            return;
        }

        if (!silos.IsMade)
        {
            await RefuseAsync(context, "There is no silo yet.");
        }
        else if (!connections.TryPass())
        {
            await RefuseAsync(context, Draining);
        }
        else
        {
            try
            {
                await PassAsync(context, format);
            }
            finally
            {
                connections.GoOut();
            }
        }
    }

    // A load balancer takes them to another gateway, which a goodbye after the upgrade would not let it.
    private static Task RefuseAsync(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(why + "\n");
    }

    private async Task PassAsync(HttpContext context, SocketFormat format)
    {
        var address = ClientAddress.Of(context);
        if (!_addresses.TryEnter(address))
        {
            await AddressLimits.RefuseAsync(context, "too many connections from this address", Overload.RetryAfter);
            return;
        }

        try
        {
            await ComeInAsync(context, format);
        }
        finally
        {
            _addresses.Leave(address);
        }
    }

    private async Task ComeInAsync(HttpContext context, SocketFormat format)
    {
        if (await arrivals.ComeInAsync(context.RequestAborted) is not { } arrival)
        {
            context.Response.Headers.RetryAfter = Overload.RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(context, "Too many are coming in at the moment.");
            return;
        }

        using (arrival)
        {
            // It may have closed while they waited.
            if (connections.IsClosed) await RefuseAsync(context, Draining);
            else await UpgradeAsync(context, format, arrival);
        }
    }

    private async Task UpgradeAsync(HttpContext context, SocketFormat format, Arrivals.Place arrival)
    {
        // A quiet client is not a slow one; the keep-alive finds out who is gone.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate) requestRate.MinDataRate = null;
        var responseRate = context.Features.Get<IHttpMinResponseDataRateFeature>();
        var usualRate = responseRate?.MinDataRate;
        if (responseRate is not null) responseRate.MinDataRate = null;
        var accepted = await AcceptAsync(context, format);
        ConnectionGate.Upgraded(context);
        await connections.HoldAsync(accepted, () => ServeAsync(context, format, accepted, arrival));
        // The last frames have to leave in time: no client may keep the connection by not reading them.
        if (responseRate is not null) responseRate.MinDataRate = usualRate;
    }

    private async Task ServeAsync(HttpContext context, SocketFormat format, ClientSocket accepted, Arrivals.Place arrival)
    {
        using var socket = accepted;
        var (caller, wrong) = await SocketAddress.FindCallerAsync(context);
        if (caller is null)
        {
            await RefuseAsync(socket, CloseReason.Policy(wrong, ChatErrorCode.Unauthorized), arrival);
        }
        else if (overload.Reason is { } reason)
        {
            await RefuseAsync(socket, CloseReason.Overloaded(reason), arrival);
        }
        else if (!connections.TryEnter(services.Limits.Connections))
        {
            await RefuseAsync(socket, CloseReason.Overloaded(Overload.Full), arrival);
        }
        else
        {
            try
            {
                using var connection = format.Connect(context, socket, caller, services);
                await ServeAsync(connection, socket, arrival);
            }
            finally
            {
                connections.Leave();
            }
        }
    }

    private async Task<ClientSocket> AcceptAsync(HttpContext context, SocketFormat format)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>() as CorkedUpgrade;
        var limits = services.Limits;
        var accepted = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(p => p == format.SubProtocol),
            KeepAliveInterval = TimeSpan.FromSeconds(limits.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(limits.PongSeconds),
        });
        return new ClientSocket(
            accepted, upgrade?.Stream, limits.FrameBytes, limits.OutboxBytes, format.Goodbye, services.Clock, logger);
    }

    private async Task ServeAsync(Connection connection, ClientSocket socket, Arrivals.Place arrival)
    {
        UserLink link;
        UserSession session;
        try
        {
            (link, session) = await links.ConnectAsync(connection);
        }
        catch (Exception error)
        {
            await RefuseAsync(socket, ToReason(Faults.ToRefusal(error, logger)), arrival);
            return;
        }

        try
        {
            connection.Name ??= session.Name;
            await StartAsync(connection, link, session);
            arrival.Leave();
            await connection.RunAsync();
        }
        finally
        {
            await links.DisconnectAsync(link, connection);
        }
    }

    private async Task StartAsync(Connection connection, UserLink link, UserSession session)
    {
        try
        {
            link.Start(connection, await connection.StartAsync(session));
        }
        catch (Exception error)
        {
            connection.Close(ToReason(Faults.ToRefusal(error, logger)));
        }
    }

    private static async Task RefuseAsync(ClientSocket socket, CloseReason reason, Arrivals.Place arrival)
    {
        arrival.Leave();
        socket.Close(reason);
        await socket.RunAsync(static _ => ValueTask.CompletedTask);
    }

    private static CloseReason ToReason(ChatException refusal) => refusal.Code switch
    {
        ChatErrorCode.Unavailable => CloseReason.Overloaded(refusal.Message),
        ChatErrorCode.Internal => CloseReason.Fault,
        _ => CloseReason.Policy(refusal.Message, refusal.Code),
    };
}
