using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>What docs/security.md claims, it claims with tests that exist.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public async Task Every_test_that_the_threat_model_names_exists()
    {
        var root = Root();
        var named = TestName().Matches(await File.ReadAllTextAsync(Path.Combine(root, "docs", "security.md")))
            .Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.True(named.Count > 50, $"{named.Count} tests are named");
        var sources = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText).ToList();
        var missing = named.Where(name => !sources.Exists(source => source.Contains($"Task {name}(", StringComparison.Ordinal)
            || source.Contains($"void {name}(", StringComparison.Ordinal)));
        Assert.Empty(missing);
    }

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]*(?:_[A-Za-z0-9]+){3,})`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TestName();

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
