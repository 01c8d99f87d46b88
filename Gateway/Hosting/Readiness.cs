using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Hosting;

/// <summary>Ready: not draining, a grain reads from the store, and tokens can be told from what are none.</summary>
internal sealed class Readiness(
    ConnectionTable connections, SiloConnection silos, StoreProbe store, TokenKeys keys, IOptions<AuthOptions> auth) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (connections.IsDraining) return HealthCheckResult.Unhealthy("draining");
        if (!silos.IsMade) return HealthCheckResult.Unhealthy("there is no silo yet");
        try
        {
            await store.AskAsync().WaitAsync(cancellationToken);
            return auth.Value.Mode == AuthModes.Guest || keys.IsReady
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("the keys of tokens have not been read");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("the grains do not answer", error);
        }
    }
}
