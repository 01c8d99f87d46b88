using Microsoft.AspNetCore.DataProtection.Internal;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// ASP.NET Core's own keeper of keys, but for one thing: it reads the ring again as soon as there is another one, and
/// not only after a day.
/// </summary>
internal sealed class ClusterKeyManager(
    IOptions<KeyManagementOptions> options, IActivator activator, ILoggerFactory loggers, LoadedKeys keys) : IKeyManager
{
    private readonly XmlKeyManager _keys = new(options, activator, loggers);

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) =>
        _keys.CreateNewKey(activationDate, expirationDate);

    public IReadOnlyCollection<IKey> GetAllKeys() => _keys.GetAllKeys();

    public CancellationToken GetCacheExpirationToken() => keys.Changed;

    public void RevokeKey(Guid keyId, string? reason = null) => throw Refuse();

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => throw Refuse();

    // A row less in the table is what revokes a key, on every gateway within a minute.
    private static NotSupportedException Refuse() => new("keys are revoked by deleting them from data_keys");
}
