namespace OrleansChat.Gateways;

/// <summary>Numbers that gateways and their registry share.</summary>
public static class GatewayRules
{
    /// <summary>How often a gateway reports.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    /// <summary>A gateway that has not reported for this long is forgotten.</summary>
    public static readonly TimeSpan ReportLease = TimeSpan.FromSeconds(30);
}
