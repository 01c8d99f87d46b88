using System.Text;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Text;

/// <summary>The text endpoint's format, for a person: text in, text out, one line a message.</summary>
internal sealed class TextFormat : SocketFormat
{
    public override string SubProtocol => "chat.text.v1";

    public override ReadOnlyMemory<byte>? Goodbye(CloseReason reason) => Encoding.UTF8.GetBytes($"! {reason.Text}");

    public override string Example(HttpRequest request) => $"wscat -c ws://{request.Host}/ws/alice";

    public override Connection Connect(HttpContext context, ClientSocket socket, Caller caller, GatewayServices services) =>
        new TextConnection(socket, caller, context.Request.Query["room"].ToString(), services);
}
