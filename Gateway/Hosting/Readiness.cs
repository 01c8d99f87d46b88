using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Hosting;

/// <summary>Ready: not draining, and a grain reads from the store.</summary>
internal sealed class Readiness(ConnectionTable connections, SiloConnection silos, GatewayServices services) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (connections.IsDraining) return HealthCheckResult.Unhealthy("draining");
        if (!silos.IsMade) return HealthCheckResult.Unhealthy("there is no silo yet");
        try
        {
            await services.Directory.List(new Actor(""), query: null, after: null, limit: 1).WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("the grains do not answer", error);
        }
    }
}
