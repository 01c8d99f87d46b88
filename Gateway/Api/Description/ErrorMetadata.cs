namespace OrleansChat.Gateway.Api.Description;

/// <summary>Says in the description of the API which refusals an endpoint has.</summary>
internal static class ErrorMetadata
{
    /// <param name="builder">The endpoint, or a group of them.</param>
    /// <param name="statuses">The HTTP statuses of the refusals, beside those that the whole API has.</param>
    public static TBuilder WithErrors<TBuilder>(this TBuilder builder, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata([.. statuses.Select(static object (status) => new Refusal(status))]);
}
