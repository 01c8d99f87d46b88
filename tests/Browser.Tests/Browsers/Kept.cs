using System.Text.Json;
using Microsoft.Playwright;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>What a browser keeps of somebody's account, read and changed by the page's own store.</summary>
internal static class Kept
{
    /// <summary>The tokens, for all tabs of the browser.</summary>
    /// <returns><see langword="null"/> when nobody is logged in.</returns>
    public static async Task<KeptTokens?> ReadAsync(IPage page)
    {
        var kept = await page.EvaluateAsync<JsonElement?>(
            "async () => (await import('/app/account-store.js')).accountStore.read()");
        return kept?.Deserialize<KeptTokens>(JsonSerializerOptions.Web);
    }

    /// <summary>Puts other tokens in their place.</summary>
    public static Task SwapAsync(IPage page, string accessToken, string? refreshToken = null) => page.EvaluateAsync(
        """
        async ({ accessToken, refreshToken }) => {
          const { accountStore } = await import('/app/account-store.js');
          await accountStore.change((now) => ({ ...now, accessToken, refreshToken: refreshToken ?? now.refreshToken }));
        }
        """,
        new { accessToken, refreshToken });
}

/// <param name="User">Whose.</param>
/// <param name="AccessToken">The access token.</param>
/// <param name="RefreshToken">The refresh token.</param>
internal sealed record KeptTokens(string User, string AccessToken, string RefreshToken);
