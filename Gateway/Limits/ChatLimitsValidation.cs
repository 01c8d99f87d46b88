using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Limits;

/// <summary>Names each limit that is out of its range, and each setting that nothing reads.</summary>
internal sealed class ChatLimitsValidation(IConfiguration configuration) : IValidateOptions<ChatLimits>
{
    private static readonly string[] Settings = ["DataDirectory", "Limits"];

    private static readonly (string Name, Func<ChatLimits, int> Value, int Least, int Most)[] Ranges =
    [
        (nameof(ChatLimits.FrameBytes), l => l.FrameBytes, 1024, 16 * 1024 * 1024),
        (nameof(ChatLimits.TextBytes), l => l.TextBytes, 1, 16 * 1024 * 1024),
        (nameof(ChatLimits.DataBytes), l => l.DataBytes, 0, 16 * 1024 * 1024),
        (nameof(ChatLimits.CommandsPerSecond), l => l.CommandsPerSecond, 1, 1_000_000),
        (nameof(ChatLimits.CommandBurst), l => l.CommandBurst, 1, 1_000_000),
        (nameof(ChatLimits.ConnectionsPerUser), l => l.ConnectionsPerUser, 1, 10_000),
        (nameof(ChatLimits.Connections), l => l.Connections, 1, 10_000_000),
        (nameof(ChatLimits.OutboxBytes), l => l.OutboxBytes, 64 * 1024, 1024 * 1024 * 1024),
        (nameof(ChatLimits.ReplayEvents), l => l.ReplayEvents, 0, 100_000),
        (nameof(ChatLimits.PingSeconds), l => l.PingSeconds, 1, 30),
        (nameof(ChatLimits.PongSeconds), l => l.PongSeconds, 1, 30),
    ];

    public ValidateOptionsResult Validate(string? name, ChatLimits options)
    {
        var failures = Unknown("Chat", Settings)
            .Concat(Unknown("Chat:Limits", [.. Ranges.Select(range => range.Name)]))
            .Concat(Ranges
                .Where(range => range.Value(options) < range.Least || range.Value(options) > range.Most)
                .Select(range => $"Chat:Limits:{range.Name} is {range.Value(options)}; it must be between {range.Least} and {range.Most}"))
            .ToList();
        if (failures.Count == 0 && Math.Max(options.TextBytes, options.DataBytes) > options.FrameBytes)
            failures.Add($"Chat:Limits:FrameBytes is {options.FrameBytes}; TextBytes and DataBytes must fit into it");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Unknown(string section, string[] known) => configuration.GetSection(section).GetChildren()
        .Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
        .Select(child => $"{child.Path} is not a setting; in {section} there are {string.Join(", ", known)}");
}
