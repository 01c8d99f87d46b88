using System.Globalization;
using System.Text;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Prints the rules for people: docs/permissions.md.</summary>
internal static class PermissionTable
{
    private const string Never = "–";

    private static readonly (Where Where, string Title)[] Rooms =
    [
        (Where.Public, "A public room"),
        (Where.Private, "A private room"),
        (Where.Direct, "A direct room"),
        (Where.Missing, "A room that does not exist"),
        (Where.MissingDirect, "The direct room of two who have never spoken"),
        (Where.Nowhere, "No room"),
    ];

    private static readonly (Who Who, string Title)[] Columns =
    [
        (Who.Owner, "owner"), (Who.Moderator, "moderator"), (Who.Member, "member"), (Who.Outsider, "outsider"),
        (Who.Administrator, "administrator"), (Who.Limited, "limited token"),
    ];

    /// <summary>The whole document.</summary>
    public static string Print()
    {
        var text = new StringBuilder();
        text.Append(Preface());
        foreach (var (at, title) in Rooms) PrintRoom(text, at, title);
        PrintConditions(text);
        PrintRules(text);
        return text.ToString();
    }

    private static string Preface() => string.Create(CultureInfo.InvariantCulture, $"""
        # Who may do what

        Printed by `PermissionTableTests` from the rules in `tests/Gateway.Tests/Permissions/PermissionRules.cs`, by which
        `MatrixTests` play every combination against a real gateway: what somebody does, who they are, in what room, under what
        condition, to whom. {Matrix.Combinations.Length:N0} combinations, of which {Matrix.Cells.Length:N0} can be. When the
        rules have changed, that test says where it has printed this file anew.

        *yes*: it is done. Otherwise the error's code, as in [protocol.md](protocol.md#errors). Where it matters to whom something
        is done, the cell names the targets for whom it is done (*banned* is somebody who is banned there; *oneself* whoever asks); for
        the others the [rules](#the-rules) say the code. An application with its API key is an administrator; without a token
        there is only `unauthorized`. The names of the rows are the commands; `Resume` is `join` with `since`, `MakeOwner` and the like
        are `role`, `Restore` is `archive` with `archived: false`, `SendTo` is `send` with `to`, `SendAgain` a
        `send` of what they who ask have sent while they could, with its key: after a lost acknowledgement. `Describe`, `Audit` and
        `Broadcast` are requests of the [HTTP API](http-api.md), which obeys the same rules.


        """);

    private static void PrintRoom(StringBuilder text, Where at, string title)
    {
        var cells = Matrix.Cells.Where(cell => cell.Where == at && cell.Under == Under.Nothing).ToLookup(cell => (cell.Deed, cell.Who));
        var columns = Columns.Where(column => Enum.GetValues<Deed>().Any(deed => cells[(deed, column.Who)].Any())).ToList();
        text.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
        PrintRow(text, columns.Select(column => Heading(column.Who, column.Title, at)).Prepend(""));
        PrintRow(text, Enumerable.Repeat("---", columns.Count + 1));
        var rows = Enum.GetValues<Deed>()
            .Where(deed => columns.Any(column => cells[(deed, column.Who)].Any()))
            .GroupBy(deed => string.Join(" | ", columns.Select(column => Summary([.. cells[(deed, column.Who)]]))));
        foreach (var row in rows) PrintRow(text, [string.Join(", ", row), row.Key]);
        text.Append('\n');
    }

    private static string Heading(Who who, string title, Where at) =>
        (who == Who.Member && at is (Where.Direct or Where.MissingDirect)) ? "one of the two"
        : (who == Who.Outsider && at is (Where.Missing or Where.Nowhere)) ? "anybody"
        : title;

    private static string Summary(IReadOnlyList<Cell> cells)
    {
        if (cells.Count == 0) return Never;
        var outcomes = cells.Select(PermissionRules.Expect).ToList();
        if (outcomes.All(outcome => outcome.IsDone)) return "yes";
        var done = cells.Where(cell => PermissionRules.Expect(cell).IsDone).Select(cell => cell.Whom).ToList();
        return done.Count > 0 ? Names(done) : string.Join(" or ", outcomes.Select(outcome => $"`{outcome.Code}`").Distinct());
    }

    private static void PrintConditions(StringBuilder text)
    {
        text.Append("## Conditions\n\nWhat comes out differently than without the condition, and for whom.\n\n");
        PrintRow(text, ["", "where", "does", "gets"]);
        PrintRow(text, Enumerable.Repeat("---", 4));
        foreach (var under in Enum.GetValues<Under>().Where(under => under is not (Under.Nothing or Under.Suspended)))
        {
            var rows = Matrix.Cells.Where(cell => cell.Under == under && IsOtherwise(cell))
                .GroupBy(cell => (Where: Kind(cell.Where), Outcome: PermissionRules.Expect(cell)))
                .Select(group => (group.Key.Where, group.Key.Outcome, Deeds: Deeds(group)))
                .GroupBy(row => (row.Outcome, row.Deeds));
            foreach (var row in rows)
                PrintRow(text, [Lower(under), string.Join(", ", row.Select(one => Lower(one.Where))), row.Key.Deeds, $"`{row.Key.Outcome.Code}`"]);
        }

        PrintRow(text, ["suspended", "anywhere", "whoever it is: everything", "`suspended`"]);
        var archived = Matrix.Cells.Where(cell => cell is { Where: Where.ArchivedPublic, Under: Under.Nothing })
            .Where(cell => PermissionRules.Expect(cell) != PermissionRules.Expect(cell with { Where = Where.Public }));
        PrintRow(text, ["archived", "public, private", $"whoever could: {string.Join(", ", archived.Select(cell => cell.Deed).Distinct())}", "`archived`"]);
        text.Append('\n');
    }

    private static bool IsOtherwise(Cell cell)
    {
        var without = cell with { Under = Under.Nothing };
        // Administrators are no members of the room, unless they are muted there: their own place is another one then.
        if (cell.Who is Who.Administrator or Who.Application && cell.Deed.IsOfOwnPlace() && cell.Under == Under.Muted) return PermissionRules.Expect(cell).Code == "muted";
        return Impossible.Why(without) is null && !PermissionRules.Expect(cell).IsDone && PermissionRules.Expect(cell) != PermissionRules.Expect(without);
    }

    // Applications are administrators.
    private static string Deeds(IEnumerable<Cell> cells) => string.Join("; ", cells.Where(cell => cell.Who != Who.Application)
        .GroupBy(cell => cell.Who)
        .Select(who => $"{Lower(who.Key)}: {string.Join(", ", who.Select(cell => cell.Deed).Distinct())}"));

    private static Where Kind(Where at) => at switch
    {
        Where.ArchivedPublic => Where.Public,
        Where.ArchivedPrivate => Where.Private,
        Where.MissingDirect => Where.Direct,
        _ => at,
    };

    private static void PrintRules(StringBuilder text)
    {
        text.Append("## The rules\n\nAsked in this order; the first that applies decides.\n\n");
        var number = 0;
        foreach (var rule in PermissionRules.All)
        {
            var outcomes = Matrix.Cells.Where(cell => PermissionRules.All.First(r => r.When(cell)) == rule).Select(PermissionRules.Expect).Distinct().ToList();
            text.Append(CultureInfo.InvariantCulture, $"{++number}. {rule.Says} {Codes(outcomes)}\n");
        }
    }

    private static string Codes(IReadOnlyList<Outcome> outcomes) => string.Join(
        " or ", outcomes.Select(outcome => outcome.IsDone ? "*done*" : outcome.Field is null ? $"`{outcome.Code}`" : $"`{outcome.Code}` ({outcome.Field})").Distinct());

    private static string Names(IEnumerable<Whom> whom) => string.Join(", ", whom.Select(target => Lower(target)));

    private static string Lower<T>(T value)
        where T : struct, Enum => string.Concat($"{value}".Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private static void PrintRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
