namespace OrleansChat.Gateway.Authentication;

/// <summary>Who may use this gateway, and how they prove who they are. Bound from <c>Auth</c> and checked at start.</summary>
public sealed class AuthOptions
{
    /// <summary><c>Guest</c>, <c>Accounts</c>, <c>Tokens</c>, or <c>Accounts,Tokens</c>.</summary>
    public AuthModes Mode { get; set; } = AuthModes.Guest;

    /// <summary>Whether guests are welcome on addresses that others can reach.</summary>
    public bool AllowPublicGuests { get; set; }

    /// <summary>Users who are administrators whenever they have proved who they are. Guests never are.</summary>
    public IList<string> Administrators { get; init; } = [];

    /// <summary>
    /// Origins (RFC 6454) such as <c>https://app.example.com</c> whose pages may connect, beside the gateway's own; <c>*</c> for all.
    /// </summary>
    public IList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The applications that may ask for tokens, and administer.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; init; } = [];
}

/// <summary>The ways to prove who one is.</summary>
[Flags]
public enum AuthModes
{
    /// <summary>None: whoever connects is believed.</summary>
    Guest = 0,

    /// <summary>Accounts of this server, with passwords.</summary>
    Accounts = 1,

    /// <summary>Tokens that an application asks for on behalf of its own users.</summary>
    Tokens = 2,
}

/// <summary>An application's key.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The application's name, an id like a user's; the audit names it.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key, as 64 hexadecimal digits. The key itself is nowhere on the server.</summary>
    public string Hash { get; set; } = "";
}
