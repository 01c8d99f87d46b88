using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.KeyManagement.Internal;
using Microsoft.Extensions.Options;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Brings the cluster's keys to this gateway, and sees to it that there is always one to protect tokens with, known to
/// every gateway before it is used.
/// </summary>
/// <remarks>
/// What holds:
/// <list type="number">
/// <item>Nothing is protected, and no token judged, before the ring was read: until then whoever comes with a token is
/// told to come again, for this gateway cannot know what the token is worth.</item>
/// <item>A key counts only as the cluster's. Of gateways that find the ring wanting at the same moment one adds a key,
/// and the others drop theirs: <see cref="IDataKeysGrain.Add"/>.</item>
/// <item>The next key is there two days before it is used, and every gateway reads the ring once a minute. Only the
/// very first is used at once, when no gateway has another one.</item>
/// <item>A store that cannot answer is asked again: for the first ring with each request, for later ones each minute.
/// What was read stays good.</item>
/// <item>A ring with a key that this gateway has no certificate for is not begun with: tokens would be called worthless
/// that are not. With a silo inside it ends the start; a gateway of a cluster is not ready, and says why.</item>
/// </list>
/// </remarks>
internal sealed partial class TokenKeys(
    LoadedKeys loaded,
    KeysCertificates certificates,
    IKeyManager keys,
    IKeyRingProvider rings,
    IOptions<KeyManagementOptions> options,
    IGrainFactory grains,
    SiloConnection silos,
    TimeProvider clock,
    ILogger<TokenKeys> logger) : BackgroundService
{
    /// <summary>How long before a key ends there is another one; ASP.NET Core's own figure.</summary>
    internal static readonly TimeSpan Propagation = TimeSpan.FromDays(2);

    // By so much the clocks of gateways may differ; ASP.NET Core's own figure.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private const int MaxTries = 3;

    private readonly Lock _lock = new();
    private readonly Outage _outage = new("keys of tokens", clock, logger);
    private Task _reading = Task.CompletedTask;
    // A gateway of a cluster waits for silos, and has started by the time it can read the ring.
    private readonly bool _hasSiloInside = silos.IsMade;
    private UnreadableKeysException? _unreadable;
    private volatile bool _isReady;

    /// <summary>Whether tokens can be judged.</summary>
    public bool IsReady => _isReady;

    /// <summary>Has a request wait for the first ring, if that has not been read yet.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: it cannot be read at the moment.</exception>
    public async Task ReadyAsync()
    {
        if (_isReady) return;
        await TryReadAsync().WaitAsync(Patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_isReady) throw new ChatException(ChatErrorCode.Unavailable, "the keys of tokens cannot be read at the moment; try again");
    }

    /// <summary>Reads the ring and adds a key if it needs one; joins whoever does so already.</summary>
    internal Task ReadAsync()
    {
        lock (_lock)
        {
            if (_reading.IsCompleted) _reading = ReadAndAddAsync();
            return _reading;
        }
    }

    /// <summary>With a silo inside, the ring is there when the start is over; other gateways need not have met one yet.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryReadAsync();
        if (_hasSiloInside && _unreadable is { } wrong) throw wrong;
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_isReady ? Period : FirstPause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryReadAsync();
        }
    }

    private async Task TryReadAsync()
    {
        try
        {
            if (silos.IsMade) await ReadAsync();
        }
        catch (UnreadableKeysException error)
        {
            if (Interlocked.Exchange(ref _unreadable, error)?.Message != error.Message) LogUnreadable(logger, error.Message);
        }
        catch (Exception error)
        {
            _outage.Failed("the ring", error);
        }
    }

    private async Task ReadAndAddAsync()
    {
        var ring = grains.GetGrain<IDataKeysGrain>(0);
        var isOther = loaded.Take(await ring.All());
        var plain = certificates.Check(loaded.GetAllElements(), clock.GetUtcNow());
        if (plain > 0 && isOther) LogPlain(logger, plain);
        for (var tries = 0; FindNeed() is { } activation; tries++)
        {
            if (tries == MaxTries) throw new InvalidOperationException("the keys that were added are not in the ring");
            keys.CreateNewKey(activation, activation + options.Value.NewKeyLifetime);
            var made = loaded.TakeMade()!.ToString(System.Xml.Linq.SaveOptions.DisableFormatting);
            isOther |= loaded.Take(await ring.Add(made, loaded.Version!.Value));
        }

        // Data protection takes the new ring behind the back of the first who asks; nobody's token shall be that one.
        if (isOther) rings.GetCurrentKeyRing();
        (_isReady, _unreadable) = (true, null);
    }

    /// <returns>From when another key is needed, if one is.</returns>
    private DateTimeOffset? FindNeed()
    {
        var now = clock.GetUtcNow();
        var good = keys.GetAllKeys().Where(key => !key.IsRevoked && key.ExpirationDate > now).ToList();
        var current = good.Where(key => key.ActivationDate <= now + ClockDifference).ToList();
        if (current.Count == 0) return now;
        return good.Any(key => key.ExpirationDate > now + Propagation) ? null : current.Max(key => key.ExpirationDate);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The keys of tokens cannot be read: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} keys of tokens lie in the database as they were before Auth:KeysCertificate was set: whoever reads it can make tokens until their rows of data_keys are deleted, which ends the tokens that were made with them")]
    private static partial void LogPlain(ILogger logger, int count);
}
