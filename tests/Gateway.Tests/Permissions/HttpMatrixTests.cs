namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Every operation of the HTTP API on rooms and blocks, by everybody, everywhere, under every condition, to everybody.</summary>
public sealed class HttpMatrixTests(HttpMatrix matrix, ITestOutputHelper output) : IClassFixture<HttpMatrix>
{
    public static TheoryData<string> Operations => [.. Deeds.OfOperation.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_operation_ends_as_the_rules_say(string operation) =>
        Matrix.Check(operation, Deeds.OfOperation[operation], matrix.Wrong, output);
}
