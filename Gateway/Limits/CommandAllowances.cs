using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Limits;

/// <summary>The commands of the users who send some through this gateway, over sockets and over HTTP.</summary>
internal sealed class CommandAllowances(
    IGrainFactory grains, IOptions<ChatLimits> limits, TimeProvider clock, ILogger<CommandAllowances> logger)
    : BackgroundService
{
    // By then what an allowance knew has lapsed, and its own buckets are all but full.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, CommandAllowance> _allowances = new();
    private readonly Outage _outage = new("allowances of users", clock, logger);

    /// <summary>Takes one command of a user.</summary>
    /// <inheritdoc cref="CommandAllowance.TakeAsync"/>
    public ValueTask<TimeSpan> TakeAsync(string user) =>
        (_allowances.TryGetValue(user, out var known) ? known : _allowances.GetOrAdd(user, New)).TakeAsync();

    /// <summary>Counts something that costs as much as a command, and is none; an application's own requests do not count.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: nothing is left.</exception>
    public async ValueTask CountAsync(Caller caller)
    {
        if (!caller.IsApplication) ThrowIf(await TakeAsync(caller.User));
    }

    /// <summary>Takes nothing, and refuses what is known to be refused.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: nothing is left.</exception>
    public void Check(Caller caller)
    {
        if (!caller.IsApplication && _allowances.TryGetValue(caller.User, out var known)) ThrowIf(known.RefusedFor);
    }

    /// <summary>Forgets those that nobody uses any more.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(IdleLimit / 2, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var known in _allowances.Where(known => known.Value.Idle > IdleLimit)) _allowances.TryRemove(known);
        }
    }

    private void ThrowIf(TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero) return;
        throw new ChatException(
            ChatErrorCode.RateLimited,
            $"more than {limits.Value.UserCommandsPerSecond} commands a second of one user (or {limits.Value.UserCommandBurst} at once)")
        {
            RetryAfter = wait,
        };
    }

    private CommandAllowance New(string user) =>
        new(user, request => grains.GetGrain<IUserGrain>(user).Spend(request), limits.Value, _outage, clock);
}
