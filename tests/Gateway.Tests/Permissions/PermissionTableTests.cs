namespace OrleansChat.Gateway.Tests.Permissions;

public sealed class PermissionTableTests
{
    [Fact]
    public async Task The_document_says_what_the_rules_say()
    {
        var printed = PermissionTable.Print();
        var document = Path.Combine(Root(), "docs", "permissions.md");
        var found = File.Exists(document) ? await File.ReadAllTextAsync(document) : "";
        if (found == printed) return;
        var copy = Path.Combine(AppContext.BaseDirectory, "permissions.md");
        await File.WriteAllTextAsync(copy, printed);
        Assert.Fail($"docs/permissions.md is not what the rules say; {copy} is");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "OrleansChat.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
