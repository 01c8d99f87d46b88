namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>How something ends: it is done, or refused with a code of the closed list and the field that it is about.</summary>
/// <param name="Code">The code; none when it is done.</param>
/// <param name="Field">The field, if one is to blame.</param>
/// <param name="AtTheDoor">Whether the connection is refused, before any command.</param>
internal sealed record Outcome(string? Code, string? Field = null, bool AtTheDoor = false)
{
    public static Outcome Done { get; } = new(Code: null);

    public bool IsDone => Code is null;

    public static Outcome Refused(string code, string? field = "room") => new(code, field);

    public static Outcome NotLetIn(string code) => new(code, Field: null, AtTheDoor: true);

    public override string ToString() =>
        Code is null ? "done" : Code + (Field is null ? "" : $" ({Field})") + (AtTheDoor ? " at the door" : "");
}
