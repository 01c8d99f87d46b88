namespace OrleansChat.Gateway.Api.Answers;

/// <summary>A token for an application's user.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Token">The token.</param>
/// <param name="ExpiresIn">For how many seconds it is good.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record ApplicationToken(string User, string Token, long ExpiresIn, DateTimeOffset ExpiresAt)
{
    /// <summary>Names it in a log, and does not show it.</summary>
    public override string ToString() => $"a token of {User}";
}
