using System.Collections.Immutable;

namespace OrleansChat.Accounts;

/// <summary>The keys by which gateways protect tokens: one ring for the whole cluster. The key is 0.</summary>
[Alias("chat.IDataKeysGrain")]
public interface IDataKeysGrain : IGrainWithIntegerKey
{
    /// <summary>The ring as it stands.</summary>
    [Alias("All")]
    Task<DataKeyRing> All();

    /// <summary>Adds a key, unless somebody else has added one that the caller does not know of.</summary>
    /// <param name="xml">The key.</param>
    /// <param name="known">The version of the ring that the caller found wanting.</param>
    /// <returns>The ring as it stands then, with this key or with the other one.</returns>
    [Alias("Add")]
    Task<DataKeyRing> Add(string xml, long known);
}

/// <summary>The keys of a cluster.</summary>
/// <param name="Version">The number of the newest; 0 when there is none.</param>
/// <param name="Keys">The keys as XML, in the order in which they were added.</param>
[GenerateSerializer, Immutable, Alias("chat.data-key-ring")]
public sealed record DataKeyRing(
    [property: Id(0)] long Version,
    [property: Id(1)] ImmutableArray<string> Keys)
{
    /// <summary>Names it in a log, and none of its keys.</summary>
    public override string ToString() => $"ring of {Keys.Length} keys, version {Version}";
}
