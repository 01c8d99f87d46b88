using System.Globalization;
using System.Security.Claims;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// What is known of somebody who has proved who they are, as claims with the names of RFC 7519 §4.1 and OpenID Connect
/// Core §5.1, so that another issuer's tokens say the same in the same words.
/// </summary>
internal static class ChatClaims
{
    public const string User = "sub";
    public const string Name = "name";
    public const string Role = "role";
    public const string IssuedAt = "iat";
    public const string ExpiresAt = "exp";

    /// <summary>A room that the token is limited to; there may be several.</summary>
    public const string Room = "room";

    /// <summary>The application whose key this is.</summary>
    public const string Application = "application";

    /// <summary>The value of <see cref="Role"/> that makes an administrator.</summary>
    public const string Administrator = "administrator";

    /// <summary>Somebody whose claims these are.</summary>
    public static ClaimsPrincipal Principal(string scheme, IEnumerable<Claim> claims) =>
        new(new ClaimsIdentity(claims, scheme, Name, Role));

    /// <summary>A time as seconds since 1970, with its milliseconds: RFC 7519 §2, NumericDate.</summary>
    public static string Of(DateTimeOffset time) =>
        (time.ToUnixTimeMilliseconds() / 1000m).ToString(CultureInfo.InvariantCulture);

    /// <summary>The time in a claim, if it holds one.</summary>
    public static DateTimeOffset? Time(ClaimsPrincipal principal, string type) =>
        decimal.TryParse(principal.FindFirst(type)?.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;
}
