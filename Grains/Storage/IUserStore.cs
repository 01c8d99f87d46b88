using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage;

/// <summary>Where users are written.</summary>
public interface IUserStore
{
    /// <summary>Lets a user block another, or lifts it.</summary>
    /// <returns>
    /// Whether it is so now; not when <see cref="RoomRules.MaxBlocks"/> others are blocked already. Two processes that do it
    /// at once may pass that number by one each.
    /// </returns>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task<bool> SetBlockAsync(string user, string other, bool blocked, DateTimeOffset at);

    /// <summary>Keeps a user's display name; nothing removes it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetNameAsync(string user, string? name, DateTimeOffset at);

    /// <summary>
    /// Keeps whether the user is let in, and who decided it, in one step. The time from which tokens hold only moves
    /// forward, and a suspension is touched by <c>suspend</c> and <c>unsuspend</c> alone: whoever has not learned of what another
    /// activation decided does not undo it.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetAccessAsync(string user, UserAccess access, AuditRecord audit);
}
