using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Hosting;

/// <summary>Ready: an active member of the cluster, and the store answers.</summary>
public sealed class SiloReadiness(ISiloStatusOracle membership, IChatReader reader) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (membership.CurrentStatus != SiloStatus.Active) return HealthCheckResult.Unhealthy($"the silo is {membership.CurrentStatus}");
        try
        {
            await reader.FindUserAsync("").WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("the store does not answer", error);
        }
    }
}
