using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Authentication;

/// <summary>Names what is wrong in the section <c>Auth</c>. No message repeats a key's hash.</summary>
internal sealed class AuthOptionsValidation(IConfiguration configuration, IOptions<AuthenticationOptions> schemes) : IValidateOptions<AuthOptions>
{
    // What `printf %s "$KEY" | sha256sum` says when there is no KEY.
    private static readonly string HashOfNothing = Convert.ToHexString(SHA256.HashData([]));

    private static readonly SettingRange<AuthOptions>[] Ranges =
    [
        new(nameof(AuthOptions.AccessMinutes), a => a.AccessMinutes, 2, 1_440),
        new(nameof(AuthOptions.RefreshDays), a => a.RefreshDays, 1, 3_650),
        new(nameof(AuthOptions.PasswordLength), a => a.PasswordLength, 8, 128),
        new(nameof(AuthOptions.LockoutFailures), a => a.LockoutFailures, 1, 1_000),
        new(nameof(AuthOptions.LockoutMinutes), a => a.LockoutMinutes, 1, 1_440),
    ];

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var failures = SettingShape.Check(configuration.GetSection("Auth"), typeof(AuthOptions))
            .Concat(options.Administrators.Where(user => !ChatId.TryParse(user, out _))
                .Select(user => $"Auth:Administrators names '{user}', which {ChatId.Explain(user)}"))
            .Concat(options.AllowedOrigins.Where(origin => !Origins.IsOrigin(origin))
                .Select(origin => $"Auth:AllowedOrigins names '{origin}', which is not an origin such as https://app.example.com"))
            .Concat(options.ApiKeys.SelectMany(Check))
            .Concat(Ranges.Select(range => range.Check("Auth", options)).OfType<string>())
            .ToList();
        if (options.Mode == AuthModes.Guest && options.Administrators.Count > 0)
            failures.Add("Auth:Administrators is set, but Auth:Mode is Guest, in which anybody could say that they are one of them");
        if (options.Mode.HasFlag(AuthModes.Tokens) && options.ApiKeys.Count == 0)
            failures.Add("Auth:Mode has Tokens, but there is no Auth:ApiKeys:0:Name and Auth:ApiKeys:0:Hash with which an application could ask for one");
        if (options.Mode.HasFlag(AuthModes.External) && schemes.Value.Schemes.All(static scheme => ChatAuthentication.IsOwn(scheme.Name)))
            failures.Add("Auth:Mode has External, but this program registers no scheme beside its own: docs/security.md shows how");
        failures.AddRange(CheckForeign(options));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> CheckForeign(AuthOptions options)
    {
        var others = options.Mode & (AuthModes.Tokens | AuthModes.External);
        var areMixed = options.Mode.HasFlag(AuthModes.Accounts) && others != AuthModes.Guest;
        if (options.ForeignPrefix is not { } prefix)
        {
            if (!areMixed) yield break;
            yield return $"Auth:Mode has Accounts beside {others}: anybody could register the id of a user who has no account, and be that user; "
                + "set Auth:ForeignPrefix to what the ids of those users begin with, such as shop-, or to * if that is meant";
        }
        else if (prefix != ForeignIds.Any && !ChatId.TryParse(prefix, out _))
        {
            yield return $"Auth:ForeignPrefix is '{prefix}', with which no id can begin: it {ChatId.Explain(prefix)}";
        }
    }

    private static IEnumerable<string> Check(ApiKeyOptions key, int index)
    {
        if (!ChatId.TryParse(key.Name, out _))
            yield return $"Auth:ApiKeys:{index}:Name is '{key.Name}', which {ChatId.Explain(key.Name)}";
        if (key.Hash.Length != 64 || !key.Hash.All(char.IsAsciiHexDigit))
            yield return $"Auth:ApiKeys:{index}:Hash is not a SHA-256 in 64 hexadecimal digits: printf %s \"$KEY\" | sha256sum";
        else if (key.Hash.Equals(HashOfNothing, StringComparison.OrdinalIgnoreCase))
            yield return $"Auth:ApiKeys:{index}:Hash is the hash of an empty key, which anybody has";
    }
}
