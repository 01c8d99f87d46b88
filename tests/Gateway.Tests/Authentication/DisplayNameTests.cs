using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Accounts;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>What may be a display name: what others can see, and what leaves the text around it as it is.</summary>
public sealed class DisplayNameTests
{
    private const string Turns = "which turns the direction of the text around it";
    private const string Unseen = "name has no character in it that can be seen";

    /// <summary>Names that are none, and what is said of each wherever it is given.</summary>
    private static readonly (string Name, string Expected)[] Wrong =
    [
        ("\u200b\u2060", Unseen),
        ("\u2800", Unseen),
        (" \u2800\u200b ", Unseen),
        ("\u3164", Unseen),
        ("\ufe0f\u200d", Unseen),
        ("\u0301", Unseen),
        ("\u200f", Unseen),
        ("\ufffc\U0001d159\U000e0041", Unseen),
        ("\u202eboB", $"name has U+202E in it, {Turns}"),
        ("Bob\u202c", $"name has U+202C in it, {Turns}"),
        ("Bo\u2067b", $"name has U+2067 in it, {Turns}"),
        ("Bob\u2069", $"name has U+2069 in it, {Turns}"),
        ("Bo\u0007b", "name is not a display name: at most 64 characters, no control characters"),
        (new string('x', 65), "name is not a display name: at most 64 characters, no control characters"),
    ];

    [Theory]
    [InlineData("Alice L.", "Alice L.")]
    [InlineData("  Bob ", "Bob")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦")]
    [InlineData("☀️", "☀️")]
    [InlineData("!", "!")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("\u200fשלום\u200e 1\u061c", "\u200fשלום\u200e 1\u061c")]
    [InlineData("नमस्ते", "नमस्ते")]
    [InlineData("\U0001fae9", "\U0001fae9")]
    [InlineData("", null)]
    [InlineData(" \u3000\u00a0", null)]
    public void What_can_be_seen_is_a_name_and_blanks_are_none(string text, string? expected)
    {
        Assert.True(DisplayName.TryRead(text, out var name, out var wrong), wrong);
        Assert.Equal(expected, name);
    }

    [Fact]
    public void No_name_is_of_what_cannot_be_seen_and_none_has_what_turns_the_text_around_it()
    {
        foreach (var (text, expected) in Wrong)
        {
            Assert.False(DisplayName.TryRead(text, out var name, out var wrong));
            Assert.Null(name);
            Assert.Equal(expected, wrong);
        }

        int[] turning = [0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069];
        var refused = Enumerable.Range(0x2000, 0x100).Where(value => !DisplayName.TryRead($"a{(char)value}b", out _, out _));
        Assert.Equal(turning, refused);
        Assert.False(DisplayName.TryRead("\ud83d", out _, out var half));
        Assert.Contains("half a character", half, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_with_such_a_name_is_told_what_is_wrong_on_the_socket_and_over_HTTP()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = gateway.Http };
        foreach (var (text, expected) in Wrong)
        {
            var query = $"user=alice&name={Uri.EscapeDataString(text)}";
            await using var client = await ChatClient.OpenAsync(gateway.Socket($"/ws?{query}"));
            var goodbye = await client.TakeAsync("goodbye");
            Assert.Equal((1008, expected), ((int)goodbye.Number("code"), goodbye.Text("reason")));
            using var response = await http.GetAsync(new Uri($"/api/rooms?{query}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(expected, (await response.Content.ReadFromJsonAsync<JsonElement>()).Text("detail"));
        }
    }

    [Fact]
    public async Task No_account_and_no_token_is_made_with_such_a_name()
    {
        await using var accounts = await AccountGateway.StartAsync();
        await using var tokens = await TokenGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = tokens.Gateway.Http };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"ApiKey {TokenGateway.ApiKey}");
        foreach (var (name, expected) in Wrong)
        {
            var refused = (await accounts.Client.RegisterAsync("mallory", AccountGateway.Password, name)).Refused(400, "bad_field", "name");
            Assert.Equal(expected, refused.Body.Text("detail"));
            using var response = await http.PostAsJsonAsync(new Uri("/api/tokens", UriKind.Relative), new { user = "mallory", name });
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(("bad_field", "name", expected), (problem.Text("code"), problem.Text("field"), problem.Text("detail")));
        }
    }

    [Fact]
    public async Task Another_issuer_s_name_that_is_none_is_left_out()
    {
        const string Scheme = "provider";
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), TokenGateway.Settings);
        var protector = gateway.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(Scheme).BearerTokenProtector;
        foreach (var text in Wrong.Select(one => one.Name))
        {
            var identity = new ClaimsIdentity([new Claim("sub", "mallory"), new Claim("name", text)], Scheme);
            var token = protector.Protect(new AuthenticationTicket(
                new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = TimeProvider.System.GetUtcNow().AddHours(1) }, Scheme));
            await using var client = await ChatClient.OpenAsync(gateway.Socket("/ws"), TokenGateway.Bearer(token));
            Assert.Null((await client.WelcomedAsync()).TextOrNull("name"));
        }
    }
}
