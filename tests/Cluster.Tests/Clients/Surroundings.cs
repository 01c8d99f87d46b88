using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>What all clients of a scenario share.</summary>
/// <param name="Gateways">Where they may connect; which of these is up nobody tells them.</param>
/// <param name="Figures">What is measured.</param>
/// <param name="Violations">What must never be.</param>
/// <param name="Clock">The time.</param>
internal sealed record Surroundings(IReadOnlyList<Uri> Gateways, Figures Figures, Violations Violations, TimeProvider Clock);
