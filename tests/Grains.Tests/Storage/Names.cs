using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>What tests ask about users.</summary>
internal static class Names
{
    /// <summary>A user's display name, if there is one.</summary>
    public static async Task<string?> FindNameAsync(this IChatReader reader, string user) => (await reader.FindUserAsync(user))?.Name;
}
