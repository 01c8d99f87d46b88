using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>A place in a room's log, or in its audit.</summary>
/// <param name="Text">As it was sent.</param>
internal sealed record SeqCursor(string Text)
{
    /// <summary>Takes whatever was sent: what is wrong with it is said by <see cref="For"/>, with a code and a field.</summary>
    public static bool TryParse(string text, out SeqCursor cursor)
    {
        cursor = new SeqCursor(text);
        return true;
    }

    /// <summary>The number.</summary>
    /// <param name="parameter">The parameter that it came in.</param>
    /// <exception cref="ChatException">It is none.</exception>
    public long For(string parameter) => FieldRules.Seq(parameter, Text);
}
