using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>How many entries a page shall have at most.</summary>
/// <param name="Text">As it was sent.</param>
internal sealed record PageLimit(string Text)
{
    /// <summary>Takes whatever was sent: what is wrong with it is said by <see cref="Of"/>, with a code and a field.</summary>
    public static bool TryParse(string text, out PageLimit limit)
    {
        limit = new PageLimit(text);
        return true;
    }

    /// <summary>The number, or the usual one if none was sent.</summary>
    /// <exception cref="ChatException">It is not one of those that are allowed.</exception>
    public static int Of(PageLimit? limit) =>
        limit is null ? FieldRules.DefaultLimit : FieldRules.Limit(FieldRules.Seq("limit", limit.Text));
}
