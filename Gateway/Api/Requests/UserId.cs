using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>The user whom a path names.</summary>
/// <param name="Text">As it was sent.</param>
internal sealed record UserId(string Text)
{
    /// <summary>The id.</summary>
    /// <exception cref="ChatException">It is none.</exception>
    public string Value => FieldRules.User("user", Text);

    /// <summary>Takes whatever was sent: what is wrong with it is said by <see cref="Value"/>, with a code and a field.</summary>
    public static bool TryParse(string text, out UserId user)
    {
        user = new UserId(text);
        return true;
    }

    /// <summary>The id, for what a user may do with themselves and administrators with everyone.</summary>
    /// <exception cref="ChatException">It is none, or somebody else's: the same whether there is such a user or not.</exception>
    public string ForSelf(Caller caller)
    {
        caller.Scope.CheckAll();
        var user = Value;
        return user == caller.User || caller.IsAdministrator
            ? user
            : throw new ChatException(ChatErrorCode.Forbidden, $"only '{user}' and administrators may do that", "user");
    }
}
