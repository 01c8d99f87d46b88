using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Accounts;

/// <summary>An account to be made.</summary>
/// <param name="User">The user's id: 1 to 64 letters, digits, _ - or ., the first a letter or digit.</param>
/// <param name="Password">The password: at most 256 characters, any Unicode.</param>
/// <param name="Name">The display name, at most 64 characters, one of which at least can be seen.</param>
internal sealed record Registration(string User, string Password, string? Name)
{
    public static Registration Read(CommandFields fields)
    {
        var user = fields.User("user");
        var name = DisplayName.Read(fields);
        return new Registration(user, PasswordText.Read("password", fields.AnyText("password")), name);
    }

    /// <summary>Names it in a log, and nothing else of it.</summary>
    public override string ToString() => $"registration of {User}";
}

/// <summary>Who wants to log in.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Password">The password.</param>
internal sealed record Credentials(string User, string Password)
{
    public static Credentials Read(CommandFields fields) =>
        new(fields.User("user"), PasswordText.Read("password", fields.AnyText("password")));

    /// <inheritdoc cref="Registration.ToString"/>
    public override string ToString() => $"log-in of {User}";
}

/// <summary>What gives new tokens.</summary>
/// <param name="RefreshToken">The refresh token.</param>
internal sealed record Refreshing(string RefreshToken)
{
    public static Refreshing Read(CommandFields fields) => new(fields.AnyText("refreshToken"));

    /// <inheritdoc cref="Registration.ToString"/>
    public override string ToString() => "refreshing";
}

/// <summary>Another password.</summary>
/// <param name="Current">The password until now.</param>
/// <param name="New">The next one.</param>
internal sealed record PasswordChange(string Current, string New)
{
    public static PasswordChange Read(CommandFields fields) => new(
        PasswordText.Read("current", fields.AnyText("current")), PasswordText.Read("new", fields.AnyText("new")));

    /// <inheritdoc cref="Registration.ToString"/>
    public override string ToString() => "change of a password";
}
