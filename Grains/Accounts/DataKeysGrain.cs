using OrleansChat.Accounts;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Accounts;

/// <summary>
/// The cluster's keys, straight from the store. Of two gateways that find the ring wanting at the same moment, one adds
/// a key and both get that one: the store gives a number once.
/// </summary>
internal sealed class DataKeysGrain(IDataKeyStore store, TimeProvider clock) : Grain, IDataKeysGrain
{
    public Task<DataKeyRing> All() => store.ListAsync();

    public async Task<DataKeyRing> Add(string xml, long known)
    {
        await store.AddAsync(known + 1, xml, clock.GetUtcNow());
        return await store.ListAsync();
    }
}
