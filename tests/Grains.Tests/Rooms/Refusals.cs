namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Calls that have to be refused.</summary>
internal static class Refusals
{
    public static async Task<ChatException> RefusedAsync(ChatErrorCode code, string? field, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ChatException>(call);
        Assert.True((code, field) == (refused.Code, refused.Field), $"{refused.Code} {refused.Field}: {refused.Message}");
        return refused;
    }
}
