using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Grains.Storage;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

// Whether the server lets the user in. What is decided here is on the disk before it is told to the gateways, and
// whoever comes with a token is held against it: connections when they come and at each renewal of their leases.
internal sealed partial class UserGrain
{
    private const int ExpelAttempts = 8;
    private static readonly TimeSpan ExpelPause = TimeSpan.FromMilliseconds(250);

    // By so much the clocks of gateways and silos may differ without a revoked token being taken for a new one.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(2);

    // One decision at a time: while one is being written, another that fails must not have this activation read what was
    // before. Not disposed of: what is being written goes on after an activation whose silo is in a hurry.
    private readonly SemaphoreSlim _deciding = new(1);

    public async Task<UserAccess> Admit(DateTimeOffset? issuedAt)
    {
        var access = (await ProfileAsync()).Access;
        return access.Refusal(issuedAt, clock.GetUtcNow()) is { } refusal ? throw refusal : access;
    }

    public async Task<UserAccess> Revoke(string by, string? reason)
    {
        var from = DateTimeOffset.FromUnixTimeMilliseconds((clock.GetUtcNow() + ClockDifference).ToUnixTimeMilliseconds());
        var access = await DecideAsync(a => a with { TokensFrom = from }, Audit("revoke", by, until: null, reason));
        Expel(access, [], reason ?? "logged out everywhere");
        return access;
    }

    public async Task Suspend(string by, DateTimeOffset? until, string? reason)
    {
        var end = until ?? DateTimeOffset.MaxValue;
        var access = await DecideAsync(a => a with { SuspendedUntil = end }, Audit("suspend", by, end, reason));
        Expel(access, [.. _connections.Keys], reason is null ? "suspended by an administrator" : $"suspended by an administrator: {reason}");
    }

    public Task Unsuspend(string by, string? reason) =>
        DecideAsync(a => a with { SuspendedUntil = null }, Audit("unsuspend", by, until: null, reason));

    public async Task<int> DisconnectAll(string by, string? reason)
    {
        ForgetExpired();
        ImmutableArray<string> ended = [.. _connections.Keys];
        var access = await DecideAsync(a => a, Audit("disconnect", by, until: null, reason));
        var who = by == User ? "disconnected from another device" : "disconnected by an administrator";
        Expel(access, ended, reason is null ? who : $"{who}: {reason}");
        return ended.Length;
    }

    public Task<ImmutableArray<UserConnection>> Connections()
    {
        ForgetExpired();
        return Task.FromResult(_connections
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new UserConnection(pair.Key, pair.Value.Gateway, pair.Value.Since))
            .ToImmutableArray());
    }

    private AuditRecord Audit(string action, string by, DateTimeOffset? until, string? reason) =>
        new(clock.GetUtcNow(), Room: null, action, by, User, until, Detail: null, reason);

    private async Task<UserAccess> DecideAsync(Func<UserAccess, UserAccess> change, AuditRecord audit)
    {
        await _deciding.WaitAsync();
        try
        {
            while (_profile is null) await ProfileAsync();
            // Held from here on: turns interleave, and whoever comes while it is written must not slip through.
            var access = change(_profile.Access);
            _profile = _profile with { Access = access };
            _profileChanges++;
            await store.SetAccessAsync(User, access, audit);
            return access;
        }
        catch
        {
            // Whether it is on the disk, only reading it tells.
            _profile = null;
            throw;
        }
        finally
        {
            _profileChanges++;
            _deciding.Release();
        }
    }

    private void Expel(UserAccess access, ImmutableArray<string> connections, string reason)
    {
        // A suspension may have been lifted by the time that this arrives; a revocation is for ever.
        var expulsion = new Expulsion(User, access with { SuspendedUntil = null }, connections, reason);
        foreach (var gateway in _connections.Values.GroupBy(lease => lease.Gateway).ToList())
            _ = ExpelAsync(gateway.Key, gateway.First().Observer, expulsion);
    }

    // Not awaited by who asks: the gateway may be that one. What no attempt reaches, the next renewal finds.
    private async Task ExpelAsync(string gateway, IGatewayObserver observer, Expulsion expulsion)
    {
        for (var attempt = 1; attempt <= ExpelAttempts; attempt++)
        {
            try
            {
                await observer.Expel(expulsion);
                return;
            }
            catch (Exception error)
            {
                LogNotExpelled(logger, User, gateway, error.Message);
                await Task.Delay(ExpelPause, clock);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "User {User}: gateway {Gateway} has not yet ended the connections ({Reason})")]
    private static partial void LogNotExpelled(ILogger logger, string user, string gateway, string reason);
}
