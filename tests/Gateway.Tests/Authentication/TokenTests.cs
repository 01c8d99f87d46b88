using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Who gets in with which token, wherever it is put; and what those are told who do not.</summary>
public sealed class TokenTests(SharedTokenGateway shared) : IClassFixture<SharedTokenGateway>
{
    private readonly TokenGateway _gateway = shared.Gateway;

    public static TheoryData<string> Places => ["header", "query", "subprotocol", "subprotocol alone"];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_token_says_who_connects_wherever_it_stands(string place)
    {
        var user = Names.New("alice");
        await using var client = await OpenAsync(place, _gateway.Token(user, "Alice L."));
        var welcome = await client.WelcomedAsync();
        Assert.Equal((user, "Alice L."), (welcome.Text("user"), welcome.Text("name")));
        // A token that is agreed to as a subprotocol would be sent back in the clear.
        Assert.Equal(place == "subprotocol" ? "chat.v1" : null, client.SubProtocol);
    }

    [Theory]
    [InlineData("chat.text.v1", "chat.text.v1")]
    [InlineData(null, "chat.v1")]
    public async Task A_page_gives_its_token_to_the_text_endpoint_beside_the_subprotocol_of_that(string? agreed, string offered)
    {
        var (user, room) = (Names.New("alice"), Names.New("lobby"));
        await using var client = await TextClient.ConnectAsync(
            _gateway.Gateway.Socket($"/ws/{user}?room={room}"), offered, $"bearer.{_gateway.Token(user)}");
        await client.SeeAsync($"* welcome, {user}: you are in {room} (1 online)");
        Assert.Equal(agreed, client.SubProtocol);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_token_that_was_changed_is_none(string place)
    {
        var token = _gateway.Token(Names.New("alice"));
        var middle = token.Length / 2;
        var other = token[middle] == 'A' ? 'B' : 'A';
        await RefusedAsync(await OpenAsync(place, $"{token[..middle]}{other}{token[(middle + 1)..]}"), "changed or cut off");
    }

    [Fact]
    public async Task Tokens_that_are_none_are_told_from_tokens_that_are_over()
    {
        var token = _gateway.Token(Names.New("alice"));
        await RefusedAsync(await _gateway.OpenAsync(token[..^1]), "changed or cut off");
        await RefusedAsync(await _gateway.OpenAsync(token[..20]), "changed or cut off");
        await RefusedAsync(await _gateway.OpenAsync(token + "A"), "changed or cut off");
        await RefusedAsync(await _gateway.OpenAsync("x"), "changed or cut off");
        await RefusedAsync(await _gateway.OpenAsync(_gateway.Token("alice", lifetime: TimeSpan.FromSeconds(-5))), "expired");
        // The claims of a token nobody signed.
        await RefusedAsync(await _gateway.OpenAsync("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."), "changed or cut off");
        await RefusedAsync(await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws")), "there is no token");
        await RefusedAsync(await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws?access_token=")), "there is no token");
    }

    [Fact]
    public async Task A_token_of_another_server_is_none()
    {
        await using var other = await TokenGateway.StartAsync();
        var token = other.Token("alice");
        await using (var client = await other.OpenAsync(token)) await client.WelcomedAsync();
        await RefusedAsync(await _gateway.OpenAsync(token), "none of this server's");
    }

    [Fact]
    public async Task The_name_in_the_address_is_believed_of_nobody()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await RefusedAsync(await ChatClient.OpenAsync(_gateway.Gateway.Json(alice)), "there is no token");
        await RefusedAsync(await _gateway.OpenAsync(_gateway.Token(bob), $"user={alice}"), "another user");
        await using (var client = await _gateway.OpenAsync(_gateway.Token(bob), $"user={bob}&name=Boss"))
        {
            var welcome = await client.WelcomedAsync();
            Assert.Equal(bob, welcome.Text("user"));
            Assert.Null(welcome.TextOrNull("name"));
        }

        await using var person = await TextClient.ConnectAsync(_gateway.Gateway.Socket($"/ws/{alice}?access_token={_gateway.Token(bob)}"));
        await person.SeeStartAsync($"! the token is {bob}'s");
        Assert.Equal(1008, (await person.ClosedAsync()).Code);
        await using var own = await TextClient.ConnectAsync(_gateway.Gateway.Socket($"/ws/{bob}?access_token={_gateway.Token(bob)}"));
        await own.SeeStartAsync($"* welcome, {bob}");
    }

    [Fact]
    public async Task An_application_connects_with_its_key_and_as_whom_it_wants()
    {
        var key = new Dictionary<string, string> { ["Authorization"] = $"ApiKey {TokenGateway.ApiKey}" };
        await using (var client = await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws"), key))
            Assert.Equal("backend", (await client.WelcomedAsync()).Text("user"));
        await using (var client = await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws?as=robot"), key))
            Assert.Equal("robot", (await client.WelcomedAsync()).Text("user"));
        await RefusedAsync(await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws?as=a:b"), key), "as is not an id");
        key["Authorization"] += "x";
        await RefusedAsync(await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws"), key), "the API key is not known");
        // A key is no token.
        await RefusedAsync(await _gateway.OpenAsync(TokenGateway.ApiKey), "none of this server's");
    }

    private async Task<ChatClient> OpenAsync(string place, string token) => place switch
    {
        "header" => await _gateway.OpenAsync(token),
        "query" => await ChatClient.OpenAsync(_gateway.Gateway.Socket($"/ws?access_token={token}&subscribe=none")),
        "subprotocol" => await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws"), "chat.v1", $"bearer.{token}"),
        _ => await ChatClient.OpenAsync(_gateway.Gateway.Socket("/ws"), new Dictionary<string, string>
        {
            ["Sec-WebSocket-Protocol"] = $"bearer.{token}",
        }),
    };

    private static async Task RefusedAsync(ChatClient client, string why)
    {
        await using (client)
        {
            var goodbye = await client.TakeAsync("goodbye");
            Assert.Contains(why, goodbye.Text("reason"), StringComparison.Ordinal);
            Assert.Equal((1008, false), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
            Assert.Equal(1008, (await client.ClosedAsync()).Code);
            Assert.Empty(client.Of("welcome"));
        }
    }
}
