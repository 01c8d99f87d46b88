using System.Collections.Immutable;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>The connections of a user, on all gateways.</summary>
/// <param name="User">The user.</param>
/// <param name="Connections">The connections.</param>
internal sealed record ConnectionList(string User, ImmutableArray<UserConnection> Connections);

/// <summary>Connections that were ended.</summary>
/// <param name="User">The user.</param>
/// <param name="Disconnected">How many there were.</param>
internal sealed record Disconnection(string User, int Disconnected);

/// <summary>A page of the users whom the caller has blocked, in the order of their ids.</summary>
/// <param name="Users">Their ids.</param>
/// <param name="More">Whether there are more after the last of them.</param>
/// <param name="Next">Then: what to give as <c>after</c> for the next page.</param>
internal sealed record BlockList(ImmutableArray<string> Users, bool More, string? Next)
{
    public static BlockList Of(BlockPage page) => new(page.Users, page.More, page.More ? page.Users[^1] : null);
}
