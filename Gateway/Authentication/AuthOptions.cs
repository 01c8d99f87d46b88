namespace OrleansChat.Gateway.Authentication;

/// <summary>Who may use this gateway, and how they prove who they are. Bound from <c>Auth</c> and checked at start.</summary>
public sealed class AuthOptions
{
    /// <summary><c>Guest</c>; or <c>Accounts</c>, <c>Tokens</c> and <c>External</c>, each alone or several with commas between them.</summary>
    public AuthModes Mode { get; set; } = AuthModes.Guest;

    /// <summary>Whether guests are welcome on addresses that others can reach.</summary>
    public bool AllowPublicGuests { get; set; }

    /// <summary>Users who are administrators whenever they have proved who they are. Guests never are.</summary>
    public IList<string> Administrators { get; init; } = [];

    /// <summary>
    /// Origins (RFC 6454) such as <c>https://app.example.com</c> whose pages may connect, beside the gateway's own; <c>*</c> for all.
    /// </summary>
    public IList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Minutes for which an account's access token is good: 2 to 1,440, 15 by default.</summary>
    public int AccessMinutes { get; set; } = 15;

    /// <summary>Days for which an account's refresh token is good: 1 to 3,650, 14 by default.</summary>
    public int RefreshDays { get; set; } = 14;

    /// <summary>Characters that a password has at least: 8 to 128, 8 by default.</summary>
    public int PasswordLength { get; set; } = 8;

    /// <summary>Wrong passwords in a row that lock an account: 1 to 1,000, 5 by default.</summary>
    public int LockoutFailures { get; set; } = 5;

    /// <summary>Minutes for which it is locked then: 1 to 1,440, 5 by default.</summary>
    public int LockoutMinutes { get; set; } = 5;

    /// <summary>What the keys of tokens are encrypted for in the database; they lie there as they are if it is not set.</summary>
    public KeysCertificateOptions? KeysCertificate { get; set; }

    /// <summary>Certificates with which keys can be read, and for which none is encrypted: the ones of before, and the next.</summary>
    public IList<KeysCertificateOptions> OtherKeysCertificates { get; init; } = [];

    /// <summary>The applications that may ask for tokens, and administer.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; init; } = [];

    /// <summary>
    /// What the ids of users begin with who have no account here, but a token of an application or of another issuer. Nobody
    /// can register such an id, and no such token can name another. Has to be set when there are accounts beside those;
    /// <c>*</c> keeps nothing apart.
    /// </summary>
    public string? ForeignPrefix { get; set; }

    /// <summary>
    /// Brings ids and origins into the form in which they come with requests. What is none is left as it is, for the
    /// message that says so.
    /// </summary>
    internal void Normalize()
    {
        for (var i = 0; i < Administrators.Count; i++) Administrators[i] = IdOf(Administrators[i]);
        for (var i = 0; i < AllowedOrigins.Count; i++) AllowedOrigins[i] = Origins.Normalize(AllowedOrigins[i]);
        foreach (var key in ApiKeys) key.Name = IdOf(key.Name);
        if (ForeignPrefix is { } prefix) ForeignPrefix = IdOf(prefix);

        static string IdOf(string text) => ChatId.TryParse(text, out var id) ? id : text;
    }
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

    /// <summary>Whatever other scheme the program registers, such as an OpenID Connect provider's.</summary>
    External = 4,
}

/// <summary>A certificate with its private key, named as ASP.NET Core names those of its web server.</summary>
public sealed class KeysCertificateOptions
{
    /// <summary>The file: PFX (PKCS #12), or PEM.</summary>
    public string? Path { get; set; }

    /// <summary>The file of the private key as PEM, if it is not in the same one.</summary>
    public string? KeyPath { get; set; }

    /// <summary>What opens the private key, if it is encrypted.</summary>
    public string? Password { get; set; }
}

/// <summary>An application's key.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The application's name, an id like a user's: who it is when it does not act as somebody else.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key, as 64 hexadecimal digits. The key itself is nowhere on the server.</summary>
    public string Hash { get; set; } = "";
}
