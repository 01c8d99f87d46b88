using Microsoft.Extensions.Hosting;

namespace OrleansChat.Grains.Hosting;

/// <summary>Tells, in the log of each silo, which silos come and go: the first thing to know at three in the morning.</summary>
internal sealed partial class MembershipLog(
    IClusterMembershipService membership, ILocalSiloDetails self, ILogger<MembershipLog> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var before = new Dictionary<SiloAddress, SiloStatus>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            foreach (var (silo, member) in snapshot.Members)
            {
                var known = before.TryGetValue(silo, out var status);
                if (status != member.Status) Tell(silo, member.Status, isNew: !known, snapshot.Version);
                before[silo] = member.Status;
            }
        }
    }

    private void Tell(SiloAddress silo, SiloStatus status, bool isNew, MembershipVersion version)
    {
        var who = silo.Equals(self.SiloAddress) ? "this one" : "another";
        // What was dead before this silo came is no news.
        if (status == SiloStatus.Dead && isNew) return;
        if (status == SiloStatus.Dead) LogDead(logger, silo, who, version.Value);
        else LogStatus(logger, silo, who, status, version.Value);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} ({Who}) is {Status} (membership {Version})")]
    private static partial void LogStatus(ILogger logger, SiloAddress silo, string who, SiloStatus status, long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Silo} ({Who}) has ended or was voted out (membership {Version})")]
    private static partial void LogDead(ILogger logger, SiloAddress silo, string who, long version);
}
