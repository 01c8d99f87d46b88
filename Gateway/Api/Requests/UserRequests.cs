using OrleansChat.Gateway.Json;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>A body that says what to do to a user's membership.</summary>
/// <typeparam name="TSelf">The body.</typeparam>
internal interface IModerationBody<TSelf>
    where TSelf : IModerationBody<TSelf>
{
    static abstract TSelf Read(CommandFields fields);

    Moderation ToModeration(Actor by, ModerationAction action);
}

/// <summary>Whom it concerns, and why.</summary>
/// <param name="User">The user.</param>
/// <param name="Reason">Why, for the audit: at most 250 characters.</param>
internal sealed record UserAndReason(string User, string? Reason) : IModerationBody<UserAndReason>
{
    public static UserAndReason Read(CommandFields fields) => new(fields.User("user"), fields.TextOrNull("reason", FieldRules.MaxReason));

    public Moderation ToModeration(Actor by, ModerationAction action) =>
        new(by.User, action, User, Until: null, Reason, Role: null, by.IsAdministrator);
}

/// <summary>Whom it concerns, until when, and why.</summary>
/// <param name="User">The user.</param>
/// <param name="Until">Until when; for good when absent.</param>
/// <param name="Reason">Why, for the audit: at most 250 characters.</param>
internal sealed record UserUntil(string User, DateTimeOffset? Until, string? Reason) : IModerationBody<UserUntil>
{
    public static UserUntil Read(CommandFields fields) =>
        new(fields.User("user"), fields.TimeOrNull("until"), fields.TextOrNull("reason", FieldRules.MaxReason));

    public Moderation ToModeration(Actor by, ModerationAction action) =>
        new(by.User, action, User, Until, Reason, Role: null, by.IsAdministrator);
}

/// <summary>Whom to give a role, and why.</summary>
/// <param name="User">The user.</param>
/// <param name="Role">The role.</param>
/// <param name="Reason">Why, for the audit: at most 250 characters.</param>
internal sealed record UserRole(string User, MemberRole Role, string? Reason) : IModerationBody<UserRole>
{
    public static UserRole Read(CommandFields fields) =>
        new(fields.User("user"), CommandParser.ReadRole(fields), fields.TextOrNull("reason", FieldRules.MaxReason));

    public Moderation ToModeration(Actor by, ModerationAction action) =>
        new(by.User, action, User, Until: null, Reason, Role, by.IsAdministrator);
}

/// <summary>For how long a user is kept out of the server, and why.</summary>
/// <param name="Until">Until when; for good when absent.</param>
/// <param name="Reason">Why, for the audit and for the user: at most 250 characters.</param>
internal sealed record Suspension(DateTimeOffset? Until, string? Reason)
{
    public static Suspension Read(CommandFields fields) =>
        new(fields.TimeOrNull("until"), fields.TextOrNull("reason", FieldRules.MaxReason));
}

/// <summary>Why something is done.</summary>
/// <param name="Reason">Why, for the audit and for the user: at most 250 characters.</param>
internal sealed record Explanation(string? Reason)
{
    public static Explanation Read(CommandFields fields) => new(fields.TextOrNull("reason", FieldRules.MaxReason));
}

/// <summary>Which gateway shall let its clients go.</summary>
/// <param name="Gateway">Its name; the one that answers when absent.</param>
internal sealed record GatewayToDrain(string? Gateway)
{
    private const int MaxName = 512;

    public static GatewayToDrain Read(CommandFields fields) =>
        // Of a program that found no name, rather than of somebody who means whichever gateway is asked.
        fields.IsNull("gateway")
            ? throw FieldRules.Bad("gateway", "gateway is null; leave it out if the gateway that answers is meant")
            : new(fields.TextOrNull("gateway", MaxName));
}
