using OrleansChat.Gateway.Tests.Api;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>What concerns the server as a whole: each operation of the HTTP API by everybody who could ask.</summary>
public sealed class ServerMatrixTests
{
    [Fact]
    public async Task Each_operation_ends_as_the_rules_say_and_each_there_is_has_rules()
    {
        await using var gateway = await TokenGateway.StartAsync([.. TestGateway.Unhurried, "Auth:Administrators:0=root"]);
        using var http = new HttpAnswers(gateway.Gateway.Http);
        var wrong = new List<string>();
        foreach (var (operation, rule) in ServerRules.OfOperation)
        {
            foreach (var asker in Enum.GetValues<Asker>())
            {
                var (user, other) = (Names.New("asker"), Names.New("other"));
                if (asker == Asker.SuspendedOfOneself) await gateway.Gateway.Grain<IUserGrain>(user).Suspend("root", until: null, reason: null);
                var whom = asker is Asker.UserOfOther or Asker.Administrator or Asker.LimitedAdministrator or Asker.Application ? other : user;
                var deed = new HttpDeed(HttpMethod.Parse(operation.Split(' ')[0]), rule.Path.Replace("{user}", whom, StringComparison.Ordinal), rule.Body);
                var outcome = await http.AnswerAsync(deed, Authorization(gateway, asker, user));
                if (outcome != rule.Expect(asker)) wrong.Add($"{operation} by {asker}: {rule.Expect(asker)} was expected; it was {outcome}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        var described = (await ApiContract.ReadAsync(gateway.Gateway.Http)).Operations;
        Assert.Equal(described.Order(), ServerRules.OfOperation.Keys.Concat(Deeds.OfOperation.Keys).Order());
    }

    private static Dictionary<string, string> Authorization(TokenGateway gateway, Asker asker, string user) => asker switch
    {
        Asker.Anonymous => [],
        Asker.Application => new() { ["Authorization"] = $"ApiKey {TokenGateway.ApiKey}" },
        Asker.Administrator => TokenGateway.Bearer(gateway.Token("root")),
        Asker.LimitedAdministrator => TokenGateway.Bearer(gateway.Token("root", rooms: ["a-room"])),
        Asker.LimitedOfOneself => TokenGateway.Bearer(gateway.Token(user, rooms: ["a-room"])),
        _ => TokenGateway.Bearer(gateway.Token(user)),
    };
}
