using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Every command, by everybody, in every kind of room, under every condition, to everybody.</summary>
public sealed class MatrixTests(WireMatrix matrix, ITestOutputHelper output) : IClassFixture<WireMatrix>
{
    public static TheoryData<string> Commands => [.. CommandParser.Types.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_ends_as_the_rules_say(string command) =>
        Matrix.Check(command, Deeds.OfCommand[command], matrix.Wrong, output);

    [Fact]
    public void Every_command_of_the_wire_has_rows()
    {
        Assert.Equal(CommandParser.Types.Order(StringComparer.Ordinal), Deeds.OfCommand.Keys.Order(StringComparer.Ordinal));
        Assert.All(Enum.GetValues<Deed>(), deed => Assert.True(deed.IsOfWire() || deed.IsOfHttp(), $"nothing does {deed}"));
    }

    [Fact]
    public void Every_combination_is_played_or_said_to_be_impossible()
    {
        var impossible = Matrix.Combinations.Select(Impossible.Why).Where(why => why is not null).CountBy(why => why!).ToList();
        output.WriteLine($"{Matrix.Combinations.Length} combinations, of which {Matrix.Cells.Length} can be; the others:");
        foreach (var (why, count) in impossible) output.WriteLine($"{count,8} {why}");
        Assert.Equal(Matrix.Combinations.Length, Matrix.Cells.Length + impossible.Sum(reason => reason.Value));
        foreach (var who in Enum.GetValues<Who>()) Assert.Contains(Matrix.Cells, cell => cell.Who == who);
        foreach (var at in Enum.GetValues<Where>()) Assert.Contains(Matrix.Cells, cell => cell.Where == at);
        foreach (var under in Enum.GetValues<Under>()) Assert.Contains(Matrix.Cells, cell => cell.Under == under);
        foreach (var whom in Enum.GetValues<Whom>()) Assert.Contains(Matrix.Cells, cell => cell.Whom == whom);
    }

    [Fact]
    public void Every_rule_decides_something()
    {
        var deciding = Matrix.Cells.Select(cell => PermissionRules.All.First(rule => rule.When(cell))).ToHashSet();
        Assert.Empty(PermissionRules.All.Where(rule => !deciding.Contains(rule)).Select(rule => rule.Says));
    }
}
