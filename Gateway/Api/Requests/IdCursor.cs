using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>The last id of the page before.</summary>
/// <param name="Text">As it was sent.</param>
internal sealed record IdCursor(string Text)
{
    /// <summary>The id, which need not exist.</summary>
    /// <exception cref="ChatException">It cannot be one.</exception>
    public string Value => FieldRules.Short("after", Text, FieldRules.MaxCursor);

    /// <summary>Takes whatever was sent: what is wrong with it is said by <see cref="Value"/>, with a code and a field.</summary>
    public static bool TryParse(string text, out IdCursor cursor)
    {
        cursor = new IdCursor(text);
        return true;
    }
}
