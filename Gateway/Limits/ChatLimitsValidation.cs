using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Limits;

/// <summary>Names each limit that is out of its range.</summary>
internal sealed class ChatLimitsValidation : IValidateOptions<ChatLimits>
{
    public ValidateOptionsResult Validate(string? name, ChatLimits options)
    {
        var failures = new List<string>();
        Check(nameof(ChatLimits.FrameBytes), options.FrameBytes, 1024, 16 * 1024 * 1024);
        Check(nameof(ChatLimits.TextBytes), options.TextBytes, 1, options.FrameBytes);
        Check(nameof(ChatLimits.DataBytes), options.DataBytes, 0, options.FrameBytes);
        Check(nameof(ChatLimits.CommandsPerSecond), options.CommandsPerSecond, 1, 1_000_000);
        Check(nameof(ChatLimits.CommandBurst), options.CommandBurst, 1, 1_000_000);
        Check(nameof(ChatLimits.ConnectionsPerUser), options.ConnectionsPerUser, 1, 10_000);
        Check(nameof(ChatLimits.Connections), options.Connections, 1, 10_000_000);
        Check(nameof(ChatLimits.OutboxBytes), options.OutboxBytes, 64 * 1024, 1024 * 1024 * 1024);
        Check(nameof(ChatLimits.ReplayEvents), options.ReplayEvents, 0, 100_000);
        Check(nameof(ChatLimits.PingSeconds), options.PingSeconds, 1, 30);
        Check(nameof(ChatLimits.PongSeconds), options.PongSeconds, 1, 30);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string limit, int value, int least, int most)
        {
            if (value < least || value > most)
                failures.Add($"Chat:Limits:{limit} is {value}; it must be between {least} and {most}");
        }
    }
}
