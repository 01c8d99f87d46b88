using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Json;

/// <summary>The JSON endpoint's format, for programs.</summary>
internal sealed class JsonFormat : SocketFormat
{
    public override string SubProtocol => JsonFrames.Protocol;

    public override ReadOnlyMemory<byte>? Goodbye(CloseReason reason) => JsonFrames.Goodbye(reason);

    public override string Example(HttpRequest request) => $"wscat -c 'ws://{request.Host}/ws?user=alice'";

    public override Connection Connect(HttpContext context, ClientSocket socket, Caller caller, GatewayServices services)
    {
        var query = context.Request.Query;
        var rooms = query["rooms"].SelectMany(value => value?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []);
        return new JsonConnection(socket, caller, query["subscribe"] == "none", [.. rooms], services);
    }
}
