namespace OrleansChat.Grains.Storage;

/// <summary>Where users are written.</summary>
public interface IUserStore
{
    /// <summary>Keeps a user's display name; nothing removes it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write.</exception>
    Task SetNameAsync(string user, string? name, DateTimeOffset at);
}
