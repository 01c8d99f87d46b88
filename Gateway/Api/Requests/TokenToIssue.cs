using System.Collections.Immutable;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>What token an application wants.</summary>
/// <param name="User">For whom: an id.</param>
/// <param name="Name">The display name; at most 64 characters, one of which at least can be seen.</param>
/// <param name="Ttl">For how many seconds it shall be good: 10 to 2,592,000 (30 days), 3,600 when absent.</param>
/// <param name="Rooms">The rooms that it is limited to, 1 to 100; all when absent.</param>
internal sealed record TokenToIssue(string User, string? Name, long Ttl, ImmutableArray<string>? Rooms)
{
    public const int MaxRooms = 100;
    public const long UsualTtl = 3_600;
    public const long LeastTtl = 10;
    public const long MostTtl = 30 * 24 * 3_600;

    public static TokenToIssue Read(CommandFields fields)
    {
        // A slip must not make a token for all rooms.
        if (fields.IsNull("rooms")) throw FieldRules.Bad("rooms", "rooms is null; leave it out if the token shall be for all rooms");
        var user = fields.User("user");
        var name = DisplayName.Read(fields);
        var ttl = fields.SeqOrNull("ttl") ?? UsualTtl;
        if (ttl is < LeastTtl or > MostTtl) throw FieldRules.Bad("ttl", $"ttl is {ttl}; it is {LeastTtl} to {MostTtl} seconds");
        return new TokenToIssue(user, name, ttl, fields.Has("rooms") ? fields.Rooms("rooms", MaxRooms) : null);
    }
}
