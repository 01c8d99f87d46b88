using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Connections;

/// <summary>Names each setting of <c>Chat:Drain</c> that is out of its range or does not exist.</summary>
internal sealed class DrainOptionsValidation(IConfiguration configuration) : IValidateOptions<DrainOptions>
{
    private static readonly SettingRange<DrainOptions>[] Ranges =
    [
        new(nameof(DrainOptions.DelaySeconds), d => d.DelaySeconds, 0, 600),
        new(nameof(DrainOptions.ConnectionsPerSecond), d => d.ConnectionsPerSecond, 1, 1_000_000),
        new(nameof(DrainOptions.MaxSeconds), d => d.MaxSeconds, 1, 3_600),
    ];

    public ValidateOptionsResult Validate(string? name, DrainOptions options)
    {
        var failures = SettingRange.Check(configuration, "Chat:Drain", Ranges, options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
