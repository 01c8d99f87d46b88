using OrleansChat.Gateway.Json;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api;

/// <summary>The key of a message may come in the header that other APIs use for it.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>The draft with the key from the header, if it has none of its own.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="header">The header, bare or as a quoted string (RFC 8941 §3.3.3); none if it was not sent.</param>
    /// <exception cref="ChatException">It cannot be a key, or the draft has another one.</exception>
    public static Draft Apply(Draft draft, string? header)
    {
        if (header is null) return draft;
        var bare = header is ['"', .. var quoted, '"'] ? quoted : header;
        var key = FieldRules.Short(Header, bare, FieldRules.MaxKey);
        return draft.Key is null || draft.Key == key
            ? draft with { Key = key }
            : throw FieldRules.Bad("key", $"key is not what the header {Header} says");
    }
}
