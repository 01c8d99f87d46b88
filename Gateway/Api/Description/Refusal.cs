using Microsoft.AspNetCore.Http.Metadata;

namespace OrleansChat.Gateway.Api.Description;

/// <summary>A way in which an endpoint refuses, for the description of the API.</summary>
/// <param name="StatusCode">The HTTP status.</param>
internal sealed record Refusal(int StatusCode) : IProducesResponseTypeMetadata
{
    private static readonly string[] Problems = ["application/problem+json"];

    public Type Type => typeof(Problem);

    public IEnumerable<string> ContentTypes => Problems;
}
