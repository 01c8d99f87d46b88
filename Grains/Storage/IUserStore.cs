using OrleansChat.Users;

namespace OrleansChat.Grains.Storage;

/// <summary>Where users are written.</summary>
public interface IUserStore
{
    /// <summary>Lets a user block another, or lifts it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetBlockAsync(string user, string other, bool blocked, DateTimeOffset at);

    /// <summary>Keeps a user's display name; nothing removes it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetNameAsync(string user, string? name, DateTimeOffset at);

    /// <summary>Keeps whether the user is let in, and who decided it, in one step.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetAccessAsync(string user, UserAccess access, AuditRecord audit);
}
