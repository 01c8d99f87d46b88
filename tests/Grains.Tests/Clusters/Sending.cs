using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Sends as clients do.</summary>
internal static class Sending
{
    public static Draft Text(string text, string? key = null) => new(text, key, ReplyTo: null, Data: null);

    public static async Task<SendOutcome> SendAsync(this IRoomGrain room, string user, Draft draft) =>
        (await room.Send(new SendBatch(user, Name: null, [draft]))).Outcomes.Single();

    public static Task<SendOutcome> SendAsync(this IRoomGrain room, string user, string text, string? key = null) =>
        room.SendAsync(user, Text(text, key));

    /// <summary>Sends the same again, by its key, until the room has answered.</summary>
    public static Task<SendOutcome> SendSurelyAsync(this IRoomGrain room, string user, string text, string key) =>
        SurelyAsync(() => room.SendAsync(user, text, key));

    /// <summary>Makes a call again for as long as nobody can say what became of it.</summary>
    public static async Task<T> SurelyAsync<T>(Func<Task<T>> call)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (IsTransient(error) && TimeProvider.System.GetElapsedTime(begun).TotalSeconds < 90)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <inheritdoc cref="SurelyAsync{T}"/>
    public static Task SurelyAsync(Func<Task> call) => SurelyAsync(async () =>
    {
        await call();
        return true;
    });

    /// <summary>Whether a client would try again: the room is moving, or its silo is gone.</summary>
    public static bool IsTransient(Exception error) =>
        error is ChatException { Code: ChatErrorCode.Unavailable } or OrleansException or TimeoutException;
}
