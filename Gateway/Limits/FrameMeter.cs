namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Counts WebSocket frames (RFC 6455 §5.2) in the bytes that a client sends, wherever these are cut. It changes nothing
/// and refuses nothing: what is not a proper frame, the WebSocket itself ends the connection for.
/// </summary>
internal struct FrameMeter
{
    private const int MaskBytes = 4;

    // What is left of the frame that is being passed over: its masking key and its payload.
    private ulong _rest;

    // Where in a header the next byte stands: its first, its second, or one of so many that hold the length.
    private bool _isBegun;
    private int _lengthBytes;
    private bool _isMasked;
    private ulong _length;

    /// <summary>Takes the next bytes.</summary>
    /// <returns>How many frames there were whose header ends in them.</returns>
    public int Count(ReadOnlySpan<byte> bytes)
    {
        var frames = 0;
        while (!bytes.IsEmpty)
        {
            if (_rest > 0)
            {
                var passed = (int)Math.Min(_rest, (ulong)bytes.Length);
                _rest -= (ulong)passed;
                bytes = bytes[passed..];
                continue;
            }

            if (IsHeaderEnd(bytes[0])) frames++;
            bytes = bytes[1..];
        }

        return frames;
    }

    private bool IsHeaderEnd(byte next)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            return false;
        }

        if (_lengthBytes > 0)
        {
            _length = (_length << 8) | next;
            if (--_lengthBytes > 0) return false;
        }
        else
        {
            (_isMasked, _length) = ((next & 0x80) != 0, (ulong)(next & 0x7F));
            _lengthBytes = _length switch { 126 => 2, 127 => 8, _ => 0 };
            if (_lengthBytes > 0)
            {
                _length = 0;
                return false;
            }
        }

        _rest = _length + (_isMasked ? MaskBytes : 0UL);
        _isBegun = false;
        return true;
    }
}
