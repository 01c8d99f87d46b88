namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>Where pictures of the page are kept for people to look at: <c>artifacts/screenshots</c>.</summary>
internal static class Screenshots
{
    private static readonly string Folder = Path.Combine(Root().FullName, "artifacts", "screenshots");

    /// <summary>As somebody in the repository names it.</summary>
    public static string Short(string path) => Path.GetRelativePath(Root().FullName, path);

    public static string Named(string name) => Path.Combine(Folder, $"{name}.png");

    private static DirectoryInfo Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansChat.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
