using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansChat.Grains.Hosting;

/// <summary>The health endpoints that silos and gateways have in common.</summary>
public static class Health
{
    /// <summary>Marks a check that <c>/healthz/ready</c> asks.</summary>
    public const string Ready = "ready";

    /// <summary>
    /// <c>/healthz/live</c>: 200 while the process can answer. <c>/healthz/ready</c>: 200 when it can serve, 503 and
    /// the reason, as a line of text, when it cannot. No rate limit is theirs: whoever floods a gateway from the address of
    /// those who watch it must not have it taken for dead.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new() { Predicate = static _ => false, ResponseWriter = WriteAsync }).DisableRateLimiting();
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions
        {
            Predicate = static check => check.Tags.Contains(Ready),
            ResponseWriter = WriteAsync,
        }).DisableRateLimiting();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var reasons = report.Entries.Values.Where(entry => entry.Status != HealthStatus.Healthy).Select(entry => entry.Description);
        return context.Response.WriteAsync(report.Status == HealthStatus.Healthy ? "ok\n" : $"{string.Join("; ", reasons)}\n");
    }
}
