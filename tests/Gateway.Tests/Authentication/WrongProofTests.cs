using System.Net;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Who brings a key or a token is whom it names, or nobody.</summary>
public sealed class WrongProofTests
{
    [Fact]
    public async Task A_key_or_a_token_that_is_wrong_makes_nobody_a_guest()
    {
        await using var gateway = await TestGateway.StartAsync([.. TokenGateway.Settings, "Auth:Mode=Guest"]);
        foreach (var (wrong, why) in new[]
        {
            ("ApiKey wrong", "the API key is not known"), ("apikey wrong", "the API key is not known"), ("ApiKey", "the API key is not known"),
            ("Bearer junk", "takes no tokens"), ("bearer eyJ.a.b", "takes no tokens"), ("BEARER", "takes no tokens"),
        })
        {
            using var answer = await GetAsync(gateway, wrong);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{wrong}: {answer.StatusCode}");
            var problem = FrameFields.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal("unauthorized", problem.Text("code"));
            Assert.Contains(why, problem.Text("detail"), StringComparison.Ordinal);
            await RefusedAsync(await ChatClient.OpenAsync(gateway.Json("alice"), Header(wrong)));
        }

        await RefusedAsync(await ChatClient.OpenAsync(gateway.Json("alice", "access_token=junk")));
        // The right key, and what is for a proxy in front alone.
        using var application = await GetAsync(gateway, $"ApiKey {TokenGateway.ApiKey}");
        using var behind = await GetAsync(gateway, "Basic YWxpY2U6c2VjcmV0");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (application.StatusCode, behind.StatusCode));
    }

    [Fact]
    public async Task The_name_of_a_scheme_is_read_in_any_case()
    {
        await using var gateway = await TokenGateway.StartAsync();
        foreach (var proof in new[] { "bearer (token)", "BEARER (token)", "bEaReR   (token)", "apikey (key)", "APIKEY  (key)" })
        {
            var header = proof.Replace("(token)", gateway.Token("alice"), StringComparison.Ordinal)
                .Replace("(key)", TokenGateway.ApiKey, StringComparison.Ordinal);
            using var answer = await GetAsync(gateway.Gateway, header);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{proof}: {answer.StatusCode}");
            await using var client = await ChatClient.OpenAsync(gateway.Gateway.Socket("/ws"), Header(header));
            await client.WelcomedAsync();
        }
    }

    private static Dictionary<string, string> Header(string authorization) => new() { ["Authorization"] = authorization };

    private static async Task<HttpResponseMessage> GetAsync(TestGateway gateway, string authorization)
    {
        using var http = new HttpClient { BaseAddress = gateway.Http };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        return await http.GetAsync(new Uri("/api/rooms?user=alice", UriKind.Relative));
    }

    private static async Task RefusedAsync(ChatClient client)
    {
        await using (client) Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }
}
