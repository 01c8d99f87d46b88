using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Who may have which id, with which password.</summary>
public sealed class RegisteringTests(SharedAccountGateway shared) : IClassFixture<SharedAccountGateway>
{
    private readonly AccountGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Who_registers_is_logged_in_and_can_chat_under_the_name_that_they_gave()
    {
        var user = Names.New("alice");
        var answer = await _gateway.RegisterAsync(user, name: "  Alice L. 👩 ");
        Assert.Equal((201, user, "Alice L. 👩"), (answer.Status, answer.Body.Text("user"), answer.Body.Text("name")));
        // In whole seconds, never more than is left.
        Assert.InRange(answer.Body.Number("expiresIn"), 899 - (long)Patience.Limit.TotalSeconds, 900);
        Assert.True(answer.IsNotStored);
        await using var client = await _gateway.OpenAsync(answer.AccessToken);
        var welcome = await client.WelcomedAsync();
        Assert.Equal((user, "Alice L. 👩"), (welcome.Text("user"), welcome.Text("name")));
        var again = (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        Assert.Equal((200, "Alice L. 👩"), (again.Status, again.Body.Text("name")));
        Assert.True(again.IsNotStored);
    }

    [Fact]
    public async Task A_taken_id_and_its_twins_in_another_case_are_refused_and_the_account_stays_as_it_was()
    {
        var user = Names.New("zoë");
        await _gateway.RegisterAsync(user);
        string[] twins = [user, user.ToUpperInvariant(), user.Normalize(System.Text.NormalizationForm.FormD), $"Z{user[1..]}", user.Replace("z", "ｚ", StringComparison.Ordinal)];
        foreach (var twin in twins)
        {
            var refused = (await _gateway.Client.RegisterAsync(twin, AccountGateway.Other)).Refused(400, "bad_field", "user");
            Assert.Contains("taken", refused.Body.Text("detail"), StringComparison.Ordinal);
        }

        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Of_many_who_register_one_id_at_once_one_gets_it()
    {
        var user = Names.New("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            _gateway.Client.RegisterAsync(i % 2 == 0 ? user : user.ToUpperInvariant(), AccountGateway.Password)));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Refused(400, "bad_field", "user"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("1234567")]
    [InlineData("😀😁😂🤣")]
    [InlineData("password")]
    [InlineData("Password123!")]
    [InlineData("qwertyuiop")]
    [InlineData("ＱＷＥＲＴＹＵＩＯＰ")]
    [InlineData("12345678")]
    [InlineData("        ")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("WILLIAM-SHAKESPEARE")]
    [InlineData("Queen of Hearts")]
    public async Task A_weak_password_is_refused_by_what_is_wrong_with_it(string password)
    {
        var refused = (await _gateway.Client.RegisterAsync("william-shakespeare", password, "Queen of hearts")).Refused(400, "bad_field", "password");
        Assert.Contains("Passwords must", refused.Body.Text("detail"), StringComparison.Ordinal);
        Assert.DoesNotContain(password, refused.Body.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Δεν ξέρω τι")]
    [InlineData("小明在北京大学学习")]
    [InlineData("🙂🙃😉😊 🙈🙉🙊")]
    [InlineData(" leading and trailing ")]
    [InlineData("tab\tand\nnew line")]
    [InlineData("quo\"te\\back</script>")]
    public async Task Any_Unicode_makes_a_password(string password)
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user, password);
        (await _gateway.Client.LogInAsync(user, password)).Done();
        (await _gateway.Client.LogInAsync(user, password + " ")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task A_password_is_the_same_whichever_keyboard_composed_its_characters()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user, "crème brûlée ①".Normalize(System.Text.NormalizationForm.FormD));
        (await _gateway.Client.LogInAsync(user, "crème brûlée 1".Normalize(System.Text.NormalizationForm.FormC))).Done();
    }

    [Fact]
    public async Task The_longest_password_has_256_characters_and_a_longer_one_is_not_hashed()
    {
        var user = Names.New("alice");
        var longest = string.Concat(Enumerable.Range(0, 128).Select(i => $"{(char)('a' + (i % 26))}🙂"));
        await _gateway.RegisterAsync(user, longest);
        (await _gateway.Client.LogInAsync(user, longest)).Done();
        var token = (await _gateway.Client.LogInAsync(user, longest)).AccessToken;
        Assert.Empty(await _gateway.Costs.OfAsync(async () =>
        {
            (await _gateway.Client.LogInAsync(user, longest + "b")).Refused(400, "bad_field", "password");
            (await _gateway.Client.LogInAsync(user, new string('b', 8_000))).Refused(400, "bad_field", "password");
            (await _gateway.Client.RegisterAsync(Names.New("bob"), longest + "b")).Refused(400, "bad_field", "password");
            (await _gateway.Client.ChangePasswordAsync(token, longest + "b", AccountGateway.Other)).Refused(400, "bad_field", "current");
            (await _gateway.Client.ChangePasswordAsync(token, longest, longest + "b")).Refused(400, "bad_field", "new");
            (await _gateway.Client.LogInAsync(user, new string('b', 20_000))).Refused(413, "text_too_long");
        }));
    }

    [Theory]
    [InlineData("", "bad_json", null)]
    [InlineData("{", "bad_json", null)]
    [InlineData("[]", "bad_json", null)]
    [InlineData("null", "bad_json", null)]
    [InlineData("\"alice\"", "bad_json", null)]
    [InlineData("{\"user\":\"a\",\"user\":\"b\",\"password\":\"correct horse\"}", "bad_json", null)]
    [InlineData("{}", "missing_field", "user")]
    [InlineData("{\"user\":null,\"password\":\"correct horse\"}", "missing_field", "user")]
    [InlineData("{\"user\":\"william\"}", "missing_field", "password")]
    [InlineData("{\"user\":7,\"password\":\"correct horse\"}", "bad_field", "user")]
    [InlineData("{\"user\":\"\",\"password\":\"correct horse\"}", "bad_field", "user")]
    [InlineData("{\"user\":\"al ice\",\"password\":\"correct horse\"}", "bad_field", "user")]
    [InlineData("{\"user\":\"dm:a:b\",\"password\":\"correct horse\"}", "bad_field", "user")]
    [InlineData("{\"user\":\"\\ud800\",\"password\":\"correct horse\"}", "bad_field", "user")]
    [InlineData("{\"user\":\"william\",\"password\":{}}", "bad_field", "password")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct\\u0000horse\"}", "bad_field", "password")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct\\udc00horse\"}", "bad_field", "password")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct horse\",\"name\":7}", "bad_field", "name")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct horse\",\"name\":\"a\\u0007b\"}", "bad_field", "name")]
    public async Task A_body_that_makes_no_sense_is_refused_by_what_is_wrong_with_it(string body, string code, string? field)
    {
        (await _gateway.Client.SendAsync("register", body)).Refused(400, code, field);
        if (field != "name") (await _gateway.Client.SendAsync("login", body)).Refused(400, code, field);
    }

    [Theory]
    [InlineData("{\"user\":\"william\",\"password\":swordfish4711}")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct horse\",\"swordfish4711\":1,\"swordfish4711\":2}")]
    [InlineData("{\"user\":\"william\",\"password\":\"swordfish4711\\x\"}")]
    [InlineData("{\"user\":\"swordfish4711 william\",\"password\":\"correct horse\"}")]
    [InlineData("{\"user\":\"william\",\"password\":\"correct horse\",\"refreshToken\":\"swordfish4711\",\"name\":\"swordfish4711\\u0007\"}")]
    public async Task No_refusal_repeats_what_was_in_a_body_that_could_hold_a_password(string body)
    {
        foreach (var path in new[] { "register", "login", "refresh" })
        {
            var answer = await _gateway.Client.SendAsync(path, body);
            Assert.True(answer.Status is 400 or 401, $"{path}: {answer.Status}");
            Assert.DoesNotContain("swordfish", answer.Body.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_or_too_deep_is_refused_as_elsewhere()
    {
        foreach (var body in new byte[][] { [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], [.. Enumerable.Repeat((byte)'[', 1_000)] })
            (await _gateway.Client.SendAsync("login", body)).Refused(400, "bad_json");
    }

    [Fact]
    public async Task What_is_not_JSON_is_not_read()
    {
        var body = "{\"user\":\"william\",\"password\":\"correct horse\"}";
        Assert.Equal(415, (await _gateway.Client.SendAsync("login", body, contentType: "text/plain")).Status);
        Assert.Equal(415, (await _gateway.Client.SendAsync("login", "user=william", contentType: "application/x-www-form-urlencoded")).Status);
    }

    [Fact]
    public async Task A_name_that_gives_rights_cannot_be_registered()
    {
        await using var gateway = await AccountGateway.StartAsync(
            [.. Authentication.TokenGateway.Settings, "Auth:Mode=Accounts", "Auth:Administrators:0=root"]);
        foreach (var name in new[] { "root", "Root", "ｒｏｏｔ", "backend", "BACKEND" })
            (await gateway.Client.RegisterAsync(name, AccountGateway.Password)).Refused(403, "forbidden", "user");
        (await gateway.Client.RegisterAsync("roots", AccountGateway.Password)).Done();
    }

    [Theory]
    [InlineData("\0", "U+0000")]
    [InlineData("\ufffe", "U+FFFE")]
    public async Task What_no_text_has_is_in_no_password(string character, string named)
    {
        var refused = (await _gateway.Client.RegisterAsync(Names.New("alice"), AccountGateway.Password + character)).Refused(400, "bad_field", "password");
        Assert.Contains(named, refused.Body.Text("detail"), StringComparison.Ordinal);
        (await _gateway.Client.RegisterAsync("alice" + character, AccountGateway.Password)).Refused(400, "bad_field", "user");
    }

    [Theory]
    [InlineData("root\ufe0f", "U+FE0F")]
    [InlineData("backend\ufe00", "U+FE00")]
    [InlineData("al\u034fice", "U+034F")]
    [InlineData("\u3164", "U+3164")]
    public async Task A_name_with_what_cannot_be_seen_is_refused_wherever_it_is_given(string name, string invisible)
    {
        await using var gateway = await AccountGateway.StartAsync(
            [.. Authentication.TokenGateway.Settings, "Auth:Mode=Accounts", "Auth:Administrators:0=root"]);
        var refused = await gateway.Client.RegisterAsync(name, AccountGateway.Password);
        refused.Refused(400, "bad_field", "user");
        Assert.Contains(invisible, refused.Body.Text("detail"), StringComparison.Ordinal);
        foreach (var setting in new[] { "Auth:Administrators:1", "Auth:ApiKeys:0:Name" })
        {
            var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(async () =>
            {
                await using var _ = await AccountGateway.StartAsync([.. Authentication.TokenGateway.Settings, "Auth:Mode=Accounts", $"{setting}={name}"]);
            });
            Assert.Contains(invisible, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Where_there_are_no_accounts_nobody_registers()
    {
        await using var tokens = await TestGateway.StartAsync(Authentication.TokenGateway.Settings);
        using var client = new AccountClient(tokens.Http);
        Assert.Equal(404, (await client.RegisterAsync("alice", AccountGateway.Password)).Status);
        Assert.Equal(404, (await client.LogInAsync("alice", AccountGateway.Password)).Status);
    }

    [Theory]
    [InlineData("PasswordLength", 7)]
    [InlineData("LockoutFailures", 0)]
    [InlineData("LockoutMinutes", 0)]
    [InlineData("AccessMinutes", 1)]
    [InlineData("RefreshDays", 0)]
    public async Task A_setting_that_is_out_of_its_range_ends_the_start(string setting, int value)
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => AccountGateway.StartAsync($"Auth:{setting}={value}"));
        Assert.Contains($"Auth:{setting} is {value}", error.Message, StringComparison.Ordinal);
    }
}
