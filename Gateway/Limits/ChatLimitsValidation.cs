using Microsoft.Extensions.Options;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Limits;

/// <summary>Names each limit that is out of its range, and each setting that nothing reads.</summary>
internal sealed class ChatLimitsValidation(IConfiguration configuration) : IValidateOptions<ChatLimits>
{
    private static readonly string[] Settings = ["DataDirectory", "Drain", "Limits", "TrustedProxies"];

    private static readonly long LongestFilling = (long)BudgetRequest.LongestFilling.TotalSeconds;

    private static readonly SettingRange<ChatLimits>[] Ranges =
    [
        new(nameof(ChatLimits.FrameBytes), l => l.FrameBytes, 1024, 16 * 1024 * 1024),
        new(nameof(ChatLimits.TextBytes), l => l.TextBytes, 1, 16 * 1024 * 1024),
        new(nameof(ChatLimits.DataBytes), l => l.DataBytes, 0, 16 * 1024 * 1024),
        new(nameof(ChatLimits.CommandsPerSecond), l => l.CommandsPerSecond, 1, 1_000_000),
        new(nameof(ChatLimits.CommandBurst), l => l.CommandBurst, 1, 1_000_000),
        new(nameof(ChatLimits.UserCommandsPerSecond), l => l.UserCommandsPerSecond, 1, 1_000_000),
        new(nameof(ChatLimits.UserCommandBurst), l => l.UserCommandBurst, 1, 1_000_000),
        new(nameof(ChatLimits.ConnectionsPerUser), l => l.ConnectionsPerUser, 1, 10_000),
        new(nameof(ChatLimits.RoomsCreated), l => l.RoomsCreated, 1, 1_000_000),
        new(nameof(ChatLimits.MembersInvited), l => l.MembersInvited, 1, 1_000_000),
        new(nameof(ChatLimits.DirectRoomsOpened), l => l.DirectRoomsOpened, 1, 1_000_000),
        new(nameof(ChatLimits.SearchesPerMinute), l => l.SearchesPerMinute, 1, 1_000_000),
        new(nameof(ChatLimits.SearchBurst), l => l.SearchBurst, 1, 1_000_000),
        new(nameof(ChatLimits.ConnectsPerSecondPerAddress), l => l.ConnectsPerSecondPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.ConnectBurstPerAddress), l => l.ConnectBurstPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.ConnectionsPerAddress), l => l.ConnectionsPerAddress, 1, 10_000_000),
        new(nameof(ChatLimits.RequestsPerSecondPerAddress), l => l.RequestsPerSecondPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.RequestBurstPerAddress), l => l.RequestBurstPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.LoginsPerMinutePerAddress), l => l.LoginsPerMinutePerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.LoginBurstPerAddress), l => l.LoginBurstPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.RegistrationsPerHourPerAddress), l => l.RegistrationsPerHourPerAddress, 1, 1_000_000),
        new(nameof(ChatLimits.MemoryMegabytes), l => l.MemoryMegabytes, 0, 16_777_216),
        new(nameof(ChatLimits.Connections), l => l.Connections, 1, 10_000_000),
        new(nameof(ChatLimits.OutboxBytes), l => l.OutboxBytes, 64 * 1024, 1024 * 1024 * 1024),
        new(nameof(ChatLimits.ReplayEvents), l => l.ReplayEvents, 0, 100_000),
        new(nameof(ChatLimits.PingSeconds), l => l.PingSeconds, 1, 30),
        new(nameof(ChatLimits.PongSeconds), l => l.PongSeconds, 1, 30),
    ];

    public ValidateOptionsResult Validate(string? name, ChatLimits options)
    {
        var failures = SettingRange.Unknown(configuration, "Chat", Settings)
            .Concat(SettingRange.Check(configuration, "Chat:Limits", Ranges, options))
            .ToList();
        if (failures.Count == 0 && Math.Max(options.TextBytes, options.DataBytes) > options.FrameBytes)
            failures.Add($"Chat:Limits:FrameBytes is {options.FrameBytes}; TextBytes and DataBytes must fit into it");
        if (failures.Count == 0)
        {
            failures.AddRange(TooSlow(nameof(ChatLimits.UserCommandBurst), options.UserCommandBurst, options.UserCommandsPerSecond, "second", LongestFilling));
            failures.AddRange(TooSlow(nameof(ChatLimits.SearchBurst), options.SearchBurst, options.SearchesPerMinute, "minute", LongestFilling / 60));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> TooSlow(string name, int burst, int rate, string unit, long times)
    {
        var most = rate * times;
        if (burst > most) yield return $"Chat:Limits:{name} is {burst}; at {rate} a {unit} at most {most} come back within ten minutes";
    }
}
