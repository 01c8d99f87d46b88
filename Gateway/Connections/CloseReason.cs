using System.Text;
using System.Text.Unicode;

namespace OrleansChat.Gateway.Connections;

/// <summary>Why a connection ends (RFC 6455 §7.4.1; 4000 to 4499 reconnect, 4500 to 4999 do not).</summary>
/// <param name="Code">The close code.</param>
/// <param name="Text">A few words for a developer.</param>
/// <param name="Reconnect">Whether it makes sense to come back.</param>
/// <param name="AfterMs">When to come back, in milliseconds from now; a client adds its own jitter.</param>
/// <param name="Error">What the client was refused with: one close code stands for several reasons, not all of them the token's.</param>
internal sealed record CloseReason(int Code, string Text, bool Reconnect, int AfterMs = 0, ChatErrorCode? Error = null)
{
    // RFC 6455 §5.5: a control frame's payload is at most 125 bytes, two of which are the code.
    private const int MaxTextBytes = 123;

    // A stage of draining, so that those of one stage are back when the next one comes.
    private const int DrainSpreadMs = 1_000;

    /// <summary>The client closed.</summary>
    public static CloseReason Normal { get; } = new(1000, "", Reconnect: false);

    public static CloseReason Binary { get; } = new(1003, "binary frames are not part of this protocol", Reconnect: false);

    public static CloseReason TooManyBadFrames { get; } = new(1008, "too many malformed frames", Reconnect: false);

    public static CloseReason Fault { get; } = new(1011, "internal error", Reconnect: true, AfterMs: 1000);

    public static CloseReason SlowConsumer { get; } = new(4000, "slow consumer: too much is waiting for you", Reconnect: true);

    public static CloseReason TokenExpired { get; } = new(4001, "token expired", Reconnect: true);

    public static CloseReason LogReplaced { get; } = new(4002, "a room's log was replaced", Reconnect: true);

    public static CloseReason NotFollowing { get; } = new(4003, "a room cannot be followed at the moment", Reconnect: true, AfterMs: 1000);

    /// <summary>The gateway ends. Each client is named a moment of its own, so that not all of them come back at once.</summary>
    public static CloseReason Draining() => new(1001, "draining", Reconnect: true, AfterMs: Random.Shared.Next(DrainSpreadMs));

    public static CloseReason Policy(string text, ChatErrorCode error) => new(1008, text, Reconnect: false, Error: error);

    public static CloseReason Removed(string text) => new(4500, text, Reconnect: false);

    public static CloseReason FrameTooBig(int limit) => new(1009, $"a frame is over the limit of {limit} bytes", Reconnect: false);

    public static CloseReason Overloaded(string text) => new(1013, text, Reconnect: true, AfterMs: 5000);

    /// <summary>The text, cut to what a close frame can hold.</summary>
    public string FrameText
    {
        get
        {
            // Whole characters alone: a WebSocket sends no frame with half of one.
            Span<byte> utf8 = stackalloc byte[MaxTextBytes];
            Utf8.FromUtf16(Text, utf8, out _, out var written);
            return Encoding.UTF8.GetString(utf8[..written]);
        }
    }
}
