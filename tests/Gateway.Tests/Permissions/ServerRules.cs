using System.Collections.Frozen;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Who asks something of the server as a whole, and about whom.</summary>
internal enum Asker
{
    Anonymous,

    /// <summary>A user, about somebody with whom they share no room.</summary>
    UserOfOther,

    /// <summary>A user, about themselves.</summary>
    UserOfOneself,

    /// <summary>A user with a token that is limited to a room, about themselves.</summary>
    LimitedOfOneself,
    SuspendedOfOneself,
    Administrator,

    /// <summary>An administrator with a token that is limited to a room.</summary>
    LimitedAdministrator,
    Application,
}

/// <summary>Who may ask what of the server as a whole: the operations of the HTTP API that concern neither rooms nor blocks.</summary>
internal static class ServerRules
{
    private static readonly Outcome Nobody = Outcome.NotLetIn("unauthorized");
    private static readonly Outcome Suspended = Outcome.NotLetIn("suspended");
    private static readonly Outcome NotYours = Outcome.Refused("forbidden", "user");
    private static readonly Outcome Never = Outcome.Refused("forbidden", field: null);

    public static readonly FrozenDictionary<string, ServerRule> OfOperation = new Dictionary<string, ServerRule>
    {
        ["GET /api/auth"] = new("/api/auth", Body: null, _ => Outcome.Done),
        ["GET /api/users/{user}/presence"] = new("/api/users/{user}/presence", Body: null, asker => asker switch
        {
            Asker.UserOfOther or Asker.LimitedAdministrator => NotYours,
            Asker.LimitedOfOneself => Outcome.Done,
            _ => OfTheirOwn(asker),
        }),
        ["GET /api/users/{user}/connections"] = new("/api/users/{user}/connections", Body: null, OfTheirOwn),
        ["DELETE /api/users/{user}/connections"] = new("/api/users/{user}/connections", Body: null, OfTheirOwn),
        ["POST /api/users/{user}/revoke"] = new("/api/users/{user}/revoke", Body: null, OfTheirOwn),
        ["PUT /api/users/{user}/suspension"] = new("/api/users/{user}/suspension", Body: null, OfAdministrators),
        ["DELETE /api/users/{user}/suspension"] = new("/api/users/{user}/suspension", Body: null, OfAdministrators),
        ["GET /api/admin/gateways"] = new("/api/admin/gateways", Body: null, OfAdministrators),
        ["GET /api/admin/counts"] = new("/api/admin/counts", Body: null, OfAdministrators),
        // Of a gateway that there is not: the one of the tests goes on.
        ["POST /api/admin/drain"] = new("/api/admin/drain", new { gateway = "nowhere" }, asker =>
            OfAdministrators(asker) is { IsDone: false } refusal ? refusal : Outcome.Refused("bad_field", "gateway")),
        ["POST /api/tokens"] = new("/api/tokens", new { user = "somebody" }, asker => asker switch
        {
            Asker.Anonymous => Nobody,
            Asker.Application => Outcome.Done,
            _ => Never,
        }),
    }.ToFrozenDictionary();

    private static Outcome OfTheirOwn(Asker asker) => asker switch
    {
        Asker.Anonymous => Nobody,
        Asker.UserOfOther => NotYours,
        Asker.LimitedOfOneself or Asker.LimitedAdministrator => Never,
        Asker.SuspendedOfOneself => Suspended,
        _ => Outcome.Done,
    };

    private static Outcome OfAdministrators(Asker asker) => asker switch
    {
        Asker.Anonymous => Nobody,
        Asker.Administrator or Asker.Application => Outcome.Done,
        _ => Never,
    };
}

/// <summary>An operation, and what comes out of it for each who asks.</summary>
internal sealed record ServerRule(string Path, object? Body, Func<Asker, Outcome> Expect);
