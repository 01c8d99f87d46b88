using OrleansChat.Accounts;

namespace OrleansChat.Grains.Storage;

/// <summary>Where the keys that protect tokens are kept.</summary>
/// <remarks>All calls throw <see cref="StoreUnavailableException"/> when the store cannot do it.</remarks>
public interface IDataKeyStore
{
    /// <summary>All keys, in the order of their numbers.</summary>
    Task<DataKeyRing> ListAsync();

    /// <summary>Adds a key under a number.</summary>
    /// <returns>Whether it did; not when the number is taken.</returns>
    Task<bool> AddAsync(long number, string xml, DateTimeOffset at);
}
