using System.Buffers.Binary;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Frames are counted as they are, however they arrive.</summary>
public sealed class FrameMeterTests
{
    // Each form of the length (RFC 6455 §5.2), at both of its ends; masked as clients do, and not.
    private static readonly byte[][] Frames =
    [
        RawSocket.Encode(RawSocket.Ping, []),
        Frame(RawSocket.Pong, 0, lengthBytes: 0, masked: false),
        Frame(RawSocket.Text, 1, lengthBytes: 0),
        Frame(RawSocket.Text, 125, lengthBytes: 0),
        Frame(RawSocket.Continuation, 126, lengthBytes: 2),
        Frame(RawSocket.Text, 65_535, lengthBytes: 2),
        Frame(RawSocket.Binary, 3, lengthBytes: 2, masked: false),
        Frame(RawSocket.Text, 65_536, lengthBytes: 8),
        Frame(RawSocket.Text, 0, lengthBytes: 8),
        RawSocket.Encode(RawSocket.Close, [0x03, 0xE8]),
    ];

    [Fact]
    public void Frames_are_counted_wherever_the_bytes_are_cut()
    {
        byte[] all = [.. Frames.SelectMany(static frame => frame)];
        Assert.Equal(Frames.Length, new FrameMeter().Count(all));
        for (var cut = 0; cut <= all.Length; cut++)
        {
            var meter = new FrameMeter();
            Assert.Equal(Frames.Length, meter.Count(all.AsSpan(0, cut)) + meter.Count(all.AsSpan(cut)));
        }
    }

    [Fact]
    public void A_frame_is_counted_once_when_its_header_is_there()
    {
        foreach (var frame in Frames)
        {
            var meter = new FrameMeter();
            var header = 2 + ((frame[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 });
            for (var i = 0; i < frame.Length; i++) Assert.Equal(i == header - 1 ? 1 : 0, meter.Count(frame.AsSpan(i, 1)));
            // And the next one begins where it ends.
            Assert.Equal(1, meter.Count(RawSocket.Encode(RawSocket.Ping, [])));
        }
    }

    [Fact]
    public void Nothing_is_no_frame() => Assert.Equal(0, new FrameMeter().Count([]));

    private static byte[] Frame(byte opcode, int length, int lengthBytes, bool masked = true)
    {
        var eight = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, length);
        var form = lengthBytes switch { 0 => length, 2 => 126, _ => 127 };
        // A payload that looks like headers.
        return
        [
            (byte)(0x80 | opcode), (byte)(form | (masked ? 0x80 : 0)), .. eight[(8 - lengthBytes)..], .. new byte[masked ? 4 : 0],
            .. Enumerable.Repeat((byte)0x81, length),
        ];
    }
}
