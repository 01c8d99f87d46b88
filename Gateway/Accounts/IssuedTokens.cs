using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansChat.Gateway.Accounts;

/// <summary>What somebody gets who has proved who they are.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Name">The display name, if there is one.</param>
/// <param name="AccessToken">For requests and sockets.</param>
/// <param name="ExpiresIn">For how many seconds it is good.</param>
/// <param name="RefreshToken">For the next ones.</param>
internal sealed record IssuedTokens(string User, string? Name, string AccessToken, long ExpiresIn, string RefreshToken)
{
    /// <summary>Names them in a log, and shows neither.</summary>
    public override string ToString() => $"tokens of {User}";
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IssuedTokens))]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(Refreshing))]
[JsonSerializable(typeof(PasswordChange))]
internal sealed partial class IssuedTokensJson : JsonSerializerContext;
